"""The few files that the door serves: its page, and the samples that the page offers."""

from http import HTTPStatus
from pathlib import Path

from msgspec import json
from websockets.datastructures import Headers
from websockets.http11 import Response

PAGE_DIR = Path(__file__).parent / "page"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".flac": "audio/flac",
    ".wav": "audio/wav",
}
_PICTURES, _SOUNDS = (".jpg", ".png"), (".flac", ".wav")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may load (Content Security Policy): nothing from elsewhere. To some browsers ws: is not 'self'."""


class Pages:
    """Finds a response to each path; only what was there at the start is ever read."""

    def __init__(self, samples: tuple[Path, ...]) -> None:
        self._files = {f"/{file.name}": file for file in PAGE_DIR.iterdir()}
        self._files["/"] = self._files["/index.html"]
        found = [file for folder in samples for file in sorted(folder.iterdir())]
        offers = {
            "portraits": [file for file in found if file.suffix in _PICTURES],
            "lines": [file for file in found if file.suffix in _SOUNDS],
        }
        for files in offers.values():
            self._files |= {f"/samples/{file.name}": file for file in files}
        self._list = json.encode({kind: [file.name for file in files] for kind, files in offers.items()})

    def find(self, path: str, host: str) -> Response | None:
        """The response to a GET of `path` by a browser that came to `host` (name and port), if there is one."""
        if path == "/samples.json":
            return _respond(self._list, ".json", host)
        file = self._files.get(path)
        return None if file is None else _respond(file.read_bytes(), file.suffix, host)


def _respond(body: bytes, suffix: str, host: str) -> Response:
    headers = Headers(
        {
            "Content-Type": _TYPES.get(suffix, "application/octet-stream"),
            "Content-Length": str(len(body)),
            "Content-Security-Policy": _POLICY.format(host=host),
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "Connection": "close",
        }
    )
    return Response(HTTPStatus.OK, HTTPStatus.OK.phrase, headers, body)
