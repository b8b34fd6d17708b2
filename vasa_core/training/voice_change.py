"""Turns a recorded voice into another one without moving anything in time: pitch and formants by separate factors.

A phase vocoder stretches the sound by the pitch factor, the spectral envelope is warped on the way, and resampling by
the same factor brings back the length. Both maps of time are linear, so lips and sounds stay together.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.fft import irfft, rfft
from scipy.signal import firwin, oaconvolve

from vasa_core.audio.mel import SAMPLE_RATE

WINDOW = 512  # 32 ms: holds three periods of a deep male voice
SYNTHESIS_HOP = WINDOW // 4
ENVELOPE_S = 0.002  # cepstral lifter: keeps formants, drops harmonics of voices below 500 Hz
LARGEST_BOOST = np.log(10.0**1.5)  # of the envelope correction, 30 dB
WHISPER_KNEE_HZ = 500.0  # below, a whisper has little: the vocal folds do not swing
CROSSOVER_TAPS = 255
SINC_REACH = 16  # samples to either side
SINC_STEPS = 1024  # fractions of a sample that are told apart: 60 dB below the signal


def change_voice(samples: NDArray[np.float32], pitch: float, formant: float) -> NDArray[np.float32]:
    """Multiply the pitch of a voice by `pitch` and its formant frequencies by `formant`.

    Parameters
    ----------
    samples
        [N] float32 mono at 16 kHz.
    pitch, formant
        Factors, 0.5 to 2.5. Women speak about 1.8 times as high as men with formants 1.15 times as high; children
        2.4 and 1.3 (Hillenbrand et al. 1995).

    Returns
    -------
    [N] float32, every sound at its old time.

    """
    stretched = _stretch(samples.astype(np.float64), pitch, formant)
    places = np.arange(len(samples), dtype=np.float64) * pitch
    shifted = _read_at(stretched, places, min(1.0, 1.0 / pitch))
    if pitch < 1.0:
        shifted = _fill_top(shifted, samples.astype(np.float64), pitch * SAMPLE_RATE / 2)
    return shifted.astype(np.float32)


def whisper(samples: NDArray, rng: np.random.Generator) -> NDArray[np.float64]:
    """Take the tone out of a voice: noise with the spectral envelope of [N] samples, weak in the bass; [N]."""
    window = np.hanning(WINDOW + 1)[:-1]
    padded = np.pad(np.asarray(samples, np.float64), WINDOW)
    rows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::SYNTHESIS_HOP]
    envelope = np.exp(_log_envelope(np.abs(rfft(rows * window, axis=1))))
    noise = rng.standard_normal(len(padded))
    breath = rfft(np.lib.stride_tricks.sliding_window_view(noise, WINDOW)[::SYNTHESIS_HOP] * window, axis=1)
    hz = np.arange(envelope.shape[1]) * SAMPLE_RATE / WINDOW
    bass = (hz / WHISPER_KNEE_HZ) ** 2 / (1 + (hz / WHISPER_KNEE_HZ) ** 2)
    frames = irfft(breath * envelope * bass / np.sqrt(np.sum(window**2)), WINDOW, axis=1) * window
    output = np.zeros(len(padded))
    for i, frame in enumerate(frames):
        output[i * SYNTHESIS_HOP : i * SYNTHESIS_HOP + WINDOW] += frame
    return output[WINDOW : WINDOW + len(samples)] / 1.5


def _stretch(samples: NDArray[np.float64], factor: float, formant: float) -> NDArray[np.float64]:
    """Phase vocoder with identity phase locking; the envelope is warped for a later resampling."""
    window = np.hanning(WINDOW + 1)[:-1]
    count = int(np.ceil(len(samples) * factor / SYNTHESIS_HOP)) + 1
    starts = np.round(np.arange(count) * SYNTHESIS_HOP / factor).astype(int) + SYNTHESIS_HOP
    padded = np.pad(samples, (WINDOW // 2 + SYNTHESIS_HOP, WINDOW + SYNTHESIS_HOP))
    rows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)
    starts = np.minimum(starts, len(rows) - 1)
    now = rfft(rows[starts] * window, axis=1)
    advance = now * np.conj(rfft(rows[starts - SYNTHESIS_HOP] * window, axis=1))
    advance /= np.abs(advance) + 1e-12  # phase advance over one synthesis hop at the original tempo
    magnitude = np.abs(now)
    turned = now * _locked_rotation(now / (magnitude + 1e-12), advance, magnitude)
    frames = irfft(turned * _envelope_gain(magnitude, factor, formant), WINDOW, axis=1) * window

    output = np.zeros((count - 1) * SYNTHESIS_HOP + WINDOW)
    for i, frame in enumerate(frames):
        output[i * SYNTHESIS_HOP : i * SYNTHESIS_HOP + WINDOW] += frame
    return output[WINDOW // 2 :] / 1.5  # squared Hann windows at a quarter's hop add up to 1.5


@njit(cache=True)
def _locked_rotation(phase: NDArray, advance: NDArray, magnitude: NDArray) -> NDArray[np.complex128]:
    """Rotation [frames, bins] of each bin, the same around each spectral peak (Laroche and Dolson 1999).

    All arrays [frames, bins]: unit phasors of the spectrum and of its advance, and its magnitude.
    """
    frames, bins = phase.shape
    rotation = np.ones((frames, bins), np.complex128)
    for t in range(1, frames):
        level = magnitude[t]
        begin, peak = 0, -1
        for k in range(bins + 1):
            last = k == bins
            is_peak = not last
            if is_peak:
                for other in range(max(0, k - 2), min(bins, k + 3)):
                    if level[other] > level[k] or (level[other] == level[k] and other < k):
                        is_peak = False
            if not is_peak and not last:
                continue
            if peak >= 0 or last:
                centre = max(peak, 0)
                end = bins if last else (peak + k + 1) // 2
                wanted = phase[t - 1, centre] * rotation[t - 1, centre] * advance[t, centre]
                turn = wanted * np.conj(phase[t, centre])
                turn = turn / abs(turn) if abs(turn) > 1e-9 else 1.0 + 0.0j  # digital silence has no phase
                for j in range(begin, end):
                    rotation[t, j] = turn
                begin = end
            peak = k
    return rotation


def _envelope_gain(magnitude: NDArray[np.float64], pitch: float, formant: float) -> NDArray[np.float64]:
    """Gain [frames, bins] that puts the formants, after resampling by `pitch`, at `formant` times their place."""
    if np.isclose(pitch, formant):
        return np.ones_like(magnitude)
    envelope = _log_envelope(magnitude)
    bins = np.arange(magnitude.shape[1])
    wanted = np.minimum(bins * pitch / formant, bins[-1])
    lower = np.minimum(wanted.astype(int), bins[-1] - 1)
    share = wanted - lower
    warped = envelope[:, lower] * (1 - share) + envelope[:, lower + 1] * share
    return np.exp(np.clip(warped - envelope, -LARGEST_BOOST, LARGEST_BOOST))


def _log_envelope(magnitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithm [frames, bins] of spectra without the fine structure that pitch gives them."""
    cepstrum = irfft(np.log(magnitude + 1e-4), axis=1)
    keep = round(ENVELOPE_S * SAMPLE_RATE)
    cepstrum[:, keep : WINDOW - keep + 1] = 0.0
    return rfft(cepstrum, axis=1).real


