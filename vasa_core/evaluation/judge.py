"""Judge a rendered talking face by watching the video with a tracker that this package does not use.

    python judge.py VIDEO [--truth VIDEO]              one clip
    python judge.py FOLDER [--truth FOLDER] [--words words.tsv]    every clip whose stem is in both

The tracker is MediaPipe's Face Mesh (`pip install "mediapipe==0.10.21" av`), best in an environment of its own: the
file runs there as a plain script with numpy, av and mediapipe, and nothing else of this package has to be installed.
Wherever a video is named, curves saved earlier (`--save`, .npz) will do.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

if __package__:
    from vasa_core.evaluation import life, lips
    from vasa_core.evaluation.words import Words, read_words
else:  # a plain script, where importing the package would ask for all it depends on
    import life  # type: ignore[no-redef]
    import lips  # type: ignore[no-redef]
    from words import Words, read_words  # type: ignore[no-redef]

Array = NDArray[np.floating]

VIDEO_SUFFIXES = (".mp4", ".mkv", ".mov", ".webm", ".avi")
FURTHEST_LAG = 4
"""Frames searched to each side for the best audio/video lag."""


@dataclass
class Track:
    """Landmarks of one video."""

    points: Array
    """[T, 478, 3] px, NaN where no face was found."""
    fps: float


def track_video(path: Path) -> Track:
    """Track every frame of a video with Face Mesh, irises included."""
    import av
    import mediapipe

    rows: list[Array] = []
    with (
        av.open(str(path)) as container,
        mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=False, max_num_faces=1, refine_landmarks=True) as mesh,
    ):
        stream = container.streams.video[0]
        fps = float(stream.average_rate or 25)
        for frame in container.decode(stream):
            image = frame.to_ndarray(format="rgb24")
            faces = mesh.process(image).multi_face_landmarks
            if not faces:
                rows.append(np.full((478, 3), np.nan, np.float32))
                continue
            height, width = image.shape[:2]
            points = np.array([(p.x, p.y, p.z) for p in faces[0].landmark], np.float32)
            rows.append(points * np.array([width, height, width], np.float32))
    if not rows:
        raise ValueError(f"{path} has no video frames; give a video that plays.")
    return Track(np.stack(rows), fps)


def load_or_track(path: Path) -> Track:
    """Landmarks saved in an .npz, or tracked now."""
    if path.suffix == ".npz":
        with np.load(path) as saved:
            return Track(saved["points"], float(saved["fps"]))
    return track_video(path)


def save_track(path: Path, track: Track) -> None:
    """Keep landmarks and their curves, so that a truth is tracked only once."""
    curves = life.curves_of(track.points, track.fps)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        points=track.points,
        fps=track.fps,
        lip_opening=curves.lip_opening,
        mouth_width=curves.mouth_width,
        brow_height=curves.brow_height,
        eye_opening=curves.eye_opening,
        iris=curves.iris,
        head_rotation=curves.head_rotation,
    )


def resample(curve: Array, fps: float, wanted: float) -> Array:
    """A curve [T] at another frame rate, linear between frames."""
    if abs(fps - wanted) < 1e-3:
        return curve
    times = np.arange(int((len(curve) - 1) * wanted / fps) + 1) / wanted
    return np.interp(times, np.arange(len(curve)) / fps, curve)


def compare(judged: life.Curves, truth: life.Curves) -> dict[str, float]:
    """Correlations of a rendered face's curves with the truth's at lag 0, and of the lips at the best lag."""
    fps = truth.fps
    opening = resample(judged.lip_opening, judged.fps, fps)
    width = resample(judged.mouth_width, judged.fps, fps)
    lag, best = lips.best_lag(opening, truth.lip_opening, FURTHEST_LAG)
    return {
        "opening_correlation": lips.correlation(opening, truth.lip_opening),
        "opening_correlation_best": best,
        "lag_frames": float(lag),
        "width_correlation": lips.correlation(width, truth.mouth_width),
        "false_closures": lips.false_closure_rate(
            opening, lips.range_of(opening), truth.lip_opening, lips.range_of(truth.lip_opening)
        ),
    }


def judge_clips(
    pairs: dict[str, tuple[Path, Path | None]], words: dict[str, Words], save: Path | None
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Figures of every clip (stem: video and truth), and of all together."""
    rows: dict[str, dict[str, float]] = {}
    seen: dict[str, tuple[life.Curves, life.Curves | None]] = {}
    for stem, (video, truth_path) in pairs.items():
        track = load_or_track(video)
        if save:
            save_track(save / f"{stem}.npz", track)
        judged = life.curves_of(track.points, track.fps)
        row = life.life_of(judged).as_dict()
        truth = None
        if truth_path:
            reference = load_or_track(truth_path)
            truth = life.curves_of(reference.points, reference.fps)
            row |= compare(judged, truth)
        rows[stem], seen[stem] = row, (judged, truth)
        print(f"  {stem}", file=sys.stderr)
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    summary = {name: _mean([row[name] for row in rows.values() if name in row]) for name in names}
    summary |= together({stem: curves for stem, (curves, _) in seen.items()}, words)
    truths = {stem: truth for stem, (_, truth) in seen.items() if truth}
    if truths:
        summary |= {f"truth_{name}": value for name, value in together(truths, words).items()}
        summary |= contacts({stem: (a, b) for stem, (a, b) in seen.items() if b}, words)
    return rows, summary


