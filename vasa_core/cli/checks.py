"""The checks behind `vasa doctor`; each looks at one thing and never raises."""

import importlib.metadata
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Check:
    """One finding."""

    subject: str
    state: Literal["ok", "note", "problem"]
    """ok; note: something optional is missing; problem: `vasa render` will not work, or not as it should."""
    found: str
    advice: str = ""


def all_checks() -> list[Check]:
    """Every check, in the order of the report."""
    tasks: tuple[Callable[[], Check], ...] = (
        machine,
        onnxruntime,
        provider,
        models,
        encoders,
        compiler_cache,
        audio_devices,
    )
    return [_guarded(task) for task in tasks]


def _guarded(task: Callable[[], Check]) -> Check:
    try:
        return task()
    except Exception as error:
        subject = task.__name__.replace("_", " ")
        return Check(subject, "problem", f"{type(error).__name__}: {error}", "Reinstall the package.")


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def usable_cores() -> int:
    """Cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> Check:
    """Python, platform and cores."""
    cores = usable_cores()
    found = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cores} cores"
    if cores < 2:
        return Check("machine", "note", found, "Rendering and encoding share one core and take longer.")
    return Check("machine", "ok", found)


def onnxruntime() -> Check:
    """Exactly one build of onnxruntime."""
    cpu, gpu = _installed("onnxruntime"), _installed("onnxruntime-gpu")
    if cpu and gpu:
        return Check(
            "onnxruntime",
            "problem",
            f"onnxruntime {cpu} and onnxruntime-gpu {gpu} are both installed and overwrite each other's files",
            'pip uninstall onnxruntime onnxruntime-gpu, then in the checkout: pip install -e ".[cpu]" (or ".[gpu]").',
        )
    if not cpu and not gpu:
        advice = 'In the checkout: pip install -e ".[cpu]" (or ".[gpu]"), or anywhere: pip install onnxruntime.'
        return Check("onnxruntime", "problem", "not installed", advice)
    return Check("onnxruntime", "ok", f"onnxruntime {cpu}" if cpu else f"onnxruntime-gpu {gpu}")


def provider() -> Check:
    """Where the networks run."""
    import onnxruntime as ort

    from vasa_core.errors import ModelError
    from vasa_core.runtime import PROVIDER_VARIABLE, chosen_provider, open_session

    try:
        chosen = chosen_provider()
        running = open_session("face_blendshapes").get_providers()[0]
    except ModelError as error:
        return Check("provider", "problem", str(error))
    found = f"networks run on {running} (offered: {', '.join(ort.get_available_providers())})"
    if chosen == "cuda" and running.startswith("CPU"):
        advice = f"CUDA does not start: check driver and CUDA libraries, or set {PROVIDER_VARIABLE}=cpu."
        return Check("provider", "note", found, advice)
    return Check("provider", "ok", found)


def models() -> Check:
    """Every model there, with the hash of its card."""
    from vasa_core.models import all_cards, sha256_of

    cards = all_cards()
    missing = [card.file for card in cards if not card.path.is_file()]
    changed = [card.file for card in cards if card.path.is_file() and sha256_of(card.path) != card.sha256]
    if missing or changed or not cards:
        parts = [f"missing: {', '.join(missing)}"] if missing else []
        parts += [f"changed: {', '.join(changed)}"] if changed else []
        return Check("models", "problem", "; ".join(parts) or "none found", "Reinstall the package.")
    size = sum(card.path.stat().st_size for card in cards) / 1e6
    return Check("models", "ok", f"{len(cards)} present with the right hash, {size:.0f} MB")


def encoders() -> Check:
    """The coders of films in this build of PyAV: H.264 and AAC, and those of transparent films."""
    import av

    version = f"PyAV {av.__version__}"
    missing = [name for name in ("libx264", "aac") if not _encodes(name)]
    if missing:
        advice = "Install PyAV from its wheel: pip install --force-reinstall av. PNG sequences work without."
        return Check("encoders", "problem", f"{version} lacks {', '.join(missing)}", advice)
    missing = [name for name in ("prores_ks", "libvpx-vp9", "libopus") if not _encodes(name)]
    if missing:
        advice = "Transparent films need them: pip install --force-reinstall av. PNG sequences work without."
        return Check("encoders", "note", f"{version}: H.264 and AAC, but not {', '.join(missing)}", advice)
    return Check("encoders", "ok", f"{version}: H.264, VP9 and ProRes; AAC and Opus")


def _encodes(name: str) -> bool:
    """Whether this build of PyAV has the coder `name`."""
    import av

    try:
        av.Codec(name, "w")
    except (av.FFmpegError, ValueError):
        return False
    return True


def compiler_cache() -> Check:
    """Where numba keeps compiled code, so that only the first run compiles."""
    import numba

    from vasa_core.compiled import cache_folder, usual_folders

    named = os.environ.get("NUMBA_CACHE_DIR")
    folder, temporary = cache_folder()
    found = f"numba {numba.__version__} keeps compiled code in {folder}"
    if temporary:
        refused = ", ".join(str(usual) for usual in usual_folders() if usual != folder)
        advice = "Set NUMBA_CACHE_DIR to a lasting folder you may write to, or starts may compile again."
        return Check("compiler cache", "note", f"{found}, as these cannot be written: {refused}", advice)
    if named and Path(named) != folder:
        advice = "Set NUMBA_CACHE_DIR to a folder you may write to, or unset it."
        return Check("compiler cache", "note", f"{found}, as NUMBA_CACHE_DIR={named} cannot be written", advice)
    return Check("compiler cache", "ok", found)


def audio_devices() -> Check:
    """Microphones and loudspeakers: only live use needs them."""
    advice = "Only live input and output need it; files work without."
    try:
        import sounddevice

        devices = sounddevice.query_devices()
    except (OSError, ImportError) as error:
        advice = f"On Debian: apt install libportaudio2. {advice}"
        return Check("audio devices", "note", f"none usable: {error}", advice)
    except Exception as error:  # PortAudioError, which cannot be imported where initialising PortAudio fails
        return Check("audio devices", "note", f"none usable: {error}", advice)
    inputs = sum(device["max_input_channels"] > 0 for device in devices)
    outputs = sum(device["max_output_channels"] > 0 for device in devices)
    if not devices:
        return Check("audio devices", "note", "PortAudio works, but there is no device", advice)
    return Check("audio devices", "ok", f"{inputs} for input, {outputs} for output")
