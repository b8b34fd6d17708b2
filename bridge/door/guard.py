"""Who may come in. Browsers send any page's WebSocket and requests to this host, so an address alone proves nothing.

- `Host` must be a name of this host: else a stranger's name could be made to point here (DNS rebinding).
- `Origin`, which only browsers send, must be the daemon's own page or a listed one.
- The token must be known, by pages and by programs.
"""

import hmac
from http import HTTPStatus
from urllib.parse import parse_qs

from websockets.datastructures import Headers, MultipleValuesError

from bridge.door.settings import LOOPBACK, DoorSettings

Refusal = tuple[HTTPStatus, str]
HTTP_PORT = 80
"""The port that browsers leave out of Host and Origin."""


class Guard:
    """Checks requests to the door at `port`."""

    def __init__(self, settings: DoorSettings, port: int) -> None:
        self._token = settings.token.encode()
        names = {f"[{name}]" if ":" in name else name for name in (*LOOPBACK, settings.host)}
        self._hosts = {name if port == HTTP_PORT else f"{name}:{port}" for name in names}
        self._origins = {f"http://{host}" for host in self._hosts} | {o.rstrip("/").lower() for o in settings.origins}

    def refuse(self, headers: Headers) -> Refusal | None:
        """Why a request for a page or for the socket is refused, if it is."""
        try:
            host = headers.get("Host", "")
        except MultipleValuesError:
            host = ""
        if host.lower() not in self._hosts:
            return HTTPStatus.FORBIDDEN, "The door is opened only by its own address, such as http://127.0.0.1."
        return None

    def refuse_socket(self, headers: Headers, query: str) -> Refusal | None:
        """Why a WebSocket is refused, if it is. The token comes as `?token=` or as `Authorization: Bearer`."""
        try:
            origin, bearer = headers.get("Origin"), headers.get("Authorization", "")
        except MultipleValuesError:
            return HTTPStatus.BAD_REQUEST, "Origin and Authorization may each be told once."
        if origin is not None and origin.lower() not in self._origins:
            return HTTPStatus.FORBIDDEN, "Pages of this origin may not come in. List it under the door's `origins`."
        tokens = parse_qs(query).get("token", []) or [bearer.removeprefix("Bearer ")]
        if not hmac.compare_digest(tokens[0].encode(), self._token):
            return HTTPStatus.UNAUTHORIZED, "The token is missing or wrong. `vasa serve` prints it with the address."
        return None
