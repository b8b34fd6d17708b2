from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vasa_core.face.asset import FaceAsset
from vasa_core.face.enroll import Enroller
from vasa_core.samples import PORTRAIT


@pytest.fixture(scope="session")
def portrait() -> np.ndarray:
    with Image.open(PORTRAIT) as image:
        return np.array(image.convert("RGB"))


@pytest.fixture(scope="session")
def enroller() -> Enroller:
    return Enroller()


@pytest.fixture(scope="session")
def asset(enroller: Enroller) -> FaceAsset:
    return enroller.enroll(PORTRAIT, rights="public domain")


@pytest.fixture(scope="session")
def origin() -> dict[str, np.ndarray]:
    """What the TFLite nets gave for the sample's photograph (made once by TensorFlow's own interpreter)."""
    with np.load(Path(__file__).parent / "data" / "origin_outputs.npz") as file:
        return dict(file)
