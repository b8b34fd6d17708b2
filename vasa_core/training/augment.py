"""Other voices, rooms, microphones and lines for the same recording, so that a model of one voice serves strangers.

Nothing moves in time by more than a few milliseconds: the lips that belong to the recording stay true.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from numpy.typing import NDArray
from scipy.fft import irfft, rfft, rfftfreq
from scipy.signal import oaconvolve

from vasa_core.audio.mel import SAMPLE_RATE
from vasa_core.audio.reading import load_audio
from vasa_core.training.noises import NOISES, make_noise
from vasa_core.training.voice_change import change_voice, whisper

Babble = Callable[[int], NDArray[np.float32]]
"""Gives a recording of speech for any number, to be mixed into a murmur."""

# Who speaks: share, pitch in semitones and formant factor, from to, of a male reader's own (Hillenbrand et al. 1995).
PERSONS = (
    (0.20, (0.0, 0.0), (1.0, 1.0)),  # himself
    (0.30, (5.0, 12.0), (1.06, 1.24)),  # women
    (0.15, (10.0, 15.0), (1.2, 1.4)),  # children
    (0.20, (-6.0, 4.0), (0.85, 1.06)),  # other men
    (0.15, (-8.0, 8.0), (0.85, 1.25)),  # anybody
)
WHISPER_SHARE = 0.05
LEVEL_DB = (-58.0, -12.0)  # root mean square of the speech, against full scale
EQUALISER_SHARE, EQUALISER_DB, TILT_DB = 0.6, 7.0, 5.0  # knots an octave apart; tilt per octave spread below
PHONE_SHARE = 0.12
ROOM_SHARE, ROOM_RT60_S, ROOM_RATIO_DB = 0.45, (0.12, 0.9), (0.0, 18.0)  # ratio of direct to reflected sound
NOISE_SHARE, NOISE_SNR_DB, BABBLE_SNR_DB = 0.55, (5.0, 35.0), (12.0, 35.0)
CODEC_SHARE = 0.3
CODECS = (  # container, encoder, bits a second, rate
    ("mp3", "libmp3lame", 24000, 16000),
    ("mp3", "libmp3lame", 48000, 16000),
    ("ogg", "libopus", 12000, 16000),
    ("ogg", "libopus", 24000, 48000),
    ("wav", "pcm_mulaw", 0, 8000),
)
LEVEL_FRAME = SAMPLE_RATE // 50
SPEECH_SHARE_OF_PEAK = 0.05  # frames quieter than this share of the loudest do not count as speech


@dataclass(frozen=True)
class Disguise:
    """What is done to one recording; drawn at random by `draw`.

    Attributes
    ----------
    pitch, formant
        Factors on the voice's pitch and formant frequencies.
    whispered
        Whether the voice loses its tone.
    gains_db
        Gains of the equaliser at `EQUALISER_HZ`.
    rt60_s, room_db
        Reverberation time and ratio of direct to reflected sound; rt60_s = 0: no room.
    noise, snr_db
        What sounds beside the voice, one of `BACKGROUNDS`, "" for nothing.
    codec
        Index into `CODECS`, -1 for none.
    level_db
        Level of the speech at the end, against full scale.

    """

    pitch: float
    formant: float
    whispered: bool
    gains_db: tuple[float, ...]
    rt60_s: float
    room_db: float
    noise: str
    snr_db: float
    codec: int
    level_db: float


EQUALISER_HZ = (62.5, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
PHONE_DB = (-40.0, -30.0, -8.0, 0.0, 0.0, 0.0, -20.0, -50.0)
BABBLE = "babble"
BACKGROUNDS = (*NOISES, BABBLE, "music")
"""Every kind of noise; music twice as often, since games and films have it."""


def draw(rng: np.random.Generator) -> Disguise:
    """Draw one disguise."""
    person = PERSONS[rng.choice(len(PERSONS), p=[share for share, _, _ in PERSONS])]
    gains = np.zeros(len(EQUALISER_HZ))
    if rng.random() < EQUALISER_SHARE:
        octaves = np.arange(len(gains)) - 4  # from 1 kHz
        gains += np.clip(rng.normal(0.0, EQUALISER_DB / 2, len(gains)), -EQUALISER_DB, EQUALISER_DB)
        gains += rng.uniform(-TILT_DB, TILT_DB) * octaves / 2
    if rng.random() < PHONE_SHARE:
        gains += PHONE_DB
    room = rng.random() < ROOM_SHARE
    noise = str(rng.choice(BACKGROUNDS)) if rng.random() < NOISE_SHARE else ""
    snr = rng.uniform(*(BABBLE_SNR_DB if noise == BABBLE else NOISE_SNR_DB))
    codec = int(rng.integers(len(CODECS))) if rng.random() < CODEC_SHARE else -1
    return Disguise(
        pitch=float(2.0 ** (rng.uniform(*person[1]) / 12.0)),
        formant=float(rng.uniform(*person[2])),
        whispered=bool(rng.random() < WHISPER_SHARE),
        gains_db=tuple(float(g) for g in gains),
        rt60_s=float(rng.uniform(*ROOM_RT60_S)) if room else 0.0,
        room_db=float(rng.uniform(*ROOM_RATIO_DB)),
        noise=noise,
        snr_db=float(snr),
        codec=codec,
        level_db=float(rng.uniform(*LEVEL_DB)),
    )


def augment(samples: NDArray[np.float32], rng: np.random.Generator, babble: Babble) -> NDArray[np.float32]:
    """Draw a disguise from `rng` and apply it to [N] samples of 16 kHz mono; returns [N], in [-1, 1]."""
    return apply(samples, draw(rng), rng, babble)


def apply(
    samples: NDArray[np.float32], disguise: Disguise, rng: np.random.Generator, babble: Babble
) -> NDArray[np.float32]:
    """Apply a disguise to [N] samples; `rng` supplies room and noise. Returns [N] float32 in [-1, 1]."""
    sound: NDArray = samples
    if disguise.pitch != 1.0 or disguise.formant != 1.0:
        sound = change_voice(sound, disguise.pitch, disguise.formant)
    if disguise.whispered:
        sound = whisper(sound, rng)
    if disguise.rt60_s:
        sound = oaconvolve(sound, room_response(disguise.rt60_s, disguise.room_db, rng))[: len(sound)]
    if disguise.noise:
        count = len(sound)
        noise = _murmur(count, rng, babble) if disguise.noise == BABBLE else make_noise(disguise.noise, count, rng)
        sound = sound + noise * (speech_level(sound) * 10 ** (-disguise.snr_db / 20) / (np.std(noise) + 1e-9))
    if any(disguise.gains_db):
        sound = equalise(sound, disguise.gains_db)
    gain = 10 ** (disguise.level_db / 20) / max(speech_level(sound), 1e-6)
    sound = np.clip(sound * gain, -1.0, 1.0).astype(np.float32)
    return sound if disguise.codec < 0 else through_codec(sound, *CODECS[disguise.codec])


def speech_level(samples: NDArray) -> float:
    """Root mean square of the parts of [N] samples that are not pauses."""
    frames = np.square(samples[: len(samples) // LEVEL_FRAME * LEVEL_FRAME].astype(np.float64))
    power = frames.reshape(-1, LEVEL_FRAME).mean(axis=1)
    return float(np.sqrt(power[power >= SPEECH_SHARE_OF_PEAK**2 * power.max()].mean()))


def room_response(rt60_s: float, ratio_db: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Impulse response: the direct sound at time 0, then a diffuse tail that decays 60 dB in `rt60_s` seconds."""
    count = int(rt60_s * SAMPLE_RATE)
    times = np.arange(count) / SAMPLE_RATE
    tail = rng.standard_normal(count) * 10 ** (-3.0 * times / rt60_s)
    tail = oaconvolve(tail, np.exp(-np.arange(32) / rng.uniform(0.5, 8.0)))[:count]  # walls swallow treble
    tail[: int(rng.uniform(0.002, 0.02) * SAMPLE_RATE)] = 0.0
    tail *= np.sqrt(10 ** (-ratio_db / 10) / np.sum(tail**2))
    tail[0] = 1.0
    return tail


