import os
import tomllib
from pathlib import Path

import pytest

from bridge.config import ConfigError, Settings, load_settings, show_settings

NOWHERE: dict[str, str] = {}


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("bridge.config.FOLDER", tmp_path / "nobody")


def write(folder: Path, text: str) -> Path:
    path = folder / "bridge.toml"
    path.write_text(text)
    return path


def test_without_anything_there_are_defaults() -> None:
    settings, sources = load_settings({}, None, NOWHERE)
    assert settings == Settings()
    assert set(sources.values()) == {"default"}
    assert settings.is_loopback
    assert (settings.port_after(1, settings.stream_port), settings.port_after(2, 7)) == (5601, 7)


def test_flags_go_before_the_environment_before_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "port = 1\nworkers = 1\nmax_npcs = 1\n")
    environment = {"VASA_PORT": "2", "VASA_WORKERS": "2", "VASA_LOG_JSON": "true"}
    settings, sources = load_settings({"port": 3}, path, environment)
    assert (settings.port, settings.workers, settings.max_npcs, settings.log_json) == (3, 2, 1, True)
    assert [sources[name] for name in ("port", "workers", "max_npcs", "max_faces")] == [
        "flag",
        "VASA_WORKERS",
        str(path),
        "default",
    ]


def test_paths_in_a_file_are_relative_to_it(tmp_path: Path) -> None:
    path = write(tmp_path, 'allow = ["voices", "/srv"]\nkeys = "k"\n[faces]\nhero = "hero.png"\n')
    settings, _ = load_settings({}, path, NOWHERE)
    assert settings.allow == (tmp_path / "voices", Path("/srv"))
    assert (settings.keys, settings.faces) == (tmp_path / "k", {"hero": tmp_path / "hero.png"})


def test_the_environment_names_the_file_and_has_lists(tmp_path: Path) -> None:
    path = write(tmp_path, "port = 7\n")
    environment = {
        "VASA_CONFIG": str(path),
        "VASA_ALLOW": os.pathsep.join(["/a", "/b"]),
        "VASA_FACES": os.pathsep.join(["hero=h.png", "elf=e.vasa"]),
        "VASA_DOOR_ORIGINS": "http://a:1,http://b",
    }
    settings, _ = load_settings({}, None, environment)
    assert settings.port == 7
    assert settings.allow == (Path("/a"), Path("/b"))
    assert settings.faces == {"hero": Path("h.png"), "elf": Path("e.vasa")}
    assert settings.door_origins == ("http://a:1", "http://b")


def test_what_is_shown_is_a_settings_file_and_tells_no_secret(tmp_path: Path) -> None:
    given = {"door_token": "hidden", "faces": {"hero": "h.png"}, "allow": ["/a"], "port": 9}
    settings, sources = load_settings(given, None, NOWHERE)
    shown = show_settings(settings, sources)
    assert "hidden" not in shown
    again, _ = load_settings({}, write(tmp_path, shown.replace("h.png", "/h.png")), NOWHERE)
    assert (again.port, again.allow, again.faces) == (9, (Path("/a"),), {"hero": Path("/h.png")})
    assert set(tomllib.loads(shown)) <= set(Settings.__struct_fields__)


@pytest.mark.parametrize(
    ("flags", "environment", "said"),
    [
        ({"port": 70_000}, {}, "'port' (from flag)"),
        ({}, {"VASA_PORT": "many"}, "'port' (from VASA_PORT)"),
        ({"prot": 1}, {}, "no setting 'prot' (from flag). There are: host, port"),
        ({}, {"VASA_FACES": "hero.png"}, "NAME=FILE"),
        ({"log_level": "loud"}, {}, "'log_level' (from flag)"),
        ({}, {"VASA_CONFIG": "/nowhere/bridge.toml"}, "'/nowhere/bridge.toml' cannot be read"),
    ],
)
def test_wrong_settings_are_named_with_their_source(flags: dict, environment: dict, said: str) -> None:
    with pytest.raises(ConfigError) as problem:
        load_settings(flags, None, environment)
    assert said in str(problem.value)


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no TOML"):
        load_settings({}, write(tmp_path, "port: 1"), NOWHERE)
