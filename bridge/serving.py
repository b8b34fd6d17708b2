"""A daemon in a process of its own: where it listens is printed, signals and the parent's end stop it."""

import json
import logging
import os
import signal
import sys
from contextlib import suppress
from types import FrameType

import psutil

from bridge.config import Settings
from bridge.daemon import Daemon, DaemonError, OpenStage
from bridge.logs import Logs

log = logging.getLogger(__name__)

SWITCH_SECONDS = 0.001
"""After which a thread that computes in Python lets another one in; Python's 5 ms would hold up every message."""
TEND_SECONDS = 0.5
"""Between looks at the parent process and the keys."""


def serve(
    settings: Settings, parent_pid: int | None = None, as_json: bool = False, open_stage: OpenStage | None = None
) -> None:
    """Serve until SIGINT, SIGTERM, a client's `shutdown`, or the end of the process `parent_pid`.

    Where it listens goes to stdout, as one line of JSON if asked; log lines to stderr. Raises `VasaError` where it
    cannot start.
    """
    parent = None if parent_pid is None else _find(parent_pid)
    sys.setswitchinterval(SWITCH_SECONDS)
    logs = Logs(settings.log_level, settings.log_json)
    try:
        daemon = Daemon(settings, open_stage)
        try:
            _stop_on_signals(daemon)
            _print_where(_where(daemon), as_json)
            while not daemon.stopped.wait(TEND_SECONDS):
                daemon.tend()
                if parent is not None and not _is_alive(parent):
                    log.info("The parent process %d is gone", parent.pid)
                    break
            log.info("Ending")
        finally:
            daemon.close()
        log.info("Ended")
    finally:
        logs.close()


def _find(pid: int) -> psutil.Process:
    try:
        return psutil.Process(pid)
    except psutil.Error:
        raise DaemonError(f"There is no process {pid} to be the parent. Check --parent-pid.") from None


def _is_alive(process: psutil.Process) -> bool:
    """False also where the number belongs to another process by now, or only its entry is left."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _stop_on_signals(daemon: Daemon) -> None:
    """The first signal ends it in order; a second one at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.default_int_handler)
        daemon.stop()

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


def _where(daemon: Daemon) -> dict[str, str]:
    """Names and addresses of all that can be talked to."""
    where = {"control": daemon.control, "streams": daemon.stream}
    if daemon.settings.ipc is not None:
        where["ipc"] = str(daemon.settings.ipc)
    if daemon.door is not None:
        where["door"] = daemon.door.url
    if daemon.exporter is not None:
        where["metrics"] = f"http://127.0.0.1:{daemon.exporter.port}/metrics"
    return where


def _print_where(where: dict[str, str], as_json: bool) -> None:
    if as_json:
        text = json.dumps({"pid": os.getpid(), **where})
    else:
        text = "\n".join(["Ready. Stop with Ctrl-C.", *(f"  {name:<8} {place}" for name, place in where.items())])
    try:
        print(text, flush=True)
    except OSError as problem:  # nobody reads, or the disk is full: serving matters more
        log.warning("Where the daemon listens could not be printed: %s", problem.strerror)
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
