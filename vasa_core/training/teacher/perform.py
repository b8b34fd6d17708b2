"""The whole face of one clip from what is heard and asked: every channel but speech and tongue.

performance = perform(tracker.push(samples) + tracker.finish(), direction, seed=3)
"""

import numpy as np

from vasa_core.motion.channels import SIZES, Direction, Performance
from vasa_core.motion.prosody import ProsodyFrame
from vasa_core.training.teacher.blinks import blink_curves
from vasa_core.training.teacher.face import unit_curves
from vasa_core.training.teacher.gaze import gaze_curves
from vasa_core.training.teacher.head import head_curves
from vasa_core.training.teacher.marks import draw_marks
from vasa_core.training.teacher.personality import Personality, draw_personality
from vasa_core.training.teacher.scene import build_scene

PARTS = ("person", "emotion", "gaze", "blinks", "head", "face", "marks")
"""Each has its own stream of random numbers."""


def perform(
    prosody: list[ProsodyFrame], direction: Direction, seed: int, person: Personality | None = None
) -> Performance:
    """What a face does in a clip of T frames; the same seed does the same.

    Parameters
    ----------
    prosody
        T frames: of the face's own voice where it speaks, of the other's where it listens; where it idles, they are
        not heard.
    direction
        T frames of what is asked for; the state may change from frame to frame.
    seed
        Of the person and of the moments.
    person
        Who it is, in place of somebody drawn from the seed.

    Returns
    -------
    All channels; `speech` and `tongue` are zeros, the gaze is in the world and so includes the asked direction, and
    the translation is against where the asked distance puts the head.
    """
    random = {name: np.random.default_rng([seed, number]) for number, name in enumerate(PARTS)}
    scene = build_scene(prosody, direction, person or draw_personality(random["person"]), random["emotion"])
    gaze = gaze_curves(scene, random["gaze"])
    marks = draw_marks(scene, random["marks"])
    rotation, translation = head_curves(scene, gaze, marks, random["head"])
    channels = {
        "units": unit_curves(scene, gaze, marks, random["face"]),
        "blink": blink_curves(scene, gaze, random["blinks"]),
        "gaze": gaze.gaze,
        "head_rotation": rotation,
        "head_translation": translation,
    }
    silent = {name: np.zeros((len(scene), SIZES[name])) for name in ("speech", "tongue")}
    return Performance(**{name: curve.astype(np.float32) for name, curve in {**silent, **channels}.items()})
