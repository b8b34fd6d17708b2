"""Messages to bytes and back: one msgpack map per request, reply and stream header. Nothing here opens a socket.

What comes from outside is checked while it is read and refused with a `BridgeError`; nothing else escapes from here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

from msgspec import MsgspecError, Struct, ValidationError, msgpack

from bridge.protocol.errors import CODES, BadRequestError, BridgeError, Code
from bridge.protocol.messages import (
    VERSION,
    AnyRequest,
    Event,
    Failure,
    FrameHeader,
    MotionHeader,
    Reply,
    Topic,
)

MAX_REQUEST = (64 << 20) + (64 << 10)
"""Bytes of the longest request: the longest sound and room for the rest. For ZMQ_MAXMSGSIZE of the control socket."""
MAX_HEADER = 64 << 10
"""Bytes of the longest stream header; real ones have a few hundred."""
MAX_PAYLOAD = 8 << 20
"""Bytes of the longest stream payload: 1024 x 1024 RGBA is 4 MiB."""
LONGEST_REASON = 400
"""Characters of an error that quotes what could not be read."""
UNREADABLE_ID = 0
"""The `id` of a reply to a message whose own could not be read; clients count theirs from 1."""

_UNREADABLE = (MsgspecError, ValueError, RecursionError, MemoryError, OverflowError)
"""All that msgspec raises for bytes that are no message: also bad UTF-8, and nesting deeper than Python's stack."""

_encoder = msgpack.Encoder()
_requests: msgpack.Decoder[AnyRequest] = msgpack.Decoder(AnyRequest)
_replies = msgpack.Decoder(Reply)
_headers: dict[bytes, msgpack.Decoder[Any]] = {
    Topic.TEXTURE: msgpack.Decoder(FrameHeader),
    Topic.MOTION: msgpack.Decoder(MotionHeader),
    Topic.EVENT: msgpack.Decoder(Event),
}
_KIND_LENGTH = len(Topic.TEXTURE)


@dataclass(slots=True)
class Outgoing:
    """One message of a stream on its way out."""

    topic: bytes
    header: bytes
    """As `encode` makes it."""
    payload: bytes | memoryview | None = None
    sent: Callable[[], None] | None = None
    """Called once, when the wire has let go of the payload (sent or dropped): its buffer may then be written again."""
    outdated: Callable[[], bool] | None = None
    """True once the message must not go out any more, as after an interrupt; None: it never is."""
    patient: bool = False
    """Whether it waits for subscribers that are behind, as frames without time do; others are dropped for them."""

    def stale(self) -> bool:
        """To be asked just before sending; a stale message is dropped."""
        return self.outdated is not None and self.outdated()

    def done(self) -> None:
        """Tell the owner of the payload that the wire has let go of it. Only the first call counts."""
        sent, self.sent = self.sent, None
        if sent is not None:
            sent()


class Streamed(NamedTuple):
    """A stream message as a subscriber reads it."""

    header: FrameHeader | MotionHeader | Event
    payload: bytes | memoryview


class _Peek(Struct):
    """What of an unreadable request may still be readable; wrong types are looked past."""

    id: Any = UNREADABLE_ID
    v: Any = VERSION
    op: Any = None


_peeks = msgpack.Decoder(_Peek)
OPS: frozenset[str] = frozenset(str(kind.__struct_config__.tag) for kind in get_args(AnyRequest))
"""Names of all requests."""


def encode(message: Struct) -> bytes:
    """A request, reply or stream header as msgpack bytes."""
    return _encoder.encode(message)


def encode_done(request: int, result: dict[str, Any]) -> bytes:
    """The reply to the request of this id that was done."""
    return _encoder.encode(Reply(id=request, result=result))


def encode_failed(request: int, error: BridgeError) -> bytes:
    """The reply to the request of this id that could not be done; `UNREADABLE_ID` where the id could not be read."""
    return _encoder.encode(Reply(id=request, error=Failure(code=error.code, message=error.message)))


def decode_request(data: bytes | memoryview) -> AnyRequest:
    """A request from its bytes. Raises `BadRequestError`, with the id for the reply, for whatever is none."""
    if len(data) > MAX_REQUEST:
        raise BadRequestError("too_large", f"The message has {len(data)} bytes; at most {MAX_REQUEST} are read.")
    try:
        request = _requests.decode(data)
    except _UNREADABLE as problem:
        raise _bad_request(data, problem) from None
    if request.v != VERSION:
        raise BadRequestError("bad_version", _other_version(request.v), request.id)
    return request


