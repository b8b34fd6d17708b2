import os
import signal
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bridge.protocol.errors import BridgeError
from bridge.protocol.streams import FrameHeader
from bridge.ring import Reader, Ring, RingGoneError, remove_stale, slots_for
from bridge.textures import make_encoder

ROOM = 200_000

WRITER = """
import sys, time
from pathlib import Path
from bridge.ring import Ring
from tests.bridge.test_ring import header_of
ring = Ring({room}, 4, Path(sys.argv[1]))
print(ring.path, flush=True)
seq = 0
end = time.monotonic() + 30
while time.monotonic() < end:
    seq += 1
    def fill(room):
        room[:] = bytes([seq % 251]) * {room}
        return {room}
    ring.write(header_of(seq), fill)
"""


def header_of(seq: int, **more) -> FrameHeader:
    usual = {"npc": "npc1", "epoch": 2, "pts": 160 * seq, "rate": 16_000, "width": 256, "height": 256}
    look = {"format": "rgba", "origin": "top-left", "sent": 1000 + seq}
    return FrameHeader(**{**usual, **look, "seq": seq, **more})


def filled(value: int, length: int = ROOM):
    def fill(room: memoryview) -> int:
        room[:length] = bytes([value]) * length
        return length

    return fill


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Ring]:
    ring = Ring(ROOM, 4, tmp_path)
    yield ring
    ring.close()


def writer_process(folder: Path) -> tuple[subprocess.Popen, Path]:
    """Another process that writes frames into a ring as fast as it can."""
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    code = WRITER.format(room=ROOM)
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True, env=environment, cwd=root
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_texture_comes_back_as_it_was(ring) -> None:
    frame = np.random.default_rng(3).integers(0, 256, (200, 200, 4), dtype=np.uint8)
    encoder = make_encoder("bgra", 200, "bottom-left")
    header = header_of(7, format="bgra", origin="bottom-left", pts=-5, width=200, height=200)
    ring.write(header, lambda room: encoder.encode_into(frame, room))
    assert (header.slot, header.stamp) == (0, 2)
    with Reader(ring.path) as reader:
        assert reader.texture(header) == frame[::-1, :, [2, 1, 0, 3]].tobytes()
        newest = reader.newest()
        assert newest is not None and newest.texture == reader.texture(header)
        for field in ("pts", "rate", "epoch", "seq", "width", "height", "format", "origin", "alpha", "sent", "stamp"):
            assert getattr(newest, field) == getattr(header, field), field
        assert reader.newest(after=newest.stamp) is None
        assert reader.writer == os.getpid()


