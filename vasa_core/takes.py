"""Several takes of one scene, to choose from: films or motions of neighbouring seeds, and one sheet of them all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from vasa_core.errors import VasaError
from vasa_core.export.curve_sheet import CurveSheet
from vasa_core.export.takes_sheet import TakesSheet
from vasa_core.export.video import exact_fps
from vasa_core.motion.settings import AnimationSettings
from vasa_core.motion.track import MOTION_FPS
from vasa_core.outputs import check_outputs, is_sequence
from vasa_core.pipeline import (
    MotionReport,
    Portrait,
    Progress,
    RenderReport,
    check_target,
    load_portrait,
    render,
    write_motion,
)
from vasa_core.scene import Scene, source_of

MOST_TAKES = 24
"""Rows of a sheet that can still be looked at."""

Report = TypeVar("Report", RenderReport, MotionReport)


@dataclass(frozen=True)
class TakesReport(Generic[Report]):
    """What was made: one report per take, in the order of the seeds."""

    takes: list[Report]
    sheet: Path
    """All takes side by side, PNG."""


def take_path(path: str | Path, seed: int) -> str:
    """Where the take of a seed goes: "talk.mp4" becomes "talk_seed3.mp4", the folder "frames/" "frames_seed3/"."""
    plain = Path(path)
    if is_sequence(path):
        return f"{plain}_seed{seed}/"
    return str(plain.with_name(f"{plain.stem}_seed{seed}{plain.suffix}"))


def sheet_path(path: str | Path) -> Path:
    """Where the sheet of all takes goes: "talk.mp4" becomes "talk_takes.png"."""
    plain = Path(path)
    return plain.with_name(f"{plain.name if is_sequence(path) else plain.stem}_takes.png")


def check_takes(path: str | Path, takes: int, seed: int) -> None:
    """Refuse, before any work, films or folders of pictures that could not all be written."""
    all_settings = _settings(takes, AnimationSettings(seed=seed))
    if not Path(path).name.strip("."):
        check_target(path)  # refuses it: there is no name to put a seed behind
    for one in all_settings:
        check_target(take_path(path, one.seed))


def render_takes(
    portrait: Portrait,
    scene: Scene,
    path: str | Path,
    takes: int,
    *,
    settings: AnimationSettings | None = None,
    face: int | None = None,
    fps: float = MOTION_FPS,
    on_progress: Progress | None = None,
    **options: Any,
) -> TakesReport[RenderReport]:
    """`takes` films of one scene with the seeds from that of `settings` on, each named with its seed.

    The other parameters are those of `render`, without a contact sheet of each.
    """
    all_settings = _settings(takes, settings)
    check_takes(path, takes, all_settings[0].seed)
    for one in all_settings:
        check_outputs(take_path(path, one.seed), sheet_path(path), portrait, source_of(scene))
    asset = load_portrait(portrait, face)
    sheet = TakesSheet(sheet_path(path), exact_fps(fps))
    reports: list[RenderReport] = []
    with _written(sheet):
        for number, one in enumerate(all_settings):
            row = sheet.row(f"seed {one.seed}")
            report = render(
                asset,
                scene,
                take_path(path, one.seed),
                settings=one,
                fps=fps,
                also_to=[row],
                on_sound=sheet.envelope.add if number == 0 else None,
                on_progress=_part_of(on_progress, number, takes),
                **options,
            )
            reports.append(report)
    return TakesReport(reports, sheet_path(path))


def write_motion_takes(
    scene: Scene,
    path: str | Path,
    takes: int,
    *,
    settings: AnimationSettings | None = None,
    fps: float = MOTION_FPS,
    on_progress: Progress | None = None,
    **options: Any,
) -> TakesReport[MotionReport]:
    """`takes` motions of one scene as `render_takes` makes films; the sheet shows them as curves."""
    all_settings = _settings(takes, settings)
    for one in all_settings:
        check_outputs(take_path(path, one.seed), sheet_path(path), source_of(scene))
    sheet = CurveSheet(sheet_path(path), exact_fps(fps))
    reports: list[MotionReport] = []
    with _written(sheet):
        for number, one in enumerate(all_settings):
            sheet.begin(f"seed {one.seed}")
            report = write_motion(
                scene,
                take_path(path, one.seed),
                settings=one,
                fps=fps,
                on_motion=sheet.add,
                on_sound=sheet.envelope.add if number == 0 else None,
                on_progress=_part_of(on_progress, number, takes),
                **options,
            )
            reports.append(report)
    return TakesReport(reports, sheet_path(path))


def _settings(takes: int, settings: AnimationSettings | None) -> list[AnimationSettings]:
    if not 2 <= takes <= MOST_TAKES:
        raise VasaError(f"{takes} takes cannot be laid side by side. Choose 2 to {MOST_TAKES}.")
    first = settings or AnimationSettings()
    return [replace(first, seed=first.seed + number) for number in range(takes)]


@contextmanager
def _written(sheet: TakesSheet | CurveSheet) -> Iterator[None]:
    try:
        yield
        sheet.close()
    finally:
        sheet.abort()


def _part_of(on_progress: Progress | None, number: int, takes: int) -> Callable[[int, int], None] | None:
    """Progress of one take as progress of all."""
    if on_progress is None:
        return None
    return lambda done, expected: on_progress(number * expected + done, takes * expected)
