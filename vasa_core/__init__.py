"""One portrait and a voice become a living, talking face.

    from vasa_core import animate, enroll, render

    asset = enroll("portrait.png")                      # FaceAsset; asset.save("npc.vasa") keeps it
    report = render(asset, "line.wav", "talk.mp4")      # RenderReport: frames, real-time factor, paths
    report = reenact(asset, "actor.mov", "take.mp4")    # a recorded actor drives the portrait
    for motion in animate("line.wav", seed=1):          # Motion pieces at 25 Hz, without a face
        ...
    face = MotionGenerator(AnimationSettings(seed=1))   # live: face.push(samples), .finish(), .listen(samples),
    motion = face.idle(25)                              # .idle(frames), .interrupt(), .direct(gaze="left")

Everything is loaded when it is first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vasa_core.errors import VasaError as VasaError
    from vasa_core.face.asset import FaceAsset as FaceAsset
    from vasa_core.face.enroll import enroll as enroll
    from vasa_core.latent.space import LatentSpace as LatentSpace
    from vasa_core.motion.controls import Controls as Controls
    from vasa_core.motion.cues import Cue as Cue
    from vasa_core.motion.cues import load_cues as load_cues
    from vasa_core.motion.generator import MotionGenerator as MotionGenerator
    from vasa_core.motion.gestures import Gesture as Gesture
    from vasa_core.motion.sampler import MotionModel as MotionModel
    from vasa_core.motion.sampler import MotionSampler as MotionSampler
    from vasa_core.motion.sampler import SamplerSettings as SamplerSettings
    from vasa_core.motion.settings import AnimationSettings as AnimationSettings
    from vasa_core.motion.track import Motion as Motion
    from vasa_core.performance.reenact import ReenactReport as ReenactReport
    from vasa_core.performance.reenact import reenact as reenact
    from vasa_core.pipeline import RenderReport as RenderReport
    from vasa_core.pipeline import animate as animate
    from vasa_core.pipeline import render as render
    from vasa_core.pipeline import write_motion as write_motion
    from vasa_core.render.renderer import Renderer as Renderer
    from vasa_core.scene import Idle as Idle
    from vasa_core.scene import Listening as Listening
    from vasa_core.takes import render_takes as render_takes
    from vasa_core.takes import write_motion_takes as write_motion_takes

__version__ = "0.1.0"

_HOMES = {
    "AnimationSettings": "vasa_core.motion.settings",
    "Controls": "vasa_core.motion.controls",
    "Cue": "vasa_core.motion.cues",
    "FaceAsset": "vasa_core.face.asset",
    "Gesture": "vasa_core.motion.gestures",
    "Idle": "vasa_core.scene",
    "LatentSpace": "vasa_core.latent.space",
    "Listening": "vasa_core.scene",
    "Motion": "vasa_core.motion.track",
    "MotionGenerator": "vasa_core.motion.generator",
    "MotionModel": "vasa_core.motion.sampler",
    "MotionSampler": "vasa_core.motion.sampler",
    "ReenactReport": "vasa_core.performance.reenact",
    "RenderReport": "vasa_core.pipeline",
    "Renderer": "vasa_core.render.renderer",
    "SamplerSettings": "vasa_core.motion.sampler",
    "VasaError": "vasa_core.errors",
    "animate": "vasa_core.pipeline",
    "enroll": "vasa_core.face.enroll",
    "load_cues": "vasa_core.motion.cues",
    "reenact": "vasa_core.performance.reenact",
    "render": "vasa_core.pipeline",
    "render_takes": "vasa_core.takes",
    "write_motion": "vasa_core.pipeline",
    "write_motion_takes": "vasa_core.takes",
}
__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
