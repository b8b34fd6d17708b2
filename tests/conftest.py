import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Folder of the training recordings."""
    folder = Path(os.environ.get("VASA_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("set VASA_DATA to the folder of the training recordings")
    return folder
