"""The model beside its teacher: the same joint statistics of both, on the same voices."""

from pathlib import Path

import numpy as np

from vasa_core.audio.encoder import LIVE, SpeechEncoder
from vasa_core.audio.reading import load_audio
from vasa_core.motion.channels import IDLE, LISTENING, SPEAKING
from vasa_core.motion.innovations import BLOCK
from vasa_core.motion.prosody import PROSODY_SIZE, QUIET, ProsodyTracker
from vasa_core.motion.prosody import rows as prosody_rows
from vasa_core.motion.sampler import MotionModel, MotionSampler, SamplerSettings
from vasa_core.training.score_motion import play, usual
from vasa_core.training.teacher.joint_statistics import FPS, Clip, figures
from vasa_core.training.teacher.perform import perform
from vasa_core.training.teacher.report import IDLE_S, WANTED


def compare(
    audio: list[Path], seeds: int, model: MotionModel | None = None, settings: SamplerSettings | None = None
) -> dict[str, tuple[float, float]]:
    """Each figure of teacher and model, on voices as speaker and as listener, and idling; streamed."""
    model = model or MotionModel()
    taught, made = [], []
    encoder = SpeechEncoder(LIVE)
    for path in audio:
        samples = load_audio(path)
        features = encoder.encode(samples)
        tracker = ProsodyTracker()
        prosody = tracker.push(samples) + tracker.finish()
        frames = BLOCK * min(len(prosody) // BLOCK, len(features))
        prosody = prosody[:frames]
        for state in (SPEAKING, LISTENING):
            direction = usual(np.full(frames, state))
            for seed in range(seeds):
                taught.append(Clip(perform(prosody, direction, seed), prosody, direction.state, path.stem))
                sampler = MotionSampler(seed, settings, model)
                own = play(sampler, features, prosody_rows(prosody), direction)
                made.append(Clip(own, prosody, direction.state, path.stem))
    frames = int(IDLE_S * FPS)
    idle = usual(np.full(frames, IDLE))
    for seed in range(seeds):
        taught.append(Clip(perform([QUIET] * frames, idle, seed), [QUIET] * frames, idle.state))
        own = play(MotionSampler(seed, settings, model), None, np.zeros((frames, PROSODY_SIZE), np.float32), idle)
        made.append(Clip(own, [QUIET] * frames, idle.state))
    teacher, student = figures(taught), figures(made)
    return {name: (teacher[name], student[name]) for name in teacher}


def table(result: dict[str, tuple[float, float]]) -> str:
    """The figures side by side, marked where the model's lie outside of what is wanted."""
    lines = [f"{'':44}{'teacher':>9}{'model':>9}"]
    for name, (teacher, student) in result.items():
        low, high = WANTED.get(name, (-np.inf, np.inf))
        wanted = f"{low:g} to {high:g}" if name in WANTED else ""
        mark = "" if low <= student <= high else "OUTSIDE"
        lines.append(f"{name:44}{teacher:9.3f}{student:9.3f}   {wanted:14}{mark}".rstrip())
    return "\n".join(lines)
