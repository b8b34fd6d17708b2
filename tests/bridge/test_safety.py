"""Who gets in, and which files requests may name."""

import os
import resource
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zmq

from bridge.config import Settings
from bridge.daemon import Daemon, DaemonError
from bridge.keys import KeysError, list_client_keys, make_client_keys, read_client_keys, remove_client_keys
from bridge.paths import find_allowed, read_allowed
from bridge.protocol import messages as m
from bridge.protocol.codec import encode
from bridge.protocol.errors import BridgeError


def refused(call: Callable[[], object]) -> BridgeError:
    with pytest.raises(BridgeError) as problem:
        call()
    return problem.value


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    inside, outside = tmp_path / "voices", tmp_path / "secrets"
    inside.mkdir()
    outside.mkdir()
    (inside / "hello.wav").write_bytes(b"hello")
    (outside / "key").write_bytes(b"secret")
    return inside, outside


def test_files_inside_are_read_by_absolute_and_relative_paths(folders: tuple[Path, Path]) -> None:
    inside, _ = folders
    (inside / "sub").mkdir()
    (inside / "sub" / "link.wav").symlink_to(inside / "hello.wav")
    for path in (str(inside / "hello.wav"), "hello.wav", "sub/link.wav", "sub/../hello.wav"):
        assert read_allowed(path, [inside], 100, "sound") == b"hello"


def test_nothing_outside_is_read_and_nothing_is_told_of_it(folders: tuple[Path, Path]) -> None:
    inside, outside = folders
    (inside / "file").symlink_to(outside / "key")
    (inside / "folder").symlink_to(outside)
    (inside / "loop").symlink_to(inside / "loop")
    for path in (
        "file",
        "folder/key",
        "../secrets/key",
        str(outside / "key"),
        str(outside / "none"),
        "loop",
        "/etc/passwd",
    ):
        problem = refused(lambda path=path: read_allowed(path, [inside], 100, "sound"))
        assert problem.code == "bad_path"
        assert "is not in a folder that may be read" in problem.message or "loop" in path
    for path in ("a\0b", "//server/share/x", "\\\\server\\share\\x", "x" * 5000):
        assert refused(lambda path=path: find_allowed(path, [inside])).code == "bad_path"


def test_names_that_only_begin_like_an_allowed_folder_are_outside(tmp_path: Path) -> None:
    (tmp_path / "voices").mkdir()
    (tmp_path / "voices2").mkdir()
    (tmp_path / "voices2" / "x").write_bytes(b"x")
    refused(lambda: find_allowed(str(tmp_path / "voices2" / "x"), [tmp_path / "voices"]))


def test_only_whole_files_of_limited_size_are_read(folders: tuple[Path, Path]) -> None:
    inside, _ = folders
    os.mkfifo(inside / "pipe")
    (inside / "zero").symlink_to("/dev/zero")
    assert refused(lambda: read_allowed("pipe", [inside], 100, "sound")).code == "bad_path"
    assert refused(lambda: read_allowed("zero", [inside], 100, "sound")).code == "bad_path"
    assert refused(lambda: read_allowed(".", [inside], 100, "sound")).code == "bad_path"
    assert refused(lambda: read_allowed("none.wav", [inside], 100, "sound")).message == "There is no file 'none.wav'."
    assert refused(lambda: read_allowed("hello.wav", [inside], 4, "sound")).code == "too_large"


def test_without_allowed_folders_no_file_is_read() -> None:
    assert refused(lambda: find_allowed("/etc/passwd", [])).code == "not_allowed"


def test_requests_name_files_only_inside_allowed_folders(
    daemon_here: Any, talk: Any, folders: tuple[Path, Path]
) -> None:
    inside, outside = folders
    client = talk(daemon_here(allow=(inside,)))
    client.spawn()
    assert client.ask(m.Speak(npc="npc", utterance="u", path="hello.wav"))["samples"] == 5
    assert client.ask(m.Speak(npc="npc", utterance="u", path=str(outside / "key")))["code"] == "bad_path"
    assert client.ask(m.Enroll(face="x", path="../secrets/key"))["code"] == "bad_path"
    assert client.ask(m.Speak(npc="npc", utterance="u"))["code"] == "bad_message"
    assert client.ask(m.Speak(npc="npc", utterance="u", path="hello.wav", audio=b"x"))["code"] == "bad_message"


