"""What the seven emotions look like and how they move: tables from the Facial Action Coding System.

Faces: Ekman and Friesen, "Unmasking the Face" (1975), FACS (1978) and EMFACS (1983); each variant names its action
units (AU). Bearing: Wallbott 1998 ("Bodily expression of emotion"), Dael, Mortillaro and Scherer 2012; eyes: Adams and
Kleck 2005 (gaze), Hess and colleagues. Weights are ARKit's at strength 1; a name without side stands for both sides.
"""

from dataclasses import dataclass, field

Weights = dict[str, float]


@dataclass(frozen=True)
class Bearing:
    """Head, eyes and tempo of an emotion at strength 1."""

    head_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Nod (down), turn, tilt; turn and tilt go to either side."""
    head_scale: float = 1.0
    """Size of the head's motion against neutral."""
    quickness: float = 1.0
    """Speed of the head's motion against neutral."""
    brow_scale: float = 1.0
    """Size of brow strokes on accents against neutral."""
    gaze_deg: tuple[float, float] = (0.0, 0.0)
    """Yaw and pitch (up) added to the gaze; yaw goes the way of the turn."""
    aversion: float = 1.0
    """How often the gaze leaves its target against neutral."""
    blink_scale: float = 1.0
    """Blinks a minute against neutral."""
    lids: float = 0.0
    """Closure of both lids that is held between blinks (AU 43), in [0, 1]."""
    onset_s: tuple[float, float] = (0.35, 0.8)
    """Time from 10% to 90% of the strength, s; spontaneous onsets take 0.3 to 0.8 s (Schmidt et al. 2006)."""
    decay_s: tuple[float, float] = (1.0, 2.0)
    """The same on the way back."""


@dataclass(frozen=True)
class Prototype:
    """One emotion: faces to choose from, and a bearing."""

    variants: tuple[Weights, ...]
    bearing: Bearing
    one_sided: tuple[Weights, ...] = field(default=())
    """Further variants given for the subject's left as the stronger side; the sides are swapped at random."""


