"""What the door understands besides the requests of protocol 1: which streams a client wants."""

from bridge.door.framing import Framing
from bridge.protocol.messages import AnyRequest, Name, Request, Topic


class Subscribe(Request, tag="subscribe"):
    """Which streams of an NPC a client wants from now on; all false: none. The NPC need not be there yet."""

    npc: Name
    textures: bool = False
    motion: bool = False
    events: bool = False
    framing: Framing | None = None
    """Left out: "json" for a text message, "msgpack" for a binary one."""

    def wanted(self) -> dict[bytes, bool]:
        """Each topic of the NPC, and whether it is wanted."""
        kinds = {Topic.TEXTURE: self.textures, Topic.MOTION: self.motion, Topic.EVENT: self.events}
        return {Topic.of(kind, self.npc): wish for kind, wish in kinds.items()}


DoorRequest = AnyRequest | Subscribe
