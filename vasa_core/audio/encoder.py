"""The streaming speech encoder: samples in, speech features of each block of 80 ms out, the same however they arrive.

The stream is cut into hops of one or more blocks. For each hop the Whisper encoder hears one stretch of constant length
(past + hop + look-ahead), brought to one level. What comes out of it for a block is a window: the block's own features
and those after it, which are less certain the closer they lie to the end of what was heard. Files take the same path,
so motion learned from files holds live.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from vasa_core.audio.mel import HOP, SAMPLE_RATE
from vasa_core.audio.mel_stream import MelStream
from vasa_core.runtime import open_session

ENCODER = "speech_encoder"
FEATURE_RATE = 50  # feature vectors a second
FEATURE_SIZE = 768
"""The encoder's final output (384) beside its residual stream after the second of four blocks (384), which keeps more
of what the mouth does: together they carry over to strangers' lips better than either alone (correlation 0.85 against
0.80 and 0.84 on three unseen speakers)."""
SAMPLES_PER_FEATURE = SAMPLE_RATE // FEATURE_RATE
MEL_PER_FEATURE = SAMPLES_PER_FEATURE // HOP
BLOCK_FEATURES = 4
"""A block of motion is 80 ms."""
AHEAD_FEATURES = 8
"""0.16 s after the block: how far lips prepare for the sounds to come, and what `LIVE` hears anyway. A reading of the
lips that sees them too correlates better with the truth: 0.896 against 0.889, on unseen speakers 0.869 against
0.856."""
WINDOW_FEATURES = BLOCK_FEATURES + AHEAD_FEATURES
BLOCK_S = BLOCK_FEATURES / FEATURE_RATE
BLOCK_SAMPLES = BLOCK_FEATURES * SAMPLES_PER_FEATURE
LONGEST_WINDOW = 1500  # features; Whisper's table of positions ends there


@dataclass(frozen=True)
class EncoderSettings:
    """What the encoder may hear around each block, all in seconds and multiples of 0.02.

    Attributes
    ----------
    look_ahead
        Sound after the hop that must have arrived before the hop's windows come out.
    hop
        How much sound each run of the network accounts for: whole blocks of 0.08 s. Delay is at most look_ahead + hop.
    past
        Sound before the hop.

    """

    look_ahead: float
    hop: float
    past: float

    def __post_init__(self) -> None:
        for name, value in (("look_ahead", self.look_ahead), ("hop", self.hop), ("past", self.past)):
            steps = value * FEATURE_RATE
            if value < 0 or abs(steps - round(steps)) > 1e-6:
                raise ValueError(f"{name}={value} s must be a multiple of {1 / FEATURE_RATE} s, not below 0.")
        if self.hop_features < 1 or self.hop_features % BLOCK_FEATURES:
            raise ValueError(f"hop={self.hop} s must be a multiple of {BLOCK_S} s, not 0.")
        if self.window_features > LONGEST_WINDOW:
            raise ValueError(f"look_ahead + hop + past must not exceed {LONGEST_WINDOW / FEATURE_RATE} s.")

    @property
    def hop_features(self) -> int:
        """Features of each run that lie in its hop."""
        return round(self.hop * FEATURE_RATE)

    @property
    def past_features(self) -> int:
        """Features of each run that lie before its hop."""
        return round(self.past * FEATURE_RATE)

    @property
    def look_ahead_features(self) -> int:
        """Features of each run that lie after its hop."""
        return round(self.look_ahead * FEATURE_RATE)

    @property
    def window_features(self) -> int:
        """Features of each run in all."""
        return self.past_features + self.hop_features + self.look_ahead_features


LIVE = EncoderSettings(look_ahead=0.16, hop=0.08, past=1.48)
"""Two frames of motion a hop. Past 1.48 s, a reading of the lips correlates 0.003 (unseen speakers: 0.009) better than
past 0.96 s; 2 s would gain nothing more and cost a fifth more. Look-aheads of 0.08 to 0.4 s suit the motion model as
well."""
OFFLINE = EncoderSettings(look_ahead=1.0, hop=0.96, past=2.0)


def open_encoder(threads: int = 1) -> InferenceSession:
    """The network, without any stream."""
    return open_session(ENCODER, threads)


def as_finite(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Samples with silence where they are not finite."""
    if np.isfinite(samples).all():
        return samples
    return np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)


