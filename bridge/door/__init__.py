"""A door for engines without ZeroMQ: the same messages over WebSocket on this host, and a page that shows an NPC."""

from bridge.door.door import Door
from bridge.door.settings import DoorSettings

__all__ = ["Door", "DoorSettings"]
