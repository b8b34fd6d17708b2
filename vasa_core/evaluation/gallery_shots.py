"""What the gallery photographs: rows of shots by topic, each shot one instant of motion seen in one way."""

from dataclasses import dataclass, field

from vasa_core.motion.track import CAMERA_DISTANCE

Weights = dict[str, float]
"""ARKit weights by name, 0 to 1."""


@dataclass(frozen=True)
class Shot:
    """One instant of motion."""

    name: str
    face: Weights = field(default_factory=dict)
    turn_deg: tuple[float, float, float] = (0, 0, 0)
    """Pitch, yaw, roll, degrees; positive: down, to the viewer's right, clockwise."""
    move: tuple[float, float, float] = (0, 0, 0)
    """Head translation, outer inter-ocular distances; z away from the viewer."""
    gaze_deg: tuple[float, float] = (0, 0)
    """Yaw and pitch of the eyes, degrees; positive: the viewer's right, up."""
    blink: tuple[float, float] = (0, 0)
    """Closure of the subject's left and right eye, 0 to 1."""
    tongue: tuple[float, float, float] = (0, 0, 0)
    """Out, tip up, back up, 0 to 1."""


@dataclass(frozen=True)
class Row:
    """Shots side by side, all seen in the same way: "whole", "face", "mouth" or "eyes"."""

    view: str
    shots: tuple[Shot, ...]


def _both(**weights: float) -> Weights:
    """Weights of the left and the right side alike."""
    return {name + side: value for name, value in weights.items() for side in ("Left", "Right")}


AH: Weights = {"jawOpen": 0.35}
EE: Weights = {"jawOpen": 0.12, **_both(mouthStretch=0.4, mouthSmile=0.3)}
OO: Weights = {"jawOpen": 0.2, "mouthPucker": 0.6, "mouthFunnel": 0.3}
OH: Weights = {"jawOpen": 0.4, "mouthFunnel": 0.6}
SMILE: Weights = _both(mouthSmile=0.8, cheekSquint=0.4)
SURPRISE: Weights = {"jawOpen": 0.4, "browInnerUp": 0.7, **_both(eyeWide=0.8, browOuterUp=0.5)}
ANGER: Weights = {"mouthRollLower": 0.1, **_both(browDown=0.9, eyeSquint=0.5, noseSneer=0.5, mouthPress=0.4)}
SHOUT: Weights = {"jawOpen": 0.5, **_both(browDown=0.9, noseSneer=0.6, mouthUpperUp=0.4, mouthLowerDown=0.5)}
SADNESS: Weights = {"browInnerUp": 0.8, "mouthShrugLower": 0.4, **_both(mouthFrown=0.7, eyeSquint=0.2)}

VOWELS = (
    Shot("rest"),
    Shot("ah 0.15", {"jawOpen": 0.15}),
    Shot("ah 0.3", {"jawOpen": 0.3}),
    Shot("ah 0.6", {"jawOpen": 0.6}),
    Shot("ah 1.0", {"jawOpen": 1.0}),
    Shot("ee", EE),
    Shot("oo", OO),
    Shot("oh", OH),
)
CONSONANTS = (
    Shot("f", {"jawOpen": 0.05, "mouthRollLower": 0.5, **_both(mouthUpperUp=0.2)}),
    Shot("s", {"jawOpen": 0.06, **_both(mouthStretch=0.25, mouthLowerDown=0.25, mouthUpperUp=0.15)}),
    Shot("sh", {"jawOpen": 0.08, "mouthFunnel": 0.6, **_both(mouthLowerDown=0.2)}),
    Shot("th", {"jawOpen": 0.15}, tongue=(1, 0, 0)),
    Shot("l", {"jawOpen": 0.3}, tongue=(0, 1, 0)),
    Shot("teeth bared", {"jawOpen": 0.1, **_both(mouthUpperUp=0.6, mouthLowerDown=0.6, mouthStretch=0.3)}),
    Shot("smile open", {"jawOpen": 0.3, **SMILE}),
    Shot("one corner", {"jawOpen": 0.1, "mouthSmileLeft": 0.8}),
)
LIPS_TOGETHER: dict[str, Weights] = {
    "p": {"mouthClose": 0.03, **_both(mouthPress=0.6)},
    "b": _both(mouthPress=0.35),
    "m": {"mouthRollLower": 0.35, "mouthRollUpper": 0.35},
}
CLOSING = (1.0, 0.7, 0.35, 0.0, 0.0, 0.3, 0.65, 1.0)
"""Share of the open vowel around a closure, frame by frame at 25 Hz."""
BLINK = (0.0, 0.15, 0.35, 0.55, 0.75, 0.9, 1.0, 0.5)
"""Closure of the lids."""
GAZE = ((-25, 0), (-18, 12), (0, 15), (18, 12), (25, 0), (18, -12), (0, -15), (-18, -12))

