from dataclasses import replace

import numpy as np
import pytest

from vasa_core.face.asset import FaceAsset
from vasa_core.face.enroll import Enroller
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import Motion
from vasa_core.render.renderer import Renderer
from vasa_core.samples import PORTRAIT


@pytest.fixture(scope="session")
def space() -> LatentSpace:
    return LatentSpace.load()


@pytest.fixture(scope="session")
def enroller() -> Enroller:
    return Enroller()


@pytest.fixture(scope="session")
def smiling(enroller: Enroller) -> FaceAsset:
    """The sample portrait: an open smile."""
    return enroller.enroll(PORTRAIT)


@pytest.fixture(scope="session")
def smiling_renderer(smiling: FaceAsset, space: LatentSpace) -> Renderer:
    return Renderer(smiling, space)


@pytest.fixture(scope="session")
def closed(enroller: Enroller, smiling_renderer: Renderer, space: LatentSpace) -> FaceAsset:
    """A portrait with closed lips: the sample brought to neutral, enrolled again, its expression taken as none."""
    frame = smiling_renderer.render(Motion.still(1, space.size), 0)
    asset = enroller.enroll(np.ascontiguousarray(frame[..., :3]))
    return replace(asset, expression=np.zeros(space.size, np.float32))


@pytest.fixture(scope="session")
def renderer(closed: FaceAsset, space: LatentSpace) -> Renderer:
    return Renderer(closed, space)
