"""Cue files: what they say, and one sentence for everything that is wrong with them."""

import re
from math import radians
from pathlib import Path

import pytest

from vasa_core.errors import CueError, VasaError
from vasa_core.motion.cues import Cue, load_cues, parse_cues
from vasa_core.motion.gestures import Gesture

HUGE = 10**400  # more than a float holds
DOCUMENT = Path(__file__).parents[2] / "docs" / "director.md"


def test_cues_come_in_order_of_time() -> None:
    cues = parse_cues("- {at: 1:02.5, distance: 2}\n- at: 0\n  gaze: [15, -5]\n- {at: 0:04, gesture: nod}\n")
    assert [cue.at for cue in cues] == [0, 4, 62.5]
    assert cues[0].changes == {"gaze": (radians(15), radians(-5))}
    assert cues[1].gesture == Gesture("nod") and cues[2].changes == {"distance": 2}


def test_every_kind_of_value() -> None:
    (cue,) = parse_cues(
        "- at: 3\n  gaze: up-left\n  emotion: {happy: 0.5, sad: 0.25}\n  expressiveness: 1.5\n  stillness: free\n"
        "  blink_rate: 12\n  head: {turn: 10, tilt: -5}\n  gesture: {name: tilt, size: -1, times: 2}\n  ease: 2\n"
    )
    assert cue.changes == {
        "gaze": "up-left",
        "emotion": "happy:0.5,sad:0.25",
        "expressiveness": 1.5,
        "stillness": None,
        "blink_rate": 12,
        "head": (radians(10), 0, radians(-5)),
    }
    assert cue.gesture == Gesture("tilt", -1, 2) and cue.ease == 2


@pytest.mark.parametrize(("text", "seconds"), [("010", 10), ("08.5", 8.5), ("1:02", 62), ("1:02:03", 3723), ("'7'", 7)])
def test_times_are_read_as_people_write_them(text: str, seconds: float) -> None:
    assert parse_cues(f"- at: {text}\n  gaze: up")[0].at == seconds


def test_json_is_understood_too() -> None:
    assert parse_cues('[{"at": 1, "gaze": "viewer"}]') == [Cue(1.0, {"gaze": "viewer"})]


