"""onnxruntime sessions: which provider runs the networks, and with how many threads."""

import contextlib
import importlib
import io
import os
from functools import cache
from pathlib import Path

import onnxruntime as ort

from vasa_core.errors import ModelError
from vasa_core.models import model_path

PROVIDER_VARIABLE = "VASA_PROVIDER"
PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}

EXACT_BYTES = "session.x64quantprecision"
"""onnxruntime multiplies unsigned by signed bytes. On x86 without VNNI two products at a time are added in 16 bits and
overflow; this option takes slower, exact products there."""

_forced: str | None = None
_running: str | None = None


def force_provider(name: str | None) -> None:
    """Force "cpu" or "cuda" for sessions made from now on; None chooses by itself again."""
    global _forced
    if name is not None and name not in PROVIDERS:
        raise ModelError(f"Unknown provider '{name}'. Choose one of: {', '.join(PROVIDERS)}.")
    _forced = name


def _wanted() -> str | None:
    return _forced or os.environ.get(PROVIDER_VARIABLE) or None


def chosen_provider() -> str:
    """The provider that new sessions ask for: forced, from VASA_PROVIDER, or CUDA where onnxruntime offers it."""
    wanted = _wanted()
    available = ort.get_available_providers()
    if wanted is None:
        return "cuda" if PROVIDERS["cuda"] in available else "cpu"
    if wanted not in PROVIDERS:
        raise ModelError(f"{PROVIDER_VARIABLE}={wanted} is unknown. Choose one of: {', '.join(PROVIDERS)}.")
    if PROVIDERS[wanted] not in available:
        raise ModelError(
            f"The provider '{wanted}' is not in this onnxruntime (it has: {', '.join(available)}). "
            "For CUDA install the extra 'gpu' in an environment without 'cpu'."
        )
    return wanted


def open_session(model: str | Path, threads: int = 1) -> ort.InferenceSession:
    """Open a shipped model by name (or any .onnx by path) on the chosen provider.

    Falls back to the CPU by itself if CUDA is offered but does not start, unless CUDA was asked for.
    """
    path = model if isinstance(model, Path) else model_path(model)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    if not _has_vnni():
        options.add_session_config_entry(EXACT_BYTES, "1")
    providers = [PROVIDERS["cpu"]]
    if chosen_provider() == "cuda":
        _preload_cuda()
        providers.insert(0, PROVIDERS["cuda"])
    session = ort.InferenceSession(str(path), options, providers=providers)
    _note_provider(session)
    _refuse_another(session.get_providers()[0])
    return session


@cache
def _has_vnni() -> bool:
    """Whether the processor adds four products of bytes in 32 bits (AVX-512 VNNI); False where numpy does not tell."""
    try:
        known = importlib.import_module("numpy._core._multiarray_umath").__cpu_features__
    except (ImportError, AttributeError):
        return False
    return bool(known.get("AVX512VNNI", False))


@cache
def _preload_cuda() -> None:
    """Load the CUDA libraries that the extra "gpu" installs: they lie where the system does not look."""
    if hasattr(ort, "preload_dlls"):
        # What it misses it prints to stdout, where results go; the session tells whether CUDA starts.
        with contextlib.redirect_stdout(io.StringIO()):
            ort.preload_dlls()


def _refuse_another(running: str) -> None:
    wanted = _wanted()
    if wanted is not None and running != PROVIDERS[wanted]:
        raise ModelError(
            f"The provider '{wanted}' was asked for but does not start; the networks would run on {running}. "
            "Check the driver and the CUDA libraries, or do not ask for it."
        )


def _note_provider(session: ort.InferenceSession) -> None:
    global _running
    names = {provider: name for name, provider in PROVIDERS.items()}
    _running = names.get(session.get_providers()[0])


def running_provider() -> str | None:
    """Where the newest session really runs, "cpu" or "cuda"; None before the first one."""
    return _running
