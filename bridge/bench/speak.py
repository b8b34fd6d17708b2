"""From `speak` to the first frame of what is said, at a subscriber in another process than the daemon's."""

import random
from time import monotonic, sleep

from bridge.bench.figures import Figure, Plan, quantiles
from bridge.bench.served import Served
from bridge.bench.subscriber import Subscriber, frames_of
from bridge.bench.voices import RATE, voice
from bridge.client import Client
from bridge.protocol.messages import Topic

TITLE = "speak to first moving frame"
GOALS_MS: dict[int, float | None] = {50: 170.0, 95: 250.0}
USUAL_S = 60.0
NPC = "npc"
PATIENCE_S = 5.0
SPOKEN_S = 0.4
"""Of each utterance, before it is broken off."""


def run(plan: Plan) -> list[Figure]:
    """Speak again and again, at any moment of an idle face's life."""
    chance = random.Random(1)
    took = []
    missed = 0
    with Served("sample", plan.portrait) as served, Client(served.control) as client:
        client.spawn(NPC, "sample", seed=1)
        with Subscriber(served.streams, [Topic.of(Topic.TEXTURE, NPC)]) as subscriber:
            subscriber.wait(frames_of(NPC), PATIENCE_S)
            end = monotonic() + plan.lasts(USUAL_S)
            number = 0
            while monotonic() < end:
                sleep(chance.uniform(0.6, 1.2))
                subscriber.forget()
                number += 1
                begin = monotonic()
                client.speak(NPC, f"u{number}", voice(3.0, chance.uniform(0, 5)), rate=RATE)
                first = subscriber.wait(frames_of(NPC, f"u{number}"), PATIENCE_S)
                if first is None:
                    missed += 1
                elif number > 1:  # the first one warms up
                    took.append(first.at - begin)
                sleep(SPOKEN_S)
                client.interrupt(NPC)
    return quantiles(TITLE, took, GOALS_MS, f"{missed} never came" if missed else "")