def _murmur(count: int, rng: np.random.Generator, babble: Babble) -> NDArray[np.float64]:
    """Several other recordings, each at its own speed and so with its own pitch, beginning anywhere."""
    total = np.zeros(count)
    for number in rng.integers(0, 2**31, rng.integers(3, 6)):
        voice = babble(int(number)).astype(np.float64)
        speed = rng.uniform(0.8, 1.5)
        places = (rng.uniform(0, len(voice)) + np.arange(count) * speed) % (len(voice) - 1)
        total += rng.uniform(0.3, 1.0) * np.interp(places, np.arange(len(voice)), voice) / (np.std(voice) + 1e-9)
    return total


def equalise(samples: NDArray, gains_db: tuple[float, ...]) -> NDArray[np.float64]:
    """Filter [N] samples without delay (zero phase) by gains in dB at `EQUALISER_HZ`, interpolated between."""
    padded = len(samples) + SAMPLE_RATE // 4
    hz = np.maximum(rfftfreq(padded, 1 / SAMPLE_RATE), EQUALISER_HZ[0])
    gain = 10 ** (np.interp(np.log2(hz), np.log2(EQUALISER_HZ), gains_db) / 20)
    return irfft(rfft(samples, padded) * gain, padded)[: len(samples)]


def through_codec(
    samples: NDArray[np.float32], container: str, encoder: str, bit_rate: int, rate: int
) -> NDArray[np.float32]:
    """Encode and decode [N] samples; what the codec delays is taken off. Returns [N]."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = cast(AudioStream, output.add_stream(encoder, rate=rate))
        stream.layout = "mono"
        if bit_rate:
            stream.bit_rate = bit_rate
        frame = AudioFrame.from_ndarray(samples[None].astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        resampler = AudioResampler(stream.format, "mono", rate, frame_size=stream.frame_size or 0)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    decoded = load_audio(file.getvalue())[: len(samples)]
    return np.pad(decoded, (0, len(samples) - len(decoded)))
