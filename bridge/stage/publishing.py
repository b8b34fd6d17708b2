"""The way out of the stage: one function that takes messages for the wire."""

from collections.abc import Callable

from bridge.protocol.codec import Outgoing

Publish = Callable[[Outgoing], bool]
"""Takes a message for the wire: any thread, never blocks; False: the wire is full and the message was dropped."""
