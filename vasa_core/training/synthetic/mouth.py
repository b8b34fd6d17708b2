"""The mouth that belongs to phones: the dominance model, with lips that close where they must.

Averages of dominance smooth a /b/ away; here the lips of p, b and m are shut, and those of f and v brought to the
teeth, by the smallest natural change of the face (in the directions of speech, weighed by how usual they are).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vasa_core.face import topology
from vasa_core.latent.space import LatentSpace, named_weights
from vasa_core.motion.track import MOTION_FPS
from vasa_core.training.synthetic.dominance import CLASSES, Dominance
from vasa_core.training.synthetic.phones import BILABIAL, LABIODENTAL, PHONES, VOWEL
from vasa_core.training.synthetic.rounding import OPENING_KEPT, round_face, rounding
from vasa_core.training.synthetic.spoken import Segment
from vasa_core.training.synthetic.tongue import tongue

Floats = NDArray[np.float32]

CLOSED_GAP = -0.002
"""Height of the mouth's hole at a closure, inter-ocular distances: tracked closures are a little below 0."""
LABIODENTAL_GAP = 0.028
"""At most so high at an f, where the lower lip touches the upper teeth below a raised upper lip (tracked: 0.03)."""
KEPT, KEPT_WEIGHT = (61, 291, 4, 50, 280), 0.7
"""Corners of the mouth, tip of the nose and cheeks, which stay where they are in a contact, and their weight."""
HELPERS, HELPER_SHARE = ("mouthClose", "mouthFunnel", "mouthRollLower", "mouthRollUpper"), 0.2
"""ARKit units that help the recorded speaker's own directions to shut lips that are rounder than his, and the weight
that is as usual as one of his standard deviations."""
RIDGE = 1e-5
"""Squared inter-ocular distances by which a gap may be missed, against the usual size 1 of a direction."""
CLOSURE_SHARE = {"p": 0.65, "b": 0.8}
"""Of a stop's time that the lips are shut; the rest is burst and breath. Other bilabials: all of it."""
LEAST_CLOSURE_S = 0.04
VOWEL_SHARE = 0.45
"""Of its target's opening that a vowel reaches at least, however short it is between closed lips."""
RAMP_S = (0.02, 0.02)
"""Time in which a contact is made and undone, on top of the approach that dominance makes; longer ones fit worse."""
SONG_JAW = 0.04
"""Weight of jawOpen that singing adds to a vowel, and per semitone above the lowest note:"""
SONG_JAW_PER_SEMITONE = 0.01
ROUND_SHARE = 0.5
"""Of what singing adds to the jaw that is left in a fully rounded vowel."""


@dataclass(frozen=True)
class Moved:
    """T frames at 25 Hz."""

    latent: Floats
    """[T, D]."""
    tongue: Floats
    """[T, 3]."""


