"""What can go wrong on the wire: codes for programs, sentences for people."""

from typing import Literal, get_args

Code = Literal[
    "bad_message",
    "bad_version",
    "unknown_op",
    "not_allowed",
    "too_large",
    "no_such_face",
    "no_such_npc",
    "no_such_utterance",
    "exists_already",
    "bad_portrait",
    "bad_audio",
    "bad_control",
    "bad_path",
    "too_many",
    "wrong_state",
    "disk",
    "shutting_down",
    "internal",
]
CODES: tuple[str, ...] = get_args(Code)


class BridgeError(Exception):
    """A request that could not be done: a code of `CODES` and a sentence that says what was wrong and what to do."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class BadRequestError(BridgeError):
    """A message that is no request: `request` is the id to reply to, 0 where it could not be read."""

    def __init__(self, code: Code, message: str, request: int = 0) -> None:
        super().__init__(code, message)
        self.request = request
