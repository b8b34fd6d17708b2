"""Where frames go: the interface that video, picture sequence and contact sheet share, and one that runs beside it."""

from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
"""[height, width, 3] RGB or [height, width, 4] RGBA with colours premultiplied by opacity; top row first."""


class FrameSink(Protocol):
    """Takes the frames of one clip, in order."""

    def write(self, frame: Frame) -> None:
        """Take the next frame. The array is not kept."""

    def close(self) -> None:
        """Finish: only now the result appears under its name."""

    def abort(self) -> None:
        """Drop everything; harmless after `close`."""


class BackgroundSink:
    """Feeds sinks from a second thread, so that encoding runs beside rendering.

    As a context manager it closes the sinks when the block ends well, and aborts them when it does not.
    """

    QUEUE = 8
    """Frames that may wait: enough to smooth out key frames, small enough to bound memory (1 MB each at 512x512)."""

    def __init__(self, *sinks: FrameSink) -> None:
        self._sinks = sinks
        self._queue: Queue[Frame | None] = Queue(self.QUEUE)
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, name="vasa-export", daemon=True)
        self._thread.start()

    def write(self, frame: Frame) -> None:
        """Hand over the frame, which must not be written to any more; raises what went wrong with an earlier one."""
        if self._error is not None:
            raise self._error
        self._queue.put(frame)

    def _run(self) -> None:
        while (frame := self._queue.get()) is not None:
            if self._error is not None:
                continue
            try:
                for sink in self._sinks:
                    sink.write(frame)
            except BaseException as error:
                self._error = error

    def _join(self) -> None:
        """Wait for the thread whatever happens: sinks must not be touched by two threads."""
        self._queue.put(None)
        while self._thread.is_alive():
            try:
                self._thread.join()
            except KeyboardInterrupt as interrupt:
                self._error = interrupt

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._error = error  # the frames that wait are dropped
        try:
            self._join()
            if error is None:
                if self._error is not None:
                    raise self._error
                for sink in self._sinks:
                    sink.close()
        finally:
            for sink in self._sinks:
                sink.abort()
