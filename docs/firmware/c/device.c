/* A device that loses nothing: readings go to a file first, and leave it when Millwright has acknowledged them.
 *
 *   cc -O2 -Wall -o device device.c outbox.c -lpaho-mqtt3c        (Debian: libpaho-mqtt-dev)
 *   MILLWRIGHT_TOKEN=… ./device --port 1883 --readings 100 --every-ms 100
 */
#define _POSIX_C_SOURCE 200809L
#include <MQTTClient.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "outbox.h"

#define TELEMETRY "v1/devices/me/telemetry"
#define COMMANDS "v1/devices/me/rpc/request/+"
#define ANSWERS "v1/devices/me/rpc/response/"
/* The same for all devices: a session belongs to its device, so nobody else's client id can be in the way. */
#define CLIENT_ID "firmware"
#define READINGS_PER_MESSAGE 50
#define ANSWER_MS 10000
#define LONGEST_BACK_OFF_MS 60000
/* A wrong token does not become right by asking again soon; a new one may be issued, so do ask again. */
#define REFUSED_BACK_OFF_MS 600000

static struct {
  const char *host, *token, *file;
  long port, readings, every_ms, back_off_ms, give_up_s;
} given = {"127.0.0.1", NULL, "outbox.ring", 1883, 0, 1000, 1000, 0};

static MQTTClient client;
static outbox box;
static int failures;
static int64_t retry_at_ms;
static int64_t last_ts;

