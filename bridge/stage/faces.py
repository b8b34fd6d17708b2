"""Enrolled faces and their renderers, which NPCs share: a renderer keeps nothing of one frame for the next."""

import copy
import io
import logging
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from bridge.protocol.errors import BridgeError
from bridge.protocol.fields import Background
from vasa_core.errors import AssetError, PortraitError
from vasa_core.face.asset import FaceAsset
from vasa_core.latent.space import LatentSpace
from vasa_core.motion.track import Motion
from vasa_core.render.renderer import Renderer

log = logging.getLogger(__name__)

ZIP = b"PK\x03\x04"
"""First bytes of a .vasa file."""


class Look:
    """A face at one size before one background: renderers that are lent to one thread at a time."""

    def __init__(self, asset: FaceAsset, space: LatentSpace, size: int, background: Background) -> None:
        self.size = size
        self._make = lambda: Renderer(asset, space, size, background)
        self._kept = {id(asset): asset, id(space): space}
        self._space = space
        self._free: list[Renderer] = []
        self._first: Renderer | None = None
        self._lock = threading.Lock()
        self.ready = False
        self.failed: Exception | None = None

    def prepare(self) -> None:
        """Make the first renderer: about a second of one core."""
        try:
            renderer = self._make()
            renderer.render(Motion.still(1, self._space.size), 0)
        except Exception as error:
            self.failed = error
            raise
        self._first = renderer
        self.give_back(renderer)
        self.ready = True

    def take(self) -> Renderer:
        """A renderer for one frame; to be given back."""
        with self._lock:
            if self._free:
                return self._free.pop()
            assert self._first is not None
            return copy.deepcopy(self._first, dict(self._kept))

    def give_back(self, renderer: Renderer) -> None:
        """It is of use to others again."""
        with self._lock:
            self._free.append(renderer)


class Face:
    """An enrolled face and its looks."""

    def __init__(self, name: str, asset: FaceAsset) -> None:
        self.name = name
        self.asset = asset
        self.looks: dict[tuple[int, Background], Look] = {}


class Faces:
    """The enrolled faces by name."""

    def __init__(self, threaded: bool, on_ready: Callable[[], None]) -> None:
        """`threaded`: looks are made in a thread of their own, and `on_ready` is called when one is there."""
        self.space = LatentSpace.load()
        self._faces: dict[str, Face] = {}
        self._maker = ThreadPoolExecutor(1, "looks") if threaded else None
        self._on_ready = on_ready

    def __len__(self) -> int:
        return len(self._faces)

    def __contains__(self, name: str) -> bool:
        return name in self._faces

    @property
    def names(self) -> list[str]:
        """In order of enrolling."""
        return list(self._faces)

    def get(self, name: str) -> Face:
        """A face by name."""
        face = self._faces.get(name)
        if face is None:
            raise BridgeError("no_such_face", f"There is no face {name!r}; enroll it first.")
        return face

    def put(self, name: str, asset: FaceAsset) -> None:
        """Add a face or put it in the place of another; NPCs keep what they wear."""
        self._faces[name] = Face(name, asset)

    def forget(self, name: str) -> None:
        """Drop a face; NPCs that wear it keep it."""
        self.get(name)
        del self._faces[name]

    def look(self, face: Face, size: int, background: Background) -> Look:
        """A face at a size; may not be ready yet. To be called under the stage's lock."""
        look = face.looks.get((size, background))
        if look is None:
            look = face.looks[size, background] = Look(face.asset, self.space, size, background)
            if self._maker is None:
                look.prepare()
            else:
                self._maker.submit(self._prepare, look)
        return look

    def close(self) -> None:
        """Let the thread end."""
        if self._maker is not None:
            self._maker.shutdown(cancel_futures=True)

    def _prepare(self, look: Look) -> None:
        try:
            look.prepare()
        except Exception:
            log.exception("A face cannot be drawn at %d px", look.size)
        self._on_ready()


def read_face(data: bytes) -> tuple[FaceAsset, tuple[int, int]]:
    """The face of a portrait or of a .vasa file, and the portrait's width and height in px. Raises "bad_portrait"."""
    try:
        if data.startswith(ZIP):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "face.vasa"
                path.write_bytes(data)
                asset = FaceAsset.load(path)
            return asset, (asset.size, asset.size)
        from vasa_core.face.enroll import Enroller

        asset = Enroller().enroll(data)
        with Image.open(io.BytesIO(data)) as image:
            return asset, image.size
    except (PortraitError, AssetError) as error:
        raise BridgeError("bad_portrait", str(error)) from error
