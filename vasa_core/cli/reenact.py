"""`vasa reenact`: a recorded actor drives a portrait."""

from pathlib import Path
from typing import Annotated

import typer

from vasa_core.cli.console import notes, print_json, progress, say, waiting, warn
from vasa_core.cli.options import (
    BackgroundOption,
    ContactSheetOption,
    FaceOption,
    JsonOption,
    OutputOption,
    PortraitOption,
    Provider,
    ProviderOption,
    Reference,
    SizeOption,
    use_provider,
)

EXAMPLES = """Examples:

vasa reenact --portrait npc.vasa --video actor.mp4 -o out.mp4

vasa reenact -p photo.jpg -v actor.mov -o out.mp4 --motion-out take.npz --contact-sheet out.png

vasa reenact -p npc.vasa -v actor.mp4 -o billboard.webm --background transparent --size 256 --fps 30

vasa reenact -p npc.vasa --webcam 0 --seconds 10 -o me.mp4
"""


def run(
    portrait: PortraitOption,
    output: OutputOption,
    video: Annotated[
        Path | None,
        typer.Option(
            "--video",
            "-v",
            metavar="FILE",
            help="The actor: a video file of any frame rate, in which one face is the largest. Its sound is kept.",
            show_default=False,
        ),
    ] = None,
    webcam: Annotated[
        int | None,
        typer.Option("--webcam", metavar="N", help="Record from camera N (0: the first) instead.", show_default=False),
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=600, help="How long the webcam is recorded.")] = 10,
    motion_out: Annotated[
        Path | None,
        typer.Option(
            "--motion-out",
            metavar="FILE",
            help="Write the motion as well: .npz (everything) or .csv (ARKit curves as Live Link Face writes them).",
            show_default=False,
        ),
    ] = None,
    reference: Annotated[
        Reference,
        typer.Option(
            "--reference",
            help="What stands for the portrait as it is: the actor at rest in the whole clip, or in its first frame.",
        ),
    ] = Reference.clip,
    head_motion: Annotated[
        float, typer.Option("--head-motion", min=0, max=1, help="Share of the actor's head motion to take over.")
    ] = 1,
    fps: Annotated[
        float | None,
        typer.Option("--fps", help="Frames a second, 24 to 60; the video's own by default.", show_default=False),
    ] = None,
    size: SizeOption = 512,
    background: BackgroundOption = "keep",
    face: FaceOption = None,
    contact_sheet: ContactSheetOption = None,
    provider: ProviderOption = Provider.auto,
    as_json: JsonOption = False,
) -> None:
    """Let a recorded actor drive a portrait: lips, face, lids, gaze and head, and the video's own sound.

    The actor should face the camera, well lit, with the mouth closed and the eyes open now and then.
    """
    use_provider(provider)
    with notes():
        with waiting("Loading"):
            from vasa_core.performance.capture import check_actor
            from vasa_core.performance.reenact import check_reenact, reenact
            from vasa_core.performance.solve import CaptureSettings
            from vasa_core.pipeline import load_portrait

            check_reenact(output, motion_out, contact_sheet, size, background, fps, portrait, video)
            check_actor(video, webcam)
            asset = load_portrait(portrait, face)
            for warning in asset.warnings:
                warn(warning)
        if webcam is not None:
            from vasa_core.performance.webcam import record

            with progress(f"Recording camera {webcam}") as on_progress:
                source = record(webcam, seconds, on_progress)
        else:
            assert video is not None
            with progress("Tracking the actor") as on_progress:
                from vasa_core.performance.capture import capture

                source = capture(video, on_progress)
        with progress("Rendering") as on_progress:
            done = reenact(
                asset,
                source,
                output,
                motion_out=motion_out,
                fps=fps,
                size=size,
                background=background,
                contact_sheet=contact_sheet,
                settings=CaptureSettings(reference.value, reference.value, head_motion),
                on_progress=on_progress,
            )
    values = {
        **done.__dict__,
        "path": str(done.path.resolve()),
        "contact_sheet": str(done.contact_sheet.resolve()) if done.contact_sheet else None,
        "motion": str(done.motion.resolve()) if done.motion else None,
    }
    if as_json:
        print_json(values)
        return
    say(
        f"{done.frames} frames ({done.seconds:.2f} s at {done.fps:g} fps): tracked in {done.tracking_seconds:.1f} s, "
        f"rendered in {done.working_seconds:.1f} s, renderer {done.renderer_fps:.0f} fps"
    )
    for path in filter(None, (done.path, done.motion, done.contact_sheet)):
        say(f"  {path}")
