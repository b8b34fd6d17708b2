"""`Sender`: makes messages of one NPC's frames: a texture on the wire or in shared memory, and motion as numbers."""

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.protocol.codec import Outgoing, encode
from bridge.protocol.errors import BridgeError
from bridge.protocol.messages import FrameHeader, MotionHeader, Spawn, Topic
from bridge.ring import Ring, slots_for
from bridge.sending import WirePacker
from bridge.stage.timeline import COLUMNS, LENGTHS, Row
from bridge.textures import make_encoder
from vasa_core.latent.arkit import ARKIT_NAMES
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import ARRAY_FIELDS

log = logging.getLogger(__name__)

Outdated = Callable[[], bool]
"""Whether a message must not go out any more."""
MOTION_FIELDS = {**{name: LENGTHS[name] for name in ARRAY_FIELDS}, "arkit": len(ARKIT_NAMES)}
"""Names and lengths of a motion message's numbers, in their order."""


class Sender:
    """One thread at a time; what it hands to `Outgoing.sent` may be called from any."""

    def __init__(self, request: Spawn, space: LatentSpace) -> None:
        """Make the encoder and, for shared memory, the ring. Raises `BridgeError`."""
        self._encoder = make_encoder(request.format, request.size, request.origin, request.quality)
        self._request = request
        self._space = space
        self._textures = Topic.of(Topic.TEXTURE, request.npc)
        self._motions = Topic.of(Topic.MOTION, request.npc)
        self.ring = self._new_ring() if request.transport == "shm" else None
        self._packer: WirePacker | None = None

    def _new_ring(self) -> Ring:
        return Ring(self._encoder.room(self._request.size), slots_for(self._request.lead, self._request.fps))

    def ring_is_lost(self) -> bool:
        """Whether somebody removed the ring's file, so that games cannot open it."""
        return self.ring is not None and self.ring.removed()

    def renew_ring(self) -> None:
        """Make another ring, which games are to be told of; where that cannot be, textures go over the wire."""
        if self.ring is not None:
            self.ring.close()
        try:
            self.ring = self._new_ring()
        except BridgeError as problem:
            log.warning("Textures of %s go over the wire from now on: %s", self._request.npc, problem)
            self.ring = None

    def texture(
        self, frame: NDArray[np.uint8], header: dict[str, Any], outdated: Outdated, every: bool = False
    ) -> Outgoing | None:
        """The message of a frame [s, s, 4]; None while the wire holds all buffers.

        `header` has what all stream headers have; `every`: no frame may be lost, so it goes over the wire, which waits
        for slow readers, whereas a ring does not.
        """
        height, width = frame.shape[:2]
        complete = FrameHeader(
            **header,
            width=width,
            height=height,
            format=self._request.format,
            origin=self._request.origin,
            alpha=self._encoder.alpha,
        )
        if self.ring is not None and not every:
            self.ring.write(complete, lambda room: self._encoder.encode_into(frame, room))
            return Outgoing(self._textures, encode(complete), None, None, outdated)
        if self._packer is None:
            self._packer = WirePacker(self._encoder, self._request.size)
        packed = self._packer.pack(frame)
        if packed is None:
            return None
        return Outgoing(self._textures, encode(complete), packed.payload, packed.sent, outdated)

    def motion(self, row: Row, header: dict[str, Any], outdated: Outdated) -> Outgoing:
        """The message of a frame of motion."""
        numbers = [row[COLUMNS[name]] for name in ARRAY_FIELDS]
        numbers.append(self._space.to_arkit(row[COLUMNS["latent"]]))
        payload = np.concatenate(numbers).astype("<f4").tobytes()
        return Outgoing(self._motions, encode(MotionHeader(**header, fields=MOTION_FIELDS)), payload, None, outdated)

    def close(self) -> None:
        """Remove the ring."""
        if self.ring is not None:
            self.ring.close()
