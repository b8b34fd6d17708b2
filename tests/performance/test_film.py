"""Films of all kinds, and what is none."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from vasa_core.errors import VideoError
from vasa_core.export.video import VideoWriter
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import Motion
from vasa_core.performance.capture import Performance, capture
from vasa_core.performance.film import Film
from vasa_core.performance.solve import solve
from vasa_core.samples import LINES, PORTRAIT

from .conftest import FPS, FRAMES, SIZE, Actor


def test_every_frame_comes_with_its_time(actor: Actor) -> None:
    with Film(actor.path) as film:
        assert film.fps == FPS
        assert film.expected_frames == FRAMES
        assert film.sound_delay == pytest.approx(0, abs=0.03)
        frames = list(film)
    assert [frame.time for frame in frames] == pytest.approx(np.arange(FRAMES) / FPS, abs=1e-3)
    assert all(frame.picture.shape == (SIZE, SIZE, 3) for frame in frames)


def test_the_face_is_seen_throughout(performance: Performance) -> None:
    assert performance.found.all()
    assert performance.duration == pytest.approx(FRAMES / FPS, abs=1e-3)


def test_frames_at_uneven_times(tmp_path: Path, actor: Actor, space: LatentSpace, solved: Motion) -> None:
    """As phones write films in the dark: the motion keeps its time."""
    path, kept = tmp_path / "uneven.mkv", [i for i in range(FRAMES) if i % 7 not in (2, 5)]
    with av.open(str(actor.path)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=FPS, options={"crf": "12"})
        stream.width = stream.height = SIZE
        stream.codec_context.time_base = Fraction(1, 1000)
        for i, frame in enumerate(source.decode(video=0)):
            if i in kept:
                frame.pts, frame.time_base = round(1000 * i / FPS), Fraction(1, 1000)
                target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    seen = capture(path)
    assert seen.times == pytest.approx(np.array(kept) / FPS, abs=2e-3)
    motion = solve(seen, Fraction(FPS), space)
    assert abs(len(motion) - FRAMES) <= 2
    count = min(len(motion), FRAMES)
    lips = [space.decode(m.latent[:count])[:, 14, 1] for m in (motion, solved)]
    assert np.corrcoef(*lips)[0, 1] > 0.97


@pytest.mark.parametrize("turn", [90, 180, -90])
def test_a_phone_held_sideways(tmp_path: Path, actor: Actor, turn: int) -> None:
    """The file says how far its pictures must be turned; the actor is upright then."""
    lying = tmp_path / "lying.mp4"
    with av.open(str(actor.path)) as source, av.open(str(lying), "w") as target:
        stream = target.add_stream("libx264", rate=FPS)
        stream.width = stream.height = SIZE
        for frame in list(source.decode(video=0))[:3]:
            turned = np.rot90(frame.to_ndarray(format="rgb24"), -turn // 90)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(turned), format="rgb24")))
        target.mux(stream.encode(None))
    marked = set_rotation(lying.read_bytes(), turn)
    lying.write_bytes(marked)
    with Film(lying) as film, Film(actor.path) as upright:
        for seen, true in zip(list(film), list(upright)[:3], strict=True):
            assert np.abs(seen.picture.astype(int) - true.picture).mean() < 4


def test_pixels_that_are_not_square(tmp_path: Path, actor: Actor) -> None:
    """As films for television are: the actor's face keeps its width."""
    path = tmp_path / "narrow.mkv"
    with av.open(str(actor.path)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=FPS)
        stream.width, stream.height = SIZE // 2, SIZE
        stream.codec_context.sample_aspect_ratio = Fraction(2)
        for frame in list(source.decode(video=0))[:3]:
            target.mux(stream.encode(frame.reformat(width=SIZE // 2)))
        target.mux(stream.encode(None))
    with Film(path) as film:
        assert next(iter(film)).picture.shape == (SIZE, SIZE, 3)


def set_rotation(data: bytes, degrees: int) -> bytes:
    """An MP4 whose track header says that its pictures are to be turned counter-clockwise by so many degrees."""
    cos, sin = (round(f(np.radians(degrees))) << 16 for f in (np.cos, np.sin))
    one = 1 << 16
    straight = b"".join(n.to_bytes(4, "big", signed=True) for n in (one, 0, 0, 0, one, 0, 0, 0, 1 << 30))
    turned = b"".join(n.to_bytes(4, "big", signed=True) for n in (cos, -sin, 0, sin, cos, 0, 0, 0, 1 << 30))
    place = data.index(b"tkhd")
    at = data.index(straight, place)
    return data[:at] + turned + data[at + len(turned) :]


def test_what_is_no_film(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no film")
    (tmp_path / "empty.mp4").touch()
    for path, words in (
        (tmp_path / "none.mp4", "no file"),
        (tmp_path, "is a folder"),
        (tmp_path / "empty.mp4", "0 bytes"),
        (tmp_path / "text.mp4", "cannot be read as video"),
        (PORTRAIT, "single picture"),
        (LINES[1], "only sound"),
    ):
        with pytest.raises(VideoError, match=words):
            Film(path)


def film_of(path: Path, frames: list[np.ndarray]) -> Path:
    writer = VideoWriter(path, frames[0].shape[1::-1], Fraction(25))
    for frame in frames:
        writer.write(frame)
    writer.close()
    return path


def test_films_without_a_face(tmp_path: Path) -> None:
    grey = [np.full((128, 160, 3), 90, np.uint8)] * 5
    with pytest.raises(VideoError, match=r"No face was found in .*grey.mp4 \(5 frames\)"):
        capture(film_of(tmp_path / "grey.mp4", grey))
    with pytest.raises(VideoError, match="has 1 frame"):
        capture(film_of(tmp_path / "one.mp4", grey[:1]))


def test_a_film_cut_off_in_the_middle(tmp_path: Path, actor: Actor) -> None:
    whole = tmp_path / "whole.mkv"
    with Film(actor.path) as film:
        film_of(whole, [frame.picture for frame in film])
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with Film(cut) as film:
        assert 0 < len(list(film)) < FRAMES


def test_no_camera() -> None:
    from vasa_core.performance.webcam import record

    with pytest.raises(VideoError, match="camera 97"):
        record(97, 1.0)
