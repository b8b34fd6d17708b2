"""The Python client and `vasa serve` as they are: a portrait that talks, in three processes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import vasa_core
from bridge.client import Client, PlaybackClock, calls

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SAMPLES = Path(vasa_core.__file__).parent / "samples"
LINE = (SAMPLES / "line_1.flac").read_bytes()
PATIENCE = 120.0


@pytest.fixture(scope="module")
def control() -> Iterator[str]:
    command = [sys.executable, "-m", "vasa_core.cli", "serve", "--port", "0", "--json"]
    face = ["--face", f"hero={SAMPLES / 'portrait.png'}", "--allow", str(SAMPLES)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with subprocess.Popen([*command, *face], stdout=subprocess.PIPE, text=True, env=environment) as process:
        yield json.loads(process.stdout.readline())["control"]
        process.terminate()
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("transport", ["wire", "shm"])
def test_a_game_plays_a_line_in_time(control, transport):
    """The engine's clock is the master: whatever is shown has a pts that has come."""
    npc = f"npc_{transport}"
    with Client(control, timeout=PATIENCE) as client, Client(control, timeout=PATIENCE) as watcher:
        client.spawn(npc, "hero", size=256, fps=15, transport=transport)
        client.subscribe(npc, timeout=PATIENCE)
        accepted = client.speak(npc, "line", path=SAMPLES / "line_1.flac", start="engine")
        watcher.subscribe(npc)
        playback = PlaybackClock(16_000)
        until_frame(client, npc, "line")
        begin = time.monotonic()
        late: list[float] = []
        while (heard := time.monotonic() - begin) < accepted.seconds:
            now = time.monotonic()
            playback.update(round(heard * 16_000 / 320) * 320, now)  # a device that plays blocks of 20 ms
            position = playback.position(now)
            if playback.report_due(now):
                client.send(calls.clock(npc, "line", round(position)))
            frame = client.frame_at(npc, position, "line")
            if frame is not None and frame.header.utterance == "line":
                assert frame.header.pts <= position
                late.append((position - frame.header.pts) / 16_000)
            time.sleep(0.01)
        assert [event.event for event in client.events(npc, "line", timeout=PATIENCE)][-1] == "finished"
        seen = watcher.frame(npc, timeout=PATIENCE)
        assert seen.image().shape == (256, 256, 4)
        print(f"{transport}: frames are {1e3 * np.percentile(late, 50):.0f} ms old at the median of {len(late)} looks")
        client.despawn(npc)


def test_baking_gives_every_frame(control):
    with Client(control, timeout=PATIENCE) as client:
        client.spawn("baked", "hero", size=256, fps=10, seed=1)
        client.subscribe("baked", timeout=PATIENCE)
        accepted = client.speak("baked", "line", LINE, pace="asap")
        pts: list[int] = []
        end = time.monotonic() + PATIENCE
        position = 0
        while len(pts) < int(accepted.seconds * 10) and time.monotonic() < end:
            frame = client.frame_at("baked", position, "line")
            if frame is not None and frame.header.utterance == "line" and frame.header.pts not in pts:
                pts.append(frame.header.pts)
                position = frame.header.pts + 1600
            time.sleep(0.001)
        assert pts == list(range(0, len(pts) * 1600, 1600))
        assert [event.event for event in client.events("baked", "line", timeout=PATIENCE)][-1] == "finished"
        client.despawn("baked")


def test_an_interrupt_and_a_new_line(control):
    with Client(control, timeout=PATIENCE) as client:
        client.spawn("npc1", "hero", size=256, fps=15)
        client.subscribe("npc1", timeout=PATIENCE)
        client.speak("npc1", "first", LINE)
        client.speak("npc1", "second", LINE)
        until_frame(client, "npc1", "first")
        epoch = client.interrupt("npc1").epoch
        frame = client.frame("npc1", timeout=PATIENCE)
        assert (frame.header.epoch, frame.header.utterance) == (epoch, None)
        for utterance in ("first", "second"):
            assert [each.event for each in client.events("npc1", utterance, timeout=PATIENCE)][-1] == "interrupted"
        assert client.speak("npc1", "first", LINE).epoch == epoch
        until_frame(client, "npc1", "first")
        client.despawn("npc1")
        assert [each.event for each in client.events("npc1", "first", timeout=PATIENCE)][-1] == "failed"


def until_frame(client: Client, npc: str, utterance: str) -> None:
    """Wait until an utterance's first frame was sent."""
    for event in client.events(npc, utterance, timeout=PATIENCE):
        if event.event == "started":
            return
    raise AssertionError(f"{utterance} has not started")
