"""Log-mel spectrogram as OpenAI Whisper computes it, in numpy and scipy.

25 ms periodic Hann windows every 10 ms, centred and reflect-padded; 80 Slaney mel bands from 0 to 8 kHz; log10 of the
power, cut off 8 (80 dB) below the loudest value of the whole input, scaled to about [-1, 1].
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

SAMPLE_RATE = 16000
FFT_SIZE = 400
HOP = 160
BANDS = 80
POWER_FLOOR = 1e-10
DYNAMIC_RANGE = 8.0  # log10 units below the loudest value

# Slaney's mel scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above.
LINEAR_STEP_HZ = 200.0 / 3.0
BREAK_HZ = 1000.0
BREAK_MEL = BREAK_HZ / LINEAR_STEP_HZ
LOG_STEP = np.log(6.4) / 27.0


def hz_to_mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert frequencies in Hz to Slaney mels."""
    above = BREAK_MEL + np.log(np.maximum(hz, BREAK_HZ) / BREAK_HZ) / LOG_STEP
    return np.where(hz < BREAK_HZ, hz / LINEAR_STEP_HZ, above)


def mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert Slaney mels to frequencies in Hz."""
    above = BREAK_HZ * np.exp(LOG_STEP * np.maximum(mel - BREAK_MEL, 0.0))
    return np.where(mel < BREAK_MEL, mel * LINEAR_STEP_HZ, above)


@cache
def mel_filters() -> NDArray[np.float32]:
    """Triangular filters of unit area [BANDS, FFT_SIZE // 2 + 1], from power per FFT bin to power per band."""
    bins = np.linspace(0.0, SAMPLE_RATE / 2, FFT_SIZE // 2 + 1)
    limits = hz_to_mel(np.array([0.0, SAMPLE_RATE / 2]))
    edges = mel_to_hz(np.linspace(limits[0], limits[1], BANDS + 2))
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.maximum(0.0, np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)))
    return (triangles * 2.0 / (high - low)).astype(np.float32)


@cache
def _window() -> NDArray[np.float32]:
    phase = 2.0 * np.pi * np.arange(FFT_SIZE) / FFT_SIZE
    return (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


def mel_power(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Power per mel band of every whole frame of [N] samples.

    Returns
    -------
    [80, (N - 400) // 160 + 1] float32. Column j covers samples 160 j to 160 j + 400.

    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, FFT_SIZE)[::HOP]
    spectrum = rfft(frames * _window(), axis=1)
    return mel_filters() @ (spectrum.real**2 + spectrum.imag**2).T


def log_scaled(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Whisper's scale of mel power [80, T]: logarithm, cut off below the loudest value, about [-1.5, 1.5]."""
    levels = np.log10(np.maximum(power, POWER_FLOOR))
    levels = np.maximum(levels, levels.max() - DYNAMIC_RANGE)
    return ((levels + 4.0) / 4.0).astype(np.float32)


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Whisper's log-mel of one piece of sound.

    Parameters
    ----------
    samples
        [N] float32 mono at 16 kHz in [-1, 1], N > 200 (what reflection at the borders needs).

    Returns
    -------
    [80, N // 160] float32, about [-1.5, 1.5]. Column j is centred on sample 160 j.

    """
    padded = np.pad(np.asarray(samples, np.float32), FFT_SIZE // 2, mode="reflect")
    return log_scaled(mel_power(padded)[:, : len(samples) // HOP])
