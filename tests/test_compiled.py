"""Where compiled code goes: a place that can be written, wherever the package is installed."""

import stat
from pathlib import Path

import numba
import pytest

from vasa_core import compiled
from vasa_core.cli.checks import compiler_cache


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(compiled.tempfile, "tempdir", str(tmp_path))
    compiled.cache_folder.cache_clear()
    yield
    compiled.cache_folder.cache_clear()


def unwritable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Folders that cannot be made, not even by root: below a file."""
    (tmp_path / "file").touch()
    folders = [tmp_path / "file" / "package", tmp_path / "file" / "home"]
    monkeypatch.setattr(compiled, "usual_folders", lambda: folders)
    return folders


def test_numba_is_left_alone_where_it_finds_a_place():
    folder, temporary = compiled.cache_folder()
    assert folder in compiled.usual_folders() and not temporary
    assert numba.config.CACHE_DIR == ""
    assert compiler_cache().state == "ok"


def test_a_temporary_folder_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folders = unwritable(tmp_path, monkeypatch)
    folder, temporary = compiled.cache_folder()
    assert temporary and folder.parent == tmp_path
    assert str(folder) == numba.config.CACHE_DIR
    check = compiler_cache()
    assert check.state == "note" and str(folder) in check.found and str(folders[0]) in check.found
    compiled.cache_folder.cache_clear()
    assert compiled.cache_folder() == (folder, True), "the next start finds it again"


@pytest.mark.skipif(not hasattr(compiled.os, "getuid"), reason="temporary folders are the user's own")
def test_a_folder_that_others_may_write_to_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    unwritable(tmp_path, monkeypatch)
    planted = tmp_path / f"vasa-numba-{compiled.os.getuid()}"
    planted.mkdir()
    planted.chmod(0o777)
    folder, _ = compiled.cache_folder()
    assert folder != planted and stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_doctor_says_that_the_named_folder_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").touch()
    named = str(tmp_path / "file" / "cache")
    monkeypatch.setenv("NUMBA_CACHE_DIR", named)
    monkeypatch.setattr(numba.config, "CACHE_DIR", named)
    check = compiler_cache()
    assert check.state == "note" and named in check.found


def test_only_the_first_start_gets_a_helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    started: list[list[str]] = []
    monkeypatch.setattr(compiled.subprocess, "Popen", lambda command, **options: started.append(command))
    monkeypatch.setattr(compiled.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "code"))
    begin = compiled.compile_together.__wrapped__
    begin()
    assert len(started) == 1 and "vasa_core.render" in started[0][-1]
    monkeypatch.setenv(compiled.HELPER, "1")
    begin()
    monkeypatch.delenv(compiled.HELPER)
    (tmp_path / "code" / "kernel.nbi").touch()
    begin()
    assert len(started) == 1
