"""Whether the head goes with the voice: coherence of its speed with the sound's envelope against other voices.

Head motion follows the speech envelope at 1 to 2 Hz. The figure is one coherence over all clips together: cross
spectra are added before the modulus is taken, so that only a phase that returns in every clip counts. The same head
motions beside the voices of other clips tell what chance gives, and what clips have in common by their making (GRID's
sentences all begin after about a second): the p-value is that of a permutation test.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.mel import SAMPLE_RATE

Array = NDArray[np.floating]

BAND_HZ = (1.0, 2.0)
COMPRESSION = 0.6
"""Exponent of the amplitude: loudness grows as its 0.6th power (Stevens 1955)."""
SEGMENT_S = 2.56
"""Pieces of this length are transformed: bins 0.39 Hz wide."""
LONGEST_S = 10.0
"""Longer clips are cut into parts of this length."""
LEAST_PARTS = 5
"""Fewer parts cannot be shuffled in enough ways."""
PERMUTATIONS = 2000


def envelope(samples: Array, fps: float, frames: int) -> Array:
    """Loudness [frames] of mono samples at 16 kHz: the RMS of each frame, compressed; about its frame's middle."""
    edges = np.round(np.arange(frames + 1) * SAMPLE_RATE / fps).astype(int)
    squares = np.concatenate([[0.0], np.cumsum(np.asarray(samples, float) ** 2)])
    edges = np.minimum(edges, len(samples))
    lengths = np.maximum(np.diff(edges), 1)
    power = np.maximum(np.diff(squares[edges]), 0) / lengths
    return np.asarray(power ** (COMPRESSION / 2))


def head_speed(rotation: Array, fps: float) -> Array:
    """[T] speed of head rotations [T, 3] rad in degrees a second, by central differences."""
    if len(rotation) < 2:
        return np.zeros(len(rotation))
    return np.degrees(np.linalg.norm(np.gradient(np.asarray(rotation, float), axis=0), axis=1)) * fps


@dataclass(frozen=True)
class Tie:
    """How the head goes with the voice."""

    coherence: float
    """Mean over 1 to 2 Hz, 0 to 1, over all clips together."""
    shuffled: Array
    """[P] the same with the voices of other clips."""
    frequencies: Array
    """[F] Hz."""
    spectrum: Array
    """[F] coherence at every frequency."""
    shuffled_spectrum: Array
    """[F] 95th percentile over the shuffles."""

    @property
    def p(self) -> float:
        """Chance that shuffled voices do as well: (1 + those that do) / (1 + shuffles) (Phipson and Smyth 2010)."""
        return float((1 + (self.shuffled >= self.coherence).sum()) / (1 + len(self.shuffled)))


def tie_of(
    envelopes: list[Array], speeds: list[list[Array]], fps: float, permutations: int = PERMUTATIONS, seed: int = 0
) -> Tie | None:
    """The tie of head speeds to voices over N clips; None where there is too little to shuffle.

    Clips are cut into parts as long as the shortest (at most `LONGEST_S`), so that any voice fits any head; those
    shorter than `SEGMENT_S` are left out.

    Parameters
    ----------
    envelopes : N voices [T]
    speeds : N lists of the head speeds [T] of one or several takes of that clip
    fps : frames a second of both
    permutations : how many shufflings; a voice never goes with its own clip's head
    """
    segment = round(SEGMENT_S * fps)
    lengths = [min(len(curve) for curve in [voice, *takes]) for voice, takes in zip(envelopes, speeds, strict=True)]
    enough = [length for length in lengths if length >= segment]
    unit = min([*enough, round(LONGEST_S * fps)], default=segment)
    parts = [(clip, n * unit) for clip, length in enumerate(lengths) for n in range(length // unit if enough else 0)]
    if len(parts) < LEAST_PARTS:
        return None
    pieces = (unit - segment) // (segment // 2) + 1
    voices = [envelopes[clip][begin : begin + unit] for clip, begin in parts]
    takes = [[take[begin : begin + unit] for take in speeds[clip]] for clip, begin in parts]
    voice = np.stack([_transform(e, segment, pieces) for e in voices])  # [N, pieces, F]
    heads = np.stack([np.stack([_transform(s, segment, pieces) for s in row]) for row in takes])
    mean_head, head_power = heads.mean(axis=1), (np.abs(heads) ** 2).mean(axis=(0, 1, 2))
    voice_power = (np.abs(voice) ** 2).mean(axis=(0, 1))
    # Cross spectra of every voice with every head: [F, N, N].
    cross = np.einsum("vpf,hpf->fvh", voice, mean_head.conj()) / pieces
    frequencies = np.fft.rfftfreq(segment, 1 / fps)
    band = (frequencies >= BAND_HZ[0]) & (frequencies <= BAND_HZ[1])
    count = len(parts)
    own = np.arange(count)

    def coherence(order: NDArray[np.int64]) -> Array:
        return np.asarray(np.abs(cross[:, order, own].mean(axis=1)) ** 2 / np.maximum(voice_power * head_power, 1e-30))

    random = np.random.default_rng(seed)
    true = coherence(own)
    shuffled = np.stack([coherence(derangement(count, random)) for _ in range(permutations)])
    return Tie(
        float(true[band].mean()),
        shuffled[:, band].mean(axis=1),
        frequencies,
        true,
        np.percentile(shuffled, 95, axis=0),
    )


def derangement(count: int, random: np.random.Generator) -> NDArray[np.int64]:
    """A random order of `count` things (2 or more) in which none stays in its place."""
    while True:
        order = random.permutation(count)
        if (order != np.arange(count)).all():
            return np.asarray(order, np.int64)


def _transform(curve: Array, segment: int, pieces: int) -> NDArray[np.complex128]:
    """[pieces, F] spectra of pieces that overlap by half, mean off, under Hann's window."""
    begins = np.arange(pieces) * (segment // 2)
    rows = np.asarray(curve, float)[begins[:, None] + np.arange(segment)]
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(np.fft.rfft(rows * np.hanning(segment + 1)[:-1], axis=1))
