"""What the shipped model does with voices: lips that follow, rest in silence, and do not answer to noise."""

from pathlib import Path

import numpy as np
import pytest

from vasa_core.audio.reading import load_audio
from vasa_core.evaluation.lips import correlation
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.generator import MotionGenerator
from vasa_core.motion.settings import AnimationSettings
from vasa_core.motion.track import Motion
from vasa_core.samples import LINES

RATE = 16_000
UPPER_LIP, LOWER_LIP = 13, 14


def spoken(samples: np.ndarray, whole_files: bool = False, **settings) -> Motion:
    generator = MotionGenerator(AnimationSettings(**settings), whole_files=whole_files)
    return Motion.concatenate([generator.push(samples), generator.finish()])


def opening(motion: Motion) -> np.ndarray:
    space = LatentSpace.load()
    points = space.neutral + space.decode(motion.latent)
    return np.maximum(points[:, LOWER_LIP, 1] - points[:, UPPER_LIP, 1], 0)


def shut_share(samples: np.ndarray) -> float:
    """Share of the stretches of voice (0.8 s: two or three syllables) that pass with a shut mouth."""
    curve = opening(spoken(samples))
    loudness = np.sqrt((samples[: len(samples) // 640 * 640].reshape(-1, 640) ** 2).mean(axis=1))
    voiced = loudness > 0.15 * np.percentile(loudness, 95)
    length = 20
    starts = [s for s in range(0, len(voiced) - length, 5) if voiced[s : s + length].mean() > 0.7]
    assert len(starts) > 5
    return float(np.mean([curve[s : s + length].max() < 0.04 for s in starts]))


def test_short_look_ahead_moves_the_lips_like_long_look_ahead(line: np.ndarray) -> None:
    live, offline = opening(spoken(line)), opening(spoken(line, whole_files=True))
    assert correlation(live, offline) > 0.85  # below, streams would look like other speech


def test_the_mouth_opens_with_speech_and_rests_in_silence(line: np.ndarray) -> None:
    silence = np.zeros(2 * RATE, np.float32)
    curve = opening(spoken(np.concatenate([silence, line, silence])))
    loud = np.percentile(curve[50:-50], 95)
    assert loud > 0.04  # inter-ocular distances; the speakers measured reach 0.16
    rest = np.concatenate([curve[:42], curve[-42:]])
    assert np.percentile(rest, 95) < 0.15 * loud


def test_a_hum_is_no_speech(line: np.ndarray) -> None:
    t = np.arange(3 * RATE) / RATE
    hum = (0.2 * np.sin(2 * np.pi * 120 * t) + 0.1 * np.sin(2 * np.pi * 240 * t)).astype(np.float32)
    assert np.percentile(opening(spoken(hum)), 95) < 0.3 * np.percentile(opening(spoken(line)), 95)


def test_speech_does_not_pass_with_a_shut_mouth() -> None:
    """A model that trusts its own past too much stays shut once it has rested, although the voice goes on."""
    assert shut_share(np.concatenate([load_audio(path) for path in LINES])) < 0.05


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "pt"])
def test_speech_of_other_languages_keeps_the_mouth_moving(recordings: Path, language: str) -> None:
    samples = load_audio(recordings / "speech" / f"fleurs-{language}-000.ogg")
    assert shut_share(samples / np.abs(samples).max() * 0.5) < 0.15
