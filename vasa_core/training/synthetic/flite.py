"""The voices of flite (Black and Lenzo 2001, Carnegie Mellon University) with the times of their phones."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from vasa_core.audio.reading import load_audio
from vasa_core.errors import VasaError
from vasa_core.training.synthetic.phones import PHONES, VOWEL, from_flite
from vasa_core.training.synthetic.spoken import Segment, Spoken, tidy

VOICES = ("slt", "rms", "awb", "kal16")
"""A woman, a man and a Scot, by statistics of recordings; a man by diphones."""
LANGUAGE = "en-us"
DIPHTHONG_SHARE = 0.55
"""Of a diphthong's time that its first vowel takes: the glide comes late (Lehiste and Peterson 1961)."""


def split(classes: tuple[str, ...], start: float, end: float) -> list[Segment]:
    """Share the time of one symbol among its classes."""
    if len(classes) == 1:
        return [Segment(classes[0], start, end)]
    both_vowels = len(classes) == 2 and all(PHONES[name].manner == VOWEL for name in classes)
    shares = [DIPHTHONG_SHARE, 1 - DIPHTHONG_SHARE] if both_vowels else [1 / len(classes)] * len(classes)
    segments, length = [], end - start
    for name, share in zip(classes, shares, strict=True):
        segments.append(Segment(name, start, start + share * length))
        start += share * length
    return segments


def speak(text: str, voice: str = "slt", stretch: float = 1.0, pitch: float | None = None) -> Spoken:
    """Say English `text`.

    Parameters
    ----------
    text
        In English.
    voice
        One of `VOICES`.
    stretch
        Factor on all durations.
    pitch
        Mean pitch in Hz; None for the voice's own.

    """
    if shutil.which("flite") is None:
        raise VasaError("The program flite is not installed: install Debian's package flite.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        settings = ["--setf", f"duration_stretch={stretch}"]
        if pitch is not None:
            settings += ["--setf", f"int_f0_target_mean={pitch}"]
        command = ["flite", "-voice", voice, *settings, "-psdur", "-t", text, "-o", str(path)]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        samples = load_audio(path)
    segments: list[Segment] = []
    now = begin = 0.0
    for line in lines.splitlines():  # one line an utterance, each from 0 s
        begin = now
        for word in line.split():
            phone, end = word.rsplit(":", 1)
            segments += split(from_flite(phone), now, begin + float(end))
            now = begin + float(end)
    return Spoken(samples, tidy(segments, len(samples) / 16000), f"flite-{voice}", LANGUAGE)
