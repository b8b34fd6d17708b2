"""`vasa serve` and `vasa keys` from the command line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.config import FOLDER
from vasa_core.cli import BRIDGE_VERBS, main


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bridge.config.FOLDER", tmp_path / "vasa")
    monkeypatch.setenv("COLUMNS", "200")


def vasa(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[str, str]:
    """Exit code 0: what was printed; otherwise what was said."""
    monkeypatch.setattr(sys, "argv", ["vasa", *map(str, arguments)])
    try:
        main()
    except SystemExit as stop:
        if stop.code:
            return "", capsys.readouterr().err.strip()
    printed = capsys.readouterr()
    return printed.out, printed.err


def test_the_verbs_of_the_daemon_are_there_and_load_nothing_heavy() -> None:
    script = (
        "import sys; from vasa_core.cli import BRIDGE_VERBS, main; sys.argv = ['vasa', '--help']\n"
        "try: main()\n"
        "except SystemExit: print([name for name in ('numpy', 'zmq', 'msgspec', 'cv2') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert all(f" {verb} " in done.stdout for verb in BRIDGE_VERBS)
    assert done.stdout.splitlines()[-1] == "[]"


def test_settings_are_shown_with_their_sources(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "b.toml").write_text("max_npcs = 7\n")
    monkeypatch.setenv("VASA_WORKERS", "3")
    out, _ = vasa(
        monkeypatch, capsys, "serve", "--show-config", "--port", 7000, "--config", tmp_path / "b.toml", "--no-door"
    )
    lines = out.splitlines()
    assert "port = 7000  # flag" in lines
    assert "workers = 3  # VASA_WORKERS" in lines
    assert f"max_npcs = 7  # {tmp_path / 'b.toml'}" in lines
    assert "door = false  # flag" in lines
    assert 'host = "127.0.0.1"  # default' in lines


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--face", "hero.png"], "NAME=FILE"),
        (["--host", "0.0.0.0"], "needs keys"),
        (["--port", "99999"], "'port' (from flag)"),
        (["--keys", "nowhere"], "cannot be read"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_sentence(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, problem = vasa(monkeypatch, capsys, "serve", *arguments)
    assert said in problem
    assert len(problem.splitlines()) == 1


def test_keys_are_made_listed_and_removed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out, _ = vasa(monkeypatch, capsys, "keys", "list")
    assert "No client is let in yet" in out
    out, _ = vasa(monkeypatch, capsys, "keys", "new", "laptop", "--output", tmp_path / "for-laptop")
    assert "laptop.key_secret" in out and "keep the first one secret" in out
    out, _ = vasa(monkeypatch, capsys, "keys", "list")
    assert out.startswith("laptop ") and len(out.split()[1]) == 40
    _, problem = vasa(monkeypatch, capsys, "keys", "new", "laptop")
    assert "already" in problem
    out, _ = vasa(monkeypatch, capsys, "keys", "remove", "laptop")
    assert "no longer" in out
    assert (tmp_path / "vasa" / "keys" / "server.key_secret").is_file()
    assert FOLDER.name == "vasa"