def test_allowed_folders_may_be_links_and_must_be_there(
    daemon_here: Any, talk: Any, folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(folders[0])
    monkeypatch.chdir(tmp_path)
    client = talk(daemon_here(allow=(Path("link"),)))
    client.spawn()
    assert client.ask(m.Speak(npc="npc", utterance="u", path="hello.wav"))["samples"] == 5
    with pytest.raises(DaemonError, match="no folder 'none'"):
        daemon_here(allow=(Path("none"),))


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    make_client_keys(tmp_path / "keys", "laptop", tmp_path / "laptop")
    return tmp_path / "keys"


def test_secret_keys_are_for_their_owner_only(keys: Path, tmp_path: Path) -> None:
    for secret in (keys / "server.key_secret", tmp_path / "laptop" / "laptop.key_secret"):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    told = read_client_keys(tmp_path / "laptop" / "laptop.key_secret", tmp_path / "laptop" / "server.key")
    assert {len(key) for key in told.values()} == {40}
    assert list_client_keys(keys) == {"laptop": told["public"]}
    assert [path.name for path in sorted((tmp_path / "laptop").iterdir())] == ["laptop.key_secret", "server.key"]


def test_names_of_clients_are_taken_once_and_are_no_paths(keys: Path, tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="already"):
        make_client_keys(keys, "laptop", tmp_path)
    for name in ("../x", "", "a b", "x" * 65):
        with pytest.raises(KeysError, match="no name"):
            make_client_keys(keys, name, tmp_path)
    with pytest.raises(KeysError, match="There are: laptop"):
        remove_client_keys(keys, "phone")
    remove_client_keys(keys, "laptop")
    assert list_client_keys(keys) == {}


def test_a_full_disk_leaves_no_half_keys(keys: Path, tmp_path: Path) -> None:
    before = sorted(path for path in tmp_path.rglob("*"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        with pytest.raises(KeysError, match="cannot be written"):
            make_client_keys(keys, "phone", tmp_path / "laptop")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sorted(path for path in tmp_path.rglob("*")) == before


def asks(daemon: Daemon, own: dict[str, str] | None, seconds: float) -> bool:
    """Whether a client with these keys gets an answer."""
    with zmq.Context() as context, context.socket(zmq.DEALER) as client:
        client.linger = 0
        if own is not None:
            client.curve_serverkey = own["server"].encode()
            client.curve_publickey = own["public"].encode()
            client.curve_secretkey = own["secret"].encode()
        client.connect(daemon.control)
        client.send(encode(m.Ping(id=1)))
        return bool(client.poll(int(1000 * seconds)))


def test_with_keys_only_those_that_are_listed_get_in(daemon_here: Any, keys: Path, tmp_path: Path) -> None:
    daemon = daemon_here(keys=keys)
    own = read_client_keys(tmp_path / "laptop" / "laptop.key_secret", tmp_path / "laptop" / "server.key")
    assert asks(daemon, own, 10)
    assert not asks(daemon, None, 0.5)
    make_client_keys(keys, "phone", tmp_path / "phone")
    phone = read_client_keys(tmp_path / "phone" / "phone.key_secret", tmp_path / "phone" / "server.key")
    assert not asks(daemon, phone, 0.5)
    daemon.tend()
    assert asks(daemon, phone, 10)
    remove_client_keys(keys, "laptop")
    daemon.tend()
    assert not asks(daemon, own, 0.5)


def test_with_addresses_only_clients_from_there_get_in(daemon_here: Any, keys: Path, tmp_path: Path) -> None:
    own = read_client_keys(tmp_path / "laptop" / "laptop.key_secret", tmp_path / "laptop" / "server.key")
    assert asks(daemon_here(keys=keys, allow_address=("127.0.0.1",)), own, 10)
    assert not asks(daemon_here(keys=keys, allow_address=("192.0.2.7",)), own, 0.5)


def test_keys_that_let_nobody_in_are_refused(fake_stage: Any, keys: Path, tmp_path: Path) -> None:
    with pytest.raises(KeysError, match="cannot be read"):
        Daemon(Settings(port=0, keys=tmp_path / "none"), fake_stage)
    remove_client_keys(keys, "laptop")
    with pytest.raises(KeysError, match="lets no client in"):
        Daemon(Settings(port=0, keys=keys), fake_stage)
    (keys / "server.key_secret").write_text("nonsense")
    with pytest.raises(KeysError, match=r"is no key|holds no secret"):
        Daemon(Settings(port=0, keys=keys), fake_stage)


def test_what_is_hidden_in_messages_is_never_run(daemon_here: Any, talk: Any) -> None:
    client = talk(daemon_here())
    pickled = b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94."
    for message in (pickled, msgspec.msgpack.encode([1]), b"\xc7\x01\x01x", b"\x91" * 100_000, b"\xdf\xff\xff\xff\xff"):
        client.control.send(message)
        assert client.receive().error.code == "bad_message"
    assert client.ask(m.Ping())["time"] > 0
