import numpy as np

from vasa_core.audio.reading import load_audio
from vasa_core.training.quiet import PEAK_DB, make_quiet, quiet_sound


def test_levels_and_silence():
    peaks = np.array([np.abs(quiet_sound(np.random.default_rng(seed), 1.0)).max() for seed in range(60)])
    assert (peaks == 0).any()
    levels = 20 * np.log10(peaks[peaks > 0])
    assert levels.max() <= PEAK_DB[1] + 1e-3
    assert levels.max() - levels.min() > 50


def test_files_are_written_once(tmp_path):
    paths = make_quiet(tmp_path, count=3)
    assert [path.name for path in paths] == ["quiet000.wav", "quiet001.wav", "quiet002.wav"]
    before = [path.stat().st_mtime_ns for path in paths]
    assert make_quiet(tmp_path, count=3) == paths
    assert [path.stat().st_mtime_ns for path in paths] == before
    assert load_audio(paths[0]).shape == (6 * 16000,)
