"""The whole straight line: two seconds of speech rendered, decoded and tracked again by our own tracker."""

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from vasa_core.audio.reading import load_audio
from vasa_core.face.asset import FaceAsset
from vasa_core.face.enroll import enroll
from vasa_core.face.pose import fit_pose, to_canonical
from vasa_core.face.topology import STABLE, inter_ocular
from vasa_core.face.tracker import FaceTracker
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import Motion
from vasa_core.pipeline import RenderReport, animate, render, write_motion
from vasa_core.render.renderer import Renderer
from vasa_core.samples import LINES, PORTRAIT

SECONDS = 2.0
SPEECH = (0.5, 1.5)  # s
UPPER_LIP, LOWER_LIP, BETWEEN_BROWS = 13, 14, 9


@dataclass
class Film:
    """What was rendered, and what the tracker saw in it."""

    asset: FaceAsset
    voice: np.ndarray
    path: Path
    report: RenderReport
    frames: list[np.ndarray]
    sound: np.ndarray
    points: np.ndarray

    @property
    def opening(self) -> np.ndarray:
        """Lip opening per frame, in inter-ocular distances."""
        gap = np.linalg.norm(self.points[:, UPPER_LIP, :2] - self.points[:, LOWER_LIP, :2], axis=1)
        return gap / np.array([inter_ocular(points) for points in self.points])


def decode(path: Path) -> tuple[list[np.ndarray], np.ndarray]:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    with av.open(str(path)) as container:
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    return frames, sound