def test_the_layout_is_the_documented_one(ring) -> None:
    for seq in range(1, 6):
        ring.write(header_of(seq, pts=-seq, epoch=9), filled(seq, 1000))
    data = ring.path.read_bytes()
    magic, version, state, slots, header = struct.unpack_from("<8s4I", data)
    stride, room, first, newest = struct.unpack_from("<4Q", data, 24)
    assert (magic, version, state, slots, header, room, first) == (b"VASARING", 1, 1, 4, 64, ROOM, 4096)
    assert stride % 4096 == 0 and stride >= ROOM + 64
    assert struct.unpack_from("<I", data, 56)[0] == os.getpid()
    assert newest == 10, "5 frames"
    assert len(data) == first + slots * stride
    slot = first + ((newest // 2 - 1) % slots) * stride
    assert slot == first, "the fifth frame is in the first of four slots again"
    assert struct.unpack_from("<QQqII", data, slot) == (10, 1000, -5, 16_000, 9)
    assert struct.unpack_from("<QIII", data, slot + 32) == (5, 256, 256, 1)
    assert data[slot + 52 : slot + 56] == bytes([0, 1, 0, 0])
    assert struct.unpack_from("<Q", data, slot + 56)[0] == 1005
    assert data[slot + 64 : slot + 1064] == b"\5" * 1000


def test_a_slow_reader_learns_that_its_frame_is_gone(ring) -> None:
    headers = [header_of(seq) for seq in range(6)]
    for header in headers:
        ring.write(header, filled(header.seq))
    with Reader(ring.path) as reader:
        assert [reader.texture(header) is None for header in headers] == [True, True, False, False, False, False]


def test_a_frame_whose_drawing_failed_cannot_be_read(ring) -> None:
    good, bad, later = header_of(1), header_of(2), header_of(3)
    ring.write(good, filled(1))

    def fails(room: memoryview) -> int:
        room[:10] = b"half-drawn"
        raise ValueError("no frame")

    with pytest.raises(ValueError, match="no frame"):
        ring.write(bad, fails)
    with Reader(ring.path) as reader:
        newest = reader.newest()
        assert newest is not None and newest.seq == 1
        ring.write(later, filled(3))
        newest = reader.newest()
        assert newest is not None and newest.seq == 3


def test_views_of_a_slot_that_are_kept_hold_nothing_up(ring) -> None:
    kept: list[np.ndarray] = []

    def keeps(room: memoryview) -> int:
        kept.append(np.frombuffer(room, np.uint8))
        raise ValueError("the view lives on in the traceback")

    with pytest.raises(ValueError, match="traceback"):
        ring.write(header_of(1), keeps)
    ring.close()
    assert not ring.path.exists()
    assert len(kept[0]) == ROOM


def test_no_torn_frames_from_a_fast_writer(tmp_path) -> None:
    process, path = writer_process(tmp_path)
    try:
        seen, last = 0, 0
        end = time.monotonic() + 2
        with Reader(path) as reader:
            while time.monotonic() < end:
                frame = reader.newest(after=last)
                if frame is None:
                    continue
                assert frame.texture == bytes([frame.seq % 251]) * ROOM, "parts of two frames"
                assert frame.stamp > last and frame.pts == 160 * frame.seq
                seen, last = seen + 1, frame.stamp
        assert seen > 20
    finally:
        process.kill()
        process.wait()
        remove_stale(tmp_path)


def test_what_dead_daemons_left_is_removed_and_nothing_else(tmp_path, ring) -> None:
    process, path = writer_process(tmp_path)
    with Reader(path) as reader:
        try:
            while reader.newest() is None:
                time.sleep(0.01)
            assert remove_stale(tmp_path) == [], "both writers live"
            process.send_signal(signal.SIGSTOP)
            assert remove_stale(tmp_path) == [], "one that is stopped lives too"
        finally:
            process.kill()
            process.wait()
        others = tmp_path / "vasa-ring-12-notours"
        others.write_bytes(b"x")
        assert remove_stale(tmp_path) == [path]
        assert ring.path.exists() and others.exists() and not path.exists()
        newest = reader.newest()
        assert newest is not None, "who had it open may finish reading"
    with pytest.raises(RingGoneError, match=r"cannot be opened.*Spawn the NPC again"):
        Reader(path)


def test_a_ring_that_is_removed_serves_those_who_have_it(ring) -> None:
    with Reader(ring.path) as reader:
        assert not ring.removed()
        ring.path.unlink()
        assert ring.removed()
        header = header_of(1)
        ring.write(header, filled(1))
        assert reader.texture(header) == b"\1" * ROOM
    with pytest.raises(RingGoneError, match="somebody removed it"):
        Reader(ring.path)


def test_closing_removes_the_file_and_tells_readers(tmp_path) -> None:
    ring = Ring(ROOM, folder=tmp_path)
    with Reader(ring.path) as reader:
        ring.close()
        ring.close()
        assert list(tmp_path.iterdir()) == []
        assert reader.closed()
        with pytest.raises(RingGoneError, match="has closed the ring"):
            reader.newest()
    with pytest.raises(RingGoneError, match="is closed"):
        ring.write(header_of(1), filled(1))


def test_closing_waits_for_a_frame_that_is_being_written(ring) -> None:
    begun = threading.Event()

    def slowly(room: memoryview) -> int:
        begun.set()
        time.sleep(0.1)
        room[:4] = b"done"
        return 4

    header = header_of(1)
    thread = threading.Thread(target=ring.write, args=(header, slowly))
    thread.start()
    begun.wait()
    ring.close()
    thread.join()
    assert header.stamp == 2


def test_only_the_user_may_open_it_and_nobody_guesses_it(tmp_path) -> None:
    rings = [Ring(4096, folder=tmp_path) for _ in range(3)]
    names = {ring.path.name for ring in rings}
    for ring in rings:
        assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600
        ring.close()
    assert len({name.split("-")[-1] for name in names}) == 3
    assert all(name.startswith(f"vasa-ring-{os.getpid()}-") and len(name.split("-")[-1]) == 32 for name in names)


def test_no_room_is_said_in_one_sentence(tmp_path) -> None:
    with pytest.raises(BridgeError, match=r"has no room for a ring of textures.*make it larger") as caught:
        Ring(1 << 58, folder=tmp_path)
    assert caught.value.code == "disk"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(BridgeError, match="No shared memory can be made") as caught:
        Ring(4096, folder=tmp_path / "missing")
    assert caught.value.code == "disk"


@pytest.mark.parametrize(
    "damage", [b"", b"x" * 5000, b"VASARING" + struct.pack("<4I4Q", 1, 1, 4, 64, 4096, 1 << 40, 4096, 0) + b"\0" * 9000]
)
def test_other_files_are_no_rings(tmp_path, damage) -> None:
    path = tmp_path / "other"
    path.write_bytes(damage)
    with pytest.raises(RingGoneError, match=r"is no ring of textures|is damaged"):
        Reader(path)


def test_headers_that_do_not_belong_are_refused(ring) -> None:
    with Reader(ring.path) as reader:
        with pytest.raises(ValueError, match="does not lie in shared memory"):
            reader.texture(header_of(1))
        with pytest.raises(ValueError, match="has no slot 4"):
            reader.texture(header_of(1, slot=4, stamp=2))
        assert reader.texture(header_of(1, slot=0, stamp=2)) is None, "nothing has been written yet"


@pytest.mark.parametrize(("lead", "fps", "slots"), [(0.0, 15.0, 4), (0.08, 40.0, 7), (0.2, 60.0, 16), (1.0, 120.0, 48)])
def test_slots_hold_the_lead(lead, fps, slots) -> None:
    assert slots_for(lead, fps) == slots


def test_processes_leave_no_warnings_behind(tmp_path) -> None:
    """A reader's resource tracker must not remove or report the ring of a daemon that goes on."""
    ring = Ring(ROOM, folder=tmp_path)
    header = header_of(1)
    ring.write(header, filled(1))
    code = f"from bridge.ring import Reader; reader = Reader({str(ring.path)!r}); print(len(reader.newest().texture))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert (done.stdout, done.stderr) == (f"{ROOM}\n", "")
    assert ring.path.exists()
    ring.close()
