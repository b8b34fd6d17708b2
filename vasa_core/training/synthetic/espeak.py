"""The voices of eSpeak NG in many languages, by its C library, which tells the times of its phones.

eSpeak NG is a program under the GPL 3; it is used here as a tool, and is no part of this package. What it says is not
covered by its licence.
"""

import ctypes
from ctypes import util
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.errors import VasaError
from vasa_core.training.synthetic.flite import split
from vasa_core.training.synthetic.phones import PHONES, SILENCE, STOP, from_ipa
from vasa_core.training.synthetic.spoken import Segment, Spoken, tidy

WOMEN = ("f1", "f2", "f3", "f4", "f5", "Annie", "steph", "linda", "belinda", "Andrea")
MEN = ("m1", "m3", "m4", "m7", "m8", "klatt", "max", "rob", "travis", "Michael", "Mr serious", "zac")
"""Variants that sound like people, as eSpeak's voice names them after a plus sign."""

# From speak_lib.h
SYNCHRONOUS, PHONEME_EVENTS_IPA = 2, 3
UTF8, PHONEME_INPUT = 1, 0x100
EVENT_END, EVENT_PHONEME = 0, 7
RATE, PITCH, RANGE = 1, 3, 4
BUFFER_MS = 200

SHORTEST_PAUSE = 0.05
"""s; a shorter event without a sound belongs to the phone before it."""
CLOSURE_FALL_DB = 10.0
"""Before a stop's burst, the sound is this far below the loudest of the phone before it."""
CLOSURE_LEVEL_S = 0.005
LONGEST_CLOSURE_S = 0.12
SHORTEST_CLOSURE_S = 0.03


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class _Library:
    """The library, initialised once for the whole process."""

    def __init__(self) -> None:
        name = util.find_library("espeak-ng")
        if name is None:
            raise VasaError("The library libespeak-ng is not installed: install Debian's package espeak-ng.")
        self.library = ctypes.CDLL(name)
        self.rate = self.library.espeak_Initialize(SYNCHRONOUS, BUFFER_MS, None, PHONEME_EVENTS_IPA)
        self.pieces: list[NDArray[np.int16]] = []
        self.events: list[tuple[int, str]] = []
        self.callback = _CALLBACK(self._receive)  # kept: the library holds only its address
        self.library.espeak_SetSynthCallback(self.callback)

    def _receive(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self.pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events[index].type != EVENT_END:
            event = events[index]
            if event.type == EVENT_PHONEME:
                raw = ctypes.string_at(ctypes.addressof(event.id), 8).split(b"\0")[0]
                self.events.append((event.sample, raw.decode("utf-8", "ignore")))
            index += 1
        return 0

    def synthesise(
        self, text: str, voice: str, settings: dict[int, int], flags: int
    ) -> tuple[NDArray[np.int16], list[tuple[int, str]]]:
        """Sound at the library's own rate, and symbols with the sample where each begins."""
        if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise VasaError(f"eSpeak NG has no voice {voice!r}: see espeak-ng --voices.")
        for parameter, value in settings.items():
            self.library.espeak_SetParameter(parameter, value, 0)
        self.pieces, self.events = [], []
        raw = text.encode()
        self.library.espeak_Synth(raw, len(raw) + 1, 0, 0, 0, flags, None, None)
        if not self.pieces:
            raise VasaError(f"eSpeak NG said nothing to {text!r} as {voice!r}: give it text of that language.")
        return np.concatenate(self.pieces), self.events


@cache
def _library() -> _Library:
    return _Library()


def speak(
    text: str, language: str, variant: str = "", rate: int = 165, pitch: int = 50, pitch_range: int = 50
) -> Spoken:
    """Say `text`.

    Parameters
    ----------
    text
        In `language`; parts within [[ ]] are eSpeak's own phoneme names.
    language
        As `espeak-ng --voices` lists it.
    variant
        One of `WOMEN` or `MEN`, or "".
    rate
        Words a minute, 80 to 450.
    pitch, pitch_range
        0 to 100, usual 50.

    """
    voice = f"{language}+{variant}" if variant else language
    settings = {RATE: rate, PITCH: pitch, RANGE: pitch_range}
    library = _library()
    raw, events = library.synthesise(text, voice, settings, UTF8 | PHONEME_INPUT)
    divisor = int(np.gcd(SAMPLE_RATE, library.rate))
    samples = resample_poly(raw / 32768.0, SAMPLE_RATE // divisor, library.rate // divisor).astype(np.float32)
    end = len(samples) / SAMPLE_RATE
    segments = _segments([(sample / library.rate, symbol) for sample, symbol in events], end)
    return Spoken(samples, _with_closures(tidy(segments, end), samples), f"espeak-{voice}", language)


def _segments(events: list[tuple[float, str]], end: float) -> list[Segment]:
    """Segments of events that tell only where a sound begins."""
    segments: list[Segment] = []
    for (start, symbol), (stop, _) in zip(events, [*events[1:], (end, "")], strict=True):
        classes = from_ipa(symbol)
        if stop <= start:
            continue
        if classes:
            segments += split(classes, start, stop)
        elif stop - start < SHORTEST_PAUSE and segments:
            last = segments.pop()
            segments.append(Segment(last.phone, last.start, stop))
        else:
            segments.append(Segment(SILENCE, start, stop))
    return segments


def _with_closures(segments: list[Segment], samples: NDArray[np.float32]) -> list[Segment]:
    """Give voiceless stops the closure that eSpeak counts to the phone before: the quiet just before the burst.

    The events of voiced stops are at the beginning of their closure already.
    """
    result: list[Segment] = []
    for segment in segments:
        if PHONES[segment.phone].manner == STOP and not PHONES[segment.phone].voiced and result:
            before = result[-1]
            start = segment.start - _closure(samples, before, segment.start)
            result[-1] = Segment(before.phone, before.start, start)
            segment = Segment(segment.phone, start, segment.end)
        result.append(segment)
    return [s for s in result if s.duration > 0]


def _closure(samples: NDArray[np.float32], before: Segment, burst: float) -> float:
    """Seconds of quiet before the `burst` at the end of the phone `before`."""
    if before.phone == SILENCE:
        return min(before.duration / 2, SHORTEST_CLOSURE_S)
    step = round(CLOSURE_LEVEL_S * SAMPLE_RATE)
    piece = samples[round(before.start * SAMPLE_RATE) : round(burst * SAMPLE_RATE)]
    count = len(piece) // step
    if count < 2:
        return 0.0
    power = np.square(piece[len(piece) - count * step :]).reshape(count, step).mean(axis=1)
    quiet = power < power.max() * 10 ** (-CLOSURE_FALL_DB / 10)
    silent = count if quiet.all() else int(np.argmin(quiet[::-1]))
    longest = min(LONGEST_CLOSURE_S, 0.6 * before.duration)
    return float(np.clip(silent * CLOSURE_LEVEL_S, min(SHORTEST_CLOSURE_S, longest), longest))
