/* The same device on an ESP32 with ESP-IDF 5 and its MQTT client (esp-mqtt). The outbox is the one of ../c, on a
 * LittleFS partition. Not part of the tests, which have no ESP32: take it as a starting point.
 *
 * idf_component.yml:  dependencies: { joltwallet/littlefs: "^1.14.0" }
 * CMakeLists.txt:     idf_component_register(SRCS "main.c" "outbox.c" INCLUDE_DIRS ".")
 * partitions.csv:     storage, data, littlefs, , 1M
 * sdkconfig:          CONFIG_MQTT_PROTOCOL_311=y, CONFIG_MQTT_CUSTOM_OUTBOX=n
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "esp_event.h"
#include "esp_littlefs.h"
#include "esp_log.h"
#include "esp_netif_sntp.h"
#include "esp_random.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "mqtt_client.h"
#include "nvs_flash.h"
#include "outbox.h"
#include "protocol_examples_common.h" /* example_connect(): put your own Wi-Fi or Ethernet start here */

#define TELEMETRY "v1/devices/me/telemetry"
#define COMMANDS "v1/devices/me/rpc/request/+"
#define SLOTS 2048 /* × 256 bytes of flash */
#define READINGS_PER_MESSAGE 20
#define LONGEST_BACK_OFF_MS 60000
#define REFUSED_BACK_OFF_MS 600000

static const char *TAG = "device";
static esp_mqtt_client_handle_t client;
static outbox box;
static SemaphoreHandle_t box_lock;
static volatile bool connected;
static volatile int in_flight = -1; /* message id, -1: none */
static uint64_t in_flight_last;
static int failures;
static TaskHandle_t reconnecting;

static float read_sensor(void) { return 8.4f; }

/* Its own task, so that a slow network never delays a measurement. */
static void measure(void *unused) {
  int64_t last_ts = 0;
  for (;; vTaskDelay(pdMS_TO_TICKS(1000))) {
    struct timespec t;
    char text[OUTBOX_TEXT + 1];
    clock_gettime(CLOCK_REALTIME, &t);
    int64_t ts = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
    /* Without a clock, a reading cannot say when it was: wait for SNTP or an RTC rather than to invent a time. */
    if (t.tv_sec < 1700000000) continue;
    last_ts = ts > last_ts ? ts : last_ts + 1;
    snprintf(text, sizeof text, "{\"ts\":%" PRId64 ",\"values\":{\"pressure\":%.3f}}", last_ts, read_sensor());
    xSemaphoreTake(box_lock, portMAX_DELAY);
    if (outbox_put(&box, text) != 0) ESP_LOGE(TAG, "a reading could not be kept");
    xSemaphoreGive(box_lock);
  }
}

/* One batch in flight; the next one when its PUBACK has come. */
static void publish(void *unused) {
  static char payload[READINGS_PER_MESSAGE * (OUTBOX_TEXT + 1) + 3];
  for (;; vTaskDelay(pdMS_TO_TICKS(50))) {
    if (!connected || in_flight != -1) continue;
    xSemaphoreTake(box_lock, portMAX_DELAY);
    in_flight_last = outbox_batch(&box, 0, READINGS_PER_MESSAGE, payload, sizeof payload);
    if (in_flight_last != 0) in_flight = esp_mqtt_client_publish(client, TELEMETRY, payload, 0, 1, 0);
    if (in_flight < 0) in_flight = -1; /* not taken by the client: again in the next round */
    xSemaphoreGive(box_lock);
  }
}

/* Reconnecting is ours (disable_auto_reconnect), because the client's own knows neither back-off nor jitter. */
static void reconnect(void *unused) {
  for (;;) {
    uint32_t most = 0;
    xTaskNotifyWait(0, UINT32_MAX, &most, portMAX_DELAY);
    vTaskDelay(pdMS_TO_TICKS(most / 2 + esp_random() % (most / 2 + 1)));
    esp_mqtt_client_reconnect(client);
  }
}

