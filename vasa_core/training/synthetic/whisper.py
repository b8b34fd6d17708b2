"""Whispering and shouting: the same words, the same mouth times, another way to make the sound."""

from dataclasses import replace

import numpy as np

from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.training.augment import equalise
from vasa_core.training.synthetic.resynthesis import WINDOW, analyse, synthesise
from vasa_core.training.synthetic.spoken import Spoken
from vasa_core.training.voice_change import change_voice

WHISPER_KNEE_HZ, WHISPER_CUT_DB = 900.0, 18.0
"""Whispered vowels lack the strong low harmonics of the voice: so much less at 0 Hz, nothing above the knee
(Jovicic 1998)."""
SHOUT_PITCH = (1.3, 1.8)
SHOUT_FORMANT = (1.0, 1.08)
"""Shouted speech is raised by 4 to 10 semitones, and its first formant rises (Rostolland 1982)."""
SHOUT_GAINS_DB = (-4.0, -4.0, -3.0, 0.0, 5.0, 8.0, 4.0, 0.0)
"""At the frequencies of `EQUALISER_HZ`: vocal effort lifts 1 to 4 kHz."""
SHOUT_DRIVE = 1.6
HISS = 1e-4
"""Added before the change of voice, which needs a spectrum to turn everywhere."""
SHOUT_OPENING = 1.3
"""The mouth opens so much wider in a shout."""


def whisper(spoken: Spoken, rng: np.random.Generator) -> Spoken:
    """The same, whispered."""
    hz = np.arange(WINDOW // 2 + 1) * SAMPLE_RATE / WINDOW
    cut = WHISPER_CUT_DB / 20 * np.log(10) * np.clip(1 - hz / WHISPER_KNEE_HZ, 0, 1)
    envelope = analyse(spoken.samples).envelope - cut
    silent = np.zeros(len(envelope))
    samples = synthesise(envelope, silent + 100.0, silent, rng)[: len(spoken.samples)]
    samples = np.pad(samples, (0, len(spoken.samples) - len(samples)))
    return replace(spoken, samples=samples, kind="whisper")


def shout(spoken: Spoken, rng: np.random.Generator) -> Spoken:
    """The same, shouted."""
    heard = spoken.samples + HISS * rng.standard_normal(len(spoken.samples)).astype(np.float32)
    raised = change_voice(heard, rng.uniform(*SHOUT_PITCH), rng.uniform(*SHOUT_FORMANT))
    bright = equalise(raised, SHOUT_GAINS_DB)
    driven = np.tanh(SHOUT_DRIVE * bright / (np.abs(bright).max() + 1e-9))
    return replace(spoken, samples=driven.astype(np.float32), kind="shout", loudness=SHOUT_OPENING)
