import json
import sys
from collections.abc import Callable

import pytest

from vasa_core.cli import main


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run what must fail, in this process: exit code 2, one line on stderr, nothing on stdout."""

    def run(*arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", ["vasa", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as stop:
            main()
        printed = capsys.readouterr()
        assert (stop.value.code, printed.out) == (2, "")
        lines = printed.err.strip().splitlines()
        assert len(lines) == 1, printed.err
        return lines[0]

    return run


@pytest.fixture
def vasa_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict]:
    """Run what must succeed, in this process, and read the JSON that it prints."""

    def run(*arguments: object) -> dict:
        monkeypatch.setattr(sys, "argv", ["vasa", *map(str, arguments), "--json"])
        try:
            main()
        except SystemExit as stop:
            assert not stop.code, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return run
