import cv2
import numpy as np
import pytest

from vasa_core.face.limits import FAR, LEAST, NEAR, WIDEST, find_limits
from vasa_core.face.topology import LIPS_OUTER, inter_ocular


def _looks(points: np.ndarray) -> np.ndarray:
    return np.stack([points, points + 0.2])


def _limits(asset, yaw=0.0, pitch=-0.12, enlarged=1.0):
    return find_limits(np.array([yaw, pitch, 0], np.float32), enlarged, _looks(asset.landmarks))


def test_a_sharp_face_from_the_front_has_the_widest(asset):
    limits = _limits(asset)
    for name in ("yaw_low", "yaw_high", "pitch_low", "pitch_high", "roll", "near", "far", "mouth"):
        assert getattr(limits, name) == pytest.approx(getattr(WIDEST, name), abs=1e-4)


@pytest.mark.parametrize("yaw", [0.2, 0.4, 0.6])
def test_a_turned_face_turns_little_further_and_more_back(asset, yaw):
    right, left = _limits(asset, yaw), _limits(asset, -yaw)
    assert LEAST <= right.yaw_high < -right.yaw_low
    assert right.yaw_high == pytest.approx(-left.yaw_low) and right.yaw_low == pytest.approx(-left.yaw_high)
    assert right.yaw_high < _limits(asset, yaw - 0.1).yaw_high


def test_a_face_that_looks_up_looks_little_further_up(asset):
    up = _limits(asset, pitch=0.3)
    assert up.pitch_high < -up.pitch_low


def test_a_small_source_does_not_come_as_near(asset):
    nearness = [_limits(asset, enlarged=enlarged).near for enlarged in (0.5, 1.3, 2.0, 4.0, 40.0)]
    assert nearness == sorted(nearness, reverse=True) and nearness[0] == NEAR and nearness[-1] > 1
    assert _limits(asset, enlarged=4).far == FAR


def test_the_sample_allows_nearly_everything(asset):
    assert asset.limits.yaw_high > 0.4 and asset.limits.mouth == 1 and 1.15 < asset.limits.near < 1.45


def test_a_covered_mouth_is_told(enroller, portrait, asset):
    large = cv2.resize(portrait, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    face = enroller.faces(large)[0].points
    x, y = face[LIPS_OUTER, :2].mean(axis=0)
    unit = inter_ocular(face)
    low, high = (int(x - 0.7 * unit), int(y - 0.5 * unit)), (int(x + 0.7 * unit), int(y + 0.9 * unit))
    cv2.rectangle(large, low, high, (210, 215, 225), -1)
    covered = enroller.enroll(large)
    assert covered.limits.mouth < 0.5 and any("mouth" in warning for warning in covered.warnings)
