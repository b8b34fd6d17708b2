"""The dispatcher with a stage that can be held: order, overtaking, one reply each."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.dispatch import Dispatcher, Peer
from bridge.metrics import Counts, Durations
from bridge.protocol import messages as m
from bridge.protocol.codec import decode_reply, encode
from bridge.turns import Turns


class Held:
    """Carries requests out when it is let; keeps what it did."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.hold: dict[str, threading.Event] = {}
        self.replies: dict[int, m.Reply] = {}
        self.came = threading.Condition()
        self.dispatcher = Dispatcher(self.carry, Durations(), Counts())

    def carry(self, request: m.AnyRequest) -> dict[str, Any]:
        name = f"{request.__struct_config__.tag} {getattr(request, 'npc', getattr(request, 'face', ''))}"
        if name in self.hold:
            assert self.hold[name].wait(10)
        self.done.append(name)
        return {}

    def peer(self) -> Peer:
        return self.dispatcher.attach(self.take)

    def take(self, message: bytes) -> None:
        reply = decode_reply(message)
        with self.came:
            assert reply.id not in self.replies
            self.replies[reply.id] = reply
            self.came.notify_all()

    def until(self, *ids: int) -> None:
        with self.came:
            assert self.came.wait_for(lambda: set(ids) <= set(self.replies), 10)


@pytest.fixture
def held() -> Iterator[Held]:
    made = Held()
    yield made
    for event in made.hold.values():
        event.set()
    made.dispatcher.close()


def test_requests_about_one_npc_keep_their_order_and_others_do_not_wait(held: Held) -> None:
    peer = held.peer()
    held.hold["speak a"] = threading.Event()
    for number, request in enumerate(
        (
            m.Speak(npc="a", utterance="u"),
            m.Push(npc="a", utterance="u", audio=b""),
            m.Set(npc="b"),
            m.Set(npc="a"),
            m.Ping(),
        ),
        1,
    ):
        request.id = number
        peer.submit(encode(request))
    held.until(3, 5)
    assert sorted(held.done) == ["ping ", "set b"]
    held.hold["speak a"].set()
    held.until(1, 2, 3, 4, 5)
    assert held.done[2:] == ["speak a", "push a", "set a"]


def test_an_interrupt_overtakes_and_what_it_overtook_is_broken_off(held: Held) -> None:
    peer, other = held.peer(), held.peer()
    held.hold["speak a"] = threading.Event()
    for number, (who, request) in enumerate(
        (
            (peer, m.Speak(npc="a", utterance="u1")),
            (peer, m.Speak(npc="a", utterance="u2")),
            (peer, m.Speak(npc="b", utterance="u3")),
            (other, m.Interrupt(npc="a")),
            (other, m.Set(npc="a")),
        ),
        1,
    ):
        request.id = number
        who.submit(encode(request))
    held.until(2, 3, 4)
    assert held.replies[2].error.code == "wrong_state"
    assert sorted(held.done) == ["interrupt a", "speak b"]
    held.hold["speak a"].set()
    held.until(1, 5)
    assert held.replies[1].result == {}
    assert held.done[2:] == ["speak a", "interrupt a", "set a"]


def test_an_npc_is_spawned_after_its_face_and_interrupted_after_its_spawn(held: Held) -> None:
    peer = held.peer()
    held.hold["enroll f"] = threading.Event()
    for number, request in enumerate(
        (m.Enroll(face="f"), m.Spawn(npc="a", face="f"), m.Interrupt(npc="a"), m.Set(npc="b")), 1
    ):
        request.id = number
        peer.submit(encode(request))
    held.until(4)
    assert held.done == ["set b"]
    held.hold["enroll f"].set()
    held.until(1, 2, 3)
    assert held.done == ["set b", "enroll f", "spawn a", "interrupt a"]


def test_no_thread_is_stopped_by_what_cannot_be_written(held: Held) -> None:
    peer = held.peer()
    held.carry = lambda request: {"what": object()}  # type: ignore[method-assign, assignment]
    held.dispatcher._carry = held.carry
    peer.submit(encode(m.Ping(id=1)))
    held.until(1)
    assert held.replies[1].error.code == "internal"


def test_after_the_end_everything_is_refused(held: Held) -> None:
    held.dispatcher.close()
    held.peer().submit(encode(m.Ping(id=1)))
    assert held.replies[1].error.code == "shutting_down"
    assert held.dispatcher.waiting() == {"requests": 0, "bytes": 0}


def test_peers_take_turns_and_urgent_work_goes_first() -> None:
    turns, done, gate = Turns("test"), [], threading.Event()
    turns.put("x", lambda: gate.wait(10))
    time.sleep(0.05)
    for number in range(3):
        turns.put("loud", lambda number=number: done.append(f"loud {number}"))
    turns.put("quiet", lambda: done.append("quiet"))
    turns.put("loud", lambda: done.append("urgent"), urgent=True)
    gate.set()
    turns.close()
    assert done == ["urgent", "loud 0", "quiet", "loud 1", "loud 2"]
    assert not turns.put("late", lambda: None)
