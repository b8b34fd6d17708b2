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
            {"mouthSmile": 1.0, "cheekSquint": 0.85, "eyeSquint": 0.35, "mouthDimple": 0.2, "browOuterUp": 0.2},
            # AU 6 + 12 + 25: upper teeth show.
            {"mouthSmile": 1.0, "cheekSquint": 0.85, "eyeSquint": 0.35, "mouthUpperUp": 0.5, "jawOpen": 0.13,
             "browOuterUp": 0.2},
            # AU 6 + 12 + 25: the same, brows higher.
            {"mouthSmile": 1.0, "cheekSquint": 0.8, "eyeSquint": 0.25, "mouthUpperUp": 0.4, "jawOpen": 0.18,
             "browInnerUp": 0.3, "browOuterUp": 0.4},
            # AU 6 + 12 + 26: laughing mouth.
            {"mouthSmile": 1.0, "cheekSquint": 0.95, "eyeSquint": 0.45, "mouthUpperUp": 0.4, "jawOpen": 0.28,
             "browInnerUp": 0.15, "browOuterUp": 0.3},
        ),
        bearing=Bearing((-2.0, 0.0, 4.0), 1.3, 1.2, 1.2, aversion=0.8, blink_scale=1.1),
    ),
    "sad": Prototype(
        variants=(
            # AU 1 + 4 + 15: brows oblique, corners down.
            {"browInnerUp": 1.0, "browDown": 0.2, "mouthFrown": 1.0, "mouthShrugLower": 0.4, "eyeSquint": 0.1},
            # AU 1 + 4 + 15 + 17: chin raised, about to cry.
            {"browInnerUp": 1.0, "browDown": 0.3, "mouthFrown": 1.0, "mouthShrugLower": 0.75,
             "mouthShrugUpper": 0.25, "cheekSquint": 0.2, "eyeSquint": 0.2, "mouthPucker": 0.15},
            # AU 1 + 15 + 20 + 25: lips hang apart.
            {"browInnerUp": 1.0, "browDown": 0.15, "mouthFrown": 1.0, "mouthStretch": 0.25, "jawOpen": 0.06},
        ),
        bearing=Bearing((7.0, 0.0, 3.0), 0.55, 0.6, 0.7, (0.0, -11.0), 1.4, 0.85, 0.2, (0.6, 1.0), (1.5, 2.5)),
    ),
    "angry": Prototype(
        variants=(
            # AU 4 + 5 + 7 + 23/24: glare, lips tight.
            {"browDown": 1.0, "browOuterUp": 0.45, "eyeSquint": 0.45, "eyeWide": 0.3, "noseSneer": 0.55,
             "mouthFrown": 0.6, "mouthShrugLower": 0.5, "mouthPucker": 0.25},
            # AU 4 + 7 + 17 + 24: chin pushed up.
            {"browDown": 1.0, "browOuterUp": 0.35, "eyeSquint": 0.6, "noseSneer": 0.6, "mouthFrown": 0.85,
             "mouthShrugLower": 0.75, "mouthPress": 0.2, "mouthPucker": 0.15},
            # AU 4 + 5 + 7 + 10 + 22/25 + 26: square mouth, teeth show.
            {"browDown": 1.0, "browOuterUp": 0.4, "eyeSquint": 0.4, "eyeWide": 0.35, "noseSneer": 0.6,
             "mouthUpperUp": 0.5, "mouthStretch": 0.4, "jawOpen": 0.14, "mouthFrown": 0.7},
        ),
        bearing=Bearing((4.0, 0.0, 0.0), 1.15, 1.4, 0.9, (0.0, 0.0), 0.4, 0.55, onset_s=(0.3, 0.6)),
    ),
    "afraid": Prototype(
        variants=(
            # AU 1 + 2 + 4 + 5 + 20 + 25: brows raised and drawn together, lips stretched.
            {"browInnerUp": 1.0, "browOuterUp": 0.15, "browDown": 0.3, "eyeWide": 1.0, "mouthStretch": 1.0,
             "mouthFrown": 0.5, "jawOpen": 0.09, "mouthUpperUp": 0.1},
            # AU 1 + 2 + 4 + 5 + 20 + 26: mouth open.
            {"browInnerUp": 1.0, "browOuterUp": 0.2, "browDown": 0.25, "eyeWide": 1.0, "mouthStretch": 1.0,
             "mouthFrown": 0.45, "jawOpen": 0.2, "mouthUpperUp": 0.15},
            # AU 1 + 4 + 5 + 20 + 25: lips hardly part over clenched teeth.
            {"browInnerUp": 1.0, "browOuterUp": 0.1, "browDown": 0.35, "eyeWide": 1.0, "mouthStretch": 1.0,
             "mouthFrown": 0.65, "mouthUpperUp": 0.3, "jawOpen": 0.04},
        ),
        bearing=Bearing((-5.0, 4.0, 0.0), 0.85, 1.5, 1.1, (0.0, 0.0), 1.5, 1.5, onset_s=(0.25, 0.5)),
    ),
    "surprised": Prototype(
        variants=(
            # AU 1 + 2 + 5 + 26: jaw drops.
            {"browInnerUp": 1.0, "browOuterUp": 1.0, "eyeWide": 0.9, "jawOpen": 0.4, "mouthPucker": 0.4,
             "mouthFrown": 0.25},
            # AU 1 + 2 + 5 + 27: wide.
            {"browInnerUp": 1.0, "browOuterUp": 1.0, "eyeWide": 1.0, "jawOpen": 0.55, "mouthPucker": 0.4,
             "mouthFrown": 0.25},
            # AU 1 + 2 + 5 + 25: lips just part.
            {"browInnerUp": 1.0, "browOuterUp": 1.0, "eyeWide": 0.9, "jawOpen": 0.24, "mouthPucker": 0.5,
             "mouthFrown": 0.25},
        ),
        bearing=Bearing((-4.5, 0.0, 0.0), 1.1, 1.3, 1.4, (0.0, 1.0), 0.7, 0.7, onset_s=(0.2, 0.4), decay_s=(0.8, 1.5)),
    ),
    "disgusted": Prototype(
        variants=(
            # AU 9 + 10 + 15 + 17: nose wrinkled, upper lip raised, corners down.
            {"noseSneer": 1.0, "mouthUpperUp": 0.95, "browDown": 0.42, "eyeSquint": 0.65, "cheekSquint": 0.6,
             "mouthFrown": 0.9, "mouthShrugLower": 0.6},
            # AU 9 + 10 + 15 + 25: upper teeth show.
            {"noseSneer": 1.0, "mouthUpperUp": 1.0, "browDown": 0.42, "eyeSquint": 0.6, "cheekSquint": 0.6,
             "mouthFrown": 0.9, "jawOpen": 0.08},
        ),
        one_sided=(
            # The same, one side ahead.
            {"noseSneerLeft": 1.0, "noseSneerRight": 0.8, "mouthUpperUpLeft": 1.0, "mouthUpperUpRight": 0.5,
             "browDown": 0.42, "eyeSquint": 0.6, "cheekSquintLeft": 0.7, "cheekSquintRight": 0.5,
             "mouthFrown": 0.75, "mouthShrugLower": 0.5},
        ),
        bearing=Bearing((-3.0, 8.0, 3.0), 0.8, 0.9, 0.7, (0.0, 0.0), 1.4, 1.1, 0.12),
    ),
    "contempt": Prototype(
        variants=(),
        one_sided=(
            # AU R12A + R14B: one corner tightened and drawn up.
            {"mouthSmileLeft": 0.6, "mouthDimpleLeft": 1.0, "cheekSquintLeft": 0.4, "eyeSquint": 0.3,
             "mouthPressLeft": 0.3, "mouthFrownRight": 0.25, "browOuterUpLeft": 0.3},
            # The same with one brow raised.
            {"mouthSmileLeft": 0.6, "mouthDimpleLeft": 0.9, "cheekSquintLeft": 0.4, "browOuterUpLeft": 0.9,
             "browDownRight": 0.4, "eyeSquint": 0.25, "mouthFrownRight": 0.25},
            # AU R10 + R14: one-sided sneer.
            {"mouthDimpleLeft": 1.0, "mouthSmileLeft": 0.5, "mouthUpperUpLeft": 0.45, "noseSneerLeft": 0.45,
             "eyeSquint": 0.35, "mouthFrownRight": 0.25},
        ),
        bearing=Bearing((-5.0, 3.0, 5.0), 0.75, 0.75, 0.8, (0.0, -3.0), 0.9, 0.85, 0.15),
    ),
}  # fmt: skip

SPEAKING_SHARE: Weights = {
    "jawOpen": 0.0,
    "mouthUpperUp": 0.1,
    "mouthStretch": 0.5,
    "mouthPucker": 0.3,
    "mouthPress": 0.5,
    "mouthShrugLower": 0.35,
    "mouthShrugUpper": 0.3,
    "mouthFrown": 0.85,
    "mouthSmile": 0.8,
    "mouthDimple": 0.8,
}
"""Share of a unit that stays while speaking, where it is not 1: what holds the mouth open or shut leaves room for the
speech, smiles and frowns stay."""
UPPER_FACE = ("brow", "eye", "cheekSquint", "noseSneer")
"""Beginnings of the names of units that move with the upper face."""
