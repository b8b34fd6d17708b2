"""Which provider runs the networks: forced, from the environment, or by itself."""

from collections.abc import Callable, Iterator

import onnxruntime as ort
import pytest

from vasa_core import runtime
from vasa_core.cli import checks
from vasa_core.errors import ModelError
from vasa_core.runtime import PROVIDER_VARIABLE, chosen_provider, force_provider, open_session, running_provider

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"
Offer = Callable[..., None]


@pytest.fixture(autouse=True)
def nothing_forced(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(PROVIDER_VARIABLE, raising=False)
    force_provider(None)
    runtime._preload_cuda.cache_clear()
    yield
    force_provider(None)
    runtime._preload_cuda.cache_clear()


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Let onnxruntime offer these providers."""
    return lambda *names: monkeypatch.setattr(ort, "get_available_providers", lambda: list(names))


@pytest.fixture
def cuda_that_does_not_start(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """CUDA is offered, but sessions run on the CPU; lists what was done."""
    offer(CUDA, CPU)
    done = []
    session = ort.InferenceSession

    def open_on_cpu(path: str, options: ort.SessionOptions, providers: list[str]) -> ort.InferenceSession:
        done.append(providers[0])
        return session(path, options, providers=[CPU])

    def preload() -> None:
        print("Failed to load libcublas")
        done.append("preload")

    monkeypatch.setattr(ort, "InferenceSession", open_on_cpu)
    monkeypatch.setattr(ort, "preload_dlls", preload, raising=False)
    return done


def test_cuda_by_itself_where_it_is_offered(offer: Offer) -> None:
    offer(CUDA, CPU)
    assert chosen_provider() == "cuda"
    offer(CPU)
    assert chosen_provider() == "cpu"


def test_the_environment_chooses_and_the_option_overrules_it(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(CUDA, CPU)
    monkeypatch.setenv(PROVIDER_VARIABLE, "cpu")
    assert chosen_provider() == "cpu"
    force_provider("cuda")
    assert chosen_provider() == "cuda"
    force_provider(None)
    assert chosen_provider() == "cpu"
    monkeypatch.setenv(PROVIDER_VARIABLE, "")
    assert chosen_provider() == "cuda"


def test_what_is_not_there_is_refused(offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(CPU)
    with pytest.raises(ModelError, match="Unknown provider 'tpu'"):
        force_provider("tpu")
    force_provider("cuda")
    with pytest.raises(ModelError, match="extra 'gpu'"):
        open_session("face_blendshapes")
    force_provider(None)
    monkeypatch.setenv(PROVIDER_VARIABLE, "tpu")
    with pytest.raises(ModelError, match=f"{PROVIDER_VARIABLE}=tpu"):
        chosen_provider()


def test_falls_back_quietly(cuda_that_does_not_start: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert open_session("face_blendshapes").get_providers() == [CPU]
    assert open_session("face_blendshapes").get_providers() == [CPU]
    assert cuda_that_does_not_start == ["preload", CUDA, CUDA]
    assert running_provider() == "cpu"
    assert capfd.readouterr().out == ""
    assert checks.provider().state == "note"


@pytest.mark.usefixtures("cuda_that_does_not_start")
def test_does_not_fall_back_from_what_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    force_provider("cuda")
    with pytest.raises(ModelError, match="'cuda' was asked for but does not start"):
        open_session("face_blendshapes")
    force_provider(None)
    monkeypatch.setenv(PROVIDER_VARIABLE, "cuda")
    with pytest.raises(ModelError, match=CPU):
        open_session("face_blendshapes")
    check = checks.provider()
    assert check.state == "problem" and "was asked for" in check.found
    monkeypatch.setenv(PROVIDER_VARIABLE, "cpu")
    assert open_session("face_blendshapes").get_providers() == [CPU]