PROTOTYPES: dict[str, Prototype] = {
    "happy": Prototype(
        variants=(
            # AU 6 + 12: felt smile, lips closed.
            {"mouthSmile": 0.8, "cheekSquint": 0.65, "eyeSquint": 0.3, "mouthDimple": 0.1},
            # AU 6 + 12 + 25: upper teeth show.
            {"mouthSmile": 0.9, "cheekSquint": 0.75, "eyeSquint": 0.35, "mouthUpperUp": 0.2, "jawOpen": 0.1},
            # AU 6 + 12 + 26: laughing mouth, brows a little up.
            {"mouthSmile": 1.0, "cheekSquint": 0.9, "eyeSquint": 0.4, "mouthUpperUp": 0.25, "jawOpen": 0.25,
             "browInnerUp": 0.15, "browOuterUp": 0.2},
        ),
        bearing=Bearing((-2.0, 0.0, 4.0), 1.3, 1.2, 1.2, aversion=0.8, blink_scale=1.1),
    ),
    "sad": Prototype(
        variants=(
            # AU 1 + 4 + 15: brows oblique, corners down.
            {"browInnerUp": 1.0, "browDown": 0.25, "mouthFrown": 0.85, "mouthShrugLower": 0.35, "eyeSquint": 0.15},
            # AU 1 + 4 + 15 + 17: chin raised, about to cry.
            {"browInnerUp": 0.95, "browDown": 0.35, "mouthFrown": 0.75, "mouthShrugLower": 0.65,
             "mouthShrugUpper": 0.2, "cheekSquint": 0.2, "eyeSquint": 0.2},
            # AU 1 + 15 + 25: lips hang apart.
            {"browInnerUp": 0.95, "browDown": 0.15, "mouthFrown": 0.9, "jawOpen": 0.06, "mouthPucker": 0.1},
        ),
        bearing=Bearing((7.0, 0.0, 3.0), 0.55, 0.6, 0.7, (0.0, -7.0), 1.4, 0.85, 0.18, (0.6, 1.0), (1.5, 2.5)),
    ),
    "angry": Prototype(
        variants=(
            # AU 4 + 5 + 7 + 23/24: glare, lips pressed.
            {"browDown": 1.0, "eyeSquint": 0.35, "eyeWide": 0.25, "mouthPress": 0.6, "noseSneer": 0.3,
             "mouthFrown": 0.35, "mouthShrugLower": 0.2},
            # AU 4 + 7 + 17 + 24: chin pushed up.
            {"browDown": 1.0, "eyeSquint": 0.5, "mouthPress": 0.5, "mouthShrugLower": 0.4, "noseSneer": 0.35,
             "mouthFrown": 0.45},
            # AU 4 + 5 + 7 + 10 + 22/25 + 26: square mouth, teeth show.
            {"browDown": 1.0, "eyeSquint": 0.3, "eyeWide": 0.3, "noseSneer": 0.5, "mouthUpperUp": 0.35,
             "mouthStretch": 0.35, "jawOpen": 0.14, "mouthFrown": 0.4},
        ),
        bearing=Bearing((4.0, 0.0, 0.0), 1.15, 1.4, 0.9, (0.0, 0.0), 0.4, 0.55, onset_s=(0.3, 0.6)),
    ),
    "afraid": Prototype(
        variants=(
            # AU 1 + 2 + 4 + 5 + 20 + 25: brows raised and drawn together, lips stretched.
            {"browInnerUp": 0.95, "browOuterUp": 0.25, "browDown": 0.3, "eyeWide": 0.95, "mouthStretch": 0.8,
             "mouthFrown": 0.2, "jawOpen": 0.1},
            # AU 1 + 2 + 4 + 5 + 20 + 26: mouth open.
            {"browInnerUp": 1.0, "browOuterUp": 0.3, "browDown": 0.25, "eyeWide": 1.0, "mouthStretch": 0.7,
             "mouthFrown": 0.15, "jawOpen": 0.22, "mouthUpperUp": 0.1},
            # AU 1 + 4 + 5 + 20: lips closed and tense.
            {"browInnerUp": 1.0, "browOuterUp": 0.2, "browDown": 0.3, "eyeWide": 0.95, "mouthStretch": 0.75,
             "mouthFrown": 0.3, "mouthPress": 0.2},
        ),
        bearing=Bearing((-4.0, 3.0, 0.0), 0.85, 1.5, 1.1, (0.0, 0.0), 1.5, 1.5, onset_s=(0.25, 0.5)),
    ),
    "surprised": Prototype(
        variants=(
            # AU 1 + 2 + 5 + 26: jaw drops.
            {"browInnerUp": 0.95, "browOuterUp": 1.0, "eyeWide": 0.85, "jawOpen": 0.35},
            # AU 1 + 2 + 5 + 27: wide.
            {"browInnerUp": 1.0, "browOuterUp": 1.0, "eyeWide": 1.0, "jawOpen": 0.5, "mouthPucker": 0.1},
            # AU 1 + 2 + 5 + 25: lips just part.
            {"browInnerUp": 1.0, "browOuterUp": 1.0, "eyeWide": 0.85, "jawOpen": 0.18, "mouthPucker": 0.15},
        ),
        bearing=Bearing((-4.5, 0.0, 0.0), 1.1, 1.3, 1.4, (0.0, 1.0), 0.7, 0.7, onset_s=(0.2, 0.4), decay_s=(0.8, 1.5)),
    ),
    "disgusted": Prototype(
        variants=(
            # AU 9 + 10 + 17: nose wrinkled, upper lip raised, lips shut below.
            {"noseSneer": 1.0, "mouthUpperUp": 0.45, "browDown": 0.45, "eyeSquint": 0.45, "cheekSquint": 0.4,
             "mouthFrown": 0.35, "mouthShrugLower": 0.5},
            # AU 9 + 10 + 25: upper teeth show.
            {"noseSneer": 0.95, "mouthUpperUp": 0.7, "browDown": 0.4, "eyeSquint": 0.45, "cheekSquint": 0.4,
             "mouthFrown": 0.35, "jawOpen": 0.08},
        ),
        one_sided=(
            # The same, one side ahead.
            {"noseSneerLeft": 1.0, "noseSneerRight": 0.75, "mouthUpperUpLeft": 0.7, "mouthUpperUpRight": 0.3,
             "browDown": 0.45, "eyeSquint": 0.5, "cheekSquintLeft": 0.5, "cheekSquintRight": 0.35,
             "mouthFrown": 0.35, "mouthShrugLower": 0.35},
        ),
        bearing=Bearing((-2.0, 6.0, 2.0), 0.8, 0.9, 0.7, (0.0, 0.0), 1.4, 1.1, 0.05),
    ),
    "contempt": Prototype(
        variants=(),
        one_sided=(
            # AU R12A + R14B: one corner tightened and drawn up.
            {"mouthSmileLeft": 0.5, "mouthDimpleLeft": 0.9, "cheekSquintLeft": 0.35, "eyeSquint": 0.3,
             "mouthPressLeft": 0.3},
            # The same with one brow raised.
            {"mouthSmileLeft": 0.6, "mouthDimpleLeft": 0.8, "cheekSquintLeft": 0.4, "browOuterUpLeft": 0.7,
             "browDownRight": 0.25, "eyeSquint": 0.25},
            # AU R10 + R14: one-sided sneer.
            {"mouthDimpleLeft": 0.9, "mouthSmileLeft": 0.45, "mouthUpperUpLeft": 0.35, "noseSneerLeft": 0.35,
             "eyeSquint": 0.35},
        ),
        bearing=Bearing((-5.0, 3.0, 5.0), 0.75, 0.75, 0.8, (0.0, -3.0), 0.9, 0.85, 0.14),
    ),
}  # fmt: skip

SPEAKING_SHARE: Weights = {
    "jawOpen": 0.0,
    "mouthUpperUp": 0.35,
    "mouthStretch": 0.5,
    "mouthPucker": 0.3,
    "mouthPress": 0.5,
    "mouthShrugLower": 0.5,
    "mouthShrugUpper": 0.3,
    "mouthFrown": 0.85,
    "mouthSmile": 0.8,
    "mouthDimple": 0.8,
}
"""Share of a unit that stays while speaking, where it is not 1: what holds the mouth open or shut leaves room for the
speech, smiles and frowns stay."""
UPPER_FACE = ("brow", "eye", "cheekSquint", "noseSneer")
"""Beginnings of the names of units that move with the upper face."""
