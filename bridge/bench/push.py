"""From a piece of sound that is pushed to the first frame that belongs to it."""

from time import monotonic, sleep

from bridge.bench.figures import Figure, Plan, quantiles
from bridge.bench.served import Served
from bridge.bench.subscriber import Subscriber, frames_of
from bridge.bench.voices import RATE, voice
from bridge.client import Client, calls
from bridge.protocol.messages import FrameHeader, Topic

TITLE = "push to the frame it moves"
BEYOND_MS = 120.0
"""The goal: so much more than the look-ahead."""
USUAL_S = 40.0
PIECE_S = 0.04
"""s of sound in a piece, pushed every so many s, as speech is made or heard live."""
UTTERANCE_S = 4.0
LOOK_AHEAD_S = 0.16
NPC = "npc"
PATIENCE_S = 5.0


def run(plan: Plan) -> list[Figure]:
    """Push speech piece by piece in its own time, utterance after utterance."""
    took: list[float] = []
    with Served("sample", plan.portrait) as served, Client(served.control) as client:
        client.spawn(NPC, "sample", seed=1, look_ahead=LOOK_AHEAD_S)
        with Subscriber(served.streams, [Topic.of(Topic.TEXTURE, NPC)]) as subscriber:
            subscriber.wait(frames_of(NPC), PATIENCE_S)
            end = monotonic() + plan.lasts(USUAL_S)
            number = 0
            while monotonic() < end:
                times = _utterance(client, subscriber, f"u{number}")
                if number:  # the first one warms up
                    took += times
                number += 1
    goal = 1e3 * LOOK_AHEAD_S + BEYOND_MS
    note = f"look-ahead {1e3 * LOOK_AHEAD_S:.0f} ms, pieces of {1e3 * PIECE_S:.0f} ms"
    return quantiles(TITLE, took, {50: None, 95: goal}, note)


def _utterance(client: Client, subscriber: Subscriber, name: str) -> list[float]:
    """s from each piece's push to the first frame of the sound in it."""
    sound = voice(UTTERANCE_S)
    samples = round(PIECE_S * RATE)
    subscriber.forget()
    client.open(NPC, name, rate=RATE)
    begin = monotonic()
    pushed = []
    for place in range(0, len(sound), samples):
        sleep(max(0.0, begin + place / RATE - monotonic()))
        pushed.append((place, monotonic()))
        client.send(calls.push(NPC, name, sound[place : place + samples].tobytes()))
    client.close_utterance(NPC, name)
    last = len(sound) - samples
    subscriber.wait(lambda arrival: frames_of(NPC, name)(arrival) and _pts(arrival.header) >= last, PATIENCE_S)
    frames = [(_pts(arrival.header), arrival.at) for arrival in subscriber.since(0) if frames_of(NPC, name)(arrival)]
    took = []
    for place, at in pushed:
        came = next((when for pts, when in frames if pts >= place), None)
        if came is not None:
            took.append(came - at)
    return took


def _pts(header: object) -> int:
    assert isinstance(header, FrameHeader)
    return header.pts
