"""What `vasa doctor` says about machines other than this one."""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from vasa_core.cli import checks


def test_advice_names_no_package_of_a_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    for installed in (None, "1.0"):
        monkeypatch.setattr(checks, "_installed", lambda name, version=installed: version)
        check = checks.onnxruntime()
        assert check.state == "problem"
        assert 'pip install -e ".[cpu]"' in check.advice


class PortAudioError(Exception):
    """As in sounddevice: no OSError."""


class BrokenSound:
    """Finder and loader of a sounddevice that fails while it is imported, or when it is asked."""

    def __init__(self, when_imported: bool) -> None:
        self.when_imported = when_imported

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name == "sounddevice" else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        if self.when_imported:
            self.fail()
        module.query_devices = self.fail  # type: ignore[attr-defined]

    def fail(self) -> None:
        raise PortAudioError("Error initializing PortAudio [-9999]")


@pytest.mark.parametrize("when_imported", [True, False])
def test_sound_that_does_not_start_is_no_problem(monkeypatch: pytest.MonkeyPatch, when_imported: bool) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [BrokenSound(when_imported), *sys.meta_path])
    check = checks.audio_devices()
    assert check.state == "note"
    assert "-9999" in check.found and "files work without" in check.advice
    assert "apt install" not in check.advice, "PortAudio itself is there"


def test_missing_portaudio_is_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    check = checks.audio_devices()
    assert check.state == "note" and "libportaudio2" in check.advice


@pytest.mark.parametrize(("missing", "state"), [("libx264", "problem"), ("prores_ks", "note"), ("", "ok")])
def test_missing_encoders(monkeypatch: pytest.MonkeyPatch, missing: str, state: str) -> None:
    has = checks._encodes
    assert not has("no such coder")
    monkeypatch.setattr(checks, "_encodes", lambda name: name != missing and has(name))
    check = checks.encoders()
    assert check.state == state
    assert missing in check.found
