import wave
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from vasa_core.audio.encoder import BLOCK_FEATURES, LIVE, OFFLINE, SpeechEncoder
from vasa_core.training import features
from vasa_core.training.features import (
    LOOK_AHEADS,
    clip_features,
    clip_seed,
    settings_of,
    sound_files,
    write_features,
    write_variant,
)
from vasa_core.training.quiet import make_quiet

REFERENCE = Path(__file__).parents[1] / "audio" / "whisper_reference.npz"


def speech(number=0):
    return np.load(REFERENCE)["samples"].astype(np.float32) / 32768


@pytest.fixture
def clips(tmp_path):
    folder = tmp_path / "clips"
    folder.mkdir()
    for name, part in (("a", slice(0, 16000)), ("b", slice(16000, 37000))):
        with wave.open(str(folder / f"{name}.wav"), "wb") as output:
            output.setnchannels(1)
            output.setsampwidth(2)
            output.setframerate(16000)
            output.writeframes((speech()[part] * 32767).astype("<i2").tobytes())
    return sound_files(folder)


def test_settings_of_variants():
    assert settings_of("live") == LIVE
    assert settings_of("offline") == settings_of("aug01") == OFFLINE
    streamed = [settings_of("aug00", seed) for seed in range(60)]
    assert {s.look_ahead for s in streamed} == set(LOOK_AHEADS)
    assert {replace(s, look_ahead=LIVE.look_ahead) for s in streamed} == {LIVE}
    with pytest.raises(KeyError):
        settings_of("other")


def test_writes_each_clip_once(clips, tmp_path):
    out = tmp_path / "features"
    assert write_variant(clips, out, "offline", shortest=19200) == 2
    array = np.load(out / "offline" / "a.npy")
    assert array.dtype == np.float16
    assert array.shape == (15, 12, 768)
    (out / "offline" / "a.npy").unlink()
    assert write_variant(clips, out, "offline", shortest=19200) == 1
    np.testing.assert_array_equal(np.load(out / "offline" / "a.npy"), array)


def test_own_length(clips, tmp_path):
    write_variant(clips, tmp_path, "aug01")
    assert len(np.load(tmp_path / "aug01" / "a.npy")) == 13
    assert len(np.load(tmp_path / "aug01" / "b.npy")) == 17


@pytest.mark.parametrize("variant", ["aug00", "aug01"])
def test_clips_stay_in_place_within_a_longer_stream(variant, monkeypatch):
    """Without a disguise, features inside a stream resemble those of the clip alone at no other place so much."""
    monkeypatch.setattr(features, "augment", lambda samples, rng, others: samples)
    for seed in range(3):
        alone = SpeechEncoder(settings_of(variant, seed)).encode(speech())
        inside = clip_features(speech(), variant, seed, speech).astype(np.float32)
        assert inside.shape == alone.shape
        alone, inside = (windows[:, :BLOCK_FEATURES].reshape(-1, 768) for windows in (alone, inside))
        likeness = [np.corrcoef(alone[10:100].ravel(), inside[10 + k : 100 + k].ravel())[0, 1] for k in range(-5, 6)]
        assert np.argmax(likeness) == 5
        assert likeness[5] > 0.8


def test_seeds_differ_and_repeat():
    assert clip_seed(0, "aug00", "a") == clip_seed(0, "aug00", "a")
    assert len({clip_seed(s, v, c) for s in (0, 1) for v in ("aug00", "aug01") for c in ("a", "b")}) == 8


def test_every_set_gets_its_variants(clips, tmp_path, monkeypatch):
    monkeypatch.setattr(features, "make_quiet", partial(make_quiet, count=2))
    for name in ("grid_s1", "grid_others", "mandarin"):
        (tmp_path / "data" / name).mkdir(parents=True)
    clips[0].rename(tmp_path / "data" / "grid_s1" / "a.wav")
    (tmp_path / "work" / "synthetic").mkdir(parents=True)
    clips[1].rename(tmp_path / "work" / "synthetic" / "b.wav")
    lines = list(write_features(tmp_path / "data", tmp_path / "work", ["offline", "aug01"]))
    out = tmp_path / "work" / "features"
    assert len(lines) == 9
    assert np.load(out / "grid_s1" / "aug01" / "a.npy").shape == (38, 12, 768)
    assert np.load(out / "synthetic" / "offline" / "b.npy").shape == (17, 12, 768)
    sounds, quiet = (out / "quiet").glob("*.wav"), (out / "quiet" / "offline").glob("*.npy")
    assert {path.stem for path in sounds} == {path.stem for path in quiet}
    assert not (out / "quiet" / "aug01").exists()
