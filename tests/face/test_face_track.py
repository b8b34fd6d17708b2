"""Tracking of videos for training, on a short video of the sample's photograph."""

import av
import numpy as np
import pytest

from vasa_core.face.topology import inter_ocular
from vasa_core.training.track import track_folder

FRAMES = 12


@pytest.fixture(scope="module")
def data(portrait, tmp_path_factory):
    """`good`: the face slides to the right; `grey`: no face; `broken`: no video at all."""
    folder = tmp_path_factory.mktemp("data")
    for name, still in (("good", portrait), ("grey", np.full_like(portrait, 128))):
        with av.open(str(folder / f"{name}.mkv"), "w") as container:
            stream = container.add_stream("libx264", rate=25, options={"crf": "16"})
            stream.width = stream.height = len(still)
            stream.pix_fmt = "yuv420p"
            for i in range(FRAMES):
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(np.roll(still, i, axis=1)), format="rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    (folder / "broken.mkv").write_bytes(b"no video")
    (folder / "words.tsv").write_text("not a video")
    return folder


def test_clips_are_tracked_once_and_bad_ones_left_out(data, tmp_path, capsys):
    assert track_folder(data, tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.npz"]
    assert "left out: broken.mkv" in capsys.readouterr().out
    with np.load(tmp_path / "good.npz") as clip:
        points, score = clip["points"], clip["score"]
        assert points.shape == (FRAMES, 478, 3) and clip["arkit"].shape == (FRAMES, 52)
        assert clip["fps"] == 25 and clip["size"].tolist() == [288, 288]
    assert (score > 0.9).all()
    slide = points[:, :, 0].mean(axis=1)
    np.testing.assert_allclose(np.diff(slide), 1, atol=0.3)
    assert np.ptp([inter_ocular(frame) for frame in points]) < 1.5
    assert track_folder(data, tmp_path) == 0, "what is there is not made again"


def test_skipped_clips(data, tmp_path):
    assert track_folder(data, tmp_path, skip=("good",)) == 0
