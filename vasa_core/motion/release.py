"""Breaking off: from what was last seen softly into what the model does next, lips first."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.channels import EXPRESSION_UNITS, LATENT_SIZE, SPEAKING, Performance
from vasa_core.motion.easing import ease
from vasa_core.motion.track import ARRAY_FIELDS, MOTION_FPS, Motion

CLOSING_S = 0.14
"""From an open mouth to a shut one: as quick as lips close for a p; three frames."""
PARTING = [EXPRESSION_UNITS.index(name) for name in ("jawOpen", "mouthUpperUpLeft", "mouthUpperUpRight")]
"""Units that part the lips as words do."""
GAZE_S = 0.06
"""Eyes jump."""
HEAD_S = 0.8
HEAD = ("head_rotation", "head_translation")
SHUT_S = 0.5
"""The model may need so long to forget that it was speaking; until then its lips do not count."""
OPENING_S = 0.12
"""From then on, or once there are new words, its lips count again within this time."""


class Release:
    """Stands between the model and the frames that go out; without effect until `begin`."""

    def __init__(self) -> None:
        self._since = np.inf  # s from breaking off to the frame that went out last
        self._voice = 1.0  # share of the model's lips
        self._made = Motion.still(1, LATENT_SIZE)  # the model's newest frame, as if nothing had been broken off
        self._seen: Motion | None = None
        self._offset: dict[str, NDArray[np.float32]] = {}

    def begin(self, seen: Motion) -> None:
        """Break off; the last frame of `seen` is what the viewer saw last."""
        self._since = 0.0
        self._voice = 0.0
        self._seen = seen.slice(len(seen) - 1, len(seen))
        # A head keeps its speed: the way from what was made to what was seen goes with it, and fades.
        self._offset = {name: getattr(self._seen, name)[0] - getattr(self._made, name)[0] for name in HEAD}

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
            performance.units[i, PARTING] *= self._voice

    def ease(self, motion: Motion) -> Motion:
        """The frames with what is left of the way from what was seen; call it for each block, in order."""
        self._made = motion.slice(len(motion) - 1, len(motion))
        if self._since > HEAD_S:
            return motion
        if self._seen is not None:
            others = [name for name in ARRAY_FIELDS if name not in HEAD]
            self._offset |= {name: getattr(self._seen, name)[0] - getattr(motion, name)[0] for name in others}
            self._seen = None
        times = self._since + (1 + np.arange(len(motion))) / MOTION_FPS
        self._since = float(times[-1])
        arrays = {}
        for name in ARRAY_FIELDS:
            lasts = HEAD_S if name in HEAD else GAZE_S if name == "gaze" else CLOSING_S
            left = 1 - ease(times / lasts)
            arrays[name] = (getattr(motion, name) + left[:, None] * self._offset[name]).astype(np.float32)
        return Motion(**arrays, fps=motion.fps, start=motion.start)
