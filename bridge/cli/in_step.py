"""A live voice and its face in step: what is heard is pushed, and each frame is shown as its sound is played."""

import threading
from fractions import Fraction
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self

import numpy as np

from bridge.cli.connecting import ReachError
from bridge.cli.screen import Picture
from bridge.cli.sound import Playback, SilentPlayback
from bridge.cli.sources import FileVoice, Microphone, Tape
from bridge.client import ENDINGS, BridgeError, Client, ConnectionLost, Frame, calls
from vasa_core.export.sink import BackgroundSink
from vasa_core.export.sound import SOUND_RATE

UTTERANCE = "live"
PIECE_S = 0.02
"""s between two pieces that are pushed."""
LEAD_S = 0.08
"""s by which frames are asked for before their sound."""
SPARE_S = 0.04
"""s that the sound waits besides the lead, so that no frame comes late."""
END_S = 1.0
"""s to wait for the ending event after all was heard."""


class Feeder:
    """Pushes what a source hears, in a thread of its own, from `__enter__` to `__exit__`."""

    def __init__(
        self, client: Client, npc: str, source: Microphone | FileVoice, tape: Tape, seconds: float | None
    ) -> None:
        """`seconds`: how much is heard at most."""
        self._client, self._npc, self._source, self._tape = client, npc, source, tape
        self._most = None if seconds is None else round(seconds * SOUND_RATE)
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="vasa live", daemon=True)

    def __enter__(self) -> Self:
        self._client.open(self._npc, UTTERANCE, rate=SOUND_RATE, start="engine")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._closing and not self._source.ended and self._tape.length != self._most:
                samples = self._source.read()
                if self._most is not None:
                    samples = samples[: self._most - self._tape.length]
                if len(samples):
                    self._tape.add(samples)
                    data = (samples.clip(-1, 1) * 32767).astype("<i2").tobytes()
                    self._client.send(calls.push(self._npc, UTTERANCE, data))
                sleep(PIECE_S)
            self._client.close_utterance(self._npc, UTTERANCE)
        except (BridgeError, ConnectionLost):
            pass  # `Show` sees it too, and says so
        finally:
            self._tape.ended = True


class Show:
    """What is to be seen now, turn by turn; to the files too, if there are some."""

    def __init__(
        self,
        client: Client,
        npc: str,
        playback: Playback | SilentPlayback,
        tape: Tape,
        sink: BackgroundSink | None,
        film_fps: Fraction | None,
    ) -> None:
        """`film_fps`: the sink is a film of so many frames a second; None: it gets each frame once."""
        self._client, self._npc, self._playback, self._tape = client, npc, playback, tape
        self._sink, self._film_fps = sink, film_fps
        self._start_at = float("inf")
        self._over_at = float("inf")
        self._shown: Frame | None = None
        self._picture: Picture | None = None
        self._filmed = 0
        self._behind: list[float] = []
        self._frames = 0

    def turn(self) -> Picture | None:
        """A picture, if there is a new one. Raises `StopIteration` at the end."""
        now = monotonic()
        self._hear_events(now)
        if now >= self._start_at:
            self._playback.start()
        position = self._playback.position()
        if self._playback.report_due():
            self._client.send(calls.clock(self._npc, UTTERANCE, round(position)))
        frame = self._client.frame_at(self._npc, position, UTTERANCE)
        is_new = frame is not None and frame is not self._shown
        if frame is not None and is_new:
            self._shown, self._picture = frame, frame.image()
            self._count(frame, position)
        self._film(position, is_new)
        if self._tape.ended and position >= self._tape.length:
            self._over_at = min(self._over_at, now + END_S)
        if now >= self._over_at:
            raise StopIteration
        return self._picture if is_new else None

    def figures(self) -> dict[str, Any]:
        """How well it was in step."""
        behind = 1e3 * np.array(self._behind)
        return {
            "frames": self._frames,
            "seconds": round(self._playback.position() / SOUND_RATE, 3),
            "behind_sound_ms_p50": round(float(np.quantile(behind, 0.5)), 2) if len(behind) else None,
            "behind_sound_ms_p95": round(float(np.quantile(behind, 0.95)), 2) if len(behind) else None,
        }

    def _hear_events(self, now: float) -> None:
        if not self._client.connected:
            raise ReachError("The daemon went away; start again.")
        while (event := self._client.event(self._npc, UTTERANCE)) is not None:
            if event.event == "started":
                self._start_at = now + LEAD_S + SPARE_S
            elif event.event == "failed" and event.error is not None:
                raise ReachError(event.error.message)
            elif event.event in ENDINGS:
                self._over_at = now

    def _count(self, frame: Frame, position: float) -> None:
        if frame.header.utterance == UTTERANCE and position > 0:
            self._frames += 1
            self._behind.append(position / SOUND_RATE - frame.time)

    def _film(self, position: float, is_new: bool) -> None:
        """Write what is due: to a film as often as its rate wants it."""
        if self._sink is None or self._picture is None or position <= 0:
            return
        if self._film_fps is None:
            if is_new:
                self._sink.write(self._picture)
            return
        while position / SOUND_RATE >= self._filmed / self._film_fps:
            self._sink.write(self._picture)
            self._filmed += 1
