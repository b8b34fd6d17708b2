"""What `vasa doctor` says about machines other than this one."""

import pytest

from vasa_core.cli import checks


def test_advice_names_no_package_of_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    for installed in (None, "1.0"):
        monkeypatch.setattr(checks, "_installed", lambda name, version=installed: version)
        check = checks.onnxruntime()
        assert check.state == "problem"
        assert 'pip install -e ".[cpu]"' in check.advice
