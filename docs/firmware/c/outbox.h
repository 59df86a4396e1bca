/* Readings that are not acknowledged yet, in a ring of fixed slots in one file: bounded, and safe against a power cut
 * at any moment. Plain C and POSIX file calls, so it runs on a mounted flash file system too (ESP-IDF: LittleFS). */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stddef.h>
#include <stdint.h>

#define OUTBOX_TEXT 240 /* longest reading, bytes */

typedef struct {
  int fd;
  uint32_t slots;
  unsigned head;    /* place of the next head */
  uint64_t next;    /* number of the next reading; the first is 1 */
  uint64_t acked;   /* all up to this one are acknowledged */
  uint64_t dropped; /* readings that were overwritten before they could be sent, since it was opened */
} outbox;

/* 0, or -1 with errno. `slots` may not change for an existing file. */
int outbox_open(outbox *box, const char *path, uint32_t slots);
/* Returns when the reading is on the disk. When the ring is full, the oldest makes room. -1: too long, or errno. */
int outbox_put(outbox *box, const char *text);
/* The oldest readings after `after`, as one JSON array. Returns the number of the last one in it, 0 = there are none. */
uint64_t outbox_batch(outbox *box, uint64_t after, uint32_t most, char *into, size_t size);
/* PUBACK came: everything up to `through` is on Millwright's disk. */
int outbox_acked(outbox *box, uint64_t through);
uint64_t outbox_waiting(const outbox *box);
void outbox_close(outbox *box);

#endif
