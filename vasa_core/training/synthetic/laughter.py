"""Sounds of people that are not speech: laughter, hums, coughs, breaths."""

import numpy as np
from numpy.typing import NDArray

from vasa_core.training.synthetic.phones import SILENCE
from vasa_core.training.synthetic.resynthesis import RATE, Floats, analyse, synthesise
from vasa_core.training.synthetic.spoken import Segment, Spoken, tidy

LAUGH_HZ = (4.2, 5.4)
"""Bursts a second (Bachorowski, Smoski and Owren 2001: about 4.4)."""
LAUGH_BURSTS = (3, 12)
LAUGH_VOICED_SHARE = (0.35, 0.6)
"""Of a burst's time that is voiced; the rest is breath."""
LAUGH_VOWELS = {"a": "ha", "ax": "huh", "eh": "heh", "iy": "hee", "o": "hoh"}
"""Class of the vowel, and text that an English voice says with it."""
LAUGH_PITCH = {"man": (150.0, 280.0), "woman": (240.0, 420.0)}
LAUGH_FALL = (0.5, 0.8)
"""Pitch at the end over that at the beginning."""
LAUGH_OPENING = 0.75
SMILE, SQUINT, JAW, JAW_BOB = (0.45, 0.8), (0.3, 0.7), (0.04, 0.16), (0.03, 0.08)
"""Weights of the units of a laughing face; drawn by eye."""
SMILE_RISE_S, SMILE_FALL_S = 0.3, 0.7
NOISE_LEVEL = -3.0
"""Log magnitude of breath, against the vowel."""
BLUR_BINS = 15
"""Width of a moving average over an envelope's bins of 31 Hz: air that rushes has broad resonances."""


def vowel_envelope(spoken: Spoken, phone: str) -> Floats:
    """[bins] mean log magnitude in the middle of the longest segment of that class (any vowel where there is none)."""
    wanted = [s for s in spoken.segments if s.phone == phone] or [s for s in spoken.segments if s.phone != SILENCE]
    best = max(wanted, key=lambda s: s.duration)
    envelope = analyse(spoken.samples).envelope
    begin, end = (best.start + share * best.duration for share in (0.3, 0.7))
    return envelope[int(begin * RATE) : max(int(end * RATE), int(begin * RATE) + 1)].mean(axis=0)


