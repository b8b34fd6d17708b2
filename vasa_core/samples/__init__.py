"""The portrait and the voice lines of the demo; CREDITS.md beside them says where they come from."""

from pathlib import Path

SAMPLES_DIR = Path(__file__).parent
PORTRAIT = SAMPLES_DIR / "portrait.png"
LINES = (SAMPLES_DIR / "line_1.flac", SAMPLES_DIR / "line_2.flac")
DEMO_LINE = LINES[0]
