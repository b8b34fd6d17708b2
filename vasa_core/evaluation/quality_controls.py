"""Obedience: what a speaking face makes of a gaze, a distance and an emotion that are asked for."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.evaluation.control_errors import SETTLE_S, distance_error, gaze_error, looked_at, stood_at
from vasa_core.evaluation.drawn_controls import Drawn
from vasa_core.evaluation.emotions import recognise
from vasa_core.evaluation.performer import Performer
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.channels import EMOTIONS
from vasa_core.motion.controls import Controls
from vasa_core.motion.emotion import NEUTRAL

Samples = NDArray[np.float32]
Figures = dict[str, float]

GAZES_DEG = ((-15, 0), (-7.5, 0), (7.5, 0), (15, 0), (0, 10), (0, -10), (10, 7), (-10, -7))
"""Yaw (viewer's right) and pitch (up) that are asked for."""
DISTANCES = (0.8, 0.9, 1.15, 1.3)


@dataclass(frozen=True)
class Obedience:
    """What came of each wish."""

    figures: Figures
    gazes: dict[str, tuple[float, float]]
    """Asked "yaw pitch" and the yaw and pitch found, degrees."""
    distances: dict[str, float]
    """Asked and found."""
    emotions: dict[str, str]
    """Asked and recognised."""

    def emotions_in_words(self) -> str:
        """Every emotion asked, and what was recognised where it was another."""
        told = (name if name == found else f"{name} (seen as {found})" for name, found in self.emotions.items())
        return f"Emotions asked for: {', '.join(told)}."


def measure_obedience(
    performer: Performer,
    voice: Samples,
    seeds: int,
    drawn: Drawn | None = None,
    on_step: Callable[[int, int], None] | None = None,
) -> Obedience:
    """Ask for gazes, distances and emotions while a voice [n] (mono, 16 kHz) is spoken.

    Parameters
    ----------
    seeds : takes of each emotion; the one that is recognised most often counts
    drawn : where given, gaze and distance are measured on the drawn face too
    """
    steps, total = 0, len(GAZES_DEG) + len(DISTANCES) + seeds * (len(EMOTIONS) + 1)

    def done() -> None:
        nonlocal steps
        steps += 1
        if on_step:
            on_step(steps, total)

    gazes, off, drawn_off = {}, [], []
    for asked in GAZES_DEG:
        target = np.radians(asked)
        motion = performer.speak(voice, controls=Controls(gaze=target))
        seen = looked_at(motion)
        gazes["{:g} {:g}".format(*asked)] = (float(np.degrees(seen[0])), float(np.degrees(seen[1])))
        off.append(gaze_error(seen, target))
        if drawn:
            drawn_off.append(gaze_error(drawn.looked_at(motion), target))
        done()
    distances, far, drawn_far = {}, [], []
    for distance in DISTANCES:
        motion = performer.speak(voice, controls=Controls(distance=distance))
        distances[f"{distance:g}"] = stood_at(motion)
        far.append(distance_error(stood_at(motion), distance))
        if drawn:
            drawn_far.append(distance_error(drawn.stood_at(motion), distance))
        done()
    emotions = recognised_emotions(performer, voice, seeds, done)
    figures = {
        "gaze_error_deg": float(np.mean(off)),
        "gaze_error_worst_deg": float(np.max(off)),
        "distance_error": float(np.mean(far)),
        "distance_error_worst": float(np.max(far)),
        "emotions_recognised": float(sum(asked == found for asked, found in emotions.items())),
    }
    if drawn:
        figures |= {
            "drawn_gaze_error_deg": float(np.mean(drawn_off)),
            "drawn_distance_error": float(np.mean(drawn_far)),
        }
    return Obedience(figures, gazes, distances, emotions)


def recognised_emotions(
    performer: Performer, voice: Samples, seeds: int, on_take: Callable[[], None] = lambda: None
) -> dict[str, str]:
    """For each emotion asked at full strength, and for none, which one the fixed rules recognise in most takes."""
    space = LatentSpace.load()
    found = {}
    for name in (NEUTRAL, *EMOTIONS):
        names = []
        for seed in range(seeds):
            motion = performer.speak(voice, seed, Controls(emotion=name))
            settled = motion.latent[round(SETTLE_S * motion.fps) :]
            names.append(recognise(space.to_arkit(settled))[0])
            on_take()
        found[name] = max(sorted(set(names)), key=names.count)
    return found
