"""The stage: NPCs that speak, listen and idle, in time with the game's sound. No sockets here."""

from bridge.stage.settings import StageSettings
from bridge.stage.stage import Stage

__all__ = ["Stage", "StageSettings"]
