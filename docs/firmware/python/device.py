#!/usr/bin/env python3
"""A device that loses nothing: readings go to a file first, and leave it when Millwright has acknowledged them.

Needs paho-mqtt (Debian: python3-paho-mqtt; 1.6 and 2.x). Try it:
    MILLWRIGHT_TOKEN=… python3 device.py --host 127.0.0.1 --port 1883 --readings 100 --every-ms 100
"""

import argparse
import json
import os
import random
import socket
import sys
import time

import paho.mqtt.client as mqtt

from outbox import Outbox

TELEMETRY = "v1/devices/me/telemetry"
COMMANDS = "v1/devices/me/rpc/request/+"
ANSWERS = "v1/devices/me/rpc/response/"
# The same for all devices: a session belongs to its device, so nobody else's client id can be in the way.
CLIENT_ID = "firmware"

# One message carries up to so many readings: a backlog drains in a fraction of the round trips.
READINGS_PER_MESSAGE = 50
# Messages sent and not acknowledged yet. More than one hides the round trip, many only fill the link.
MESSAGES_IN_FLIGHT = 10
LONGEST_BACK_OFF_S = 60
# A wrong token does not become right by asking again soon; a new one may be issued, so do ask again.
REFUSED_BACK_OFF_S = 600

REFUSALS = {
    1: "protocol version not supported: connect with MQTT 3.1.1",
    2: "client id not accepted",
    3: "not available now, or too busy: come back later",
    4: "user name or password malformed",
    5: "not authorised: token or secret wrong or revoked, or the will names a foreign topic",
}


def log(text):
    print(text, file=sys.stderr, flush=True)


def new_client(client_id):
    # clean_session False: commands that arrive while the device is away wait for it.
    if hasattr(mqtt, "CallbackAPIVersion"):  # paho 2.x
        return mqtt.Client(mqtt.CallbackAPIVersion.VERSION1, client_id, clean_session=False)
    return mqtt.Client(client_id, clean_session=False)


