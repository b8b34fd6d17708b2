import numpy as np
import pytest

from vasa_core.motion.pitch import VOICED_LEAST, measure
from vasa_core.motion.prosody import (
    FRAME_SAMPLES,
    LOOK_AHEAD_FRAMES,
    PROSODY_SIZE,
    QUIET,
    ProsodyFrame,
    ProsodyTracker,
    rows,
)


def track(samples: np.ndarray) -> list[ProsodyFrame]:
    tracker = ProsodyTracker()
    return tracker.push(samples.astype(np.float32)) + tracker.finish()


def tone(seconds: float, level: float) -> np.ndarray:
    return level * np.sin(2 * np.pi * 200 * np.arange(int(seconds * 16000)) / 16000)


def test_one_frame_per_40_ms_rounded_up() -> None:
    for samples in (0, 1, 639, 640, 641, 5000, 16000):
        assert len(track(np.zeros(samples))) == -(-samples // FRAME_SAMPLES)


def test_frames_come_after_the_look_ahead() -> None:
    tracker = ProsodyTracker()
    assert tracker.push(np.zeros(FRAME_SAMPLES * LOOK_AHEAD_FRAMES, np.float32)) == []
    assert len(tracker.push(np.zeros(FRAME_SAMPLES, np.float32))) == 1
    assert len(tracker.finish()) == LOOK_AHEAD_FRAMES
    assert tracker.finish() == []


def test_finds_phrases() -> None:
    samples = np.concatenate([tone(1, 0), tone(1, 0.2), tone(1, 0), tone(1, 0.2), tone(1, 0)])
    samples += 1e-4 * np.random.default_rng(0).standard_normal(len(samples))
    frames = track(samples)
    onsets = [i / 25 for i, frame in enumerate(frames) if frame.onset]
    ends = [i / 25 for i, frame in enumerate(frames) if frame.phrase_end]
    assert np.allclose(onsets, [1, 3], atol=0.13)
    assert np.allclose(ends, [2.2, 4.2], atol=0.13)
    assert all(frame.voice for frame in frames[26:49])
    assert not any(frame.voice for frame in frames[:20] + frames[54:70])
    assert frames[-1].pause > 0.8


def test_bridges_stops_within_words() -> None:
    samples = np.concatenate([tone(0.5, 0), *[part for _ in range(4) for part in (tone(0.3, 0.2), tone(0.08, 0))]])
    frames = track(samples)
    assert sum(frame.onset for frame in frames) == 1
    assert all(frame.voice for frame in frames[14:45])


def test_steady_noise_is_no_voice() -> None:
    noise = 0.02 * np.random.default_rng(0).standard_normal(16000 * 20)
    frames = track(noise)
    assert not any(frame.voice for frame in frames[250:])


def test_quiet_and_loud_voices_are_heard_alike() -> None:
    random = np.random.default_rng(0)
    beats = np.concatenate([tone(0.2, level) for level in random.uniform(0.1, 1.0, 100)])
    counts = [sum(frame.emphasis > 0.1 for frame in track(beats * gain)[100:]) for gain in (0.02, 0.1, 0.9)]
    assert min(counts) > 10 and max(counts) < 1.7 * min(counts)


def test_emphasis_sits_on_loudness_peaks() -> None:
    samples = np.concatenate([tone(1, 0.03), tone(0.16, 0.3), tone(1, 0.03), tone(0.16, 0.3), tone(0.5, 0.03)])
    frames = track(samples)
    peaks = [i / 25 for i, frame in enumerate(frames) if frame.emphasis > 0.5 and i > 10]
    assert np.allclose(peaks, [1.08, 2.24], atol=0.06)


def sung(hertz: np.ndarray, noise: float = 0.0) -> np.ndarray:
    """Harmonics falling by 6 dB an octave under a formant at 700 Hz, following a pitch track [n]."""
    phase = np.cumsum(2 * np.pi * hertz / 16000)
    wave = np.zeros_like(phase)
    for harmonic in range(1, 40):
        resonance = 1 + 4 * np.exp(-(((harmonic * hertz - 700) / 200) ** 2))
        wave += np.where(harmonic * hertz < 7000, resonance / harmonic * np.sin(harmonic * phase + harmonic), 0)
    wave = 0.2 * wave / np.abs(wave).max()
    return wave + noise * np.random.default_rng(0).standard_normal(len(wave))


@pytest.mark.parametrize("hertz", [65, 110, 220, 440, 900])
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_pitch_of_deep_and_high_voices(hertz: float, noise: float) -> None:
    seconds = np.arange(2 * 16000) / 16000
    glide = np.clip(hertz * 2 ** (0.15 * np.sin(2 * np.pi * seconds)), 61, 990)
    windows = np.lib.stride_tricks.sliding_window_view(sung(glide, noise).astype(np.float32), 1024)[::640]
    semitones, clarity = measure(windows)
    error = np.abs(semitones - 12 * np.log2(glide[512::640][: len(windows)] / 100))
    assert np.mean(error < 0.5) > 0.98 and np.median(error) < 0.05
    assert np.median(clarity) > 0.8


def test_hiss_and_silence_have_no_pitch() -> None:
    noise = np.random.default_rng(0).standard_normal((400, 1024)).astype(np.float32)
    assert np.mean(measure(noise)[1] > VOICED_LEAST) < 0.01
    assert not measure(np.zeros((3, 1024), np.float32))[1].any()


def test_pitch_is_told_against_the_voices_own() -> None:
    notes = np.repeat([100.0, 110, 90, 200, 100, 105], 8000)
    for factor in (1.0, 4.0):
        samples = np.concatenate([np.zeros(8000), sung(factor * notes), np.zeros(8000)])
        frames = track(samples + 1e-4 * np.random.default_rng(0).standard_normal(len(samples)))
        high = [frame.pitch for frame in frames[52:60]]
        assert np.mean([frame.voiced for frame in frames[16:86]]) > 0.9
        assert not any(frame.voiced for frame in frames[:11] + frames[-10:])
        assert np.allclose(high, 12, atol=2)


def test_does_not_depend_on_how_the_samples_are_cut() -> None:
    random = np.random.default_rng(0)
    beats = [sung(np.full(n, 150.0)) * random.uniform() for n in random.integers(500, 5000, 12)]
    samples = np.concatenate(beats).astype(np.float32)
    whole = track(samples)
    tracker, frames, at = ProsodyTracker(), [], 0
    while at < len(samples):
        size = int(random.integers(1, 2500))
        frames += tracker.push(samples[at : at + size])
        at += size
    assert frames + tracker.finish() == whole


def test_rows_are_scaled() -> None:
    samples = np.concatenate(
        [np.zeros(50000), sung(np.full(16000, 200.0)), sung(np.full(8000, 900.0)), np.zeros(50000)]
    )
    table = rows(track(samples))
    assert table.shape == (len(track(samples)), PROSODY_SIZE) and table.dtype == np.float32
    assert table.min() >= -1 and table.max() <= 1
    assert rows([]).shape == (0, PROSODY_SIZE)
    assert np.allclose(rows([QUIET])[0], [-1, 0, 0, 0, 0, 0, 1, 0, 0])
