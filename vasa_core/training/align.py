"""Finds recordings whose sound and picture are not quite in step, with a trained model as the judge.

Some clips of the corpus run a frame or two early or late. A model trained on all of them learns the common timing, so
a clip whose lips fit better at another lag is shifted there before the model is trained again. Held-out clips are
never touched.
"""

import json
from pathlib import Path

import numpy as np

from vasa_core.evaluation.lips import best_lag, correlation
from vasa_core.training.datasets import Clip
from vasa_core.training.motion_loss import opening_direction
from vasa_core.training.motion_model import MotionTransformer
from vasa_core.training.score_motion import animate_batch

FURTHEST = 3
"""Frames; ITU-R BT.1359 calls 2 to 3 frames noticeable, and no clip measured is further out."""
LEAST_GAIN = 0.02
"""Correlation that a lag must win to be believed."""
FILE = "lags.json"
VARIANT = "offline"


def find_lags(model: MotionTransformer, clips: list[Clip], block: int) -> dict[str, int]:
    """Frames by which the lips of each clip are early against its voice; clips that are in step are left out."""
    opening = opening_direction()
    frames = min(len(clip.latent) for clip in clips)
    features = np.stack([clip.features[VARIANT][: 2 * frames] for clip in clips]).astype(np.float32)
    lags = {}
    for clip, predicted in zip(clips, animate_batch(model, features, block), strict=True):
        guess, truth = predicted @ opening, clip.latent[:frames] @ opening
        lag, score = best_lag(guess, truth, FURTHEST)
        if lag and score > correlation(guess, truth) + LEAST_GAIN:
            lags[clip.name] = lag
    return lags


def save_lags(lags: dict[str, int], work: Path) -> None:
    """Keep the lags for the next training run."""
    (work / FILE).write_text(json.dumps(lags, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def shift_clips(clips: list[Clip], work: Path) -> int:
    """Bring the clips named in `work/lags.json` into step, in place; the ends are held. Returns how many."""
    path = work / FILE
    lags: dict[str, int] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    count = 0
    for clip in clips:
        lag = lags.get(clip.name, 0)
        if lag:
            index = np.clip(np.arange(len(clip.latent)) - lag, 0, len(clip.latent) - 1)
            clip.latent = clip.latent[index]
            count += 1
    return count
