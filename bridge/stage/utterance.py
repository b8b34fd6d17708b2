"""`Utterance`: one piece of speech of one NPC (or of what it listens to), from its request to its one ending event."""

from dataclasses import dataclass, field

from bridge.protocol.fields import Pace, Start
from bridge.stage.clock import AudioClock
from bridge.stage.sound import Sound, SoundStream
from vasa_core.motion.channels import LISTENING, SPEAKING


@dataclass(eq=False)
class Utterance:
    """What is known of an utterance besides its motion."""

    name: str | None
    """None: no utterance, but what the NPC listens to."""
    epoch: int
    sound: Sound
    asked: float
    """When it came, s."""
    pace: Pace = "realtime"
    start: Start = "auto"
    stream: SoundStream | None = None
    """Where its pieces go; None for whole sounds."""
    voice: int = SPEAKING
    clock: AudioClock = field(default_factory=AudioClock)
    place: float = 0.0
    """s from where its motion is to be made next time: where it was paused, or where somebody sought to."""
    paused: bool = False
    waited: bool = False
    """Something else was said when it came."""
    begun: bool = False
    """Its first frame has been published."""
    jumped: float = float("-inf")
    """When it was last sent to another place."""
    told: float = 0.0
    """Position of the last progress event, s."""
    fed: float = 0.0
    """When its newest piece came, s."""
    ended: bool = False
    """Its ending event has been sent."""

    def __post_init__(self) -> None:
        self.fed = self.asked

    @property
    def is_speech(self) -> bool:
        """Whether the NPC speaks, and does not listen."""
        return self.voice != LISTENING

    def samples(self, seconds: float) -> int:
        """A place in samples at the utterance's own rate."""
        return round(seconds * self.sound.rate)

    def seconds(self, samples: int) -> float:
        """A place of samples at the utterance's own rate in s."""
        return samples / self.sound.rate
