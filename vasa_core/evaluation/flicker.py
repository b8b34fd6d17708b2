"""Whether what should be still is still: the background while the head moves.

python -m vasa_core.evaluation.flicker [PORTRAIT ...]
"""

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

from vasa_core.face.asset import FaceAsset
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import Motion
from vasa_core.render.renderer import Renderer

SECONDS, FPS = 3, 25
YAW, PITCH, ROLL = np.radians([12.0, 8.0, 8.0])
"""rad to each side: a lively talker's head."""
SWING_HZ = (0.9, 1.3, 0.7)
VISIBLE = 16
"""Opacity, of 255, from which on a pixel counts as covered by the person: fainter hair is background that flickers."""
SHIFT, DEPTH = 0.08, 0.4
"""Inter-ocular distances to each side: sway, and leaning in and out."""


def swaying_head(space: LatentSpace) -> Motion:
    """A head that turns, nods, tilts, sways and leans, with a still face."""
    motion = Motion.still(SECONDS * FPS, space.size, FPS)
    time = 2 * np.pi * np.arange(len(motion)) / FPS
    motion.head_rotation = np.stack(
        [width * np.sin(hz * time) for width, hz in zip((PITCH, YAW, ROLL), SWING_HZ, strict=True)], axis=1
    ).astype(np.float32)
    motion.head_translation = np.stack(
        [SHIFT * np.sin(0.6 * time), SHIFT * np.sin(1.1 * time), DEPTH * np.sin(0.5 * time)], axis=1
    ).astype(np.float32)
    return motion


def background_flicker(asset: FaceAsset, space: LatentSpace, size: int = 512) -> float:
    """Mean change from frame to frame, of 255, of the background while the head moves.

    Background is where the portrait shows no person and the person never comes to cover: told from the enrolled matte
    and from the same frames drawn without a background.
    """
    motion = swaying_head(space)
    shown, cut_out = Renderer(asset, space, size), Renderer(asset, space, size, background="transparent")
    asset = asset.scaled(size)
    inner = slice(asset.margin, asset.margin + size)
    free = asset.matte[inner, inner] == 0
    frames = []
    for i in range(len(motion)):
        free &= cut_out.render(motion, i)[..., 3] < VISIBLE
        frames.append(shown.render(motion, i)[..., :3].astype(np.int16))
    changes = [np.abs(after - before)[free].mean() for before, after in pairwise(frames)]
    return float(np.mean(changes)) if free.any() else 0.0


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    from vasa_core.pipeline import load_portrait
    from vasa_core.samples import PORTRAIT

    space = LatentSpace.load()
    for portrait in (sys.argv[1:] if arguments is None else arguments) or [str(PORTRAIT)]:
        print(f"{Path(portrait).name:24s} {background_flicker(load_portrait(portrait), space):.3f} of 255")
    return 0


if __name__ == "__main__":
    sys.exit(main())
