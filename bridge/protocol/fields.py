"""What the fields of messages are made of: names, sounds, rates, pixel formats, with their limits."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

VERSION = 1

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$(?!\n)")]
"""Of a face, an NPC or an utterance; begins with a letter, a digit or `_`, so that it may be part of a file's name."""
Text = Annotated[str, Meta(max_length=1024)]
Sound = Annotated[bytes, Meta(max_length=64 << 20)]
"""Mono samples, little-endian, as `encoding` says."""
Piece = Annotated[bytes, Meta(max_length=4 << 20)]
"""Whole samples, little-endian, mono, as `encoding` says; any number of them."""
Picture = Annotated[bytes, Meta(max_length=32 << 20)]
"""A picture file (png, jpeg, webp ...) or a .vasa file as it is."""
Rate = Annotated[int, Meta(ge=8000, le=192_000)]
"""Samples a second."""
Samples = Annotated[int, Meta(ge=0, le=1 << 53)]
"""A place or a length in samples at the utterance's rate."""
RequestId = Annotated[int, Meta(ge=0, le=1 << 53)]
Microseconds = Annotated[int, Meta(ge=0)]
"""Of the daemon's monotonic clock."""

PixelFormat = Literal["rgba", "bgra", "jpeg", "bc1", "bc3"]
Transport = Literal["wire", "shm"]
Origin = Literal["top-left", "bottom-left"]
"""Where the first row of a texture is."""
Background = Literal["transparent", "keep", "blur"]
Encoding = Literal["s16", "f32", "file"]
"""16-bit integers, floats in [-1, 1], or a whole sound file (wav, flac, ogg, mp3 ...) as it is."""
PcmEncoding = Literal["s16", "f32"]
GestureName = Literal["nod", "shake", "tilt"]
Pace = Literal["realtime", "asap"]
"""Frames in time with the sound; or all of them, as fast as they are taken, for baking."""
Start = Literal["auto", "engine"]
"""When an utterance's clock starts: with its first frame, or with the engine's first `clock` report."""


Finite = Annotated[float, Meta(ge=-1e6, le=1e6)]
"""No infinity and no NaN; what each control may be, the daemon checks and says with `bad_control`."""
Direction = Annotated[Sequence[Finite], Meta(min_length=2, max_length=2)]
"""No tuple: msgspec 0.22 misreads a union of a tuple and a string of limited length, and crashes."""
Turn = Annotated[Sequence[Finite], Meta(min_length=3, max_length=3)]
Shares = Annotated[Sequence[Finite], Meta(min_length=7, max_length=7)]