def _read_at(samples: NDArray[np.float64], places: NDArray[np.float64], cutoff: float) -> NDArray[np.float64]:
    """Samples at fractional places by a Hann-windowed sinc, low-passed to `cutoff` of the Nyquist frequency."""
    shares = np.arange(SINC_STEPS + 1)[:, None] / SINC_STEPS
    distance = np.arange(-SINC_REACH + 1, SINC_REACH + 1) - shares
    table = cutoff * np.sinc(cutoff * distance) * (0.5 + 0.5 * np.cos(np.pi * distance / SINC_REACH))
    padded = np.pad(samples, (SINC_REACH, max(0, int(places[-1]) - len(samples)) + 2 * SINC_REACH))
    return _filtered_at(padded, places, table)


@njit(cache=True)
def _filtered_at(padded: NDArray, places: NDArray, table: NDArray) -> NDArray[np.float64]:
    """Apply to each place the row of `table` [SINC_STEPS + 1, 2 SINC_REACH] for its fraction of a sample."""
    taps = table.shape[1]
    result = np.empty(len(places))
    for i in range(len(places)):
        base = int(places[i])
        row = round((places[i] - base) * (len(table) - 1))
        total = 0.0
        for j in range(taps):
            total += padded[base + 1 + j] * table[row, j]
        result[i] = total
    return result


def _fill_top(low: NDArray[np.float64], original: NDArray[np.float64], edge: float) -> NDArray[np.float64]:
    """Above `edge` Hz, where a lowered voice has nothing left, take the original: it is hiss there, without pitch."""
    taps = firwin(CROSSOVER_TAPS, min(0.92 * edge, 0.45 * SAMPLE_RATE), fs=SAMPLE_RATE)
    return original + oaconvolve(low - original, taps, mode="same")
