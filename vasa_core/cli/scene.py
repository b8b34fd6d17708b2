"""What verbs that animate do with their options: the scene, and everything that shapes the motion."""

from math import isfinite, radians
from pathlib import Path
from typing import TYPE_CHECKING

from vasa_core.errors import VasaError

if TYPE_CHECKING:
    from vasa_core.motion.settings import AnimationSettings
    from vasa_core.scene import Scene


def scene_of(audio: Path | None, listen: Path | None, idle: float | None) -> "Scene":
    """The one scene that was asked for."""
    from vasa_core.scene import Idle, Listening

    given = [value for value in (audio, listen, idle) if value is not None]
    if len(given) != 1:
        raise VasaError(
            "Give one of: --audio FILE (the face says it), --listen FILE (it listens), --idle SECONDS (nobody speaks)."
        )
    if audio is not None:
        return audio
    if listen is not None:
        return Listening(listen)
    assert idle is not None
    return Idle(idle)


def settings_of(
    seed: int,
    look_ahead: float | None,
    emotion: str | None,
    gaze: str | None,
    distance: float | None,
    expressiveness: float | None,
    stillness: float | None,
    blink_rate: float | None,
) -> "AnimationSettings":
    """The settings that were asked for."""
    from vasa_core.motion.controls import Controls
    from vasa_core.motion.settings import AnimationSettings

    controls = Controls(
        gaze=None if gaze is None else _gaze(gaze),
        distance=distance,
        emotion=emotion,
        expressiveness=expressiveness,
        stillness=stillness,
        blink_rate=blink_rate,
    )
    return AnimationSettings(seed=seed, controls=controls, look_ahead=look_ahead)


def _gaze(text: str) -> str | tuple[float, ...]:
    """Degrees "15,-5" as rad; names stay names."""
    if text.strip() and not any(character.isdigit() or character == "," for character in text):
        return text.strip()
    try:
        angles = tuple(radians(float(part)) for part in text.split(","))
    except ValueError:
        angles = ()
    if len(angles) != 2 or not all(map(isfinite, angles)):
        raise VasaError(
            f"'{text}' is no gaze. Write two numbers, degrees to the right and up, like 15,-5, or a name like viewer."
        )
    return angles
