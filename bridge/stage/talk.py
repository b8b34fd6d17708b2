"""The requests about what NPCs say, hear and do: from a message to a change of an `Npc`, and the map of the reply."""

from threading import Condition, RLock
from typing import Any, NoReturn

from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import (
    Clock,
    Close,
    Gesture,
    Interrupt,
    Listen,
    Open,
    Pause,
    Push,
    Resume,
    Seek,
    Set,
    Speak,
)
from bridge.stage.clock import AudioClock, Time
from bridge.stage.npc import Npc
from bridge.stage.settings import StageSettings
from bridge.stage.sound import Sound, SoundStream, whole_sound
from bridge.stage.utterance import Utterance
from bridge.stage.wishes import changes_of
from vasa_core.errors import VasaError
from vasa_core.motion.channels import LISTENING
from vasa_core.motion.gestures import Gesture as HeadGesture

OLD_REPORT_S = 0.3
"""After somebody sought, reports of the old place are still on their way for so long."""
FAR_S = 0.25
"""A report this far from where it was sought to is of the old place."""


class Talk:
    """The part of the stage that hears requests about utterances. Methods return the reply's map."""

    def __init__(self, settings: StageSettings, time: Time) -> None:
        self.settings = settings
        self.time = time
        self._lock = RLock()
        """Guards everything."""
        self._motion_wake, self._picture_wake = Condition(self._lock), Condition(self._lock)
        """Notified when there may be something to do for the thread that makes motion, and for those that draw."""
        self.changes = 0
        """Counts how often that was so."""
        self._npcs: dict[str, Npc] = {}
        self.closing = False

    # Utterances

    def speak(self, request: Speak, sound: bytes | None) -> dict[str, Any]:
        """Say a whole sound after what is said already; `sound` are the bytes of a file, in place of `audio`."""
        asked = self.time.now()
        data = sound if sound is not None else request.audio
        if data is None:
            raise BridgeError("bad_audio", "There is nothing to say; give `audio` or `path`.")
        with self._lock:
            self._check_new(self._npc(request.npc), request.utterance)
        heard = whole_sound(data, request.encoding, request.rate, self.settings.longest_sound)
        return self._add(request, heard, asked, None)

    def open(self, request: Open) -> dict[str, Any]:
        """Begin an utterance whose sound comes in pieces."""
        sound = Sound(request.rate, whole=False)
        return self._add(request, sound, self.time.now(), SoundStream(sound, request.encoding))

    def push(self, request: Push) -> dict[str, Any]:
        """The next piece of an opened utterance."""
        with self._lock:
            npc, utterance = self._opened(request.npc, request.utterance)
            stream, sound = utterance.stream, utterance.sound
            assert stream is not None
            ahead = sound.seconds - max(0.0, utterance.clock.position(self.time.now()))
            if ahead > self.settings.longest_sound:
                _refuse("too_large", f"{utterance.name} is {ahead:.0f} s ahead of what is said; push more later.")
            self._check_room(len(request.audio))
            stream.push(request.audio)
            utterance.fed = self.time.now()
            return self._done(npc, utterance)

    def close_utterance(self, request: Close) -> dict[str, Any]:
        """No more pieces will come."""
        with self._lock:
            npc, utterance = self._opened(request.npc, request.utterance)
            assert utterance.stream is not None
            utterance.stream.close()
            utterance.fed = self.time.now()
            return self._done(npc, utterance)

    def interrupt(self, request: Interrupt) -> dict[str, Any]:
        """Break off all that is said or waits."""
        with self._lock:
            npc = self._npc(request.npc)
            npc.interrupt(self.time.now())
            self._wake()
            return {"epoch": npc.epoch}

    def pause(self, request: Pause) -> dict[str, Any]:
        """Hold what is said where it is; the face idles."""
        with self._lock:
            npc, now = self._npc(request.npc), self.time.now()
            utterance = npc.current
            if utterance is None or not utterance.is_speech:
                _refuse("wrong_state", f"{npc.name} says nothing that could be paused.")
            if not utterance.paused:
                utterance.paused = True
                npc.go_to(utterance, utterance.clock.position(now) if utterance.begun else utterance.place, now)
                utterance.clock.hold(now, utterance.place)
            self._wake()
            return {}

    def resume(self, request: Resume) -> dict[str, Any]:
        """Go on with what was paused."""
        with self._lock:
            npc = self._npc(request.npc)
            utterance = npc.current
            if utterance is None or not utterance.paused:
                _refuse("wrong_state", f"{npc.name} has nothing paused.")
            utterance.paused = False
            utterance.fed = self.time.now()
            self._wake()
            return {}

    def seek(self, request: Seek) -> dict[str, Any]:
        """Go on from another place of a whole sound."""
        with self._lock:
            npc, now = self._npc(request.npc), self.time.now()
            utterance = npc.utterance(request.utterance)
            if not utterance.sound.whole:
                _refuse("wrong_state", f"{utterance.name} comes in pieces; only whole sounds can be sought in.")
            if request.position > utterance.sound.given:
                _refuse("wrong_state", f"{utterance.name} has {utterance.sound.given} samples; seek within them.")
            place = utterance.seconds(request.position)
            if utterance in npc.ending:
                if npc.current is not None:
                    _refuse("wrong_state", f"{utterance.name} is over and {npc.current.name} has begun.")
                npc.ending.remove(utterance)
                npc.queue.appendleft(utterance)
            if utterance is not npc.current:
                utterance.place = place
                return {"epoch": npc.epoch}
            npc.epoch += 1
            for other in npc.queue:
                other.epoch = npc.epoch
            npc.go_to(utterance, place, now)
            utterance.clock.hold(now, utterance.place)
            self._wake()
            return {"epoch": npc.epoch}

    def clock(self, request: Clock) -> dict[str, Any]:
        """Where the engine's sound is."""
        with self._lock:
            npc, now = self._npc(request.npc), self.time.now()
            utterance = npc.utterance(request.utterance)
            position = utterance.seconds(request.position)
            expected = utterance.clock.position(now)
            error = position + request.age - expected
            old = now - utterance.jumped < OLD_REPORT_S and abs(error) > FAR_S
            waiting = not utterance.begun and utterance.start == "auto"
            if utterance.paused or utterance.pace == "asap" or old or waiting:
                return {"drift": error}
            utterance.fed = now
            drift = utterance.clock.report(now, position, request.age)
            if abs(drift) > FAR_S:
                npc.follow_jump(utterance, now)
            self._wake()
            return {"drift": drift}

    # Everything else that an NPC does

    def listen(self, request: Listen) -> dict[str, Any]:
        """A piece of what somebody else says."""
        with self._lock:
            npc, now = self._npc(request.npc), self.time.now()
            if npc.speaking:
                _refuse("wrong_state", f"{npc.name} is speaking; interrupt it before it listens.")
            heard = npc.current
            if heard is not None and (heard.sound.closed or heard.sound.rate != request.rate):
                npc.stop_listening()
                heard = None
            if heard is None:
                if request.end and not request.audio:
                    return {}
                sound = Sound(request.rate, whole=False)
                stream = SoundStream(sound, request.encoding)
                heard = Utterance(None, npc.epoch, sound, now, stream=stream, voice=LISTENING)
                npc.queue.append(heard)
            assert heard.stream is not None
            self._check_room(len(request.audio))
            heard.stream.push(request.audio, request.encoding)
            heard.fed = now
            if request.end:
                heard.stream.close()
            self._wake()
            return {}

    def set(self, request: Set) -> dict[str, Any]:
        """Ask something else of a face from now on."""
        changes = changes_of(request.controls)
        with self._lock:
            npc = self._npc(request.npc)
            if changes:
                ease = request.ease
                npc.orders.append(lambda generator: generator.direct(ease, **changes))
                npc.memory.forget()
            if request.importance is not None:
                npc.importance = request.importance
            if request.fps is not None:
                npc.fps = request.fps
            if request.idle_fps is not None:
                npc.idle_fps = request.idle_fps
            self._wake()
            return {}

    def gesture(self, request: Gesture) -> dict[str, Any]:
        """Nod, shake or tilt the head now."""
        try:
            HeadGesture(request.gesture, request.size, request.times)
        except VasaError as error:
            raise BridgeError("bad_control", str(error)) from error
        with self._lock:
            npc = self._npc(request.npc)
            npc.memory.forget()
            npc.orders.append(lambda generator: generator.gesture(request.gesture, request.size, request.times))
            self._wake()
            return {}

    # Helpers

    def _wake(self) -> None:
        """There may be something to do."""
        with self._lock:
            self.changes += 1
            for npc in self._npcs.values():
                npc.picture_at = 0.0
            self._motion_wake.notify_all()
            self._picture_wake.notify_all()

    def _npc(self, name: str) -> Npc:
        if self.closing:
            _refuse("shutting_down", "The daemon is shutting down.")
        npc = self._npcs.get(name)
        if npc is None:
            _refuse("no_such_npc", f"There is no NPC {name!r}; spawn it first.")
        return npc

    def _check_new(self, npc: Npc, name: str) -> None:
        if any(utterance.name == name for utterance in (*npc.ending, *npc.queue)):
            _refuse("exists_already", f"{npc.name} has an utterance {name!r} under way; give the new one another name.")
        if len(npc.queue) >= self.settings.max_utterances:
            _refuse("too_many", f"{len(npc.queue)} utterances of {npc.name} wait already; send more when some ended.")

    def _check_room(self, more: int) -> None:
        kept = sum(utterance.sound.kept_bytes for npc in self._npcs.values() for utterance in npc.queue)
        if kept + more > self.settings.sound_room:
            _refuse("too_many", f"{kept >> 20} MiB of sound wait to be said already; send more when some was said.")

    def _add(self, request: Speak | Open, sound: Sound, asked: float, stream: SoundStream | None) -> dict[str, Any]:
        with self._lock:
            npc = self._npc(request.npc)
            self._check_new(npc, request.utterance)
            self._check_room(sound.kept_bytes)
            npc.stop_listening()
            clock = AudioClock(npc.drift)
            utterance = Utterance(
                request.utterance, npc.epoch, sound, asked, request.pace, request.start, stream, clock=clock
            )
            utterance.waited = npc.speaking
            npc.queue.append(utterance)
            return self._done(npc, utterance)

    def _opened(self, npc_name: str, name: str) -> tuple[Npc, Utterance]:
        npc = self._npc(npc_name)
        utterance = npc.utterance(name)
        if utterance.stream is None:
            _refuse("wrong_state", f"{name} was given as a whole; only opened utterances take pieces.")
        if utterance.sound.closed:
            _refuse("wrong_state", f"{name} has been closed; no more pieces can come.")
        return npc, utterance

    def _done(self, npc: Npc, utterance: Utterance) -> dict[str, Any]:
        self._wake()
        seconds = utterance.sound.given / utterance.sound.rate
        return {
            "utterance": utterance.name,
            "epoch": utterance.epoch,
            "samples": utterance.sound.given,
            "seconds": seconds,
        }


def _refuse(code: Any, message: str) -> NoReturn:
    raise BridgeError(code, message)
