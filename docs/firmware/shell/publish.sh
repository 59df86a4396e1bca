#!/bin/sh
# Publishes readings with mosquitto_pub and loses none: each is a file in a spool folder until it is acknowledged.
#
#   MILLWRIGHT_TOKEN=… ./publish.sh record '{"pressure":8.4}'    takes a reading, now
#   MILLWRIGHT_TOKEN=… ./publish.sh send                         sends what waits, until nothing does
#
# HOST, PORT, SPOOL and MOST (readings kept at most) may be set. Needs mosquitto-clients and GNU date.
set -u
HOST=${HOST:-127.0.0.1} PORT=${PORT:-1883} SPOOL=${SPOOL:-./spool} MOST=${MOST:-10000}
BACK_OFF_S=${BACK_OFF_S:-1}
mkdir -p "$SPOOL"

waiting() { find "$SPOOL" -name '*.json' | sort; }

record() {
  ts=$(date +%s%3N)
  # Each reading has a stamp of its own: (device, tag, time) is the key under which it is stored.
  while [ -e "$SPOOL/$ts.json" ]; do ts=$((ts + 1)); done
  printf '{"ts":%s,"values":%s}' "$ts" "$1" >"$SPOOL/$ts.part"
  sync "$SPOOL/$ts.part"
  mv "$SPOOL/$ts.part" "$SPOOL/$ts.json"
  # Bounded: the oldest make room.
  waiting | head -n -"$MOST" | xargs -r rm -f
}

# The user name is in a file that mosquitto_pub reads: arguments can be seen by every user of the machine.
options=$(mktemp -d)
trap 'rm -rf "$options"' EXIT
printf -- '-u %s\n' "$MILLWRIGHT_TOKEN" >"$options/mosquitto_pub"

publish() {
  # -q 1: it ends with 0 when the PUBACK came, so the reading is on Millwright's disk.
  XDG_CONFIG_HOME=$options timeout 20 mosquitto_pub -h "$HOST" -p "$PORT" -q 1 \
    -t v1/devices/me/telemetry -f "$1"
}

send() {
  pause=$BACK_OFF_S
  while oldest=$(waiting | head -n 1) && [ -n "$oldest" ]; do
    if publish "$oldest"; then
      rm -f "$oldest"
      pause=$BACK_OFF_S
    else
      # Refused or out of reach: later, and not all devices in the same second.
      sleep "$(awk -v most="$pause" 'BEGIN { srand(); print most * (0.5 + rand() / 2) }')"
      pause=$((pause * 2 > 60 ? 60 : pause * 2))
    fi
  done
}

case ${1:-} in
  record) record "$2" ;;
  send) send ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
