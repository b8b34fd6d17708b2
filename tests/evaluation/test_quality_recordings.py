"""`measure_quality` on real clips, and what it says of clips that cannot be used."""

import json
import shutil
from pathlib import Path

import av
import numpy as np
import pytest

from vasa_core.evaluation import recordings as rec
from vasa_core.evaluation.face_curves import curves_of_recording
from vasa_core.evaluation.quality import QualitySettings, measure_quality
from vasa_core.evaluation.recordings import (
    EvaluationError,
    choose_clips,
    find_clips,
    find_words,
    load_recordings,
)
from vasa_core.evaluation.words import read_words
from vasa_core.latent.space import LatentSpace
from vasa_core.performance.capture import Performance


def test_of_many_clips_those_kept_out_of_training_are_taken() -> None:
    clips = [Path(f"{n:04}.mkv") for n in range(1000)]
    names = [path.stem for path in choose_clips(clips, None, False)]
    assert names[:3] == ["0005", "0015", "0025"] and len(names) == 100
    assert len(choose_clips(clips, None, True)) == 1000
    few = choose_clips(clips, 5, False)
    assert [path.stem for path in few] == ["0005", "0255", "0505", "0745", "0995"]
    assert choose_clips(clips[:99], None, False) == clips[:99]


def test_folders_without_clips_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="There is no folder"):
        find_clips(tmp_path / "none")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(EvaluationError, match="There is no video"):
        find_clips(tmp_path)


def test_word_tables_are_found_and_checked(tmp_path: Path) -> None:
    assert find_words(tmp_path, None) == {}
    table = tmp_path / "words.tsv"
    table.write_text("clip\tstart_s\tend_s\tword\na\t0\t0.5\tsil\na\t0.5\t1\tbin\n\nb\t0\t1\tnow\n")
    assert find_words(tmp_path, None) == {"a": [(0, 0.5, "sil"), (0.5, 1, "bin")], "b": [(0, 1, "now")]}
    table.write_text("clip\tstart_s\tend_s\tword\na\tsoon\t0.5\tsil\n")
    with pytest.raises(EvaluationError, match=r"Line 2 of .* 'a\tsoon"):
        find_words(tmp_path, None)
    table.write_text("a b c\n")
    with pytest.raises(ValueError, match="begins with 'a b c'"):
        read_words(table)
    with pytest.raises(EvaluationError, match=r"missing\.tsv"):
        find_words(tmp_path, tmp_path / "missing.tsv")


def film(path: Path, sound: bool) -> Path:
    """A second and a half of a grey wall."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=25)
        picture.width = picture.height = 128
        tone = container.add_stream("aac", rate=16000) if sound else None
        for _ in range(38):
            frame = av.VideoFrame.from_ndarray(np.full((128, 128, 3), 120, np.uint8), format="rgb24")
            container.mux(picture.encode(frame))
        container.mux(picture.encode())
        if tone:
            wave = (3000 * np.sin(np.arange(24000) / 9)).astype(np.int16)[None]
            samples = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
            samples.sample_rate = 16000
            container.mux(tone.encode(samples))
            container.mux(tone.encode())
    return path


def test_clips_that_cannot_be_used_are_named_with_the_reason(tmp_path: Path) -> None:
    wall = film(tmp_path / "wall.mp4", sound=True)
    (tmp_path / "broken.mp4").write_bytes(b"no film")
    (tmp_path / "sgib8n.mkv").write_bytes(b"whatever")
    with pytest.raises(EvaluationError, match=r"None of 3 clips can be measured; broken: .*cannot be read as video"):
        load_recordings(find_clips(tmp_path), {}, tmp_path / "tracks")
    with pytest.raises(EvaluationError, match="wall: No face was found"):
        load_recordings([wall], {}, tmp_path / "tracks")


def test_a_clip_without_sound_or_with_lost_frames_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(0).uniform(0, 100, (50, 478, 3)).astype(np.float32)
    whole = Performance(np.arange(50) / 25, points, np.ones(50, bool), 25.0)
    holes = Performance(np.delete(np.arange(50) / 25, slice(10, 20)), points[:40], np.ones(40, bool), 25.0)
    unseen = Performance(np.arange(50) / 25, points, np.arange(50) < 40, 25.0)
    for seen, delay, message in (
        (whole, None, "has no sound"),
        (holes, 0.0, "10 of 50 frames do not decode"),
        (unseen, 0.0, "only 80% of its frames"),
    ):
        monkeypatch.setattr(rec, "_tracked", lambda path, cache, answer=(seen, delay): answer)
        with pytest.raises(EvaluationError, match=message):
            load_recordings([tmp_path / "clip.mkv"], {}, tmp_path)


@pytest.fixture
def two_clips(recordings: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    words = (recordings / "grid_s1" / "words.tsv").read_text().splitlines()
    for name in ("bbaf5a", "pgiq5a"):
        shutil.copy(recordings / "grid_s1" / f"{name}.mkv", folder)
    kept = [line for line in words if line.split("\t")[0] in ("clip", "bbaf5a", "pgiq5a")]
    (folder / "words.tsv").write_text("\n".join(kept))
    return folder


def test_a_recording_is_tracked_once(two_clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = find_clips(two_clips)[:1]
    first, left_out = load_recordings(clip, {}, tmp_path / "tracks")
    assert not left_out
    monkeypatch.setattr(rec, "capture", None)  # it must not be needed again
    again, _ = load_recordings(clip, {}, tmp_path / "tracks")
    assert np.array_equal(first[0].seen.points, again[0].seen.points)
    curves = curves_of_recording(again[0], LatentSpace.load())
    assert len(curves) == 75 and 0.08 < np.percentile(curves.opening, 95) < 0.25
    assert np.degrees(curves.head).std() < 2  # a still reader


@pytest.mark.slow
def test_real_clips_from_folder_to_report(two_clips: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from vasa_core.evaluation.report_page import write_report

    report = tmp_path / "report"
    quality = measure_quality(two_clips, report, QualitySettings(seeds=2, seconds=20))
    written = write_report(quality, report)
    assert all(path.exists() for path in written)
    data = json.loads((report / "report.json").read_text())
    lips = data["sections"]["Lips against the recordings"]
    assert lips["opening_correlation"]["streamed"] > 0.6
    assert abs(lips["lag_ms"]["streamed"]) < 80
    assert lips["closure_recall"]["recordings"] == 1
    assert set(data["clips"]) == {"bbaf5a", "pgiq5a"}
    assert data["sections"]["Diversity"]["diversity"]["streamed"] > 0
    assert len(list((report / "plots").glob("*.png"))) == 3
    assert (report / "report.html").read_text().count("<img") == 3
