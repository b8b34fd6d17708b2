"""`measure_quality`: the motion that the program makes of recorded voices, against what the speakers' faces did."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.evaluation import quality_wanted as wanted
from vasa_core.evaluation.drawn_controls import Drawn
from vasa_core.evaluation.face_curves import FaceCurves, curves_of_motion, curves_of_recording
from vasa_core.evaluation.lag import lag
from vasa_core.evaluation.lips import correlation
from vasa_core.evaluation.performer import Performer
from vasa_core.evaluation.quality_controls import Obedience, measure_obedience
from vasa_core.evaluation.quality_life import diversity_figures, jitter_figures, life_figures
from vasa_core.evaluation.quality_lips import lip_figures, recorded_lip_figures, silence_of
from vasa_core.evaluation.recordings import Recording, choose_clips, find_clips, find_words, load_recordings
from vasa_core.evaluation.tie import Tie, envelope, head_speed, tie_of
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import MOTION_FPS

Array = NDArray[np.floating]
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done and how many there are."""

STREAMED, WHOLE, RECORDED, GENERATED = "streamed", "whole file", "recordings", "generated"
ODD_LAG_S = 0.06
"""A clip that differs from all others by more than this is reported: its sound may be out of step with its picture."""
CONTROL_S = 7.0
"""So much of a voice is spoken for each thing that is asked for."""
TRACKS = "tracks"
"""Folder in the report's where tracked clips are kept."""


@dataclass(frozen=True)
class QualitySettings:
    """What is measured."""

    limit: int | None = 40
    """Most clips, spread evenly; None: all."""
    everything: bool = False
    """Also clips that training may have seen; otherwise, in folders of 100 and more, those it keeps out."""
    seeds: int = 3
    """Takes of each clip, streamed, all of different seeds; the figures of the lips are those of the first."""
    seconds: float = 120.0
    """Length of the clips' voices strung together, and of the silence, for blinks, gaze and head."""
    portrait: Path | None = None
    """On whose drawn face gaze and distance are measured too."""


@dataclass(frozen=True)
class Section:
    """Figures that belong together, in columns."""

    title: str
    lines: tuple[wanted.Wanted, ...]
    columns: dict[str, dict[str, float]]
    judged: tuple[str, ...]
    """Columns that are to lie within the wanted ranges."""

    def line(self, line: wanted.Wanted) -> dict[str, Any]:
        """One line for JSON."""
        values = {name: _plain(column[line.key]) for name, column in self.columns.items() if line.key in column}
        return {
            "title": line.title,
            "unit": "share" if line.unit == "%" else line.unit,
            "wanted": [_plain(line.low), _plain(line.high)] if line.asked else None,
            **values,
        }


@dataclass(frozen=True)
class Quality:
    """The result, with the curves that the plots show."""

    folder: Path
    sections: list[Section]
    clips: dict[str, dict[str, float]]
    """Figures of each clip, streamed."""
    left_out: dict[str, str]
    recordings: list[Recording]
    truths: dict[str, FaceCurves]
    takes: dict[str, list[FaceCurves]]
    """Streamed; each clip's takes have seeds of their own."""
    speaking: FaceCurves
    """The voices strung together."""
    obedience: Obedience
    ties: dict[str, Tie] = field(default_factory=dict)

    def missed(self) -> list[str]:
        """Titles of the figures that lie outside their range."""
        return [
            f"{section.title.split(':')[0]}: {line.title}" + (f" ({name})" if len(section.judged) > 1 else "")
            for section in self.sections
            for line in section.lines
            for name in section.judged
            if line.asked and not line.reached(section.columns[name].get(line.key, line.low))
        ]

    def odd(self) -> dict[str, float]:
        """Clips whose lag (ms) is far from that of the others: their sound may be out of step."""
        lags = {name: row["lag_ms"] for name, row in self.clips.items()}
        middle = float(np.median(list(lags.values())))
        return {name: value for name, value in lags.items() if abs(value - middle) > 1000 * ODD_LAG_S}

    def as_dict(self) -> dict[str, Any]:
        """Everything but the curves, for JSON (NaN as None)."""
        sections = {
            section.title: {line.key: section.line(line) for line in section.lines} for section in self.sections
        }
        clips = {name: {key: _plain(value) for key, value in row.items()} for name, row in self.clips.items()}
        return {
            "folder": str(self.folder),
            "sections": sections,
            "outside": self.missed(),
            "clips": clips,
            "left_out": self.left_out,
            "odd_lags_ms": self.odd(),
            "asked_and_found": {
                "gaze_deg": self.obedience.gazes,
                "distance": self.obedience.distances,
                "emotion": self.obedience.emotions,
            },
        }


