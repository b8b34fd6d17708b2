"""The streaming speech encoder: samples in, 50 feature vectors a second out, the same however the samples arrive.

The stream is cut into hops. For each hop the Whisper encoder sees one window of constant length (past + hop +
look-ahead), brought to one level, and only the hop's own features are kept. Files take the same path, so motion
learned from files holds live.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vasa_core.audio.mel import HOP, SAMPLE_RATE
from vasa_core.audio.mel_stream import MelStream
from vasa_core.runtime import open_session

FEATURE_RATE = 50  # feature vectors a second
FEATURE_SIZE = 768
"""The encoder's final output (384) beside its residual stream after the second of four blocks (384), which keeps more
of what the mouth does: together they carry over to strangers' lips better than either alone (correlation 0.85 against
0.80 and 0.84 on three unseen speakers)."""
SAMPLES_PER_FEATURE = SAMPLE_RATE // FEATURE_RATE
MEL_PER_FEATURE = SAMPLES_PER_FEATURE // HOP
LONGEST_WINDOW = 1500  # features; Whisper's table of positions ends there


@dataclass(frozen=True)
class EncoderSettings:
    """What the encoder may hear around each feature, all in seconds and multiples of 0.02.

    Attributes
    ----------
    look_ahead
        Sound after the hop that must have arrived before the hop's features come out.
    hop
        How much sound each run of the network accounts for. Delay is at most look_ahead + hop.
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
        if self.hop_features < 1:
            raise ValueError(f"hop={self.hop} s must be at least {1 / FEATURE_RATE} s.")
        if self.window_features > LONGEST_WINDOW:
            raise ValueError(f"look_ahead + hop + past must not exceed {LONGEST_WINDOW / FEATURE_RATE} s.")

    @property
    def hop_features(self) -> int:
        """Features that come out of each window."""
        return round(self.hop * FEATURE_RATE)

    @property
    def past_features(self) -> int:
        """Features of a window that lie before its hop."""
        return round(self.past * FEATURE_RATE)

    @property
    def look_ahead_features(self) -> int:
        """Features of a window that lie after its hop."""
        return round(self.look_ahead * FEATURE_RATE)

    @property
    def window_features(self) -> int:
        """Features in a whole window."""
        return self.past_features + self.hop_features + self.look_ahead_features


LIVE = EncoderSettings(look_ahead=0.16, hop=0.08, past=0.96)
"""Two frames of motion a hop. A past of 2 s would gain 0.007 in the correlation of a linear reading of the lips and
cost half as much again; look-aheads of 0.08 to 0.4 s suit the motion model as well."""
OFFLINE = EncoderSettings(look_ahead=1.0, hop=1.0, past=2.0)


class SpeechEncoder:
    """Whisper tiny.en's encoder over a stream of sound.

    A hop of `LIVE` costs about 3 ms of one core. The network's int8 matrices are computed on the processor where the
    rest runs on CUDA.

    Parameters
    ----------
    settings
        Window of sound around each feature: `LIVE`, `OFFLINE` or your own.
    threads
        CPU threads of the network. Results are equal to the bit for the same number of threads.

    """

    def __init__(self, settings: EncoderSettings = LIVE, threads: int = 1) -> None:
        self.settings = settings
        self._session = open_session("speech_encoder", threads)
        frames = [
            MEL_PER_FEATURE * n for n in (settings.window_features, settings.hop_features, settings.past_features)
        ]
        self._mel = MelStream(*frames)
        self._wanted = {
            "begin": np.array([settings.past_features], np.int64),
            "end": np.array([settings.past_features + settings.hop_features], np.int64),
        }
        self.reset()

    def reset(self, heard: NDArray[np.float32] | None = None) -> None:
        """Forget the stream so far and begin a new one, as after silence or after having `heard` [N] samples."""
        self._mel.reset(heard)
        self._received = 0
        self._emitted = 0

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take the next samples of the stream and return the features that they complete.

        Parameters
        ----------
        samples
            [N] float32 mono at 16 kHz in [-1, 1], any N. Values that are not finite count as silence.

        Returns
        -------
        [n, 768] float32, n >= 0. Feature i of the stream covers samples 320 i to 320 (i + 1).

        """
        samples = np.asarray(samples, np.float32)
        if samples.ndim != 1:
            raise ValueError(f"Samples must be one mono row, not an array of shape {samples.shape}.")
        self._received += len(samples)
        return self._encode(np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0))

    def finish(self) -> NDArray[np.float32]:
        """End the stream: return the features still owed, as if silence followed, and be ready for a new stream.

        Over all pushes and this call, a stream of N samples gives ceil(N / 320) features.
        """
        owed = -(-self._received // SAMPLES_PER_FEATURE) - self._emitted
        hops = -(-owed // self.settings.hop_features)
        end = self._emitted + hops * self.settings.hop_features + self.settings.look_ahead_features
        silence = np.zeros(max(0, end * SAMPLES_PER_FEATURE - self._received), np.float32)
        features = self._encode(silence)[:owed]
        self.reset()
        return features

    def encode(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return all features [ceil(N / 320), 768] of a whole recording [N], as a new stream."""
        self.reset()
        return np.concatenate([self.push(samples), self.finish()])

    def _encode(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        pieces = [np.empty((0, FEATURE_SIZE), np.float32)]
        for mel in self._mel.push(samples):
            outputs = self._session.run(["features", "hidden_2"], {"mel": mel[None], **self._wanted})
            pieces.append(np.concatenate([output[0] for output in outputs], axis=1))
        features = np.concatenate(pieces)
        self._emitted += len(features)
        return features
