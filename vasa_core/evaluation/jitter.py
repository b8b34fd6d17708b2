"""Trembling: how much of a motion lies above a frequency, as power spectra over many clips.

At 25 frames a second nothing above 12.5 Hz exists, so `above 12 Hz` is the last two bins of the spectrum, 11.9 to
12.5 Hz: what changes its sign from frame to frame.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

SEGMENT = 64
"""Frames of each piece that is transformed: 2.56 s at 25 Hz, bins 0.39 Hz wide. Hann's window sees 0.78 Hz to each
side of a bin."""


def spectrum(curves: Iterable[Array], fps: float, segment: int = SEGMENT) -> tuple[Array, Array]:
    """Power spectral density over all of `curves` ([T] or [T, C], columns added), as by Welch (1967).

    Pieces of `segment` frames overlap by half, lose their mean and trend, and are weighted by Hann's window; curves
    shorter than a piece are left out.

    Returns
    -------
    Frequencies [F] in Hz and densities [F] in units^2 / Hz, one-sided: their sum times the bin's width is the variance.
    """
    window = np.hanning(segment + 1)[:-1]
    times = np.linspace(-1, 1, segment)[:, None]
    total, count = np.zeros(segment // 2 + 1), 0
    for curve in curves:
        columns = np.asarray(curve, float).reshape(len(curve), -1)
        for begin in range(0, len(columns) - segment + 1, segment // 2):
            piece = columns[begin : begin + segment]
            piece = piece - piece.mean(axis=0)
            piece = piece - times * (times * piece).sum(axis=0) / (times**2).sum()
            total += (np.abs(np.fft.rfft(piece * window[:, None], axis=0)) ** 2).sum(axis=1)
            count += 1
    if count == 0:
        return np.fft.rfftfreq(segment, 1 / fps), np.full(segment // 2 + 1, np.nan)
    density = 2 * total / count / fps / (window**2).sum()
    density[0] /= 2
    density[-1] /= 2  # the highest frequency has no mirror image
    return np.fft.rfftfreq(segment, 1 / fps), density


def power_from(frequencies: Array, density: Array, hertz: float) -> float:
    """Power in units^2 from `hertz` up to the highest frequency, bins counted whose centre is within half a bin."""
    width = float(frequencies[1] - frequencies[0])
    return float(density[frequencies >= hertz - width / 2].sum() * width)


def power_ratio(result: Iterable[Array], truth: Iterable[Array], fps: float, hertz: float) -> float:
    """Power of `result` from `hertz` on over that of `truth`; NaN where one of them has no curve long enough."""
    base = power_from(*spectrum(truth, fps), hertz)
    return power_from(*spectrum(result, fps), hertz) / base if base > 0 else float("nan")


def share_ratio(result: Iterable[Array], truth: Iterable[Array], fps: float, hertz: float) -> float:
    """As `power_ratio`, of each one's power as a share of its own whole: a head that moves more may tremble more."""
    shares = []
    for curves in (result, truth):
        frequencies, density = spectrum(curves, fps)
        whole = power_from(frequencies, density, 0.0)
        shares.append(power_from(frequencies, density, hertz) / whole if whole > 0 else float("nan"))
    return shares[0] / shares[1] if shares[1] > 0 else float("nan")