class Device:
    def __init__(self, host, port, token, outbox, first_back_off_s=1.0):
        self.host, self.port, self.token = host, port, token
        self.outbox = outbox
        self.first_back_off_s = first_back_off_s
        self.failures = 0
        self.last_ts = 0
        self.commands_done = []
        self.refused = []
        self.retry_at = 0.0
        self.client = None

    def record(self, values):
        """Takes a reading at this moment; it is safe on the device when this returns."""
        # Every reading has a stamp of its own: (device, tag, time) is the key under which it is stored.
        self.last_ts = max(int(time.time() * 1000), self.last_ts + 1)
        self.outbox.put(json.dumps({"ts": self.last_ts, "values": values}, allow_nan=False))
        return self.last_ts

    def turn(self, wait_s):
        """Does what there is to do with the network, for about `wait_s` seconds. Call it again and again."""
        if self.client is None:
            pause_s = self.retry_at - time.monotonic()
            if pause_s > 0:
                time.sleep(min(pause_s, wait_s))
                return
            self.connect()
        elif self.client.loop(timeout=wait_s) != mqtt.MQTT_ERR_SUCCESS:
            self.lost()
        elif self.code is None and time.monotonic() > self.give_up_at:
            log("no answer to CONNECT")
            self.lost()
        elif self.code == 0:
            self.send()

    def connect(self):
        # A new client for each connection: what was in flight is in the outbox, and nothing is remembered twice.
        self.client = new_client(CLIENT_ID)
        self.client.username_pw_set(self.token)
        self.client.on_connect = self.on_connect
        self.client.on_publish = self.on_publish
        self.client.on_subscribe = self.on_subscribe
        self.client.on_message = self.on_message
        self.code = None  # of CONNACK
        self.sent_through = 0
        self.in_flight = {}  # message id -> (first, last) of the outbox
        self.give_up_at = time.monotonic() + 10
        try:
            self.client.connect(self.host, self.port, keepalive=60)
        except (OSError, socket.timeout) as error:
            log(f"cannot connect: {error}")
            self.lost()

    def lost(self):
        """Refused, unreachable or cut off: what is not acknowledged goes again, later."""
        self.client = None
        self.failures += 1
        back_off_s = min(LONGEST_BACK_OFF_S, self.first_back_off_s * 2 ** min(self.failures - 1, 16))
        if self.code in (1, 2, 4, 5):
            back_off_s = REFUSED_BACK_OFF_S
        # Jitter: after a power cut a thousand devices must not come back in the same second.
        self.retry_at = time.monotonic() + back_off_s * random.uniform(0.5, 1.0)

    def on_connect(self, client, _userdata, _flags, code):
        self.code = code
        if code != 0:
            self.refused.append(code)
            log(f"refused with code {code}: {REFUSALS.get(code, 'unknown')}")
            return
        log("connected")
        client.subscribe(COMMANDS, qos=1)

    def on_subscribe(self, _client, _userdata, _mid, granted):
        # 0x80 is the only notice of a refused filter: the connection stays, and no command will ever come.
        if granted[0] == 0x80:
            log("subscription refused: not a topic of this device")
        else:
            log("takes commands")

    def send(self):
        while len(self.in_flight) < MESSAGES_IN_FLIGHT:
            rows = self.outbox.after(self.sent_through, READINGS_PER_MESSAGE)
            if not rows:
                return
            first, last = rows[0][0], rows[-1][0]
            payload = "[" + ",".join(reading for _, reading in rows) + "]"
            info = self.client.publish(TELEMETRY, payload, qos=1)
            if info.rc != mqtt.MQTT_ERR_SUCCESS:
                return
            self.in_flight[info.mid] = (first, last)
            self.sent_through = last

    def on_publish(self, _client, _userdata, mid):
        # PUBACK: on Millwright's disk. Only now may the device forget.
        rows = self.in_flight.pop(mid, None)
        if rows:
            self.outbox.remove(*rows)
            self.failures = 0

    def on_message(self, client, _userdata, message):
        request_id = message.topic.rsplit("/", 1)[1]
        if request_id in self.commands_done:
            return  # QoS 1: a command may come twice, and is done once
        self.commands_done = [*self.commands_done[-99:], request_id]
        try:
            command = json.loads(message.payload)
            answer = self.obey(command["method"], command.get("params"))
        except (ValueError, KeyError, TypeError) as error:
            answer = {"error": f"not understood: {error}"}
        client.publish(ANSWERS + request_id, json.dumps(answer), qos=1)

    def obey(self, method, params):
        if method == "ping":
            return {"ok": True, "params": params}
        return {"error": f"unknown method {method}"}


def read_sensors(n):
    return {"flow": n % 97 + 0.5}


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=1883)
    options.add_argument("--outbox", default="outbox.db")
    options.add_argument("--readings", type=int, default=0, help="end after so many and an empty outbox; 0: drain only")
    options.add_argument("--every-ms", type=int, default=1000)
    options.add_argument("--back-off-ms", type=int, default=1000, help="first pause before connecting again")
    options.add_argument("--give-up-s", type=float, default=0, help="end after so long, 0: never")
    given = options.parse_args()
    token = os.environ["MILLWRIGHT_TOKEN"]  # not an argument: those can be read by every user of the machine

    outbox = Outbox(given.outbox)
    device = Device(given.host, given.port, token, outbox, given.back_off_ms / 1000)
    started = time.monotonic()
    taken = 0
    next_at = started
    while taken < given.readings or len(outbox) > 0:
        if given.give_up_s and time.monotonic() > started + given.give_up_s:
            break
        if taken < given.readings and time.monotonic() >= next_at:
            print(f"recorded {device.record(read_sensors(taken))}", flush=True)
            taken += 1
            next_at += given.every_ms / 1000
        device.turn(min(0.05, max(0.0, next_at - time.monotonic())) if taken < given.readings else 0.05)
    if device.client is not None:
        device.client.disconnect()
    left = len(outbox)
    print(json.dumps({"recorded": taken, "left": left, "dropped": outbox.dropped, "refused": device.refused}))
    return 0 if left == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
