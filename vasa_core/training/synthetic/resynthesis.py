"""Takes a voice apart into envelope and excitation and says the same with another one: sung, whispered, laughed.

The envelope of the spectrum (cepstrally smoothed, minimum phase) filters a pulse train of any pitch and white noise;
which of both each moment takes is known from the phones. Time may run at any speed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft

from vasa_core.audio.mel import SAMPLE_RATE

Floats = NDArray[np.float64]

WINDOW = 512
"""Samples; 32 ms holds three periods of a deep voice."""
HOP = 80
"""Samples; 5 ms."""
RATE = SAMPLE_RATE / HOP
"""Frames a second of envelopes, pitch and voicing."""
LIFTER_S = 0.0022
"""Cepstral smoothing: keeps formants, drops the harmonics of voices below 450 Hz."""
NOISE_ABOVE_HZ = 4500.0
"""Even voiced sounds are mostly noise above this (maximum voiced frequency, Stylianou 2001)."""
FLOOR = 1e-4


@dataclass(frozen=True)
class Voice:
    """A piece of sound without its excitation."""

    envelope: Floats
    """[T, WINDOW // 2 + 1] log magnitude at 200 frames a second, frame i at i / 200 s."""


def analyse(samples: NDArray[np.float32]) -> Voice:
    """Envelope of [N] samples."""
    padded = np.pad(samples.astype(np.float64), (WINDOW // 2, WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][: len(samples) // HOP + 1]
    magnitude = np.abs(rfft(frames * np.hanning(WINDOW + 1)[:-1], axis=1))
    cepstrum = irfft(np.log(magnitude + FLOOR), axis=1)
    keep = round(LIFTER_S * SAMPLE_RATE)
    cepstrum[:, keep : WINDOW - keep + 1] = 0.0
    return Voice(rfft(cepstrum, axis=1).real)


def at(track: Floats, times: Floats) -> Floats:
    """Rows of a track [T, ...] at 200 frames a second at any `times` (s), linearly."""
    place = np.clip(times * RATE, 0, len(track) - 1)
    low = np.minimum(place.astype(int), max(len(track) - 2, 0))
    share = (place - low).reshape(-1, *[1] * (track.ndim - 1))
    return track[low] * (1 - share) + track[np.minimum(low + 1, len(track) - 1)] * share


def synthesise(envelope: Floats, pitch: Floats, voicing: Floats, rng: np.random.Generator) -> NDArray[np.float32]:
    """Excite an envelope.

    Parameters
    ----------
    envelope
        [T, bins] log magnitude at 200 frames a second.
    pitch
        [T] Hz.
    voicing
        [T] 0 noise (voiceless, whispered), 1 voiced.
    rng
        Of the noise.

    Returns
    -------
    [T * 80] samples at 16 kHz, at about the level that was analysed.

    """
    count = len(envelope) * HOP
    positions = np.arange(count) / HOP
    frequency = np.interp(positions, np.arange(len(pitch)), pitch)
    phase = np.cumsum(frequency) / SAMPLE_RATE
    harmonics = np.floor(SAMPLE_RATE / 2 / frequency)
    pulses = _pulse_train(phase, harmonics) / np.sqrt(harmonics / 2 + 1e-9)
    noise = rng.standard_normal(count)
    bins = np.arange(WINDOW // 2 + 1) * SAMPLE_RATE / WINDOW
    hiss = 1 / (1 + np.exp(-(bins - NOISE_ABOVE_HZ) / 400.0))
    voiced = voicing[:, None] * (1 - hiss)
    response = _minimum_phase(envelope)
    window = np.hanning(WINDOW + 1)[:-1]
    tone, breath = (_frames(sound, len(envelope)) * window for sound in (pulses, noise))
    size = 2 * WINDOW
    response = _stretched(response, size)
    voiced, unvoiced = (_doubled(np.sqrt(share)) for share in (voiced, 1 - voiced))
    spectrum = (rfft(tone, size, axis=1) * voiced + rfft(breath, size, axis=1) * unvoiced) * response
    pieces = irfft(spectrum, size, axis=1)
    output = np.zeros(count + 2 * size)
    for index, piece in enumerate(pieces):
        output[index * HOP : index * HOP + size] += piece
    # Hann windows of WINDOW at HOP add up to WINDOW / (2 HOP); the analysis window scales noise by its norm.
    gain = 2 * HOP / WINDOW / np.sqrt(np.sum(window**2))
    return (output[WINDOW // 2 : WINDOW // 2 + count] * gain).astype(np.float32)


def _pulse_train(phase: Floats, harmonics: Floats) -> Floats:
    """Sum of cosines 1..harmonics of the phase (turns), in closed form: pulses without aliasing."""
    half = np.pi * (phase % 1.0)
    sine = np.sin(half)
    safe = np.where(np.abs(sine) < 1e-4, 1.0, sine)
    kernel = np.sin((2 * harmonics + 1) * half) / safe
    return (np.where(np.abs(sine) < 1e-4, 2 * harmonics + 1, kernel) - 1) / 2


def _minimum_phase(envelope: Floats) -> NDArray[np.complex128]:
    """Spectrum [T, bins] with that log magnitude whose energy comes first."""
    cepstrum = irfft(envelope, axis=1)
    half = cepstrum.shape[1] // 2
    cepstrum[:, 1:half] *= 2
    cepstrum[:, half + 1 :] = 0
    return np.exp(rfft(cepstrum, axis=1))


def _stretched(response: NDArray[np.complex128], size: int) -> NDArray[np.complex128]:
    """The same filter on the finer grid of a transform of `size`, so that it does not wrap around."""
    return rfft(irfft(response, axis=1), size, axis=1)


def _doubled(share: Floats) -> Floats:
    """[T, n] on a grid twice as fine: [T, 2 n - 1]."""
    fine = np.repeat(share, 2, axis=1)[:, :-1]
    fine[:, 1:-1:2] = (share[:, :-1] + share[:, 1:]) / 2
    return fine


def _frames(sound: Floats, count: int) -> Floats:
    padded = np.pad(sound, (WINDOW // 2, WINDOW))
    return np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:count]