EXPRESSIONS = (
    Shot("rest"),
    Shot("smile", SMILE),
    Shot("smile open", {"jawOpen": 0.25, **SMILE}),
    Shot("anger", ANGER),
    Shot("shout", SHOUT),
    Shot("surprise", SURPRISE),
    Shot("sadness", SADNESS),
    Shot("disgust", _both(noseSneer=0.9, mouthUpperUp=0.6, browDown=0.4)),
)
EXPRESSIONS_MORE = (
    Shot("brows up", {"browInnerUp": 0.8, **_both(browOuterUp=0.8)}),
    Shot("brows down", _both(browDown=0.9)),
    Shot("squint", _both(eyeSquint=0.9)),
    Shot("wide", _both(eyeWide=0.9)),
    Shot("wink", blink=(1, 0)),
    Shot("cheeks", {"cheekPuff": 0.8}),
    Shot("pucker", {"mouthPucker": 0.9}),
    Shot("tired", SADNESS, (8, 0, 0), blink=(0.45, 0.45)),
)
TURNS = (
    Shot("yaw -20", AH, (0, -20, 0)),
    Shot("yaw -10", AH, (0, -10, 0)),
    Shot("yaw 10", AH, (0, 10, 0)),
    Shot("yaw 20", AH, (0, 20, 0)),
    Shot("pitch -15", AH, (-15, 0, 0)),
    Shot("pitch -8", AH, (-8, 0, 0)),
    Shot("pitch 8", AH, (8, 0, 0)),
    Shot("pitch 15", AH, (15, 0, 0)),
)
TURNS_MORE = (
    Shot("roll -20", {}, (0, 0, -20)),
    Shot("roll -10", {}, (0, 0, -10)),
    Shot("roll 10", {}, (0, 0, 10)),
    Shot("roll 20", {}, (0, 0, 20)),
    Shot("yaw -15 pitch -10", {}, (-10, -15, 0)),
    Shot("yaw 15 pitch -10", {}, (-10, 15, 0)),
    Shot("yaw -15 pitch 10", {}, (10, -15, 0)),
    Shot("yaw 15 pitch 10", {}, (10, 15, 0)),
)
DISTANCE = (
    Shot("size 0.7", {}, move=(0, 0, CAMERA_DISTANCE / 0.7 - CAMERA_DISTANCE)),
    Shot("size 0.85", {}, move=(0, 0, CAMERA_DISTANCE / 0.85 - CAMERA_DISTANCE)),
    Shot("size 1.15", {}, move=(0, 0, CAMERA_DISTANCE / 1.15 - CAMERA_DISTANCE)),
    Shot("size 1.4", {}, move=(0, 0, CAMERA_DISTANCE / 1.4 - CAMERA_DISTANCE)),
    Shot("left", {}, move=(-0.25, 0, 0)),
    Shot("right", {}, move=(0.25, 0, 0)),
    Shot("up", {}, move=(0, -0.2, 0)),
    Shot("down", {}, move=(0, 0.2, 0)),
)


def _blend(a: Weights, b: Weights, share: float) -> Weights:
    """The share of `a`, the rest `b`."""
    return {name: share * a.get(name, 0.0) + (1 - share) * b.get(name, 0.0) for name in sorted({*a, *b})}


def _closure(sound: str) -> tuple[Shot, ...]:
    lips = LIPS_TOGETHER[sound]
    return tuple(Shot(f"a{sound}a {i + 1}", _blend(AH, lips, share)) for i, share in enumerate(CLOSING))


_BLINKS = tuple(Shot(f"blink {share:g}", blink=(share, share)) for share in BLINK)
_GAZES = tuple(Shot(f"gaze {yaw:+d} {pitch:+d}", gaze_deg=(yaw, pitch)) for yaw, pitch in GAZE)
_LIDS = (
    Shot("squint", _both(eyeSquint=0.9)),
    Shot("wide", _both(eyeWide=0.9)),
    Shot("wide up", _both(eyeWide=0.7), gaze_deg=(0, 12)),
    Shot("half shut left", gaze_deg=(-20, 0), blink=(0.5, 0.5)),
    Shot("half shut down", gaze_deg=(0, -12), blink=(0.3, 0.3)),
    Shot("anger", ANGER),
    Shot("smile", SMILE),
    Shot("brows up", {"browInnerUp": 0.8, **_both(browOuterUp=0.8)}),
)
_EYES_BACK = tuple(
    Shot(f"{shot.name}, eyes back", {}, shot.turn_deg, gaze_deg=(-shot.turn_deg[1], shot.turn_deg[0])) for shot in TURNS
)

TOPICS: dict[str, tuple[Row, ...]] = {
    "mouth": (
        Row("whole", VOWELS),
        Row("mouth", VOWELS),
        Row("mouth", _closure("p")),
        Row("mouth", _closure("b")),
        Row("mouth", _closure("m")),
        Row("mouth", CONSONANTS),
    ),
    "eyes": (
        Row("face", _BLINKS),
        Row("eyes", _BLINKS),
        Row("face", _GAZES),
        Row("eyes", _GAZES),
        Row("eyes", _LIDS),
        Row("eyes", _EYES_BACK),
    ),
    "turns": (
        Row("whole", TURNS),
        Row("mouth", TURNS),
        Row("whole", TURNS_MORE),
        Row("whole", DISTANCE),
    ),
    "expressions": (
        Row("whole", EXPRESSIONS),
        Row("face", EXPRESSIONS),
        Row("face", EXPRESSIONS_MORE),
    ),
}
"""Rows of the contact sheet by topic."""

OVERVIEW = (
    Shot("rest"),
    Shot("ah", AH),
    Shot("ee", EE),
    Shot("oo", OO),
    Shot("m", LIPS_TOGETHER["m"]),
    Shot("blink", blink=(1, 1)),
    Shot("look", gaze_deg=(22, 8)),
    Shot("yaw -20", {}, (0, -20, 0)),
    Shot("yaw 20", {}, (0, 20, 0)),
    Shot("pitch 12", AH, (12, 0, 0)),
    Shot("smile", SMILE),
    Shot("surprise", SURPRISE),
)
"""One row per portrait on the overview page."""
