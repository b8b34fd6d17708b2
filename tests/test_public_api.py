"""The public names: there, light to import, and callable in whatever order things are imported."""

import subprocess
import sys

import pytest

import vasa_core

IMPORTED_BEFORE = ("render.renderer", "pipeline", "performance.reenact")


def test_every_public_name_is_there() -> None:
    for name in vasa_core.__all__:
        assert getattr(vasa_core, name) is not None
    assert set(vasa_core.__all__) <= set(dir(vasa_core))


def test_unknown_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = vasa_core.nonsense


@pytest.mark.parametrize(
    "first",
    ["", "import vasa_core.render.renderer;", "import vasa_core.pipeline;", "import vasa_core.performance.reenact;"],
)
def test_render_can_be_called_whatever_was_imported_before(first: str) -> None:
    program = (
        f"{first}\nfrom vasa_core import enroll, animate, render, VasaError\n"
        "try: render('none.png', 'none.wav', 'none.mp4')\n"
        "except VasaError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "none.wav" in done.stdout


def test_importing_loads_nothing_heavy() -> None:
    program = "import sys, vasa_core; print([name for name in ('numpy', 'av', 'numba') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