def measure_quality(
    folder: Path,
    report: Path,
    settings: QualitySettings | None = None,
    words: Path | None = None,
    on_progress: Progress | None = None,
) -> Quality:
    """Measure the motion made of the voices in a folder of clips.

    Parameters
    ----------
    folder : videos of people who speak, with sound
    report : folder in which tracked clips are kept, so that a second run is quick
    settings : which clips, and how many takes
    words : table of word times; None takes `words.tsv` beside the clips, if there is one
    """
    settings = settings or QualitySettings()
    say = on_progress or (lambda task, done, of: None)
    clips = choose_clips(find_clips(folder), settings.limit, settings.everything)
    times = find_words(folder, words)
    recordings, left_out = load_recordings(
        clips, times, report / TRACKS, lambda done, of: say("Tracking the recordings", done, of)
    )
    space, performer = LatentSpace.load(), Performer()
    truths = {recording.name: curves_of_recording(recording, space) for recording in recordings}
    takes: dict[str, list[FaceCurves]] = {}
    whole: dict[str, FaceCurves] = {}
    for number, recording in enumerate(recordings):
        say("Animating the voices", number, len(recordings))
        seeds = range(number * settings.seeds, (number + 1) * settings.seeds)  # no two clips share their chance
        motions = [performer.speak(recording.samples, seed) for seed in seeds]
        takes[recording.name] = [curves_of_motion(motion, space) for motion in motions]
        whole[recording.name] = curves_of_motion(performer.speak(recording.samples, seeds[0], whole_file=True), space)
    say("Animating the voices", len(recordings), len(recordings))
    first = {name: row[0] for name, row in takes.items()}
    voice = strung_together(recordings, settings.seconds)
    say("Animating a long voice", 0, 2)
    speaking = curves_of_motion(performer.speak(voice), space)
    say("Animating a long voice", 1, 2)
    idle = curves_of_motion(performer.idle(settings.seconds), space)
    say("Animating a long voice", 2, 2)
    obedience = measure_obedience(
        performer,
        voice[: round(CONTROL_S * SAMPLE_RATE)],
        settings.seeds,
        Drawn(settings.portrait) if settings.portrait else None,
        lambda done, of: say("Asking for gaze, distance, emotion", done, of),
    )
    ties = _ties(recordings, truths, takes, whole)
    spoken = {recording.name: recording.words for recording in recordings if recording.words}
    silences = {
        r.name: silence_of(r.samples, r.words, max(len(truths[r.name]), len(first[r.name]))) for r in recordings
    }
    silent_truths = {name: silence[: len(truths[name])] for name, silence in silences.items()}
    recorded = list(truths.values())
    results = {STREAMED: first, WHOLE: whole}
    sections = [
        Section(
            "Lips against the recordings",
            wanted.CLIPS,
            {name: lip_figures(curves, truths, spoken, silences) for name, curves in results.items()}
            | {RECORDED: recorded_lip_figures(truths, spoken, silent_truths)},
            (STREAMED, WHOLE),
        ),
        Section(
            "Trembling against the recordings",
            wanted.JITTER,
            {name: jitter_figures(list(curves.values()), recorded) for name, curves in results.items()},
            (STREAMED, WHOLE),
        ),
        Section(
            "Tie of the head to the voice",
            wanted.TIE,
            {name: _tie_figures(tie) for name, tie in ties.items()},
            tuple(name for name in ties if name == STREAMED),
        ),
        Section(
            "Diversity",
            wanted.DIVERSITY,
            {STREAMED: diversity_figures(list(takes.values()))},
            (STREAMED,) if settings.seeds > 1 and len(recordings) > 1 else (),
        ),
        Section(
            f"Speaking: {len(voice) / SAMPLE_RATE:.0f} s of these voices strung together",
            wanted.LIFE,
            {GENERATED: life_figures([speaking]), RECORDED: life_figures(recorded)},
            (GENERATED,),
        ),
        Section(
            f"Idle: {len(voice) / SAMPLE_RATE:.0f} s without sound",
            wanted.IDLE,
            {GENERATED: life_figures([idle])},
            (GENERATED,),
        ),
        Section("What is asked for", wanted.CONTROLS, {GENERATED: obedience.figures}, (GENERATED,)),
    ]
    each = {name: _clip_figures(first[name], truths[name]) for name in truths}
    return Quality(folder, sections, each, left_out, recordings, truths, takes, speaking, obedience, ties)


def strung_together(recordings: list[Recording], seconds: float) -> NDArray[np.float32]:
    """The recordings' sounds one after another, from the beginning again where they are too few."""
    once = np.concatenate([recording.samples for recording in recordings])
    count = round(seconds * SAMPLE_RATE)
    return np.tile(once, -(-count // len(once)))[:count]


def _ties(
    recordings: list[Recording],
    truths: dict[str, FaceCurves],
    takes: dict[str, list[FaceCurves]],
    whole: dict[str, FaceCurves],
) -> dict[str, Tie]:
    heads = {
        STREAMED: takes,
        WHOLE: {name: [curves] for name, curves in whole.items()},
        RECORDED: {name: [curves] for name, curves in truths.items()},
    }
    ties = {}
    for column, rows in heads.items():
        voices = [envelope(r.samples, MOTION_FPS, len(rows[r.name][0])) for r in recordings]
        speeds = [[head_speed(curves.head, MOTION_FPS) for curves in rows[r.name]] for r in recordings]
        if tie := tie_of(voices, speeds, MOTION_FPS):
            ties[column] = tie
    return ties


def _tie_figures(tie: Tie) -> dict[str, float]:
    return {"tie": tie.coherence, "tie_shuffled": float(tie.shuffled.mean()), "tie_p": tie.p}


def _clip_figures(result: FaceCurves, truth: FaceCurves) -> dict[str, float]:
    return {
        "opening_correlation": correlation(result.opening, truth.opening),
        "width_correlation": correlation(result.width, truth.width),
        "lag_ms": 1000 * lag(result.opening, truth.opening, MOTION_FPS),
        "head_delta_generated": float(np.degrees(np.abs(np.diff(result.head, axis=0)).mean())),
        "head_delta_recorded": float(np.degrees(np.abs(np.diff(truth.head, axis=0)).mean())),
    }


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
