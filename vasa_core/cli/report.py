"""The closing lines of verbs that render: how fast it was and where the files are."""

from typing import TYPE_CHECKING, Any

from vasa_core.cli.console import print_json, say, warn

if TYPE_CHECKING:
    from vasa_core.pipeline import RenderReport
    from vasa_core.takes import TakesReport


def figures(report: "RenderReport") -> dict[str, Any]:
    """The figures of a run, for scripts."""
    from vasa_core.runtime import running_provider

    return {
        "path": str(report.path.resolve()),
        "contact_sheet": str(report.contact_sheet.resolve()) if report.contact_sheet else None,
        "frames": report.frames,
        "fps": report.fps,
        "seconds": round(report.seconds, 4),
        "startup_seconds": round(report.startup_seconds, 3),
        "working_seconds": round(report.working_seconds, 3),
        "real_time_factor": round(report.real_time_factor, 2),
        "renderer_fps": round(report.renderer_fps, 1),
        "silent": report.silent,
        "seed": report.seed,
        "provider": running_provider(),
    }


def close(report: "RenderReport", as_json: bool) -> None:
    """Print the closing lines."""
    if report.silent:
        warn("The audio is silent, so the face only idles.")
    values = figures(report)
    if as_json:
        print_json(values)
        return
    _say_figures(report, values["provider"])
    for path in filter(None, (report.path, report.contact_sheet)):
        say(f"  {path}")


def close_takes(report: "TakesReport[RenderReport]", as_json: bool) -> None:
    """Print the closing lines of several takes."""
    if report.takes[0].silent:
        warn("The audio is silent, so the face only idles.")
    values = [figures(take) for take in report.takes]
    if as_json:
        print_json({"takes": values, "sheet": str(report.sheet.resolve())})
        return
    for take in report.takes:
        _say_figures(take, values[0]["provider"])
        say(f"  {take.path}")
    say(f"All takes side by side:\n  {report.sheet}")


def _say_figures(report: "RenderReport", provider: str) -> None:
    say(
        f"{report.frames} frames ({report.seconds:.2f} s at {report.fps:g} fps) in {report.working_seconds:.1f} s: "
        f"{report.real_time_factor:.1f}x real time, renderer {report.renderer_fps:.0f} fps "
        f"(start-up {report.startup_seconds:.1f} s, networks on {provider})"
    )
