"""The wire by itself: what waits, what is dropped, and in which order."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import zmq

from bridge.metrics import Counts, Durations
from bridge.patience import PATIENCE
from bridge.protocol.codec import Outgoing
from bridge.topics import TELL_AGAIN
from bridge.wire import MOST_WAITING, Wire

TEXTURE, EVENT = b"tex/npc\0", b"evt/npc\0"


class Rig:
    def __init__(self) -> None:
        self.context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.counts = Counts()
        self.watched: list[tuple[bytes, bool]] = []
        self.wire = Wire(self.context, ["inproc://c"], ["inproc://s"], Durations(), self.counts)

    def start(self) -> None:
        self.wire.start(lambda client, message: None, lambda *each: self.watched.append(each))

    def subscriber(self, *topics: bytes, mark: int = 0) -> "zmq.Socket[bytes]":
        made: zmq.Socket[bytes] = self.context.socket(zmq.SUB)
        made.rcvhwm = mark or 1000
        made.connect("inproc://s")
        for topic in topics:
            made.subscribe(topic)
        if self.wire.is_alive and self.wire._thread is not None:
            self.until(lambda: {topic for topic, wanted in self.watched if wanted} >= set(topics))
        return made

    @staticmethod
    def until(condition: Callable[[], Any], seconds: float = 10.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.01)


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.wire.close()
    made.context.destroy(linger=0)


def test_what_nobody_wants_is_let_go_at_once(rig: Rig) -> None:
    rig.start()
    let_go: list[int] = []
    assert rig.wire.publish(Outgoing(TEXTURE, b"h", b"p", lambda: let_go.append(1)))
    assert let_go == [1]


def test_each_new_subscriber_is_told_of_and_the_last_that_leaves(rig: Rig) -> None:
    rig.start()
    first, second = rig.subscriber(EVENT), rig.subscriber(EVENT)
    rig.until(lambda: rig.watched[-1:] == [(EVENT, True)])
    time.sleep(2 * TELL_AGAIN)
    third = rig.subscriber(EVENT)
    told = len(rig.watched)
    rig.until(lambda: len(rig.watched) > told)
    for each in (first, second, third):
        each.close(0)
    rig.until(lambda: rig.watched[-1] == (EVENT, False))


def test_who_subscribes_again_and_again_is_told_of_now_and_then(rig: Rig) -> None:
    rig.start()
    nervous = rig.subscriber(EVENT)
    begin = time.monotonic()
    for _ in range(40):
        for _ in range(20):
            nervous.unsubscribe(EVENT)
            nervous.subscribe(EVENT)
        time.sleep(0.005)  # a SUB drops subscriptions where too many are on their way
    time.sleep(2 * TELL_AGAIN)
    rig.until(lambda: rig.wire.topics() == ["evt/npc"] and rig.watched[-1] == (EVENT, True))
    assert len(rig.watched) < 5 + (time.monotonic() - begin) / TELL_AGAIN


def test_outdated_messages_are_dropped_and_their_buffers_let_go(rig: Rig) -> None:
    rig.start()
    listener = rig.subscriber(TEXTURE)
    let_go: list[int] = []
    for number in range(4):
        rig.wire.publish(
            Outgoing(TEXTURE, bytes([number]), None, lambda n=number: let_go.append(n), lambda n=number: n % 2 == 0)
        )
    assert [listener.recv_multipart()[1][0] for _ in range(2)] == [1, 3]
    rig.until(lambda: let_go == [0, 1, 2, 3])
    assert rig.counts.summary()["drop.stale"] == 2


def test_textures_are_refused_when_too_many_wait_and_events_are_not(rig: Rig) -> None:
    rig.wire._topics.note(b"", True)  # somebody listens; the thread does not run yet, so that all must wait
    let_go: list[int] = []
    taken = [rig.wire.publish(Outgoing(TEXTURE, b"h", b"p", lambda: let_go.append(1))) for _ in range(MOST_WAITING + 5)]
    assert taken == [True] * MOST_WAITING + [False] * 5
    assert let_go == [1] * 5
    assert rig.wire.publish(Outgoing(EVENT, b"h"))
    assert rig.counts.summary()["drop.wire_full"] == 5


def test_impatient_frames_are_dropped_for_who_is_behind_and_patient_ones_wait(rig: Rig) -> None:
    rig.start()
    behind = rig.subscriber(TEXTURE, mark=1)
    for number in range(100):
        rig.wire.publish(Outgoing(TEXTURE, bytes([number])))
    rig.until(lambda: rig.wire.waiting()["streams"] == 0)
    got = [behind.recv_multipart()[1][0]]
    while behind.poll(100):
        got.append(behind.recv_multipart()[1][0])
    assert got == list(range(len(got))) and len(got) < 100
    for number in range(100):
        rig.wire.publish(Outgoing(TEXTURE, bytes([number]), patient=True))
    rig.wire.publish(Outgoing(TEXTURE, bytes([100])))
    time.sleep(0.1)
    assert rig.wire.waiting()["streams"] > 50
    assert [behind.recv_multipart()[1][0] for _ in range(101)] == list(range(101))


def test_patience_ends_so_that_nobody_stops_a_bake_for_good(rig: Rig) -> None:
    rig.start()
    _behind = rig.subscriber(TEXTURE, mark=1)
    let_go: list[int] = []
    begin = time.monotonic()
    for _ in range(100):
        rig.wire.publish(Outgoing(TEXTURE, b"h", None, lambda: let_go.append(1), patient=True))
    rig.until(lambda: len(let_go) == 100)
    assert PATIENCE * 0.9 < time.monotonic() - begin < PATIENCE + 3


@pytest.fixture
def slow_reader(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Iterator["zmq.Socket[bytes]"]:
    """A client that is behind as soon as some replies wait."""
    rig.wire.close()
    monkeypatch.setattr("bridge.sockets.REPLIES_WAITING", 5)
    rig.wire = Wire(rig.context, ["inproc://slow"], ["inproc://unused"], Durations(), rig.counts)
    rig.wire.start(lambda client, message: [rig.wire.reply(client, bytes([n])) for n in range(100)], lambda *each: None)
    client: zmq.Socket[bytes] = rig.context.socket(zmq.DEALER)
    client.rcvhwm = 1
    client.connect("inproc://slow")
    client.send(b"ask")
    yield client
    client.close(0)


def test_a_client_that_reads_slowly_gets_all_its_replies_in_order(rig: Rig, slow_reader: "zmq.Socket[bytes]") -> None:
    rig.until(lambda: 0 < rig.wire.waiting()["replies"] < 100)
    assert [slow_reader.recv()[0] for _ in range(100)] == list(range(100))
    rig.until(lambda: rig.wire.waiting()["replies"] == 0)


def test_a_client_that_never_reads_is_given_up(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, slow_reader: "zmq.Socket[bytes]"
) -> None:
    monkeypatch.setattr("bridge.replying.PATIENCE", 0.2)
    rig.until(lambda: rig.counts.summary().get("drop.client_full", 0) > 50)
    assert rig.wire.waiting()["replies"] == 0


def test_two_wires_cannot_have_one_place(rig: Rig) -> None:
    with pytest.raises(zmq.ZMQError):
        Wire(rig.context, ["inproc://c"], ["inproc://s"], Durations(), Counts())