static int64_t now_ms(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void sleep_ms(long ms) {
  struct timespec t = {ms / 1000, (ms % 1000) * 1000000L};
  nanosleep(&t, NULL);
}

/* Takes a reading at this moment; it is safe on the device when this returns. */
static int record(double flow) {
  char text[OUTBOX_TEXT + 1];
  int64_t ts = now_ms(CLOCK_REALTIME);
  /* Every reading has a stamp of its own: (device, tag, time) is the key under which it is stored. */
  last_ts = ts > last_ts ? ts : last_ts + 1;
  /* Mind the locale: JSON has a point, never a comma; and it has no NaN and no Infinity. */
  snprintf(text, sizeof text, "{\"ts\":%lld,\"values\":{\"flow\":%.3f}}", (long long)last_ts, flow);
  return outbox_put(&box, text);
}

/* Refused, unreachable or cut off: what is not acknowledged goes again, later. */
static void lost(int code) {
  MQTTClient_disconnect(client, 0);
  failures++;
  int64_t pause = given.back_off_ms << (failures < 17 ? failures - 1 : 16);
  if (pause > LONGEST_BACK_OFF_MS) pause = LONGEST_BACK_OFF_MS;
  if (code == 1 || code == 2 || code == 4 || code == 5) pause = REFUSED_BACK_OFF_MS;
  /* Jitter: after a power cut a thousand devices must not come back in the same second. */
  retry_at_ms = now_ms(CLOCK_MONOTONIC) + pause / 2 + rand() % (pause / 2 + 1);
}

static int connect_once(void) {
  MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer;
  options.keepAliveInterval = 60;
  options.cleansession = 0; /* commands that arrive while the device is away wait for it */
  options.username = given.token;
  options.connectTimeout = ANSWER_MS / 1000;
  options.MQTTVersion = MQTTVERSION_3_1_1;
  int code = MQTTClient_connect(client, &options);
  if (code != MQTTCLIENT_SUCCESS) {
    /* 1 to 5 is the code of the CONNACK, negative: nobody answered. */
    fprintf(stderr, code > 0 ? "refused with code %d\n" : "cannot connect (%d)\n", code);
    lost(code);
    return 0;
  }
  fprintf(stderr, "connected\n");
  /* 0x80 is the only notice of a refused filter: the connection stays, and no command will ever come. */
  int granted = MQTTClient_subscribe(client, COMMANDS, 1);
  if (granted == MQTT_BAD_SUBSCRIBE) fprintf(stderr, "subscription refused: not a topic of this device\n");
  else if (granted == MQTTCLIENT_SUCCESS) fprintf(stderr, "takes commands\n");
  return 1;
}

/* One message with the oldest readings, and its PUBACK. One in flight is enough: it carries up to 50 readings. */
static int send_batch(void) {
  static char payload[READINGS_PER_MESSAGE * (OUTBOX_TEXT + 1) + 3];
  MQTTClient_deliveryToken token;
  uint64_t last = outbox_batch(&box, 0, READINGS_PER_MESSAGE, payload, sizeof payload);
  if (last == 0) return 0;
  int sent = MQTTClient_publish(client, TELEMETRY, (int)strlen(payload), payload, 1, 0, &token);
  if (sent != MQTTCLIENT_SUCCESS || MQTTClient_waitForCompletion(client, token, ANSWER_MS) != MQTTCLIENT_SUCCESS) {
    /* A closed connection or no answer: not acknowledged, so it stays in the outbox. Sending it twice does no harm. */
    fprintf(stderr, "not acknowledged, connecting again\n");
    lost(0);
    return -1;
  }
  failures = 0;
  return outbox_acked(&box, last);
}

/* Waits up to `ms` for a command; keeps the connection alive meanwhile. */
static void take_command(long ms) {
  static char done[64]; /* QoS 1: a command may come twice, and is done once */
  char *topic = NULL;
  int length;
  MQTTClient_message *message = NULL;
  if (MQTTClient_receive(client, &topic, &length, &message, (unsigned long)ms) < 0 || !MQTTClient_isConnected(client)) {
    if (message == NULL) {
      lost(0);
      return;
    }
  }
  if (message == NULL) return;
  const char *id = strrchr(topic, '/');
  if (id != NULL && strlen(id + 1) < sizeof done && strcmp(id + 1, done) != 0) {
    char answer[128];
    strcpy(done, id + 1);
    fprintf(stderr, "command %s: %.*s\n", done, message->payloadlen, (char *)message->payload);
    snprintf(answer, sizeof answer, ANSWERS "%s", done);
    MQTTClient_publish(client, answer, 11, "{\"ok\":true}", 1, 0, NULL);
  }
  MQTTClient_freeMessage(&message);
  MQTTClient_free(topic);
}

static int read_options(int count, char **words) {
  for (int i = 1; i + 1 < count; i += 2) {
    const char *name = words[i], *value = words[i + 1];
    if (!strcmp(name, "--host")) given.host = value;
    else if (!strcmp(name, "--outbox")) given.file = value;
    else if (!strcmp(name, "--port")) given.port = atol(value);
    else if (!strcmp(name, "--readings")) given.readings = atol(value);
    else if (!strcmp(name, "--every-ms")) given.every_ms = atol(value);
    else if (!strcmp(name, "--back-off-ms")) given.back_off_ms = atol(value);
    else if (!strcmp(name, "--give-up-s")) given.give_up_s = atol(value);
    else return -1;
  }
  given.token = getenv("MILLWRIGHT_TOKEN"); /* not an argument: those can be read by every user of the machine */
  return given.token == NULL ? -1 : 0;
}

int main(int count, char **words) {
  char uri[256];
  if (read_options(count, words) != 0) {
    fprintf(stderr, "MILLWRIGHT_TOKEN=… device [--host h] [--port n] [--outbox file] [--readings n] [--every-ms n]\n");
    return 2;
  }
  if (outbox_open(&box, given.file, 4096) != 0) {
    perror(given.file);
    return 2;
  }
  srand((unsigned)now_ms(CLOCK_REALTIME)); /* on a device: the hardware's random numbers, or its serial number */
  snprintf(uri, sizeof uri, "tcp://%s:%ld", given.host, given.port);
  /* No persistence of the library's own: the outbox is ours. */
  MQTTClient_create(&client, uri, CLIENT_ID, MQTTCLIENT_PERSISTENCE_NONE, NULL);

  const int64_t started = now_ms(CLOCK_MONOTONIC);
  int64_t next_at = started;
  long taken = 0;
  while (taken < given.readings || outbox_waiting(&box) > 0) {
    int64_t now = now_ms(CLOCK_MONOTONIC);
    if (given.give_up_s > 0 && now > started + given.give_up_s * 1000) break;
    if (taken < given.readings && now >= next_at) {
      if (record(taken % 97 + 0.5) == 0) printf("recorded %lld\n", (long long)last_ts);
      fflush(stdout);
      taken++;
      next_at += given.every_ms;
      continue;
    }
    if (!MQTTClient_isConnected(client)) {
      if (now < retry_at_ms || !connect_once()) sleep_ms(10);
      continue;
    }
    int sent = outbox_waiting(&box) > 0 ? send_batch() : 0;
    /* Also while there is a backlog: a command must not wait for its end. */
    if (sent == 0) take_command(outbox_waiting(&box) > 0 ? 0 : 10);
  }
  MQTTClient_disconnect(client, 1000);
  MQTTClient_destroy(&client);
  uint64_t left = outbox_waiting(&box);
  printf("{\"recorded\":%ld,\"left\":%llu,\"dropped\":%llu}\n", taken, (unsigned long long)left, (unsigned long long)box.dropped);
  outbox_close(&box);
  return left == 0 ? 0 : 1;
}
