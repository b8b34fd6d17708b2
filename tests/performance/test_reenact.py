"""The whole of it: an actor's film in, a portrait's film out."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from vasa_core.cli import main
from vasa_core.errors import ExportError, VideoError
from vasa_core.face.asset import FaceAsset
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import Motion
from vasa_core.performance.capture import Performance
from vasa_core.performance.reenact import check_reenact, film_sound, reenact

from .conftest import FPS, FRAMES, Actor


@pytest.fixture(scope="module")
def short(performance: Performance) -> Performance:
    """The first half second."""
    half = FPS // 2
    return replace(
        performance, times=performance.times[:half], points=performance.points[:half], found=performance.found[:half]
    )


def test_a_film_with_sound_motion_and_sheet(
    tmp_path: Path, portrait: FaceAsset, performance: Performance, solved: Motion
) -> None:
    seen: list[tuple[int, int]] = []
    report = reenact(
        portrait,
        performance,
        tmp_path / "out.mp4",
        motion_out=tmp_path / "take.npz",
        size=256,
        contact_sheet=tmp_path / "sheet.png",
        on_progress=lambda done, expected: seen.append((done, expected)),
    )
    assert (report.frames, report.fps, report.sound) == (FRAMES, FPS, True)
    assert (report.actor_frames, report.frames_without_face) == (FRAMES, 0)
    assert seen[-1] == (FRAMES, FRAMES)
    with av.open(str(tmp_path / "out.mp4")) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(frames) == FRAMES and frames[0].shape == (256, 256, 3)
    with av.open(str(tmp_path / "out.mp4")) as film:
        sound = np.concatenate([frame.to_ndarray() for frame in film.decode(audio=0)], axis=1)
    assert sound.shape[1] / 48_000 == pytest.approx(FRAMES / FPS, abs=0.05)
    assert np.abs(sound).max() > 0.05
    with np.load(tmp_path / "take.npz") as file:
        np.testing.assert_array_equal(file["latent"], solved.latent)
        assert file["fps"] == FPS
        assert file["arkit"].shape == (FRAMES, 52)
    assert Image.open(tmp_path / "sheet.png").size[0] > 1000


def test_transparent_pictures_at_another_rate(tmp_path: Path, portrait: FaceAsset, short: Performance) -> None:
    report = reenact(portrait, short, tmp_path / "frames", fps=24, size=256, background="transparent")
    pictures = sorted((tmp_path / "frames").iterdir())
    assert report.frames == len(pictures) == 12
    picture = np.array(Image.open(pictures[0]))
    assert picture.shape == (256, 256, 4)
    assert picture[5, 5, 3] < 20
    assert picture[128, 128, 3] == 255


def test_the_same_actor_gives_the_same_frames(tmp_path: Path, portrait: FaceAsset, short: Performance) -> None:
    for name in ("a", "b"):
        reenact(portrait, short, tmp_path / name, size=256)
    for first, second in zip(sorted((tmp_path / "a").iterdir()), sorted((tmp_path / "b").iterdir()), strict=True):
        assert first.read_bytes() == second.read_bytes()


def test_the_sound_stays_in_step(actor: Actor, tmp_path: Path) -> None:
    """A film whose sound begins late keeps the silence before it."""
    late = tmp_path / "late.mkv"
    with av.open(str(actor.path)) as source, av.open(str(late), "w") as target:
        outs = {s: target.add_stream_from_template(s) for s in (source.streams.video[0], source.streams.audio[0])}
        for packet in source.demux(*outs):
            if packet.dts is None:
                continue
            if packet.stream.type == "audio":
                packet.pts += round(0.5 / packet.time_base)
                packet.dts += round(0.5 / packet.time_base)
            packet.stream = outs[packet.stream]
            target.mux(packet)
    heard, straight = (np.concatenate(list(film_sound(path).blocks), axis=1)[0] for path in (late, actor.path))
    assert len(heard) - len(straight) == pytest.approx(24_000, abs=2500)
    assert np.abs(heard[:22_000]).max() < 1e-3


def test_a_silent_film_stays_silent(tmp_path: Path, portrait: FaceAsset, short: Performance) -> None:
    report = reenact(portrait, replace(short, film=None), tmp_path / "out.mp4", size=256)
    assert not report.sound
    with av.open(str(tmp_path / "out.mp4")) as film:
        assert not film.streams.audio


def test_what_cannot_be_written(tmp_path: Path, actor: Actor) -> None:
    for path, motion, sheet, size, background, fps, words in (
        ("out.mp4", None, None, 512, "transparent", None, "cannot be transparent"),
        ("out.mp4", None, None, 512, "pink", None, "no background"),
        ("out.mp4", None, None, 512, "#12345", None, "no background"),
        ("out.mp4", None, None, 255, "keep", None, "cannot be drawn"),
        ("out.mp4", None, None, 2000, "keep", None, "cannot be drawn"),
        ("out.mp4", None, None, 512, "keep", 10, "out of range"),
        ("out.mp4", "take.bvh", None, 512, "keep", None, "no kind of motion"),
        ("out.mp4", "sheet.npz", "sheet.npz", 512, "keep", None, "contact sheet"),
        (actor.path, None, None, 512, "keep", None, "own source"),
    ):
        with pytest.raises(ExportError, match=words):
            check_reenact(path, motion, sheet, size, background, fps, actor.path)
    with pytest.raises(ExportError, match="used here too"):
        check_reenact(tmp_path / "a.mp4", tmp_path / "b.csv", None, 512, "keep", None, tmp_path / "b.csv")
    check_reenact(tmp_path / "a.webm", tmp_path / "b.csv", None, 256, "transparent", 24, actor.path)


def test_no_film_is_said_before_enrolling(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="no file"):
        reenact(tmp_path / "none.png", tmp_path / "none.mp4", tmp_path / "out.mp4")


@pytest.mark.slow
def test_self_reenactment_of_recordings(recordings: Path, space: LatentSpace) -> None:
    from vasa_core.evaluation.reenactment import choose, reenact_clip, score
    from vasa_core.face.enroll import Enroller

    folder = recordings / "grid_s1"
    if not folder.is_dir():
        pytest.skip("the recordings have no grid_s1")
    enroller = Enroller()
    scores = [score(reenact_clip(path, enroller, space)) for path in choose(folder, 3)]
    assert np.mean([row.landmarks for row in scores]) < 0.02
    assert np.mean([row.gain for row in scores]) > 0.05


def test_the_command(
    tmp_path: Path,
    portrait: FaceAsset,
    actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    portrait.save(tmp_path / "face.vasa")
    given = {
        "--portrait": tmp_path / "face.vasa",
        "--video": actor.path,
        "-o": tmp_path / "out.webm",
        "--motion-out": tmp_path / "take.csv",
        "--background": "transparent",
        "--size": 256,
        "--fps": 24,
        "--reference": "first",
        "--head-motion": 0.5,
    }
    words = [str(word) for pair in given.items() for word in pair]
    monkeypatch.setattr(sys, "argv", ["vasa", "reenact", "--json", *words])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["frames"] == 48 and figures["actor_frames"] == FRAMES
    assert figures["sound"] and figures["frames_without_face"] == 0
    assert Path(figures["path"]).stat().st_size > 1000
    assert len(Path(figures["motion"]).read_text().splitlines()) == 49
