#include "outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Slots 0 and 1 are heads, written in turn: they say how far is acknowledged, and a torn write of one leaves the
 * other. Readings follow. 256 bytes, without padding. */
typedef struct {
  uint64_t number; /* reading: its number; head: acknowledged through, plus 1 */
  uint32_t crc;    /* of the slot with this field 0: a write that the power cut interrupted is not believed */
  uint16_t length;
  char text[OUTBOX_TEXT + 2];
} slot;

static uint32_t crc32_of(const slot *s) {
  slot copy = *s;
  copy.crc = 0;
  const unsigned char *bytes = (const unsigned char *)&copy;
  uint32_t crc = 0xffffffffu;
  for (size_t i = 0; i < sizeof copy; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
  }
  return ~crc;
}

static int read_slot(const outbox *box, uint64_t place, slot *s) {
  if (lseek(box->fd, (off_t)(place * sizeof *s), SEEK_SET) < 0) return 0;
  if (read(box->fd, s, sizeof *s) != (ssize_t)sizeof *s) return 0;
  return s->number != 0 && s->length <= OUTBOX_TEXT && s->crc == crc32_of(s);
}

static int write_slot(outbox *box, uint64_t place, slot *s) {
  s->crc = crc32_of(s);
  if (lseek(box->fd, (off_t)(place * sizeof *s), SEEK_SET) < 0) return -1;
  if (write(box->fd, s, sizeof *s) != (ssize_t)sizeof *s) return -1;
  return fsync(box->fd);
}

static uint64_t place_of(const outbox *box, uint64_t number) { return 2 + number % box->slots; }

int outbox_open(outbox *box, const char *path, uint32_t slots) {
  memset(box, 0, sizeof *box);
  box->slots = slots;
  box->fd = open(path, O_RDWR | O_CREAT, 0600);
  if (box->fd < 0) return -1;
  slot s;
  uint64_t youngest = 0;
  for (unsigned place = 0; place < 2; place++) {
    if (!read_slot(box, place, &s) || s.number - 1 < box->acked) continue;
    box->acked = s.number - 1;
    box->head = 1 - place;
  }
  for (uint64_t place = 2; place < 2 + (uint64_t)slots; place++)
    if (read_slot(box, place, &s) && s.number > youngest) youngest = s.number;
  box->next = (youngest > box->acked ? youngest : box->acked) + 1;
  if (outbox_waiting(box) > slots) box->acked = box->next - 1 - slots;
  return 0;
}

int outbox_put(outbox *box, const char *text) {
  slot s;
  memset(&s, 0, sizeof s);
  size_t length = strlen(text);
  if (length > OUTBOX_TEXT) {
    errno = EMSGSIZE;
    return -1;
  }
  s.number = box->next;
  s.length = (uint16_t)length;
  memcpy(s.text, text, length);
  if (write_slot(box, place_of(box, s.number), &s) != 0) return -1;
  box->next++;
  if (outbox_waiting(box) > box->slots) {
    box->acked++; /* the oldest was in that slot */
    box->dropped++;
  }
  return 0;
}

uint64_t outbox_batch(outbox *box, uint64_t after, uint32_t most, char *into, size_t size) {
  slot s;
  uint64_t last = 0;
  size_t at = 0;
  if (after < box->acked) after = box->acked;
  into[at++] = '[';
  for (uint64_t number = after + 1; number < box->next && most > 0; number++) {
    if (!read_slot(box, place_of(box, number), &s) || s.number != number) continue; /* torn: it was never recorded */
    if (at + s.length + 3 > size) break;
    if (last != 0) into[at++] = ',';
    memcpy(into + at, s.text, s.length);
    at += s.length;
    last = number;
    most--;
  }
  into[at++] = ']';
  into[at] = 0;
  return last;
}

int outbox_acked(outbox *box, uint64_t through) {
  slot s;
  if (through <= box->acked) return 0;
  memset(&s, 0, sizeof s);
  s.number = through + 1;
  box->acked = through;
  if (write_slot(box, box->head, &s) != 0) return -1;
  box->head = 1 - box->head;
  return 0;
}

uint64_t outbox_waiting(const outbox *box) { return box->next - 1 - box->acked; }

void outbox_close(outbox *box) {
  if (box->fd >= 0) close(box->fd);
  box->fd = -1;
}
