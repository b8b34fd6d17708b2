"""Liveliness measured on the rendered face: render voices, watch the film with a tracker that is not shipped.

    python -m vasa_core.evaluation.liveliness VOICE... [--portrait FILE] [--judge PYTHON] [--seeds 2] [-o FOLDER]

The tracker is MediaPipe's Face Mesh, in an environment of its own (`python -m venv judge && judge/bin/pip install
"mediapipe==0.10.21" av`), whose Python is given with --judge or in VASA_JUDGE. Prints what `life` measures (lip
opening, mouth width, brows, head, blinks) over all films beside the ranges that are wanted, and keeps the films,
their tracks and `liveliness.json` in the folder.
"""

import argparse
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.audio.reading import load_audio
from vasa_core.errors import VasaError
from vasa_core.evaluation.quality_wanted import LIFE, Wanted
from vasa_core.pipeline import load_portrait, render
from vasa_core.samples import PORTRAIT

JUDGE_VARIABLE = "VASA_JUDGE"
JUDGE = Path(__file__).with_name("judge.py")
SECONDS_LEAST = 10.0
"""Heads and blinks cannot be told from less."""
_LIFE = {line.key: line for line in LIFE}
LINES = (
    _LIFE["opening_95"],
    Wanted("opening_median", "... median", digits=3),
    Wanted("opening_speed", "lip opening, mean speed a second"),
    _LIFE["mouth_width_sd"],
    _LIFE["brow_sd"],
    _LIFE["head_sd_pitch"],
    _LIFE["head_sd_yaw"],
    _LIFE["head_sd_roll"],
    _LIFE["head_delta"],
    _LIFE["blinks_per_minute"],
    Wanted("blinks_full", "blinks that shut the eye", 0.95, unit="%"),
    Wanted("iris_sd", "irises across the eye, SD in eye widths", digits=3),
    Wanted("found", "frames in which the tracker saw the face", 0.99, unit="%"),
    Wanted("seconds", "seconds of film", digits=0),
)


def judge_python(given: str | None) -> str:
    """The Python that has MediaPipe. Raises `VasaError` where there is none."""
    chosen = given or os.environ.get(JUDGE_VARIABLE)
    if chosen is None and find_spec("mediapipe") is not None:
        chosen = sys.executable
    if chosen is None:
        raise VasaError(
            f"No Python with MediaPipe is known. Give --judge PYTHON or set {JUDGE_VARIABLE}, after: "
            'python -m venv judge && judge/bin/pip install "mediapipe==0.10.21" av.'
        )
    found = subprocess.run([chosen, "-c", "import mediapipe, av"], capture_output=True, text=True, check=False)
    if found.returncode:
        lines = found.stderr.strip().splitlines() or ["it does not start"]
        raise VasaError(f'{chosen} cannot judge ({lines[-1]}). Run: {chosen} -m pip install "mediapipe==0.10.21" av.')
    return chosen


def render_films(voices: list[Path], portrait: Path, seeds: int, folder: Path) -> list[Path]:
    """One film with each seed of all voices one after another, `seed_<seed>.mp4`."""
    folder.mkdir(parents=True, exist_ok=True)
    asset = load_portrait(portrait)
    samples = np.concatenate([load_audio(voice) for voice in voices])
    if len(samples) < SECONDS_LEAST * SAMPLE_RATE:
        raise VasaError(
            f"These voices last {len(samples) / SAMPLE_RATE:.1f} s, too short for heads and blinks. "
            f"Give at least {SECONDS_LEAST:g} s, better a minute."
        )
    films = [folder / f"seed_{seed}.mp4" for seed in range(seeds)]
    for seed, path in enumerate(films):
        render(asset, samples, path, seed=seed)
        print(f"  {path} rendered", file=sys.stderr)
    return films


def judge_films(films: list[Path], python: str, folder: Path) -> dict[str, dict[str, float]]:
    """Figures of every film by the independent tracker."""
    table = folder / "tracks" / "figures.json"
    names = folder / "tracks" / "films.txt"
    table.parent.mkdir(parents=True, exist_ok=True)
    names.write_text("\n".join(path.stem for path in films))
    command = [python, str(JUDGE), str(folder), "--only", str(names), "--save", str(table.parent), "--json", str(table)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no message"]
        raise VasaError(f"The films in {folder} cannot be judged: {lines[-1]}. Run it yourself: {' '.join(command)}.")
    clips: dict[str, dict[str, float]] = json.loads(table.read_text())["clips"]
    return clips


def together(rows: list[dict[str, float]]) -> dict[str, float]:
    """The figures over all films, each weighted by its length; seconds add up. Blinks that shut: by their number."""
    seconds = np.array([row["seconds"] for row in rows])
    figures = {}
    for key in rows[0]:
        values = np.array([row[key] for row in rows], float)
        weights = seconds * np.array([row["blinks_per_minute"] for row in rows]) if key == "blinks_full" else seconds
        known = np.isfinite(values) & (weights > 0)
        figures[key] = float(np.average(values[known], weights=weights[known])) if known.any() else float("nan")
    return figures | {"seconds": float(seconds.sum())}


def table_of(figures: dict[str, float]) -> str:
    """The figures as text, with the range that is wanted."""
    lines = [f"{'':44}{'rendered':>12}   wanted"]
    for line in LINES:
        value = figures[line.key]
        mark = "" if not line.asked or line.reached(value) else "   OUTSIDE"
        lines.append(f"{line.title:44}{line.show(value):>12}   {line.range}{mark}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure how alive a rendered face is with an independent tracker.")
    parser.add_argument("voices", type=Path, nargs="+", help="recordings of people who speak; they are strung together")
    parser.add_argument("--portrait", "-p", type=Path, default=PORTRAIT, help="a picture or a .vasa file")
    parser.add_argument("--judge", metavar="PYTHON", help=f"the Python that has MediaPipe; default: ${JUDGE_VARIABLE}")
    parser.add_argument("--seeds", type=int, default=2, help="how many films")
    parser.add_argument("--output", "-o", type=Path, default=Path("liveliness"), help="folder for films and tracks")
    given = parser.parse_args(arguments)
    try:
        python = judge_python(given.judge)
        films = render_films(given.voices, given.portrait, given.seeds, given.output)
        clips = judge_films(films, python, given.output)
    except VasaError as error:
        print(error, file=sys.stderr)
        return 2
    figures = together(list(clips.values()))
    print(f"{len(films)} films in {given.output}\n{table_of(figures)}")
    (given.output / "liveliness.json").write_text(json.dumps({"all": figures, "films": clips}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
