"""`vasa render`: a portrait speaks a recording."""

from vasa_core.cli.console import notes, progress, waiting, warn
from vasa_core.cli.options import (
    AudioOption,
    BackgroundOption,
    ContactSheetOption,
    FaceOption,
    FpsOption,
    JsonOption,
    OutputOption,
    PortraitOption,
    Provider,
    ProviderOption,
    SeedOption,
    SizeOption,
    use_provider,
)

EXAMPLES = """Examples:

vasa render --portrait npc.vasa --audio line.wav -o talk.mp4

vasa render -p photo.jpg -a line.mp3 -o frames/ --fps 30

vasa render -p npc.vasa -a line.wav -o billboard.webm --background transparent --size 256

vasa render -p npc.vasa -a line.wav -o big.mp4 --background "#20262e" --size 1024
"""


def run(
    portrait: PortraitOption,
    audio: AudioOption,
    output: OutputOption,
    fps: FpsOption = 25,
    seed: SeedOption = 0,
    size: SizeOption = 512,
    background: BackgroundOption = "keep",
    face: FaceOption = None,
    contact_sheet: ContactSheetOption = None,
    provider: ProviderOption = Provider.auto,
    as_json: JsonOption = False,
) -> None:
    """Make a portrait speak a recording: a film with sound, or a sequence of pictures."""
    use_provider(provider)
    with notes():
        with waiting("Loading"):
            from vasa_core.cli import report
            from vasa_core.outputs import check_outputs, check_picture
            from vasa_core.pipeline import load_portrait, render

            check_picture(size, background, output)
            check_outputs(output, contact_sheet, portrait, audio)
            asset = load_portrait(portrait, face)
            for warning in asset.warnings:
                warn(warning)
        with progress("Rendering") as on_progress:
            done = render(
                asset,
                audio,
                output,
                fps=fps,
                seed=seed,
                size=size,
                background=background,
                contact_sheet=contact_sheet,
                on_progress=on_progress,
            )
    report.close(done, as_json)
