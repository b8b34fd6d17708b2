"""Breaking off: from what was last seen softly into what the model does next, lips first."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.channels import SPEAKING, Performance
from vasa_core.motion.easing import ease
from vasa_core.motion.track import ARRAY_FIELDS, MOTION_FPS, Motion

CLOSING_S = 0.14
"""From an open mouth to a shut one: as quick as lips close for a p; three frames."""
EASING_S = {"head_rotation": 0.8, "head_translation": 0.8, "gaze": 0.06}
"""How long the others take; eyes jump. What is not named here takes as long as the lips."""
SHUT_S = 0.5
"""The model may need so long to forget that it was speaking; until then its lips do not count."""
OPENING_S = 0.12
"""From then on, or once there are new words, its lips count again within this time."""


class Release:
    """Stands between the model and the frames that go out; without effect until `begin`."""

    def __init__(self) -> None:
        self._since = np.inf  # s since breaking off, of the frame that went out last
        self._voice = 1.0  # share of the model's lips
        self._seen: Motion | None = None
        self._offset: dict[str, NDArray[np.float32]] = {}

    def begin(self, seen: Motion) -> None:
        """Break off; the last frame of `seen` is what the viewer saw last."""
        self._since = 0.0
        self._voice = 0.0
        self._seen = seen.slice(len(seen) - 1, len(seen))

    def hush(self, performance: Performance, state: int) -> None:
        """Take the lips' old words out of what the model makes next."""
        if self._voice >= 1 and self._since > SHUT_S:
            return
        for i in range(len(performance)):
            time = self._since + (i + 1) / MOTION_FPS
            if state == SPEAKING or time > SHUT_S:
                self._voice = min(1.0, self._voice + 1 / (OPENING_S * MOTION_FPS))
            performance.speech[i] *= self._voice
            performance.tongue[i] *= self._voice

    def ease(self, motion: Motion) -> Motion:
        """The frames with what is left of the way from what was seen; call it for each block, in order."""
        if self._since > max(EASING_S.values()):
            return motion
        if self._seen is not None:
            self._offset = {name: getattr(self._seen, name)[0] - getattr(motion, name)[0] for name in ARRAY_FIELDS}
            self._seen = None
        times = self._since + (1 + np.arange(len(motion))) / MOTION_FPS
        self._since = float(times[-1])
        arrays = {}
        for name in ARRAY_FIELDS:
            left = 1 - ease(times / EASING_S.get(name, CLOSING_S))
            arrays[name] = (getattr(motion, name) + left[:, None] * self._offset[name]).astype(np.float32)
        return Motion(**arrays, fps=motion.fps, start=motion.start)
