"""Prosody of a voice, frame by frame as it comes: loudness, activity, emphasis, phrase starts and ends, pitch.

One frame lasts 40 ms and covers the samples [640 i, 640 (i + 1)). It is given out as soon as the three frames after it
are known (0.12 s of look-ahead, within what the speech encoder waits for anyway), so that a start is known a moment
before the sound, as a speaker knows it. `finish` gives out what is left. `rows` scales frames for a model's input.
"""

from collections import deque
from math import log10
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vasa_core.motion.pitch import SAMPLE_RATE, WINDOW_SAMPLES, PitchFollower, measure

FRAME_SAMPLES = 640
FRAME_S = FRAME_SAMPLES / SAMPLE_RATE
LOOK_AHEAD_FRAMES = 3

SILENCE_DB = -90.0
FLOOR_DB = (-78.0, -30.0)
"""The noise floor lies in this range (dB of full scale)."""
FLOOR_START_DB = -60.0
FLOOR_START_FRAMES = 25
FLOOR_FRAMES = 75
FLOOR_RANK = 4
"""The floor is the fourth lowest level of the last 3 s: speech dips to it between syllables, steady noise never leaves
it (minimum statistics: Martin 2001)."""
PEAK_START_DB = -40.0
PEAK_RISE = 0.25
PEAK_FALL_DB = (0.03, 0.6)
"""dB per voiced frame: slow, and quick once nothing came near the peak for `PEAK_MEMORY_FRAMES` voiced frames."""
PEAK_MEMORY_FRAMES = 12
PEAK_NEAR_DB = 3.0
LEAST_SPAN_DB = 18.0
VOICE_OVER_FLOOR_DB = 8.0
VOICE_SHARE = 0.35
"""Voice is what lies this share of the way from the floor to the peak level, and 8 dB over the floor at least."""
HYSTERESIS_DB = 3.0
PHRASE_GAP_FRAMES = 5
"""A gap of 0.2 s parts phrases; stops and soft consonants are shorter."""
LEAST_PHRASE_FRAMES = 8
EMPHASIS_DB = (-2.5, 4.0)
"""Loudness peaks this far from the running mean of the voice's peaks have no emphasis, and full emphasis."""
MEAN_PEAKS = 8
"""The running mean is over about so many peaks: two or three seconds of syllables."""

PITCH_TAIL = FRAME_SAMPLES + (WINDOW_SAMPLES - FRAME_SAMPLES) // 2
"""Samples before the newest frame that belong to the pitch window of the frame before it, which lies centred."""

LOUDNESS_MIDDLE_DB, LOUDNESS_HALF_DB = -45.0, 45.0
LONGEST_PAUSE_S = 2.0
PITCH_RANGE = 12.0
"""Scales of `rows`: dB, seconds, semitones."""
PROSODY_FIELDS = ("loudness", "energy", "voice", "emphasis", "onset", "phrase_end", "pause", "pitch", "voiced")
PROSODY_SIZE = len(PROSODY_FIELDS)


class ProsodyFrame(NamedTuple):
    """Prosody of 40 ms."""

    loudness: float
    """dB of full scale, smoothed over three frames."""
    energy: float
    """Loudness between the noise floor (0) and this voice's peaks (1); 0 without voice."""
    voice: bool
    """Somebody speaks; the gaps inside words are bridged."""
    emphasis: float
    """0 except at the top of a loudness peak, there up to 1."""
    onset: bool
    """The first frame of a phrase."""
    phrase_end: bool
    """True once, 0.2 s after a phrase's last sound."""
    pause: float
    """Seconds since the last sound; 0 while speaking."""
    pitch: float = 0.0
    """Semitones over the running median of this voice; 0 where nothing is voiced."""
    voiced: bool = False
    """The voice has a pitch: vowels and the like, singing; not hiss, not whispering."""


QUIET = ProsodyFrame(SILENCE_DB, 0.0, False, 0.0, False, False, LONGEST_PAUSE_S)
"""What is heard when there is no voice at all."""


def rows(frames: list[ProsodyFrame]) -> NDArray[np.float32]:
    """Prosody as a model takes it: [n, `PROSODY_SIZE`], each column within [-1, 1], 0 or -1 in silence but the pause.

    Columns, as in `PROSODY_FIELDS`: loudness -1 at -90 dB of full scale and 1 at 0 dB; energy, voice (0 or 1),
    emphasis, onset (0 or 1) and phrase_end (0 or 1) as they are; pause 1 from 2 s on; pitch 1 an octave over the
    voice's median and -1 an octave below; voiced 0 or 1.
    """
    table = np.array(frames, np.float32).reshape(-1, PROSODY_SIZE)
    table[:, 0] = (table[:, 0] - LOUDNESS_MIDDLE_DB) / LOUDNESS_HALF_DB
    table[:, 6] /= LONGEST_PAUSE_S
    table[:, 7] /= PITCH_RANGE
    return table.clip(-1.0, 1.0)


