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
MEANINGS: dict[Code, str] = {
    "bad_message": "what came is no msgpack, no map, or lacks a field, or a field is of another type or out of range",
    "bad_version": "the message is of a protocol version that this daemon does not speak",
    "unknown_op": "there is no such request",
    "not_allowed": "this daemon does not let clients do that",
    "too_large": "a message, sound, picture or file is longer than its limit",
    "no_such_face": "no face of this name was enrolled",
    "no_such_npc": "no NPC of this name was spawned",
    "no_such_utterance": "the NPC says nothing of this name, or has ended it",
    "exists_already": "the name is taken: by a face (see `replace`), an NPC, or an utterance of this NPC",
    "bad_portrait": "no face could be made of the picture",
    "bad_audio": "the sound cannot be read, is empty, or has half a sample",
    "bad_control": "a control is out of its range or has an unknown name",
    "bad_path": "the path is in no allowed folder, or the file is not there or cannot be read",
    "too_many": "too many faces, NPCs, utterances or waiting requests",
    "wrong_state": "not possible as things are, like `push` after `close`, or `listen` while it speaks",
    "disk": "no room on a disk or in shared memory",
    "shutting_down": "the daemon is ending",
    "internal": "a fault of the daemon; its log says more",
}
"""What each code stands for."""
CODES: tuple[Code, ...] = get_args(Code)


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
