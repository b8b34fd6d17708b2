import cv2
import numpy as np

from vasa_core.face.headgear import find_headgear

SIDE, EYES = 320, 170


def _scene(hat: tuple[int, int, int] | None, at: int = 160) -> tuple[np.ndarray, np.ndarray]:
    """A head before a soft background, with a hat around column `at`, and the mask that leaves the hat out."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    picture = np.full((SIDE, SIDE, 3), (120, 80, 50), np.uint8)
    picture[..., 0] += (columns // 8).astype(np.uint8)
    head = np.hypot((columns - 160) / 70.0, (rows - 180) / 90.0) < 1
    if hat is not None:
        cv2.rectangle(picture, (at - 60, 50), (at + 60, 120), hat, -1)
    picture[head & (rows >= 115)] = (200, 150, 120)
    return picture, head & (rows >= 115)


def _found(picture: np.ndarray, own: np.ndarray) -> np.ndarray:
    colours = (picture // 16).astype(np.intp) @ np.array([256, 16, 1])
    return find_headgear(picture, own, EYES, colours)


def test_a_hat_that_the_mask_left_out_is_found() -> None:
    picture, own = _scene((30, 40, 160))
    found = _found(picture, own)
    rows, columns = np.nonzero(found)
    assert 0.8 * 120 * 65 < found.sum() < 1.3 * 120 * 65
    assert abs(np.median(columns) - 160) < 10 and np.median(rows) < 115


def test_plain_background_and_things_beside_the_head_are_no_hat() -> None:
    for picture, own in (_scene(None), _scene((30, 40, 160), at=40), _scene((30, 40, 160), at=290)):
        assert not _found(picture, own).any()


def test_pictures_filled_by_the_head_have_no_background_to_compare() -> None:
    picture, _ = _scene((30, 40, 160))
    assert not _found(picture, np.ones((SIDE, SIDE), np.bool_)).any()
    assert not _found(picture, np.zeros((SIDE, SIDE), np.bool_)).any()