def laugh(vowel: Floats, phone: str, sex: str, rng: np.random.Generator) -> Spoken:
    """Bursts of ha-ha-ha that fall in pitch and loudness, perhaps with a breath in at the end.

    `vowel` [bins] is the envelope of the vowel of class `phone`; `sex` "man" or "woman".
    """
    segments: list[Segment] = []
    now = rng.uniform(0.15, 0.5)
    first = now
    bursts = int(rng.integers(*LAUGH_BURSTS))
    period = 1 / rng.uniform(*LAUGH_HZ)
    breath = rng.uniform(0.3, 0.6) if rng.random() < 0.5 else 0.0
    total = now + bursts * period * 1.15 + breath + rng.uniform(0.3, 0.8)
    count = int(total * RATE)
    level, voicing, bob = np.full(count, -12.0), np.zeros(count), np.zeros(count)
    pitch = np.full(count, rng.uniform(*LAUGH_PITCH[sex]))
    fall = rng.uniform(*LAUGH_FALL)
    for burst in range(bursts):
        length = period * rng.uniform(0.9, 1.1) * (1 + 0.15 * burst / bursts)
        voiced = length * rng.uniform(*LAUGH_VOICED_SHARE)
        loud = -1.2 * burst / bursts + rng.normal(0, 0.2)
        breathing, voice = span(now, now + length - voiced), span(now + length - voiced, now + length)
        level[breathing] = loud + NOISE_LEVEL + hump(breathing)
        level[voice] = loud + hump(voice)
        voicing[voice] = 0.9
        bob[voice] = np.sin(np.pi * np.linspace(0, 1, voice.stop - voice.start))
        height = pitch[0] * fall ** (burst / bursts) * rng.uniform(0.92, 1.08)
        pitch[breathing.start : voice.stop] = height * np.linspace(1.08, 0.9, voice.stop - breathing.start)
        segments += [Segment("h", now, now + length - voiced), Segment(phone, now + length - voiced, now + length)]
        now += length
    if breath:
        part = span(now + 0.1, now + 0.1 + breath)
        level[part] = NOISE_LEVEL + hump(part)
        segments.append(Segment("h", now + 0.1, now + 0.1 + breath))
    envelope = vowel + smooth(level)[:, None]
    samples = synthesise(envelope, smooth(pitch), smooth(voicing), rng)
    spoken = Spoken(samples, tidy(segments, len(samples) / 16000), "", "", "laughter", LAUGH_OPENING)
    frames = np.arange(-(-len(samples) // 640)) / 25
    joy = np.clip((frames - first + SMILE_RISE_S) / SMILE_RISE_S, 0, 1) * np.clip(
        1 - (frames - now) / SMILE_FALL_S, 0, 1
    )
    joy = joy * joy * (3 - 2 * joy)
    bobs = np.interp(frames, np.arange(count) / RATE, smooth(bob))
    spoken.units = face_of_laughter(joy, bobs, rng)
    return spoken


def face_of_laughter(joy: Floats, bobs: Floats, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
    """Weights [T] by unit of a mirth [T] in [0, 1] with bursts [T] in [0, 1]."""
    smile, squint, jaw, bob = (rng.uniform(*limits) for limits in (SMILE, SQUINT, JAW, JAW_BOB))
    amounts = {
        "mouthSmile": smile * joy,
        "cheekSquint": squint * joy,
        "eyeSquint": 0.5 * squint * joy,
        "mouthUpperUp": 0.25 * smile * joy,
    }
    sides = {name + side: amount for name, amount in amounts.items() for side in ("Left", "Right")}
    return {name: amount.astype(np.float32) for name, amount in {**sides, "jawOpen": joy * (jaw + bob * bobs)}.items()}


def hum(murmur: Floats, sex: str, rng: np.random.Generator) -> Spoken:
    """Closed lips: mm of agreement or doubt, or a hummed tune. `murmur` [bins] is the envelope of an m."""
    segments, level, pitch = [], [], []
    base = {"man": 120.0, "woman": 210.0}[sex] * rng.uniform(0.85, 1.2)
    now = 0.0
    for _ in range(int(rng.integers(2, 6))):
        pause, length = rng.uniform(0.15, 0.7), rng.uniform(0.25, 1.3)
        segments.append(Segment("m", now + pause, now + pause + length))
        steps = rng.uniform(-3, 5, 3)
        tone = np.interp(np.linspace(0, 2, int(length * RATE)), [0, 1, 2], steps)
        level += [np.full(int(pause * RATE), -12.0), 1.5 * (np.sin(np.linspace(0, np.pi, len(tone))) ** 0.5 - 1)]
        pitch += [np.full(int(pause * RATE), base), base * 2 ** (tone / 12)]
        now += pause + length
    level.append(np.full(int(0.4 * RATE), -12.0))
    pitch.append(np.full(int(0.4 * RATE), base))
    levels = smooth(np.concatenate(level))
    voicing = np.ones(len(levels))
    samples = synthesise(murmur + levels[:, None], smooth(np.concatenate(pitch)), voicing, rng)
    return Spoken(samples, tidy(segments, len(samples) / 16000), "", "", "hum")


def cough(vowel: Floats, rng: np.random.Generator) -> Spoken:
    """One to four coughs or a clearing of the throat: a burst of noise, a rattle, perhaps a voiced end."""
    segments: list[Segment] = []
    count = int(rng.uniform(2.0, 3.2) * RATE)
    level, voicing = np.full(count, -12.0), np.zeros(count)
    now = rng.uniform(0.2, 0.5)
    for _ in range(int(rng.integers(1, 5))):
        burst, rest = rng.uniform(0.06, 0.12), rng.uniform(0.1, 0.2)
        if now + burst + rest > count / RATE - 0.3:
            break
        first, second = span(now, now + burst), span(now + burst, now + burst + rest)
        level[first] = np.linspace(0.5, -1.5, first.stop - first.start)
        level[second] = np.linspace(-1.5, -4.0, second.stop - second.start)
        voicing[second] = rng.uniform(0, 0.8)
        segments.append(Segment("ax", now, now + burst + rest))
        now += burst + rest + rng.uniform(0.06, 0.4)
    pitch = rng.uniform(100, 220) * (1 + 0.05 * rng.standard_normal(count))
    samples = synthesise(smooth(vowel, BLUR_BINS) + smooth(level, 3)[:, None], pitch, smooth(voicing), rng)
    return Spoken(samples, tidy(segments, len(samples) / 16000), "", "", "cough", 0.8)


def breathe(vowel: Floats, rng: np.random.Generator) -> Spoken:
    """Breaths in and out, sighs; the lips are hardly apart."""
    segments: list[Segment] = []
    count = int(rng.uniform(2.5, 5.0) * RATE)
    level = np.full(count, -12.0)
    now = rng.uniform(0.1, 0.4)
    while now < count / RATE - 1.2:
        length = rng.uniform(0.4, 1.2)
        part = span(now, now + length)
        level[part] = NOISE_LEVEL + rng.normal(0, 0.7) + hump(part)
        segments.append(Segment("h", now, now + length))
        now += length + rng.uniform(0.15, 0.6)
    tilt = np.linspace(-1.5, 1.0, len(vowel))
    samples = synthesise(
        smooth(vowel, BLUR_BINS) + tilt + smooth(level, 9)[:, None], np.full(count, 100.0), np.zeros(count), rng
    )
    return Spoken(samples, tidy(segments, len(samples) / 16000), "", "", "breath", 0.5)


def span(start: float, end: float) -> slice:
    """Envelope frames from `start` to `end` s."""
    return slice(int(start * RATE), int(end * RATE))


def hump(part: slice) -> Floats:
    """Log level of a sound that swells and fades."""
    return 2.0 * (np.sin(np.pi * np.linspace(0.08, 0.92, part.stop - part.start)) - 1)


def smooth(track: Floats, width: int = 5) -> Floats:
    """Moving average of a track [T]."""
    padded = np.pad(track, width // 2, mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")