class SpeechEncoder:
    """Whisper tiny.en's encoder over a stream of sound.

    A hop of `LIVE` costs about 4 ms of one core. The network's int8 matrices are computed on the processor where the
    rest runs on CUDA.

    Parameters
    ----------
    settings
        What is heard around each block: `LIVE`, `OFFLINE` or your own.
    threads
        CPU threads of the network. Results are equal to the bit for the same number of threads.
    network
        What `open_encoder` opened, for as many streams as share it; `threads` is then without effect.

    """

    def __init__(
        self, settings: EncoderSettings = LIVE, threads: int = 1, network: InferenceSession | None = None
    ) -> None:
        self.settings = settings
        self._session = network or open_encoder(threads)
        frames = [
            MEL_PER_FEATURE * n for n in (settings.window_features, settings.hop_features, settings.past_features)
        ]
        self._mel = MelStream(*frames)
        end = settings.past_features + settings.hop_features + min(settings.look_ahead_features, AHEAD_FEATURES)
        self._wanted = {"begin": np.array([settings.past_features], np.int64), "end": np.array([end], np.int64)}
        self.reset()

    def reset(self, heard: NDArray[np.float32] | None = None) -> None:
        """Forget the stream so far and begin a new one, as after silence or after having `heard` [N] samples."""
        self._mel.reset(heard)
        self._ahead = 0  # samples that came beyond the blocks that came out

    def skip(self, features: int) -> None:
        """Let the next block begin so many features later than it would; what lies between is heard as the past."""
        self._mel.skip(MEL_PER_FEATURE * features)
        self._ahead -= features * SAMPLES_PER_FEATURE

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next samples of the stream and return the windows of the blocks that they complete.

        Parameters
        ----------
        samples
            [N] float32 mono at 16 kHz in [-1, 1], any N. Values that are not finite count as silence.

        Returns
        -------
        [n, 12, 768] float32, n >= 0. Block i of the stream covers samples 1280 i to 1280 (i + 1); its window holds its
        own `BLOCK_FEATURES` and the `AHEAD_FEATURES` after it as they were known when it came out. Where the look-ahead
        ends before them, the last one known is repeated.

        """
        samples = np.asarray(samples, np.float32)
        if samples.ndim != 1:
            raise ValueError(f"Samples must be one mono row, not an array of shape {samples.shape}.")
        self._ahead += len(samples)
        return self._encode(as_finite(samples))

    def finish(self) -> NDArray[np.float32]:
        """End the stream: return the windows still owed, as if silence followed, and be ready for a new stream.

        Over all pushes and this call, a stream of N samples gives ceil(N / 1280) windows.
        """
        owed = max(0, -(-self._ahead // BLOCK_SAMPLES))
        hops = -(-owed * BLOCK_FEATURES // self.settings.hop_features)
        end = hops * self.settings.hop_features + self.settings.look_ahead_features
        silence = np.zeros(max(0, end * SAMPLES_PER_FEATURE - self._ahead), np.float32)
        windows = self._encode(silence)[:owed]
        self.reset()
        return windows

    def encode(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the windows [ceil(N / 1280), 12, 768] of a whole recording [N], as a new stream."""
        self.reset()
        return np.concatenate([self.push(samples), self.finish()])

    def _encode(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        pieces = [np.empty((0, WINDOW_FEATURES, FEATURE_SIZE), np.float32)]
        for mel in self._mel.push(samples):
            outputs = self._session.run(["features", "hidden_2"], {"mel": mel[None], **self._wanted})
            pieces.append(_windows(np.concatenate([output[0] for output in outputs], axis=1), self.settings))
        windows = np.concatenate(pieces)
        self._ahead -= len(windows) * BLOCK_SAMPLES
        return windows


def _windows(features: NDArray[np.float32], settings: EncoderSettings) -> NDArray[np.float32]:
    """Windows [blocks, 12, F] of one hop's features and as many after it as are known [n, F]."""
    missing = settings.hop_features + AHEAD_FEATURES - len(features)
    padded = np.concatenate([features, np.repeat(features[-1:], missing, axis=0)])
    begins = range(0, settings.hop_features, BLOCK_FEATURES)
    return np.stack([padded[begin : begin + WINDOW_FEATURES] for begin in begins])
