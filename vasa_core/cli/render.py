"""`vasa render`: a portrait speaks a recording, listens or idles."""

from typing import Any

from vasa_core.cli.console import notes, progress, waiting, warn
from vasa_core.cli.options import (
    AudioOption,
    BackgroundOption,
    BlinkRateOption,
    ContactSheetOption,
    DirectorOption,
    DistanceOption,
    EmotionOption,
    ExpressivenessOption,
    FaceOption,
    FpsOption,
    GazeOption,
    IdleOption,
    JsonOption,
    ListenOption,
    LookAheadOption,
    OutputOption,
    PortraitOption,
    Provider,
    ProviderOption,
    SeedOption,
    SizeOption,
    StillnessOption,
    VariationOption,
    use_provider,
)

EXAMPLES = """Examples:

vasa render --portrait npc.vasa --audio line.wav -o talk.mp4

vasa render -p npc.vasa -a line.wav -o talk.mp4 --emotion happy:0.6 --gaze 10,-5 --distance 0.9

vasa render -p npc.vasa -a line.wav -o talk.mp4 --director cues.yaml

vasa render -p npc.vasa -a line.wav -o talk.mp4 --variation 4

vasa render -p npc.vasa --listen player.wav -o listens.mp4

vasa render -p npc.vasa --idle 20 -o idle.webm --background transparent --size 256

vasa render -p photo.jpg -a line.mp3 -o frames/ --fps 30
"""


def run(
    portrait: PortraitOption,
    output: OutputOption,
    audio: AudioOption = None,
    listen: ListenOption = None,
    idle: IdleOption = None,
    fps: FpsOption = 25,
    seed: SeedOption = 0,
    variation: VariationOption = 1,
    look_ahead: LookAheadOption = None,
    size: SizeOption = 512,
    background: BackgroundOption = "keep",
    face: FaceOption = None,
    contact_sheet: ContactSheetOption = None,
    director: DirectorOption = None,
    emotion: EmotionOption = None,
    gaze: GazeOption = None,
    distance: DistanceOption = None,
    expressiveness: ExpressivenessOption = None,
    stillness: StillnessOption = None,
    blink_rate: BlinkRateOption = None,
    provider: ProviderOption = Provider.auto,
    as_json: JsonOption = False,
) -> None:
    """Make a portrait speak a recording, listen to one, or idle: a film, or a sequence of pictures."""
    use_provider(provider)
    with notes():
        with waiting("Loading"):
            from vasa_core.cli import report
            from vasa_core.cli.scene import scene_of, settings_of
            from vasa_core.errors import VasaError
            from vasa_core.export.video import exact_fps
            from vasa_core.motion.cues import load_cues
            from vasa_core.outputs import check_outputs, check_picture
            from vasa_core.pipeline import check_target, load_portrait, render
            from vasa_core.scene import check_scene, source_of
            from vasa_core.takes import check_takes, render_takes

            scene = scene_of(audio, listen, idle)
            exact_fps(fps)
            check_picture(size, background, output)
            if variation == 1:
                check_target(output)
            else:
                check_takes(output, variation, seed)
                if contact_sheet is not None:
                    raise VasaError("Takes have one sheet together. Leave out --contact-sheet or --variation.")
            check_outputs(output, contact_sheet, portrait, source_of(scene), director)
            settings = settings_of(seed, look_ahead, emotion, gaze, distance, expressiveness, stillness, blink_rate)
            cues = () if director is None else load_cues(director)
            check_scene(scene)
            asset = load_portrait(portrait, face)
            for warning in asset.warnings:
                warn(warning)
        options: dict[str, Any] = {
            "settings": settings,
            "fps": fps,
            "size": size,
            "background": background,
            "director": cues,
        }
        with progress("Rendering") as on_progress:
            options["on_progress"] = on_progress
            if variation == 1:
                done = render(asset, scene, output, contact_sheet=contact_sheet, **options)
                report.close(done, as_json)
            else:
                report.close_takes(render_takes(asset, scene, output, variation, **options), as_json)
