"""A stage without faces, and a daemon around it in a process of its own: `python fake_stage.py SETTINGS_JSON`.

Each utterance "plays" until it is interrupted, closed or the stage ends; subscribed textures tick at 40 fps.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec

from bridge.config import Settings
from bridge.protocol import messages as m
from bridge.protocol.codec import Outgoing, encode
from bridge.protocol.errors import BridgeError

FRAME = bytes(range(256)) * 4096
"""1 MiB, as a frame of 512x512 RGBA has."""


class FakeStage:
    def __init__(self, settings: Settings, publish: Callable[[Outgoing], bool]) -> None:
        self._publish = publish
        self._lock = threading.RLock()
        self.faces: dict[str, int] = {}
        self.npcs: dict[str, int] = {}
        self.open_utterances: dict[str, list[str]] = {}
        self.samples: dict[str, int] = {}
        self.topics: set[bytes] = set()
        self.calls: list[str] = []
        self.delay = 0.0
        """s that speaking takes."""
        self.enroll_delay = 0.0
        self.sent = 0
        self.dropped = 0
        self._stop = threading.Event()
        self._ticker = threading.Thread(target=self._tick)
        self._ticker.start()

    def enroll(self, request: m.Enroll, image: bytes | None) -> dict[str, Any]:
        if request.face == "slow":
            time.sleep(0.5)
        self.calls.append(f"enroll {request.face}")
        with self._lock:
            self.faces[request.face] = len(image or request.image or b"")
        return {"face": request.face, "width": 1, "height": 1, "seconds": 0.0, "warnings": []}

    def forget(self, request: m.Forget) -> dict[str, Any]:
        with self._lock:
            if self.faces.pop(request.face, None) is None:
                raise BridgeError("no_such_face", f"There is no face {request.face!r}.")
        return {}

    def spawn(self, request: m.Spawn) -> dict[str, Any]:
        self.calls.append(f"spawn {request.npc}")
        with self._lock:
            if request.face not in self.faces:
                raise BridgeError("no_such_face", f"There is no face {request.face!r}.")
            self.npcs[request.npc] = 0
            self.open_utterances[request.npc] = []
        return {"npc": request.npc, "epoch": 0, "seed": 1, "delay": 0.2, "ring": None}

    def despawn(self, request: m.Despawn) -> dict[str, Any]:
        with self._lock:
            self._known(request.npc)
            self._end(request.npc, "failed")
            del self.npcs[request.npc]
        return {}

    def speak(self, request: m.Speak, sound: bytes | None) -> dict[str, Any]:
        time.sleep(self.delay)
        return self._begin(request, len(sound if sound is not None else request.audio or b""))

    def open(self, request: m.Open) -> dict[str, Any]:
        return self._begin(request, 0)

    def push(self, request: m.Push) -> dict[str, Any]:
        self.calls.append(f"push {request.npc} {request.utterance}")
        with self._lock:
            if request.utterance not in self.open_utterances.get(request.npc, []):
                raise BridgeError("no_such_utterance", f"There is no utterance {request.utterance!r}.")
            self.samples[request.utterance] += len(request.audio) // 2
            return self._accepted(request)

    def close_utterance(self, request: m.Close) -> dict[str, Any]:
        with self._lock:
            self._known(request.npc)
            if request.utterance in self.open_utterances[request.npc]:
                self.open_utterances[request.npc].remove(request.utterance)
                self._event("finished", request.npc, request.utterance)
            return self._accepted(request)

    def interrupt(self, request: m.Interrupt) -> dict[str, Any]:
        self.calls.append(f"interrupt {request.npc}")
        with self._lock:
            self._known(request.npc)
            self.npcs[request.npc] += 1
            self._end(request.npc, "interrupted")
            return {"epoch": self.npcs[request.npc]}

    def set(self, request: m.Set) -> dict[str, Any]:
        self.calls.append(f"set {request.npc}")
        self._known(request.npc)
        if request.importance == 0.125:
            raise RuntimeError("a bug in the stage")
        return {}

    def list(self, request: m.List) -> dict[str, Any]:
        with self._lock:
            return {"faces": [*self.faces], "npcs": [{"npc": npc} for npc in self.npcs]}

    def stats(self, request: m.Stats) -> dict[str, Any]:
        with self._lock:
            return {"npcs": {npc: {"epoch": epoch} for npc, epoch in self.npcs.items()}, "sent": self.sent}

    def subscribed(self, topic: bytes, wanted: bool) -> None:
        self.calls.append(f"{'sub' if wanted else 'unsub'} {topic.decode()}")
        with self._lock:
            (self.topics.add if wanted else self.topics.discard)(topic)
            for npc in self.npcs:
                if wanted and m.Topic.of(m.Topic.EVENT, npc).startswith(topic):
                    self._event("state", npc, None)

    def close(self) -> None:
        self._stop.set()
        self._ticker.join()
        with self._lock:
            for npc in self.npcs:
                self._end(npc, "failed")

    def _begin(self, request: m.Speak | m.Open, samples: int) -> dict[str, Any]:
        self.calls.append(f"speak {request.npc} {request.utterance}")
        with self._lock:
            self._known(request.npc)
            self.open_utterances[request.npc].append(request.utterance)
            self.samples[request.utterance] = samples
            self._event("started", request.npc, request.utterance)
            return self._accepted(request)

    def _accepted(self, request: Any) -> dict[str, Any]:
        return {
            "utterance": request.utterance,
            "epoch": self.npcs[request.npc],
            "samples": self.samples[request.utterance],
            "seconds": 0.0,
        }

    def _known(self, npc: str) -> None:
        if npc not in self.npcs:
            raise BridgeError("no_such_npc", f"There is no NPC {npc!r}.")

    def _end(self, npc: str, how: m.EventKind) -> None:
        for utterance in self.open_utterances[npc]:
            self._event(how, npc, utterance)
        self.open_utterances[npc] = []

    def _event(self, kind: m.EventKind, npc: str, utterance: str | None) -> None:
        event = m.Event(event=kind, npc=npc, epoch=self.npcs[npc], utterance=utterance, sent=_now())
        self._publish(Outgoing(m.Topic.of(m.Topic.EVENT, npc), encode(event)))

    def _tick(self) -> None:
        seq = 0
        while not self._stop.wait(1 / 40):
            seq += 1
            with self._lock:
                for npc, epoch in self.npcs.items():
                    header = m.FrameHeader(
                        npc=npc, epoch=epoch, seq=seq, pts=seq * 400, rate=16_000, width=512, height=512,
                        format="rgba", origin="top-left", sent=_now(),
                    )  # fmt: skip
                    went = self._publish(Outgoing(m.Topic.of(m.Topic.TEXTURE, npc), encode(header), FRAME))
                    self.sent += went
                    self.dropped += not went


def _now() -> int:
    return time.monotonic_ns() // 1000


if __name__ == "__main__":
    from bridge.serving import serve
    from vasa_core.errors import VasaError

    options = json.loads(sys.argv[1])
    parent = options.pop("parent_pid", None)
    settings = msgspec.convert(options, Settings, strict=False, dec_hook=lambda kind, value: kind(value))
    try:
        serve(settings, parent, True, FakeStage)
    except VasaError as problem:
        sys.exit(str(problem))
