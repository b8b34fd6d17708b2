import numpy as np

from vasa_core.face.crown import round_crown

MARGIN, SIDE = 64, 640


def _head(top: int) -> np.ndarray:
    matte = np.zeros((SIDE, SIDE), np.uint8)
    matte[top:, 170:470] = 255
    return matte


def test_a_head_cut_off_by_the_picture_is_rounded_above_the_frame() -> None:
    matte = _head(0)
    rounded = round_crown(matte, MARGIN)
    np.testing.assert_array_equal(rounded[MARGIN:], matte[MARGIN:])
    widths = (rounded[:MARGIN] > 127).sum(1)
    assert (np.diff(widths) >= 0).all() and widths[0] == 0 and widths[-1] > 250


def test_other_heads_stay_as_they_are() -> None:
    for matte in (_head(100), _head(30), np.zeros((SIDE, SIDE), np.uint8)):
        np.testing.assert_array_equal(round_crown(matte, MARGIN), matte)
