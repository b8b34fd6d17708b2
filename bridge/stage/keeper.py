"""What happens to utterances by the clock alone: progress, the end, and their life while nobody looks."""

import math

from bridge.protocol.errors import BridgeError
from bridge.stage.npc import Npc
from bridge.stage.utterance import Utterance

PROGRESS_S = 0.5
"""s of sound between two progress events."""
ASAP_PATIENCE_S = 2.0
"""An utterance without time waits so long for somebody to look; then it is over."""
SOUND_PATIENCE_S = 30.0
"""An opened utterance whose next piece does not come for so long has been forgotten by its client."""
ENGINE_PATIENCE_S = 60.0
"""So long an engine may take to report for the first time."""


def keep(npc: Npc, now: float) -> float:
    """Do what is due; returns when there will be more to do, s."""
    wake = math.inf
    for utterance in list(npc.ending):
        if utterance.clock.position(now) >= utterance.sound.seconds:
            npc.ending.remove(utterance)
            npc.end("finished", utterance)
        else:
            wake = min(wake, utterance.clock.when(utterance.sound.seconds), _progress(npc, utterance, now))
    current = npc.current
    if current is None or current.paused:
        return wake
    if not npc.watched:
        wake = min(wake, _unseen(npc, current, now))
    if npc.current is not current:
        return now
    return min(wake, _progress(npc, current, now), _patience(npc, current, now))


def _progress(npc: Npc, utterance: Utterance, now: float) -> float:
    """Tell how far the sound is, twice a second."""
    if not utterance.clock.running or not utterance.is_speech or not utterance.begun:
        return math.inf
    position = min(utterance.clock.position(now), utterance.sound.seconds)
    if position >= utterance.told + PROGRESS_S or position < utterance.told - PROGRESS_S:
        utterance.told = position - position % PROGRESS_S
        npc.tell("progress", utterance, position=position)
    following = utterance.told + PROGRESS_S
    return utterance.clock.when(following) if following < utterance.sound.seconds else math.inf


def _unseen(npc: Npc, utterance: Utterance, now: float) -> float:
    """The life of an utterance that nobody looks at: its clock runs, and it ends in time."""
    sound, clock = utterance.sound, utterance.clock
    if utterance.pace == "asap":
        waits_until = utterance.asked + ASAP_PATIENCE_S
        if not sound.closed or now < waits_until:
            return waits_until if sound.closed else math.inf
        npc.begin(utterance)
        npc.queue.popleft()
        npc.end("finished", utterance)
        return now
    position = clock.position(now)
    if clock.running and position >= sound.seconds:
        if not sound.closed:
            clock.hold(now, sound.seconds)
            return math.inf
        npc.queue.popleft()
        npc.end("finished", utterance)
        return now
    sound.forget_before(position)
    if not clock.running and sound.length and (position < sound.seconds or sound.closed) and utterance.start == "auto":
        clock.start(now, position if utterance.begun else -npc.lead)
    if not clock.running:
        return math.inf
    if not utterance.begun:
        npc.begin(utterance)
    return clock.when(sound.seconds)


def _patience(npc: Npc, utterance: Utterance, now: float) -> float:
    """Give up what nobody goes on with, so that what waits behind it is said."""
    if utterance.clock.running:
        return math.inf
    if not utterance.sound.closed:
        what, until = "No sound has come", utterance.fed + SOUND_PATIENCE_S
    elif utterance.start == "engine" and utterance.begun:
        what, until = "The engine has not reported its clock", utterance.fed + ENGINE_PATIENCE_S
    else:
        return math.inf
    if now < until:
        return until
    npc.fail(BridgeError("wrong_state", f"{what} for {now - utterance.fed:.0f} s; it was given up."), now)
    return now
