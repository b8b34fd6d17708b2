"""From `interrupt` to the last frame of what was said, and to a mouth that is closed."""

import random
from time import monotonic, sleep

import numpy as np

from bridge.bench.figures import Figure, Plan, quantiles
from bridge.bench.served import Served
from bridge.bench.subscriber import Arrival, Subscriber, frames_of
from bridge.bench.voices import RATE, voice
from bridge.client import Client, calls
from bridge.protocol.messages import FrameHeader, MotionHeader, Topic
from vasa_core.latent.arkit import ARKIT_NAMES

LAST, CLOSED = "interrupt to last old frame", "interrupt to mouth closed"
LAST_MS, CLOSED_MS = 60.0, 200.0
USUAL_S = 60.0
NPC = "npc"
PATIENCE_S = 3.0
AFTER_S = 0.6
"""s that are looked at after an interrupt."""
OPEN = 0.12
"""Of jawOpen, above the idle face's: the mouth is clearly open."""
SHUT = 0.04
"""Of jawOpen, above the idle face's: nobody sees the difference."""
JAW = ARKIT_NAMES.index("jawOpen")


def run(plan: Plan) -> list[Figure]:
    """Interrupt again and again, while the mouth is open."""
    chance = random.Random(1)
    last, closed = [], []
    topics = [Topic.of(kind, NPC) for kind in (Topic.TEXTURE, Topic.MOTION)]
    with Served("sample", plan.portrait) as served, Client(served.control) as client:
        client.spawn(NPC, "sample", seed=1)
        with Subscriber(served.streams, topics) as subscriber:
            subscriber.wait(frames_of(NPC), PATIENCE_S)
            sleep(1.0)
            rest = float(np.median([_jaw(arrival) for arrival in subscriber.since(0) if _is_motion(arrival)]))
            end = monotonic() + plan.lasts(USUAL_S)
            number = 0
            while monotonic() < end:
                number += 1
                subscriber.forget()
                sound = voice(8.0, chance.uniform(0, 10))
                epoch = client.speak(NPC, f"u{number}", sound, rate=RATE).epoch
                subscriber.wait(frames_of(NPC, f"u{number}"), PATIENCE_S)
                sleep(chance.uniform(0.3, 1.0))
                is_open = lambda arrival: _is_motion(arrival) and _jaw(arrival) > rest + OPEN  # noqa: E731
                opened = subscriber.wait(is_open, PATIENCE_S, subscriber.count())
                begin = monotonic()
                client.send(calls.interrupt(NPC))
                sleep(AFTER_S)
                after = [arrival for arrival in subscriber.since(0) if arrival.at >= begin]
                old = [a.at - begin for a in after if _is_old(a, epoch)]
                last.append(max(old, default=0.0))
                shut = next((a.at - begin for a in after if _is_shut(a, epoch, rest + SHUT)), None)
                if opened is not None and shut is not None:
                    closed.append(shut)
    never = len(last) - len(closed)
    return [
        *quantiles(LAST, last, {50: None, 99: LAST_MS}),
        *quantiles(CLOSED, closed, {50: None, 99: CLOSED_MS}, f"{never} times it was not open" if never else ""),
    ]


def _is_motion(arrival: Arrival) -> bool:
    return isinstance(arrival.header, MotionHeader)


def _is_old(arrival: Arrival, epoch: int) -> bool:
    return isinstance(arrival.header, (FrameHeader, MotionHeader)) and arrival.header.epoch <= epoch


def _is_shut(arrival: Arrival, epoch: int, most: float) -> bool:
    header = arrival.header
    return isinstance(header, MotionHeader) and header.epoch > epoch and _jaw(arrival) <= most


def _jaw(arrival: Arrival) -> float:
    """How far the jaw is open: the ARKit weight."""
    header = arrival.header
    assert isinstance(header, MotionHeader)
    begin = 0
    for name, length in header.fields.items():
        if name == "arkit":
            break
        begin += length
    return float(np.frombuffer(arrival.payload, "<f4")[begin + JAW])