static void later(int connack) {
  uint32_t most = LONGEST_BACK_OFF_MS;
  if (failures < 6) most = 1000u << failures;
  failures++;
  /* 1, 2, 4, 5: what is wrong will not be right in a minute. 3: come back later. */
  if (connack == 1 || connack == 2 || connack == 4 || connack == 5) most = REFUSED_BACK_OFF_MS;
  xTaskNotify(reconnecting, most, eSetValueWithOverwrite);
}

static int refusal; /* code of the last CONNACK that refused, until the connection ends */

static void on_event(void *unused, esp_event_base_t base, int32_t id, void *data) {
  esp_mqtt_event_handle_t event = data;
  switch ((esp_mqtt_event_id_t)id) {
    case MQTT_EVENT_CONNECTED:
      connected = true;
      in_flight = -1;
      esp_mqtt_client_subscribe(client, COMMANDS, 1);
      break;
    case MQTT_EVENT_SUBSCRIBED:
      /* 0x80 is the only notice of a refused filter. */
      if (event->error_handle->error_type == MQTT_ERROR_TYPE_SUBSCRIBE_FAILED) ESP_LOGE(TAG, "subscription refused");
      break;
    case MQTT_EVENT_PUBLISHED: /* PUBACK: on Millwright's disk */
      if (event->msg_id != in_flight) break;
      xSemaphoreTake(box_lock, portMAX_DELAY);
      outbox_acked(&box, in_flight_last);
      in_flight = -1;
      xSemaphoreGive(box_lock);
      failures = 0;
      break;
    case MQTT_EVENT_DATA:
      ESP_LOGI(TAG, "command on %.*s: %.*s", event->topic_len, event->topic, event->data_len, event->data);
      break;
    case MQTT_EVENT_ERROR:
      if (event->error_handle->error_type == MQTT_ERROR_TYPE_CONNECTION_REFUSED) {
        refusal = event->error_handle->connect_return_code;
        ESP_LOGE(TAG, "refused with code %d", refusal);
      }
      break;
    case MQTT_EVENT_DISCONNECTED:
      connected = false;
      in_flight = -1;
      later(refusal);
      refusal = 0;
      break;
    default:
      break;
  }
}

void app_main(void) {
  ESP_ERROR_CHECK(nvs_flash_init());
  ESP_ERROR_CHECK(esp_netif_init());
  ESP_ERROR_CHECK(esp_event_loop_create_default());
  esp_vfs_littlefs_conf_t files = {
      .base_path = "/data", .partition_label = "storage", .format_if_mount_failed = true};
  ESP_ERROR_CHECK(esp_vfs_littlefs_register(&files));
  ESP_ERROR_CHECK(outbox_open(&box, "/data/outbox.ring", SLOTS) == 0 ? ESP_OK : ESP_FAIL);
  box_lock = xSemaphoreCreateMutex();

  ESP_ERROR_CHECK(example_connect());
  esp_sntp_config_t clock = ESP_NETIF_SNTP_DEFAULT_CONFIG("pool.ntp.org");
  esp_netif_sntp_init(&clock);

  esp_mqtt_client_config_t config = {
      .broker.address.uri = CONFIG_BROKER_URL, /* mqtts://… outside of your own network */
      .credentials.username = CONFIG_DEVICE_TOKEN,
      .credentials.client_id = "firmware",
      .session.protocol_ver = MQTT_PROTOCOL_V_3_1_1,
      .session.keepalive = 60,
      .session.disable_clean_session = true, /* commands wait while the device is away */
      .network.disable_auto_reconnect = true,
      .outbox.limit = 16 * 1024, /* in RAM, for what is on its way; the real outbox is the file */
  };
  client = esp_mqtt_client_init(&config);
  esp_mqtt_client_register_event(client, ESP_EVENT_ANY_ID, on_event, NULL);
  xTaskCreate(reconnect, "reconnect", 3072, NULL, 5, &reconnecting);
  xTaskCreate(measure, "measure", 4096, NULL, 6, NULL);
  xTaskCreate(publish, "publish", 4096, NULL, 5, NULL);
  esp_mqtt_client_start(client);
}
