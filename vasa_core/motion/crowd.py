"""Many faces, alive: what each would do alone, with the motion model's networks run once for all that need a block.

crowd = Crowd()
one, other = crowd.face(AnimationSettings(seed=1)), crowd.face(AnimationSettings(seed=2))
first, second = crowd.advance([(one, push(samples)), (other, idle(2))])
one.interrupt()                     # whatever makes no motion is asked of the face itself, between two advances

Faces of a crowd may also be called by themselves: `one.push(samples)`.
"""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable

from numpy.typing import NDArray

from vasa_core.audio.encoder import open_encoder
from vasa_core.errors import VasaError
from vasa_core.motion.channels import Performance
from vasa_core.motion.cues import Cue
from vasa_core.motion.generator import Making, MotionGenerator
from vasa_core.motion.sampler import MotionModel, MotionSampler, Need, sample
from vasa_core.motion.settings import AnimationSettings
from vasa_core.motion.track import Motion

Call = Callable[[MotionGenerator], Making]
"""What a face shall do: `push`, `listen`, `finish` or `idle`."""


def push(samples: NDArray) -> Call:
    """As `MotionGenerator.push`."""
    return lambda face: face.pushing(samples)


def listen(samples: NDArray) -> Call:
    """As `MotionGenerator.listen`."""
    return lambda face: face.listening(samples)


def finish() -> Call:
    """As `MotionGenerator.finish`."""
    return lambda face: face.finishing()


def idle(frames: int = 1) -> Call:
    """As `MotionGenerator.idle`."""
    return lambda face: face.idling(frames)


class Crowd:
    """Faces that share one motion model and one speech encoder. Not for use from two threads at once."""

    def __init__(self, threads: int = 1, model: MotionModel | None = None) -> None:
        """`threads`: CPU threads of the networks; `model`: another motion model than the shipped one."""
        self.model = model or MotionModel(threads=threads)
        self.network = open_encoder(threads)

    def face(self, settings: AnimationSettings | None = None, cues: Iterable[Cue] = ()) -> MotionGenerator:
        """A face at rest, for live use; see `MotionGenerator`."""
        settings = settings or AnimationSettings()
        sampler = MotionSampler(settings.seed, settings.sampler, self.model)
        return MotionGenerator(settings, cues, sampler=sampler, network=self.network)

    def advance(self, calls: Iterable[tuple[MotionGenerator, Call]]) -> list[Motion | VasaError]:
        """Let faces do what they are told, all at once: the motion of each call, in the order of the calls.

        A call that is refused (see the methods of `MotionGenerator`) gives its error in place of a motion and leaves
        the others alone. Several calls of one face are done one after the other.
        """
        results: dict[int, Motion | VasaError] = {}
        told: dict[MotionGenerator, list[tuple[int, Call]]] = defaultdict(list)
        count = 0
        for count, (face, call) in enumerate(calls, 1):
            told[face].append((count, call))
        turns = {face: _turns(face, own, results) for face, own in told.items()}
        made: dict[MotionGenerator, Performance] | dict[MotionGenerator, None] = dict.fromkeys(turns)
        while made:
            made = _blocks({face: need for face in made if (need := _next(turns[face], made[face])) is not None})
        return [results[number] for number in range(1, count + 1)]


def _turns(
    face: MotionGenerator, calls: list[tuple[int, Call]], results: dict[int, Motion | VasaError]
) -> Generator[Need, Performance, None]:
    """The calls of one face."""
    for number, call in calls:
        try:
            results[number] = yield from call(face)
        except VasaError as error:
            results[number] = error


def _next(turns: Generator[Need, Performance, None], made: Performance | None) -> Need | None:
    """What a face needs after the block that was `made` for it, None before the first; None: nothing more."""
    try:
        return next(turns) if made is None else turns.send(made)
    except StopIteration:
        return None


def _blocks(needs: dict[MotionGenerator, Need]) -> dict[MotionGenerator, Performance]:
    """A block for each face."""
    alike = {face: face.sampler for face in needs if isinstance(face.sampler, MotionSampler)}
    made = dict(zip(alike, sample(list(alike.values()), [needs[face] for face in alike]), strict=True))
    return made | {face: face.sampler.step(*need) for face, need in needs.items() if face not in alike}
