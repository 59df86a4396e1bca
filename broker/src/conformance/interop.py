"""What the Eclipse Paho client sees of the test listener, by the promises of MQTT 3.1.1. Prints what does not hold."""

import sys
import threading
import time

import paho.mqtt.client as mqtt

PORT = int(sys.argv[1])
wrong = []


def check(holds, sentence):
    if not holds:
        wrong.append(sentence)


def wait(condition, seconds=5):
    end = time.time() + seconds
    while not condition() and time.time() < end:
        time.sleep(0.01)
    return condition()


class Peer:
    def __init__(self, name, clean=True, keepalive=60, will=None, protocol=mqtt.MQTTv311, connect=True):
        self.got, self.codes, self.ready, self.gone = [], [], threading.Event(), threading.Event()
        self.code, self.present, self.acked, self.dups = None, None, 0, 0
        self.client = mqtt.Client(name, clean_session=clean, protocol=protocol)
        if will:
            self.client.will_set(*will)
        self.client.on_connect = self.connected
        self.client.on_message = self.message
        self.client.on_subscribe = lambda client, data, mid, granted: self.codes.extend(granted)
        self.client.on_publish = lambda client, data, mid: setattr(self, "acked", self.acked + 1)
        self.client.on_disconnect = lambda client, data, code: self.gone.set()
        if connect:
            self.client.connect("127.0.0.1", PORT, keepalive)
            self.client.loop_start()
            self.ready.wait(5)

    def connected(self, client, data, flags, code):
        self.code, self.present = code, flags.get("session present")
        self.ready.set()

    def message(self, client, data, message):
        self.got.append((message.topic, message.payload.decode(), message.qos, bool(message.retain)))
        self.dups += message.dup

    def subscribe(self, *filters):
        before = len(self.codes)
        self.client.subscribe(list(filters))
        wait(lambda: len(self.codes) >= before + len(filters))
        return self.codes[before:]

    def publish(self, topic, payload, qos=0, retain=False):
        self.client.publish(topic, payload, qos, retain).wait_for_publish(5)

    def leave(self):
        self.client.disconnect()
        self.gone.wait(5)
        self.client.loop_stop()

    def die(self):
        self.client.loop_stop()
        self.client._sock.close()


def basic():
    peer = Peer("basic")
    peer.subscribe(("basic/a", 2))
    for qos in (0, 1, 2):
        peer.publish("basic/a", f"qos {qos}", qos)
    wait(lambda: len(peer.got) == 3)
    check(sorted(m[2] for m in peer.got) == [0, 1, 2], f"each QoS comes as it was sent: {peer.got}")
    peer.leave()


def retained():
    peer = Peer("retained")
    topics = ["ret/a", "ret/b", "ret/c"]
    for qos, topic in enumerate(topics):
        peer.publish(topic, f"qos {qos}", qos, True)
    peer.subscribe(("ret/+", 2))
    wait(lambda: len(peer.got) == 3)
    check(len(peer.got) == 3 and all(m[3] for m in peer.got), f"three retained: {peer.got}")
    for qos, topic in enumerate(topics):
        peer.publish(topic, "", qos, True)
    late = Peer("retained-late")
    late.subscribe(("ret/+", 2))
    late.publish("ret/end", "end", 1)
    wait(lambda: late.got)
    check([m[1] for m in late.got] == ["end"], f"none after they were cleared: {late.got}")
    peer.leave()
    late.leave()


def will():
    heir = Peer("heir")
    heir.subscribe(("will/a", 2))
    Peer("dying", will=("will/a", "gone", 1, False)).die()
    check(wait(lambda: len(heir.got) == 1), f"the will of who dies: {heir.got}")
    Peer("leaving", will=("will/a", "left", 1, False)).leave()
    heir.publish("will/a", "end", 1)
    wait(lambda: len(heir.got) == 2)
    check([m[1] for m in heir.got] == ["gone", "end"], f"no will of who says goodbye: {heir.got}")
    heir.leave()


def nameless():
    peer = Peer("")
    check(peer.code == 0, f"no id with a clean session: {peer.code}")
    peer.leave()


def offline():
    Peer("queue", clean=True).leave()
    peer = Peer("queue", clean=False)
    check(peer.present == 0, "a new session is not present")
    peer.subscribe(("queue/+", 2))
    peer.leave()
    other = Peer("queue-other")
    for qos in (0, 1, 2):
        other.publish(f"queue/{qos}", f"{qos}", qos)
    other.leave()
    back = Peer("queue", clean=False)
    check(back.present == 1, "a kept session is present")
    wait(lambda: len(back.got) >= 2)
    check([m[1] for m in back.got if m[1] != "0"] == ["1", "2"], f"what waited: {back.got}")
    back.leave()
    Peer("queue", clean=True).leave()


def overlapping():
    peer = Peer("overlap")
    peer.subscribe(("lap/#", 2), ("lap/+", 1))
    peer.publish("lap/a", "x", 2)
    peer.publish("lap/end", "end", 2)
    wait(lambda: any(m[1] == "end" for m in peer.got))
    check([m[2] for m in peer.got] == [2, 2], f"once, with the highest QoS: {peer.got}")
    peer.leave()


def keepalive():
    heir = Peer("keep-heir")
    heir.subscribe(("keep/a", 1))
    silent = Peer("silent", keepalive=1, will=("keep/a", "silent", 1, False))
    silent.client.loop_stop()
    check(wait(lambda: heir.got, 4), "who is silent for 1.5 times its keep-alive is gone")
    heir.leave()


def redelivery():
    Peer("again", clean=True).leave()
    peer = Peer("again", clean=False)
    peer.subscribe(("again/#", 2))
    peer.client.loop_stop()
    other = Peer("again-other")
    other.publish("again/1", "1", 1)
    other.publish("again/2", "2", 2)
    other.leave()
    time.sleep(0.2)
    peer.die()
    back = Peer("again", clean=False)
    wait(lambda: len(back.got) == 2)
    check([m[1] for m in back.got] == ["1", "2"], f"what was not answered comes again: {back.got}")
    check(back.dups == 2, f"and says so: {back.dups}")
    back.leave()


def refused():
    peer = Peer("refused")
    check(peer.subscribe(("test/nosubscribe", 2)) == [0x80], f"SUBACK 0x80: {peer.codes}")
    peer.leave()


def dollar():
    peer = Peer("dollar")
    peer.subscribe(("+/dollar", 2), ("end/dollar", 1))
    peer.publish("$own/dollar", "x", 1)
    peer.publish("end/dollar", "end", 1)
    wait(lambda: peer.got)
    check([m[1] for m in peer.got] == ["end"], f"a wildcard in front matches no $ topic: {peer.got}")
    peer.leave()


def old_protocol():
    peer = Peer("old", protocol=mqtt.MQTTv31)
    peer.subscribe(("old/a", 1))
    peer.publish("old/a", "x", 1)
    check(wait(lambda: len(peer.got) == 1), f"MQTT 3.1 works: {peer.got}")
    peer.leave()


TESTS = [basic, retained, will, nameless, offline, overlapping, keepalive, redelivery, refused, dollar, old_protocol]
threads = [threading.Thread(target=test, name=test.__name__) for test in TESTS]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(20)
    check(not thread.is_alive(), f"{thread.name} hangs")
for sentence in wrong:
    print(sentence)
print("done")
sys.stdout.flush()
