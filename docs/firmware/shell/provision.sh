#!/bin/sh
# Registers this device once and prints its access token. HOST, PORT, KEY, SECRET: from provisioning.json. NAME: the
# serial number. Add --cafile ca.pem for TLS.
set -eu
request=$(printf '{"deviceName":"%s","provisionDeviceKey":"%s","provisionDeviceSecret":"%s"}' "$NAME" "$KEY" "$SECRET")
answer=$(mosquitto_rr -V mqttv311 -h "$HOST" -p "$PORT" -u provision -q 1 -W 20 \
  -t /provision/request -e /provision/response -m "$request" "$@")
case $answer in
  *'"status":"SUCCESS"'*) printf '%s\n' "$answer" | sed 's/.*"credentialsValue":"\([^"]*\)".*/\1/' ;;
  *) printf '%s\n' "$answer" >&2; exit 1 ;;
esac