def together(clips: dict[str, life.Curves], words: dict[str, Words]) -> dict[str, float]:
    """Closure recall and silence opening over the clips of one face; the range is taken over all of them."""
    spoken = {stem: curves for stem, curves in clips.items() if stem in words}
    if not spoken:
        return {}
    silent = {
        stem: lips.silence_mask(words[stem], len(curves.lip_opening), curves.fps) for stem, curves in spoken.items()
    }
    opening = np.concatenate([curves.lip_opening for curves in spoken.values()])
    silence = np.concatenate(list(silent.values()))
    scale = lips.range_of(opening, ~silence)
    hits = [
        lips.closures(curves.lip_opening, curves.fps, lips.bilabial_starts(words[stem]), scale)
        for stem, curves in spoken.items()
    ]
    return {
        "closure_recall": float(np.concatenate(hits).mean()),
        "silence_opening": lips.silence_opening(opening, silence, scale),
    }


def contacts(pairs: dict[str, tuple[life.Curves, life.Curves]], words: dict[str, Words]) -> dict[str, float]:
    """Median contact error in frames over all bilabial word starts."""
    errors = [
        lips.contact_errors(
            resample(judged.lip_opening, judged.fps, truth.fps),
            truth.fps,
            lips.bilabial_starts(words[stem]),
            truth.lip_opening,
        )
        for stem, (judged, truth) in pairs.items()
        if stem in words
    ]
    return {"contact_error_median": float(np.median(np.concatenate(errors)))} if errors else {}


def _mean(values: list[float]) -> float:
    kept = [value for value in values if np.isfinite(value)]
    return float(np.mean(kept)) if kept else float("nan")


def _clips(path: Path) -> dict[str, Path]:
    if path.is_dir():
        kinds = (*VIDEO_SUFFIXES, ".npz")
        return {p.stem: p for p in sorted(path.iterdir()) if p.suffix.lower() in kinds}
    return {path.stem: path}


def pair_up(video: Path, truth: Path | None) -> dict[str, tuple[Path, Path | None]]:
    """Videos with their truths: two files, or two folders by stem (videos without a truth are left out)."""
    clips = _clips(video)
    if truth is None:
        return {stem: (path, None) for stem, path in clips.items()}
    if not video.is_dir():
        return {video.stem: (video, truth)}
    truths = _clips(truth)
    return {stem: (path, truths[stem]) for stem, path in clips.items() if stem in truths}


def table_of(rows: dict[str, dict[str, float]], summary: dict[str, float]) -> str:
    """The figures as text: one line each, over all clips and, for up to four clips, of each."""
    columns: list[tuple[str, dict[str, float]]] = [("all", summary)]
    if 1 < len(rows) <= 4:
        columns += list(rows.items())
    lines = [f"{'':26}" + "".join(f"{name:>14}" for name, _ in columns)]
    for name in summary:
        cells = (f"{column[name]:>14.3f}" if name in column else f"{'':>14}" for _, column in columns)
        lines.append(f"{name:26}" + "".join(cells))
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure a rendered talking face with an independent tracker.")
    parser.add_argument("video", type=Path, help="video, saved curves (.npz), or a folder of them")
    parser.add_argument("--truth", type=Path, help="the recording to compare with, or a folder with the same stems")
    parser.add_argument("--words", type=Path, help="word times (clip, start_s, end_s, word): closures and silences")
    parser.add_argument("--only", type=Path, help="text file with one stem a line: judge only these clips")
    parser.add_argument("--save", type=Path, help="folder (or .npz for one clip) to keep landmarks and curves in")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    given = parser.parse_args(arguments)
    pairs = pair_up(given.video, given.truth)
    if given.only:
        wanted = set(given.only.read_text().split())
        pairs = {stem: pair for stem, pair in pairs.items() if stem in wanted}
    if not pairs:
        print("No clip to judge; check that the folders hold videos with the same names.", file=sys.stderr)
        return 2
    save: Path | None = given.save
    if save and save.suffix == ".npz":
        (stem, pair), *_ = pairs.items()
        track = load_or_track(pair[0])
        save_track(save, track)
        pairs, save = {stem: (given.save, pair[1])}, None
    words = read_words(given.words) if given.words else {}
    rows, summary = judge_clips(pairs, words, save)
    print(f"{len(rows)} clips" if len(rows) > 1 else next(iter(rows)))
    print(table_of(rows, summary))
    if given.json:
        result: dict[str, Any] = {"summary": summary, "clips": rows}
        given.json.write_text(json.dumps(result, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
