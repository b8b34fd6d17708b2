"""Log lines: for people, or one JSON object each. Whoever logs never waits for the one who reads.

A game may start the daemon with a pipe that nobody reads, and disks fill up: lines go through a bounded queue to a
thread of their own, and are dropped where it is full or cannot write.
"""

import logging
import os
import queue
import threading
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import QueueHandler

import msgspec

WAITING_LINES = 1000
"""Lines that may wait to be written; what comes beyond is dropped."""
LAST_WORDS = 1.0
"""s that are given to writing what still waits at the end."""
STDERR = 2


class _ForPeople(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """17:03:21.482 warning  wire: what happened."""
        time = datetime.fromtimestamp(record.created).strftime("%H:%M:%S.%f")[:-3]
        line = f"{time} {record.levelname.lower():<7} {_place(record)}: {record.getMessage()}"
        return line + (f"\n{self.formatException(record.exc_info)}" if record.exc_info else "")


class _AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """{"time": ..., "level": ..., "where": ..., "message": ...}, and "error" with the traceback."""
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "where": _place(record),
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(fields).decode()


class _Dropping(QueueHandler):
    """Puts lines into the queue, or drops them where it is full."""

    dropped = 0

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Nothing to prepare: the queue stays in this process."""
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        """Queue one line."""
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            self.dropped += 1


class Logs:
    """Log lines of this process from now on go to a file descriptor, until `close`."""

    def __init__(self, level: str = "info", as_json: bool = False, descriptor: int = STDERR) -> None:
        self._descriptor = descriptor
        self._formatter = _AsJson() if as_json else _ForPeople()
        self._lines: queue.Queue[logging.LogRecord | None] = queue.Queue(WAITING_LINES)
        self._handler = _Dropping(self._lines)
        self._thread = threading.Thread(target=self._write, name="logs", daemon=True)
        self._thread.start()
        self._logger = logging.getLogger("bridge")
        self._logger.setLevel(level.upper())
        self._logger.propagate = False
        self._logger.addHandler(self._handler)

    def close(self) -> None:
        """Write what waits, for a second at most."""
        self._logger.removeHandler(self._handler)
        self._logger.propagate = True
        try:
            self._lines.put(None, timeout=LAST_WORDS)
        except queue.Full:
            return
        self._thread.join(LAST_WORDS)

    def _write(self) -> None:
        """Past Python's streams and handlers: what locks they hold while they write would hold up the process's end."""
        while (record := self._lines.get()) is not None:
            line = self._formatter.format(record) + "\n"
            with suppress(OSError):
                os.write(self._descriptor, line.encode(errors="replace"))


def _place(record: logging.LogRecord) -> str:
    return record.name.removeprefix("bridge.")
