"""Which frame of an NPC is due, and when: from stretch to stretch, by the clock of what is said."""

import math

from bridge.stage.npc import QUICK_S, Npc
from bridge.stage.timeline import FRAME_S, ON_KNOT, Stretch, ends_at, idle_from
from bridge.stage.utterance import Utterance
from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.motion.prosody import FRAME_SAMPLES

LATE_S = 0.020
"""A frame that comes so long after its time is of no use any more."""
STUCK_S = 0.1
"""A face that has not moved for so long while it speaks looks stuck."""
ASAP_FRAMES = 4
"""Frames of an utterance without time that may be on their way at once."""
FULL_S = 0.005
"""While the wire is full, an utterance without time tries again after so long."""
SOON_S = 0.001
"""What is looked at again is looked at so long after its time has passed."""


def settle(npc: Npc, now: float) -> float:
    """Go on to the stretch that is to be shown now; returns when that may change by itself, s."""
    while (head := npc.head) is not None:
        coming = npc.coming[0] if npc.coming else None
        if _gives_way(head) and coming is not None and coming.utterance is not None:
            if coming.end is None and not coming.knows(coming.next_place):
                return math.inf
            _switch(npc, now, cut=True)
            continue
        utterance = head.utterance
        if utterance is None:
            return math.inf
        if head.end is None:
            if not _starved(npc, head, now):
                at = utterance.clock.when(head.next_place + LATE_S) + SOON_S
                return at if at > now else math.inf
            _wait(npc, head, now)
            continue
        if head.next_place < head.end - ON_KNOT:
            return math.inf
        npc.all_shown(utterance)
        if not head.published and not utterance.clock.running:  # nothing was left to be shown
            npc.ending = [other for other in npc.ending if other is not utterance]
            npc.end("finished", utterance)
        if coming is None:
            return math.inf
        at = _follows_at(npc, head, coming)
        if at > now:
            return at
        if coming.utterance is not None and coming.end is None and not coming.knows(coming.next_place):
            return math.inf
        _switch(npc, now, cut=False)
    return math.inf


def due(npc: Npc, now: float) -> float:
    """When the next frame is to be drawn: now or earlier if it is time; infinity while something must come first."""
    head = npc.head
    if head is None:
        return math.inf
    utterance = head.utterance
    if head.utterance is None and head.since is None:
        return math.inf
    head.set_fps(npc.frame_rate(now))
    if utterance is None or utterance.pace == "asap":
        time = _due_without_clock(npc, head, now)
    else:
        time = _due_by_clock(npc, head, utterance, now)
    if head.end is not None and head.next_place >= head.end - ON_KNOT:
        return math.inf
    if not head.knows(head.next_place):
        return math.inf
    return max(time, npc.retry_at)


def _due_without_clock(npc: Npc, head: Stretch, now: float) -> float:
    if head.utterance is not None:
        return now if len(npc.outstanding) < ASAP_FRAMES else now + FULL_S
    assert head.since is not None
    late = now - head.since - head.next_place
    if late > 1 / npc.frame_rate(now):
        npc.drop("late_idle", head.skip_to(now - head.since))
    return head.since + head.next_place


def _due_by_clock(npc: Npc, head: Stretch, utterance: Utterance, now: float) -> float:
    clock = utterance.clock
    lead = npc.lead if utterance.is_speech else 0.0
    if clock.running:
        position = clock.position(now)
        if position > head.next_place + LATE_S:
            in_time = min(position, math.inf if head.end is None else head.end)
            if not head.knows(in_time):
                return _lagging(npc, head, now)
            npc.drop("late", head.skip_to(in_time))
        return clock.when(head.next_place - lead)
    if utterance.start == "engine":
        return now if head.next_place <= clock.position(now) + lead + ON_KNOT else math.inf
    return now


def _lagging(npc: Npc, head: Stretch, now: float) -> float:
    """Motion cannot keep up with the sound: now and then the newest frame, though late, so that no face is stuck."""
    again = npc.sent[-1] + STUCK_S if npc.sent else now
    if again > now:
        return again
    missed = head.known_to - head.next_place
    if missed < 0:
        return math.inf
    npc.drop("late", int(missed * npc.frame_rate(now)))
    head.begin_at(head.known_to)
    return now


def _gives_way(head: Stretch) -> bool:
    """Whether an utterance may begin at once: nothing is said."""
    return head.utterance is None or not head.utterance.is_speech


def _follows_at(npc: Npc, head: Stretch, coming: Stretch) -> float:
    """When the next stretch begins to go out after one with sound that is complete."""
    utterance = head.utterance
    assert utterance is not None
    if utterance.pace == "asap" or not utterance.clock.running:
        return -math.inf
    return ends_at(head) - (npc.lead if coming.utterance is not None else 0.0)


def _starved(npc: Npc, head: Stretch, now: float) -> bool:
    """Whether the time of the next frame has passed and its sound has not come."""
    utterance = head.utterance
    assert utterance is not None
    if utterance.pace == "asap" or not utterance.clock.running or utterance.sound.closed:
        return False
    if head.knows(head.next_place) or utterance.clock.position(now) <= head.next_place + LATE_S:
        return False
    needed = round(head.begin * SAMPLE_RATE) + head.count * FRAME_SAMPLES + npc.generator.delay_samples
    return utterance.sound.length < needed


def _wait(npc: Npc, head: Stretch, now: float) -> None:
    """The sound is late: the face idles until it comes, and the clock stands still."""
    assert head.utterance is not None
    head.utterance.clock.hold(now, head.next_place)
    npc.coming.appendleft(head)
    npc.head = idle_from(now, npc.shown)
    npc.counts.add("late_sound")


def _switch(npc: Npc, now: float, cut: bool) -> None:
    """Show the next stretch from now on. `cut`: motion of the one before was made and will not be shown."""
    before, head = npc.head, npc.coming.popleft()
    npc.head = head
    if head.utterance is None:
        ended = now if before is None else ends_at(before)
        head.since = ended if now - QUICK_S < ended <= now else now
        head.begin_at(max(now - head.since, -FRAME_S))
        npc.quick_until = now + QUICK_S
    elif cut and (row := head.row(head.next_place)) is not None:
        npc.bridging.begin(now, npc.shown, row)