class ProsodyTracker:
    """Streaming prosody; the result does not depend on how the samples were cut into pushes."""

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)
        self._floor = FLOOR_START_DB
        self._recent: deque[float] = deque([FLOOR_START_DB] * FLOOR_START_FRAMES, maxlen=FLOOR_FRAMES)
        self._peak = PEAK_START_DB
        self._mean = 0.0
        self._raw = False
        self._forgotten = 0
        self._tops = 0
        self._levels: deque[float] = deque([SILENCE_DB] * 4, maxlen=LOOK_AHEAD_FRAMES + 4)
        self._voiced: deque[bool] = deque([False] * 3, maxlen=LOOK_AHEAD_FRAMES + 3)
        self._ahead = 0
        self._gap = PHRASE_GAP_FRAMES
        self._length = 0
        self._tail = np.zeros(PITCH_TAIL, np.float32)
        self._pitch = PitchFollower()

    def push(self, samples: NDArray[np.float32]) -> list[ProsodyFrame]:
        """Take mono samples at 16 kHz in [-1, 1] and give the frames that are now known."""
        samples = np.concatenate([self._rest, np.asarray(samples, np.float32)])
        count = len(samples) // FRAME_SAMPLES
        self._rest = samples[count * FRAME_SAMPLES :]
        return self._take(samples[: count * FRAME_SAMPLES].reshape(count, FRAME_SAMPLES))

    def finish(self) -> list[ProsodyFrame]:
        """Give the frames still waiting, as if silence followed: ceil(samples / 640) frames in all."""
        frames: list[ProsodyFrame] = []
        if len(self._rest):
            last = np.pad(self._rest, (0, FRAME_SAMPLES - len(self._rest)))
            self._rest = self._rest[:0]
            frames += self._take(last[None])
        frames += self._take(np.zeros((LOOK_AHEAD_FRAMES, FRAME_SAMPLES), np.float32))
        self._ahead = 0
        return frames

    def _take(self, blocks: NDArray[np.float32]) -> list[ProsodyFrame]:
        energies = (blocks.astype(np.float64) ** 2).sum(axis=1) / FRAME_SAMPLES
        frames = []
        for energy, pitch, clarity in zip(energies.tolist(), *self._pitches(blocks), strict=True):
            self._pitch.listen(pitch, clarity, self._raw)
            self._listen(10 * log10(max(energy, 10 ** (SILENCE_DB / 10))))
            if self._ahead < LOOK_AHEAD_FRAMES:
                self._ahead += 1
            else:
                frames.append(self._frame())
        return frames

    def _pitches(self, blocks: NDArray[np.float32]) -> tuple[list[float], list[float]]:
        """Pitch and clarity of the frame before each block: its window reaches into the block."""
        if not len(blocks):
            return [], []
        samples = np.concatenate([self._tail, blocks.reshape(-1)])
        self._tail = samples[-PITCH_TAIL:]
        windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW_SAMPLES)[::FRAME_SAMPLES]
        pitch, clarity = measure(windows[: len(blocks)])
        return pitch.tolist(), clarity.tolist()

    def _listen(self, level: float) -> None:
        """Follow floor and peaks, and note whether the newest frame has voice."""
        span = self._peak - self._floor
        threshold = self._floor + max(VOICE_OVER_FLOOR_DB, VOICE_SHARE * span)
        self._raw = level > threshold - (HYSTERESIS_DB if self._raw else 0.0)
        self._recent.append(level)
        self._floor = min(max(sorted(self._recent)[FLOOR_RANK - 1], FLOOR_DB[0]), FLOOR_DB[1])
        if self._raw:
            self._forgotten = 0 if level > self._peak - PEAK_NEAR_DB else self._forgotten + 1
            fall = PEAK_FALL_DB[self._forgotten > PEAK_MEMORY_FRAMES]
            self._peak += PEAK_RISE * (level - self._peak) if level > self._peak else -fall
        self._peak = max(self._peak, self._floor + LEAST_SPAN_DB)
        self._levels.append(level)
        self._voiced.append(self._raw)

    def _frame(self) -> ProsodyFrame:
        """The frame `LOOK_AHEAD_FRAMES` before the newest."""
        levels = self._levels
        smooth = [(levels[k - 1] + 2 * levels[k] + levels[k + 1]) / 4 for k in range(1, len(levels) - 1)]
        here = len(levels) - 1 - LOOK_AHEAD_FRAMES
        level = smooth[here - 1]
        voice = sum(self._voiced) >= 2
        onset = voice and self._gap >= PHRASE_GAP_FRAMES
        if voice:
            self._length = 1 if onset else self._length + self._gap + 1
            self._gap = 0
        else:
            self._gap += 1
        emphasis = 0.0
        if voice and level > max(smooth[: here - 1]) and level >= max(smooth[here:]):
            self._tops += 1
            self._mean += (level - self._mean) / min(self._tops, MEAN_PEAKS)
            low, high = EMPHASIS_DB
            emphasis = min(max((level - self._mean - low) / (high - low), 0.0), 1.0)
        energy = (level - self._floor) / (self._peak - self._floor) if voice else 0.0
        pitch = self._pitch.frame()
        return ProsodyFrame(
            loudness=level,
            energy=min(max(energy, 0.0), 1.0),
            voice=voice,
            emphasis=emphasis,
            onset=onset,
            phrase_end=self._gap == PHRASE_GAP_FRAMES and self._length >= LEAST_PHRASE_FRAMES,
            pause=self._gap * FRAME_S,
            pitch=pitch.semitones,
            voiced=pitch.voiced,
        )