@dataclass(frozen=True)
class Mouth:
    """A dominance model and the space of the faces that it moves."""

    model: Dominance
    space: LatentSpace

    @staticmethod
    def load() -> "Mouth":
        """The fitted model and the shipped space."""
        return Mouth(Dominance.load(), LatentSpace.load())

    def move(self, segments: list[Segment], frames: int, loudness: float = 1.0, pitch: NDArray | None = None) -> Moved:
        """What mouth and tongue do at `frames` / 25 s from 0 s on.

        Parameters
        ----------
        segments
            Phones in order from 0 s.
        frames
            Number of frames.
        loudness
            Factor on the motion, rounding excepted: 1.3 for a shout.
        pitch
            [frames] of a song, semitones above the lowest note; zeros where nobody sings.

        """
        times = np.arange(frames) / MOTION_FPS
        places = self.model.mouth(segments, times) * loudness
        jaw = np.zeros(frames) if pitch is None or not np.any(pitch) else self._song(segments, times, pitch)
        song = jaw[:, None] * self.space.from_arkit(named_weights(jawOpen=1.0))
        rounded = rounding(segments, times)[:, None] * self._round_face()
        latent = places @ self.model.directions + rounded + song
        latent = self._with_contacts(latent, segments, times)
        return Moved(latent.astype(np.float32), tongue(segments, times, self.model))

    def gaps(self, latent: NDArray) -> NDArray:
        """[T, 9] height of the mouth's hole between the corners, of latents [T, D]; on lips closed at rest."""
        return latent @ self._gap_rows.T

    @cached_property
    def _gap_rows(self) -> NDArray:
        y = self.space.basis[..., 1]
        return (y[:, topology.LIPS_INNER_LOWER[1:-1]] - y[:, topology.LIPS_INNER_UPPER[1:-1]]).T

    def _round_face(self) -> NDArray:
        """[D] what a fully rounded sound adds: lips forward and narrow, their hole hardly higher."""
        face = round_face(self.space)
        return face - (1 - OPENING_KEPT) * self._parting @ self.gaps(face)

    def _song(self, segments: list[Segment], times: NDArray, pitch: NDArray) -> NDArray:
        """[T] weight of jawOpen that a song of that pitch adds: in vowels, the more the higher."""
        open_share = np.array(
            [(PHONES[s.phone].manner == VOWEL) * (1 - ROUND_SHARE * PHONES[s.phone].rounding) for s in segments]
        )
        vowel = self.model.shares(segments, times).mean(axis=2) @ open_share
        return vowel * (SONG_JAW + SONG_JAW_PER_SEMITONE * pitch)

    def _with_contacts(self, latent: NDArray, segments: list[Segment], times: NDArray) -> NDArray:
        """Part the lips in vowels, bring those of labiodentals together and shut those of bilabials."""
        change = self._parting
        latent = latent + self._lack(latent, segments, times) @ change.T
        for place, limit in ((LABIODENTAL, LABIODENTAL_GAP), (BILABIAL, CLOSED_GAP)):
            contact = self._contact([s for s in segments if PHONES[s.phone].place == place], times)
            gaps = self.gaps(latent)
            excess = np.maximum(gaps - limit, 0) if place == LABIODENTAL else gaps - limit
            latent = latent - (contact[:, None] * excess) @ change.T
        return latent

    @cached_property
    def _parting(self) -> NDArray:
        """[D, 9] the most usual change of the face that makes each gap larger by 1 and leaves the rest in place."""
        helpers = self.space.from_arkit(np.stack([named_weights(**{name: HELPER_SHARE}) for name in HELPERS]))
        span = np.concatenate([self.model.directions, helpers])
        gap_rows = self._gap_rows
        kept = KEPT_WEIGHT * self.space.basis[:, list(KEPT)].reshape(self.space.size, -1).T
        rows = np.concatenate([gap_rows, kept]) @ span.T
        inverse = rows.T @ np.linalg.inv(rows @ rows.T + RIDGE * np.eye(len(rows)))
        return span.T @ inverse[:, : len(gap_rows)]

    def _lack(self, latent: NDArray, segments: list[Segment], times: NDArray) -> NDArray:
        """[T, 9] by how much the gaps are too small in the middles of vowels."""
        gaps = self.gaps(latent)
        lack = np.zeros_like(gaps)
        for segment in segments:
            if PHONES[segment.phone].manner == VOWEL:
                target = self.model.targets[CLASSES.index(segment.phone)] @ self.model.directions
                least = VOWEL_SHARE * np.maximum(self.gaps(target), 0)
                middle = (segment.start + segment.end) / 2
                reach = np.abs(times - middle)
                near = np.maximum(1 - np.maximum(reach - segment.duration / 4, 0) / RAMP_S[0], 0)
                near[int(np.argmin(reach))] = 1.0
                lack = np.maximum(lack, near[:, None] * np.maximum(least - gaps, 0))
        return lack

    def _contact(self, segments: list[Segment], times: NDArray) -> NDArray:
        """[T] 1 while the lips touch, less while they come together and part; at least one frame each."""
        contact = np.zeros(len(times))
        for segment in segments:
            length = max(segment.duration * CLOSURE_SHARE.get(segment.phone, 1.0), LEAST_CLOSURE_S)
            start = segment.start
            ahead, behind = np.maximum(start - times, 0), np.maximum(times - start - length, 0)
            ramp = np.maximum(1 - ahead / RAMP_S[0] - behind / RAMP_S[1], 0)
            ramp = 1 - (1 - ramp) ** 2
            nearest = int(np.argmin(np.abs(times - start - length / 2)))
            ramp[nearest] = 1.0
            contact = np.maximum(contact, ramp)
        return contact