def decode_reply(data: bytes | memoryview) -> Reply:
    """A reply from its bytes. Raises `BridgeError` with "bad_message" for whatever is none."""
    try:
        reply = _replies.decode(data)
    except _UNREADABLE as problem:
        raise BridgeError("bad_message", f"What came is no reply of protocol {VERSION}: {_reason(problem)}.") from None
    if reply.v != VERSION:
        raise BridgeError("bad_version", _other_version(reply.v))
    if (reply.result is None) == (reply.error is None):
        raise BridgeError("bad_message", "The reply must have either a result or an error, not both or neither.")
    return reply


def decode_stream(parts: Sequence[bytes | memoryview]) -> Streamed:
    """A stream message from its parts [topic, header, payload]. Raises `BridgeError` for whatever is none."""
    if len(parts) != 3:
        raise BridgeError("bad_message", f"A stream message has 3 parts, not {len(parts)}.")
    topic, data, payload = bytes(parts[0]), parts[1], parts[2]
    decoder = _headers.get(topic[:_KIND_LENGTH])
    if decoder is None or len(data) > MAX_HEADER:
        raise BridgeError("bad_message", f"The topic {topic[:80]!r} with a header of {len(data)} bytes is no stream's.")
    try:
        header = decoder.decode(data)
    except _UNREADABLE as problem:
        raise BridgeError("bad_message", f"The header of {topic[:80]!r} is not readable: {_reason(problem)}.") from None
    if header.v != VERSION:
        raise BridgeError("bad_version", _other_version(header.v))
    if topic != Topic.of(topic[:_KIND_LENGTH], header.npc):
        raise BridgeError("bad_message", f"The topic {topic[:80]!r} came with a header of {header.npc!r}.")
    return Streamed(header, payload)


def failure_of(failure: Failure) -> BridgeError:
    """The error that a reply or an event tells of; a code that this package does not know becomes "internal"."""
    code: Code = next((known for known in CODES if known == failure.code), "internal")
    return BridgeError(code, failure.message)


def choose_version(offered: Iterable[int]) -> int:
    """The newest version that a client offers and this package speaks. Raises "bad_version" where there is none."""
    if VERSION in (versions := sorted(offered)):
        return VERSION
    raise BridgeError(
        "bad_version", f"The client speaks {versions}, this daemon {VERSION}; update the older of the two."
    )


def _bad_request(data: bytes | memoryview, problem: BaseException) -> BadRequestError:
    """Why a message could not be read, as precisely as can be told."""
    try:
        peek = _peeks.decode(data)
    except _UNREADABLE:
        return BadRequestError("bad_message", f"It is no msgpack map of protocol {VERSION}: {_reason(problem)}.")
    number = peek.id if type(peek.id) is int and 0 <= peek.id <= 1 << 53 else UNREADABLE_ID
    if type(peek.v) is not int or peek.v != VERSION:
        return BadRequestError("bad_version", _other_version(peek.v), number)
    if not isinstance(peek.op, str) or peek.op not in OPS:
        return BadRequestError(
            "unknown_op", f"There is no request {str(peek.op)[:80]!r}; see bridge/PROTOCOL.md.", number
        )
    return BadRequestError(_code_of(problem), f"The request {peek.op!r} cannot be read: {_reason(problem)}.", number)


def _reason(problem: BaseException) -> str:
    """What msgspec says, without the middle of what it quotes of the message, which may be long."""
    text = str(problem)
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON // 2]} ... {text[-LONGEST_REASON // 2 :]}"


def _code_of(problem: BaseException) -> Code:
    """The code for what msgspec says of a field: "Expected ... - at `$.field`"."""
    text = str(problem)
    if isinstance(problem, ValidationError):
        if "`$.controls" in text:
            return "bad_control"
        if text.startswith("Expected `bytes` of length <="):
            return "too_large"
    return "bad_message"


def _other_version(version: object) -> str:
    return f"This is protocol {VERSION}, the message says {str(version)[:20]}; send `hello` to agree on one."
