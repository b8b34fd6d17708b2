"""Clients of the daemon: `Client` for code in threads, `AsyncClient` for asyncio."""

from bridge.client.aio import AsyncClient
from bridge.client.calls import Call, PlayOptions, SpawnOptions
from bridge.client.client import Client
from bridge.client.frames import Frame, Motion
from bridge.client.link import ConnectionLost
from bridge.client.playback import PlaybackClock
from bridge.client.session import ENDINGS
from bridge.client.sockets import Keys
from bridge.client.view import View
from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import Controls, Event

__all__ = [
    "ENDINGS",
    "AsyncClient",
    "BridgeError",
    "Call",
    "Client",
    "ConnectionLost",
    "Controls",
    "Event",
    "Frame",
    "Keys",
    "Motion",
    "PlayOptions",
    "PlaybackClock",
    "SpawnOptions",
    "View",
]
