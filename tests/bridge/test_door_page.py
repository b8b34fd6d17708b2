"""The page in a real browser, with a real daemon: a face comes, speaks a sample, is interrupted, and follows wishes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect

from tests.bridge.chromium import PROGRAM, Page

ROOT = Path(__file__).parents[2]
PATIENCE = 240.0
"""s for a face to be made on a busy machine."""
LOOK = """(() => {
  const small = new OffscreenCanvas(24, 24).getContext("2d");
  small.drawImage(document.querySelector("#face"), 0, 0, 24, 24);
  return [...small.getImageData(0, 0, 24, 24).data].join();
})()"""
"""What the face looks like now."""
CHOOSE_NPC = """(() => {{
  const select = document.querySelector("#npc");
  select.value = "{}";
  select.dispatchEvent(new Event("change"));
}})()"""
IS_STATE = "document.querySelector('#state').textContent == '{}'"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PROGRAM is None, reason="There is no Chromium (apt-get install chromium)."),
]


@pytest.fixture
def address() -> Iterator[str]:
    """Of the page of a daemon that runs while the test does."""
    command = [sys.executable, "-m", "vasa_core.cli", "serve", "--door", "--port", "0", "--door-port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as daemon:
        try:
            assert daemon.stdout is not None
            lines = iter(daemon.stdout.readline, "")
            yield next(line.split()[1] for line in lines if line.split()[:1] == ["door"])
            daemon.terminate()
            assert daemon.wait(PATIENCE) == 0
        finally:
            daemon.kill()


@pytest.fixture
def page(address: str, tmp_path: Path) -> Iterator[Page]:
    page = Page(address, tmp_path / "profile")
    yield page
    page.close()


def _looks(page: Page, count: int) -> set[str]:
    """Wait for as many different faces."""
    seen: set[str] = set()
    for _ in range(100 * count):
        seen.add(page.run(LOOK))
        if len(seen) >= count:
            return seen
    raise AssertionError(f"Only {len(seen)} different frames were seen; the console says {page.problems}")


@contextmanager
def _spawn_beside(address: str, npc: str) -> Iterator[None]:
    """Another client has an NPC with the page's face."""
    parts = urlsplit(address)
    with connect(f"ws://{parts.netloc}/socket?tidy=1&token={parts.fragment}") as client:

        def ask(**request: Any) -> dict[str, Any]:
            client.send(json.dumps(request))
            reply = json.loads(client.recv(PATIENCE))
            assert "error" not in reply, reply
            return dict(reply["result"])

        face = ask(op="list", id=1)["faces"][0]
        face = face if isinstance(face, str) else face["face"]
        ask(op="spawn", id=2, npc=npc, face=face, format="bgra", origin="bottom-left")
        yield


def test_a_sample_speaks_in_the_page(page: Page, address: str, tmp_path: Path) -> None:
    page.wait(IS_STATE.format("idle") + " && document.querySelector('#face.there')", PATIENCE)
    assert page.run("document.querySelectorAll('#portraits img').length") >= 1
    _looks(page, 2)

    page.run("document.querySelector('#speak').click()")
    page.wait(IS_STATE.format("speaking"))
    page.wait("document.querySelector('#time').textContent >= '0:01'", PATIENCE)
    _looks(page, 8)
    page.picture(tmp_path / "speaking.png")
    page.wait("/the sound/.test(document.querySelector('#stats').textContent)")
    assert "fps" in page.run("document.querySelector('#stats').textContent")

    page.wait(IS_STATE.format("idle"), PATIENCE)
    page.run("document.querySelector('#speak').click()")
    page.wait(IS_STATE.format("speaking"))
    page.run("document.querySelector('#speak').click()")
    page.wait(IS_STATE.format("idle"))
    page.run("document.querySelector('#follow').click()")
    page.call("Input.dispatchMouseEvent", type="mouseMoved", x=1000, y=100)
    page.run("document.querySelector('#emotions button').click()")
    page.run("document.querySelector('#words').value = 'look left, nod, distance 0.8, frobnicate'")
    page.run("document.querySelector('#direct').requestSubmit()")
    assert page.run("document.querySelector('#words').value") == "frobnicate"
    _looks(page, 5)

    page.run("document.querySelector('#hear').click()")
    page.wait(IS_STATE.format("listening"), PATIENCE)
    page.run("document.querySelector('#hear').click()")
    page.wait(IS_STATE.format("idle"))

    with _spawn_beside(address, "hero"):
        page.wait("[...document.querySelectorAll('#npc option')].some((option) => option.value == 'hero')", PATIENCE)
        page.run(CHOOSE_NPC.format("hero"))
        page.wait("document.querySelector('#face.there') && document.querySelector('#portraits-card').hidden", PATIENCE)
        _looks(page, 2)
    page.wait("/taken out/.test(document.querySelector('#notice').textContent)", PATIENCE)
    page.run(CHOOSE_NPC.format(""))
    page.wait("document.querySelector('#notice').textContent == '' && document.querySelector('#face.there')", PATIENCE)
    assert not page.run("document.querySelector('#portraits-card').hidden")
    assert page.problems == []


def test_a_page_without_the_token_is_told_so(address: str, tmp_path: Path) -> None:
    page = Page(address.partition("#")[0], tmp_path / "profile")
    try:
        page.wait("/does not let this page in/.test(document.querySelector('#notice').textContent)", PATIENCE)
        assert not page.run("document.querySelector('#face').classList.contains('there')")
    finally:
        page.close()
