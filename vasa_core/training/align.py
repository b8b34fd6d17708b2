"""Finds recordings whose sound and picture are not quite in step, with a trained model as the judge.

Some clips of the corpus run a frame or two early or late. A model trained on all of them learns the common timing, so
a clip whose lips fit better at another lag is shifted there before the model is trained again. Held-out clips are
never touched.
"""

import json
from pathlib import Path

import numpy as np

from vasa_core.evaluation.lips import best_lag, correlation
from vasa_core.motion.sampler import MotionModel
from vasa_core.training.motion_loss import opening_direction
from vasa_core.training.score_motion import animate
from vasa_core.training.voices import Voice

FURTHEST = 3
"""Frames; ITU-R BT.1359 calls 2 to 3 frames noticeable, and no clip measured is further out."""
LEAST_GAIN = 0.02
"""Correlation that a lag must win to be believed."""
FILE = "lags.json"
VARIANT = "offline"


def find_lags(model: MotionModel, voices: list[Voice]) -> dict[str, int]:
    """Frames by which the lips of each clip are early against its voice; clips that are in step are left out."""
    opening = opening_direction()
    lags = {}
    for voice in voices:
        guess, truth = animate(model, voice, VARIANT).speech @ opening, voice.speech @ opening
        lag, score = best_lag(guess, truth, FURTHEST)
        if lag and score > correlation(guess, truth) + LEAST_GAIN:
            lags[voice.name] = lag
    return lags


def save_lags(lags: dict[str, int], work: Path) -> None:
    """Keep the lags for the next training run."""
    (work / FILE).write_text(json.dumps(lags, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def shift_voices(voices: list[Voice], work: Path) -> int:
    """Bring the clips named in `work/lags.json` into step, in place; the ends are held. Returns how many."""
    path = work / FILE
    lags: dict[str, int] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    count = 0
    for voice in voices:
        lag = lags.get(voice.name, 0)
        if lag:
            index = np.clip(np.arange(len(voice)) - lag, 0, len(voice) - 1)
            voice.speech = voice.speech[index]
            count += 1
    return count
