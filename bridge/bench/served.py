"""A daemon of one's own, in another process, on ports that are free."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psutil

from vasa_core.errors import VasaError

STOP_S = 20.0


class ServedError(VasaError):
    """The daemon could not be started; a sentence that says why."""


class Served:
    """A daemon, from `__enter__` to `__exit__`; it ends with this process too, however that ends."""

    def __init__(self, face: str, portrait: Path, *flags: str) -> None:
        """`flags`: more of `vasa serve`."""
        self._command = [
            sys.executable, "-m", "vasa_core.cli", "serve", "--json", "--port", "0", "--log-level", "warning",
            "--face", f"{face}={portrait}", "--parent-pid", str(os.getpid()), *flags,
        ]  # fmt: skip
        self.where: dict[str, Any] = {}
        """What it printed: control, streams, pid."""

    def __enter__(self) -> Self:
        self._log: IO[str] = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=self._log, text=True)
        assert self._process.stdout is not None
        try:
            line = self._process.stdout.readline()
            if not line:
                self._process.wait(STOP_S)
                raise ServedError(f"The daemon did not start. {self.log.strip()}")
        except BaseException:
            self._stop()
            raise
        self.where = json.loads(line)
        self.process = psutil.Process(self._process.pid)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    @property
    def control(self) -> str:
        """Endpoint."""
        return str(self.where["control"])

    @property
    def streams(self) -> str:
        """Endpoint."""
        return str(self.where["streams"])

    @property
    def log(self) -> str:
        """Warnings and errors so far."""
        self._log.flush()
        self._log.seek(0)
        return self._log.read()

    def memory(self) -> float:
        """Resident, bytes."""
        return float(self.process.memory_info().rss)

    def processor_seconds(self) -> float:
        """Processor time so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()