def test_the_example_of_the_document_can_be_played() -> None:
    example = re.search(r"```yaml\n(# She.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    assert len(parse_cues(example[1])) == 6


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("- at: 1\n  distanse: 2", 2, "Did you mean 'distance'?"),
        ("- at: 1\n  distance: 20", 2, "Choose 0.5 to 3"),
        ("- at: 1\n  distance: yes", 2, "no number"),
        ("- at: 1\n  distance:", 2, "'distance:' is no number. Choose 0.5 to 3, or free."),
        ("- at: 1\n  stillness: '1'", 2, "'stillness: \"1\"' is no number. Choose 0 to 1, or free."),
        ("- at: 1\n  expressiveness: 3", 2, "An expressiveness of 3 is out of range"),
        (f"- at: 1\n  distance: {HUGE}", 2, "no number"),
        (f"- at: 1\n  gaze: [{HUGE}, 0]", 2, "no gaze"),
        (f"- at: 1\n  head: {{turn: {HUGE}}}", 2, "no angle. Write degrees, like turn: 10."),
        (f"- at: 1\n  emotion: {{happy: {HUGE}}}", 2, "not a number from 0 to 1"),
        (f"- at: 1\n  gesture: {{name: nod, size: {HUGE}}}", 2, "Choose a number up to 2"),
        (f"- at: {HUGE}\n  gaze: up", 1, "from 0 on"),
        (f"- at: 1\n  distance: {'9' * 5000}", 2, "cannot be read"),
        ("- at: 1\n  emotion: hapy", 2, "Did you mean 'happy'?"),
        ("- at: 1\n  emotion: {happy: }", 2, "The strength '' of 'happy' is not a number"),
        ("- at: 1\n  emotion: {happy: 0.8, sad: 0.9}", 2, "add up to 1.7"),
        ("- at: 1\n  emotion: 3", 2, "Write it like happy:0.6"),
        ("- at: 1\n  gaze: [90, 0]", 2, "Choose -45 to 45 degrees"),
        ("- at: 1\n  gaze: lefft", 2, "Did you mean 'left'?"),
        ("- at: 1\n  gaze: 3", 2, "degrees to the right and up"),
        ("- at: 1\n  gaze: 10,5", 2, "like [15, 5]"),
        ("- at: 1\n  gaze: [a, b]", 2, "like [15, 5]"),
        ("- at: 1\n  head: {turn: x}", 2, "no angle"),
        ("- at: 1\n  head: {turn: 50}", 2, "head's turn of 50 degrees"),
        ("- at: 1\n  head: {trun: 5}", 2, "Did you mean 'turn'?"),
        ("- at: 1\n  gesture: nood", 2, "Did you mean 'nod'?"),
        ("- at: 1\n  gesture: {name: nod, size: 9}", 2, "Choose a number up to 2"),
        ("- at: 1\n  gesture: {name: nod, times: 0.5}", 2, "whole number from 1 to 10"),
        ("- at: 1\n  gesture: {name: nod, times: true}", 2, "whole number from 1 to 10"),
        ("- at: 1\n  gesture: {name: nod, size: true}", 2, "Choose a number up to 2"),
        ("- at: 1\n  ease: 90\n  distance: 2", 2, "from 0 to 60"),
        ("- at: 1\n  at: 2\n  gaze: up", 2, "twice"),
        ("- at: -1\n  gaze: up", 1, "from 0 on"),
        ("- at: .nan\n  gaze: up", 1, "from 0 on"),
        ("- at: soon\n  gaze: up", 1, "from 0 on"),
        ("- gaze: up", 1, "lacks its time"),
        ("- at: 1", 1, "asks for nothing"),
        ("- at: 0\n  gaze: up\n- 3", 3, "(cue 2)"),
        ("- at: 1\n  gaze: [1, 2", 2, "no YAML"),
        ("- at: 1\n  distance: !!python/object/apply:os.getcwd []", 2, "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_advice(text: str, line: int, says: str) -> None:
    with pytest.raises(CueError) as stop:
        parse_cues(text, "scene.yaml")
    message = str(stop.value)
    assert message.startswith(f"scene.yaml, line {line}")
    assert says in message and "\n" not in message and len(message) < 250


def test_messages_stay_short() -> None:
    nested = "\n".join(f"  k{i}: &k{i} [{', '.join([f'*k{i - 1}'] * 9) if i else 1}]" for i in range(12))
    with pytest.raises(CueError) as stop:
        parse_cues(f"- at: 1\n  gaze: {[1] * 1000}")
    assert len(str(stop.value)) < 200
    with pytest.raises(CueError) as stop:
        parse_cues(f"- at: 1\n{nested}\n  gaze: *k11")
    assert len(str(stop.value)) < 300


@pytest.mark.parametrize("text", ["", "a: 1", "just words", "[]"])
def test_files_without_cues(text: str) -> None:
    with pytest.raises(CueError, match=r"scene\.yaml has no list of cues"):
        parse_cues(text, "scene.yaml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CueError, match=r"none\.yaml"):
        load_cues(tmp_path / "none.yaml")
    (tmp_path / "nul.yaml").write_bytes(b"- at: 0\n\x00")
    with pytest.raises(CueError, match="no YAML") as stop:
        load_cues(tmp_path / "nul.yaml")
    assert "\n" not in str(stop.value)
    (tmp_path / "picture.yaml").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(CueError, match="no text"):
        load_cues(tmp_path / "picture.yaml")


def test_cues_made_in_python_are_checked_too() -> None:
    for wrong in ({"at": -1.0}, {"at": 0.0, "changes": {"gaze": "somewhere"}}, {"at": 0.0, "ease": -1.0}):
        with pytest.raises(VasaError):
            Cue(**wrong)
