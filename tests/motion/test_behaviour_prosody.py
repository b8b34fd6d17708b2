import numpy as np

from vasa_core.motion.behaviour.prosody import FRAME_SAMPLES, LOOK_AHEAD_FRAMES, ProsodyFrame, ProsodyTracker


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