def skin(image: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Mean colour between the brows."""
    x, y = points[BETWEEN_BROWS, :2].round().astype(int)
    return image[y - 10 : y + 10, x - 10 : x + 10].reshape(-1, 3).mean(axis=0)


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    """Speech between two silences."""
    samples = np.zeros(int(SECONDS * 16_000), np.float32)
    begin, end = (int(second * 16_000) for second in SPEECH)
    samples[begin:end] = load_audio(LINES[1])[: end - begin]
    return samples


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, voice: np.ndarray) -> Film:
    folder = tmp_path_factory.mktemp("film")
    asset = enroll(PORTRAIT)
    report = render(asset, voice, folder / "out.mp4", contact_sheet=folder / "out.png")
    frames, sound = decode(folder / "out.mp4")
    tracker = FaceTracker()
    tracked = [tracker.track(frame) for frame in frames]
    assert all(landmarks is not None for landmarks in tracked)
    points = np.stack([landmarks.points for landmarks in tracked if landmarks is not None])
    return Film(asset, voice, folder / "out.mp4", report, frames, sound, points)


def test_frames_and_sound_have_the_length_of_the_voice(film: Film) -> None:
    assert film.report.frames == len(film.frames) == 50
    assert film.frames[0].shape == (512, 512, 3)
    assert film.sound.shape[1] / 48_000 == pytest.approx(SECONDS, abs=1 / 25)
    assert not film.report.silent


def test_the_contact_sheet_is_there(film: Film) -> None:
    sheet = film.report.contact_sheet
    assert sheet is not None
    assert Image.open(sheet).size[0] > 1000


def test_the_mouth_moves_with_the_voice(film: Film) -> None:
    """Opens and closes in speech, rests in silence; lips may begin early and end late by a fifth of a second."""
    times = np.arange(len(film.frames)) / film.report.fps
    speech = (times >= SPEECH[0]) & (times < SPEECH[1])
    silence = (times < SPEECH[0] - 0.2) | (times > SPEECH[1] + 0.2)
    assert np.ptp(film.opening[speech]) > 0.06
    assert film.opening[silence].mean() < 0.4 * film.opening[speech].mean()
    assert np.ptp(film.opening[silence]) < 0.5 * np.ptp(film.opening[speech])


def test_the_film_shows_the_motion(film: Film) -> None:
    latent = np.concatenate([piece.latent for piece in animate(film.voice)])
    moved = film.asset.identity + LatentSpace.load().decode(latent)
    wanted = np.linalg.norm(moved[:, UPPER_LIP] - moved[:, LOWER_LIP], axis=1)
    assert np.corrcoef(wanted, film.opening)[0, 1] > 0.85


def test_the_identity_stays(film: Film) -> None:
    """Without pose and dynamics, the face is the portrait's own, in shape and in colour."""
    shape = np.mean([to_canonical(points, fit_pose(points)) for points in film.points], axis=0)
    assert np.abs(shape - film.asset.identity)[STABLE, :2].mean() < 0.02
    expected = skin(film.asset.image, film.asset.landmarks)
    for frame, points in zip(film.frames, film.points, strict=True):
        assert np.abs(skin(frame, points) - expected).max() < 10


def test_the_same_seed_gives_the_same_frames(film: Film, tmp_path: Path) -> None:
    again = render(film.asset, film.voice[:8_000], tmp_path / "a")
    once_more = render(film.asset, film.voice[:8_000], tmp_path / "b")
    assert again.frames == once_more.frames == 13
    for name in sorted(path.name for path in again.path.iterdir()):
        assert (again.path / name).read_bytes() == (once_more.path / name).read_bytes()


@pytest.mark.parametrize("background", ["transparent", "blur", "#20262e"])
def test_sizes_and_backgrounds(film: Film, tmp_path: Path, background: str) -> None:
    report = render(film.asset, film.voice[:4_000], tmp_path / "frames", size=256, background=background)
    pictures = [np.array(Image.open(path)) for path in sorted(report.path.iterdir())]
    assert len(pictures) == 7
    assert pictures[0].shape == (256, 256, 4 if background == "transparent" else 3)
    corner, middle = pictures[3][4, 4], pictures[3][140, 128]
    if background == "transparent":
        assert corner[3] < 20 < 255 == middle[3]
    if background == "#20262e":
        assert np.abs(corner.astype(int) - (0x20, 0x26, 0x2E)).max() <= 3


def test_every_frame_is_an_array_of_its_own(film: Film) -> None:
    """Frames wait in a queue while the next one is drawn."""
    space = LatentSpace.load()
    renderer, motion = Renderer(film.asset, space, 256), Motion.still(2, space.size)
    motion.blink[1] = 1
    first = renderer.render(motion, 0)
    before = first.copy()
    assert not np.array_equal(renderer.render(motion, 1), before)
    np.testing.assert_array_equal(first, before)


def test_large_frames(film: Film, tmp_path: Path) -> None:
    render(film.asset, film.voice[:4_000], tmp_path / "large.mp4", size=1024)
    frames, _ = decode(tmp_path / "large.mp4")
    assert frames[0].shape == (1024, 1024, 3)


def test_silence_is_rendered_and_reported(tmp_path: Path, film: Film) -> None:
    report = render(film.asset, np.zeros(16_000, np.float32), tmp_path / "silent.mp4", fps=30)
    assert report.silent
    assert report.frames == 30


def test_motion_without_a_face(tmp_path: Path, voice: np.ndarray) -> None:
    report = write_motion(voice, tmp_path / "motion.npz", mesh=True)
    assert report.frames == 50
    with np.load(tmp_path / "motion.npz") as file:
        assert {name: file[name].shape for name in file.files} == {
            "fps": (),
            "arkit_names": (52,),
            "latent": (50, file["latent"].shape[1]),
            "head_rotation": (50, 3),
            "head_translation": (50, 3),
            "gaze": (50, 2),
            "blink": (50, 2),
            "tongue": (50, 3),
            "arkit": (50, 52),
            "vertices": (50, 478, 3),
        }
        assert all(np.isfinite(file[name]).all() for name in file.files if name != "arkit_names")
    report = write_motion(voice, tmp_path / "motion.csv", fps=60)
    assert report.frames == 120 == len((tmp_path / "motion.csv").read_text().splitlines()) - 1
