from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data():
    """Folder of the training recordings, where it lies beside the repository."""
    folder = Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the training recordings are not here")
    return folder
