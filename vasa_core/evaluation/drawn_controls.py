"""Gaze and distance of a motion as they are seen on the drawn face, by the shipped tracker."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vasa_core.evaluation import control_errors
from vasa_core.export.opacity import over
from vasa_core.face.pose import fit_pose
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import MOTION_FPS, Motion
from vasa_core.performance.capture import Performance, track_frames
from vasa_core.performance.film import FilmFrame
from vasa_core.performance.solve import CaptureSettings, solve
from vasa_core.pipeline import load_portrait
from vasa_core.render.renderer import Renderer

Array = NDArray[np.floating]

GREY = (128, 128, 128)
SIZE = 512
"""Side of the drawn frames, px."""
EVERY = 5
"""Every so many frames one is drawn."""


class Drawn:
    """One portrait's face, drawn and looked at."""

    def __init__(self, portrait: Path) -> None:
        self._asset = load_portrait(portrait)
        self._space = LatentSpace.load()
        self._renderer = Renderer(self._asset, self._space, SIZE)

    def looked_at(self, motion: Motion) -> Array:
        """Yaw and pitch [2] in the world, rad, as the tracker reads them: its own error is up to a fifth of a turn."""
        settings = CaptureSettings(face="first", head="first")
        seen = solve(self._track(motion), Fraction(MOTION_FPS) / EVERY, self._space, settings, self._asset.expression)
        return control_errors.looked_at(seen)

    def stood_at(self, motion: Motion) -> float:
        """Distance of the head over that of the portrait, from the size of the face."""
        seen = self._track(motion)
        points = seen.points[seen.found]
        first = fit_pose(points[:1]).scale[0]
        settled = seen.times[seen.found] >= control_errors.SETTLE_S
        return float(first / np.median(fit_pose(points[settled]).scale))

    def _track(self, motion: Motion) -> Performance:
        """What the tracker sees: the portrait at rest first, then every fifth frame."""
        rest = Motion.still(1, self._space.size)
        step = EVERY / motion.fps
        pictures = [FilmFrame(0.0, over(self._renderer.render(rest, 0), GREY))]
        for number, frame in enumerate(range(0, len(motion), EVERY), start=1):
            pictures.append(FilmFrame(number * step, over(self._renderer.render(motion, frame), GREY)))
        return track_frames(pictures, "the drawn face", 1 / step)
