"""What is told of an NPC: to late subscribers, to those who list NPCs, and as statistics."""

from typing import Any

from bridge.stage.npc import Npc

FIGURES_S = 1.0
"""Frames a second are counted over so long."""


def state_of(npc: Npc, now: float) -> dict[str, Any]:
    """What a late subscriber needs to know."""
    current = npc.current
    speech = current is not None and current.is_speech
    return {
        "face": npc.face.name,
        "speaking": npc.speaking,
        "listening": current is not None and not speech,
        "paused": current is not None and current.paused,
        "utterance": current.name if current is not None else None,
        "waiting": max(0, len(npc.queue) - 1),
        "fps": round(npc.frame_rate(now), 2),
        "size": npc.gets.size,
        "format": npc.request.format,
        "transport": npc.request.transport,
        "origin": npc.request.origin,
        "importance": npc.importance,
        "lead": npc.lead,
        "delay": npc.generator.delay,
        "seed": npc.seed,
        "ring": npc.sender.ring.describe() if npc.sender is not None and npc.sender.ring is not None else None,
    }


def figures_of(npc: Npc, now: float) -> dict[str, Any]:
    """For the statistics."""
    sent = [time for time in npc.sent if now - time < FIGURES_S]
    return {
        **state_of(npc, now),
        "epoch": npc.epoch,
        "fps_sent": round(len(sent) / FIGURES_S, 2),
        "frames": npc.seq - sum(npc.drops.values()),
        "drops": dict(npc.drops),
        "frame_ms": round(1e3 * npc.cost, 3),
        "watched": npc.watched,
        "repeats": npc.repeats,
    }
