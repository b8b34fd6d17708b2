"""Which motion an NPC needs: stretch after stretch, so far ahead of what is shown that nothing ever waits for it."""

import math

from bridge.stage.npc import Npc
from bridge.stage.timeline import FRAME_S, Stretch, ends_at
from vasa_core.audio.mel import SAMPLE_RATE

AHEAD_S = 0.25
"""s of motion beyond what has been sent: wishes and interrupts act at once, and a busy moment is bridged."""
IDLE_AHEAD_S = 0.20
"""s of idle motion beyond what is shown; two frames are needed for the curve between them."""
ASAP_AHEAD_S = 1.0
CATCH_UP_S = 0.2
"""Then it is made from so far ahead on: what is made from the present on would be late again."""
LAG_S = 0.5
"""Motion that is missing for longer is not made any more."""


def speech_of(npc: Npc) -> Stretch | None:
    """The newest stretch with sound."""
    stretches = [stretch for stretch in (npc.head, *npc.coming) if stretch is not None and stretch.utterance]
    return stretches[-1] if stretches else None


def begin_stretches(npc: Npc, now: float) -> None:
    """Begin the next utterance once all motion of the one before is made, or idling where none waits."""
    newest = speech_of(npc)
    if newest is not None and newest.end is None:
        _leave_out(npc, newest, now)
        return
    queue = list(npc.queue)
    after = queue.index(newest.utterance) + 1 if newest is not None and newest.utterance in queue else 0
    following = queue[after] if after < len(queue) else None
    blocked = any(utterance.paused for utterance in queue[: after + 1])
    if following is not None and not blocked and (following.sound.length or following.sound.closed):
        begin = round(following.place * SAMPLE_RATE) / SAMPLE_RATE
        while npc.coming and npc.coming[-1].utterance is None:
            npc.coming.pop()
        tail = npc.coming[-1] if npc.coming else npc.head
        npc.coming.append(Stretch(following, begin, before=None if tail is None else tail.last_row))
        return
    head = npc.head
    if head is None or head.utterance is None or head.end is None or npc.coming:
        return
    if ends_at(head) - now < IDLE_AHEAD_S or head.utterance.pace == "asap":
        npc.coming.append(Stretch(None, 0.0, before=head.last_row))


def _leave_out(npc: Npc, stretch: Stretch, now: float) -> None:
    """Where motion lags far behind the sound (the machine stood still), go on where the sound is."""
    utterance = stretch.utterance
    if utterance is None or stretch is not npc.head or utterance.pace == "asap" or not utterance.clock.running:
        return
    position = utterance.clock.position(now)
    if stretch.made < min(position, utterance.sound.seconds) - LAG_S and stretch.made > stretch.begin:
        npc.counts.add("left_out")
        npc.follow_jump(utterance, now, CATCH_UP_S)


def needs(npc: Npc, now: float) -> list[tuple[Stretch, float, float]]:
    """Stretches that are not complete, the place up to which each should be made, and s until it runs out."""
    found = []
    head = npc.head
    speech = speech_of(npc)
    if speech is not None and speech.end is None:
        needed = _needed(npc, speech, now)
        ahead = ASAP_AHEAD_S if speech.utterance and speech.utterance.pace == "asap" else AHEAD_S
        found.append((speech, needed + ahead, speech.made - needed))
    idle = npc.coming[-1] if npc.coming and npc.coming[-1].utterance is None else head
    if idle is None or idle.utterance is not None:
        return found
    if speech is not None and npc.coming and npc.coming[0] is speech and speech.knows(speech.next_place):
        return found
    if idle.since is not None:
        place = now - idle.since
        if idle.made < place - LAG_S:  # nobody misses what an idle face would have done meanwhile
            idle.since += place - idle.made
            place = idle.made
    elif head is not None and ends_at(head) < math.inf:
        place = now - ends_at(head)
    else:
        place = 0.0
    found.append((idle, place + IDLE_AHEAD_S, idle.made - place - 2 * FRAME_S))
    return found


def _needed(npc: Npc, stretch: Stretch, now: float) -> float:
    """The place of a stretch with sound that goes out now."""
    utterance, head = stretch.utterance, npc.head
    assert utterance is not None
    if stretch is head:
        if utterance.pace == "realtime" and utterance.clock.running:
            return utterance.clock.position(now) + npc.lead
        return stretch.next_place
    if head is None or head.utterance is None or head.end is None:
        return stretch.next_place
    return stretch.next_place - max(0.0, head.end - head.next_place)
