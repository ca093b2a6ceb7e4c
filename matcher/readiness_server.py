"""Two addresses for a supervisor or a load balancer: ``/health`` (alive) and ``/ready`` (able to answer)."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kb.observing import log_event
from matcher.export.plain import as_data
from matcher.readiness import Readiness

HOST = "127.0.0.1"


def readiness_data(found: Readiness) -> dict[str, object]:
    """Return what was found as plain data."""
    return {
        "status": "ready" if found.ready else "not ready",
        "at": found.at.isoformat(timespec="seconds"),
        "checks": as_data(found.checks),
    }


def make_server(port: int, look: Callable[[], Readiness]) -> ThreadingHTTPServer:
    """Return a server on 127.0.0.1, not yet serving.

    ``GET /health`` answers 200 while the process lives; ``GET /ready`` answers 200, or 503 when a check failed, with
    every check as JSON; anything else is 404.

    Parameters
    ----------
    port : int
        0 takes a free one.

    Raises
    ------
    OSError
        When the port is taken.
    """

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/health":
                self._say(HTTPStatus.OK, {"status": "alive"})
            elif self.path == "/ready":
                found = look()
                log_event("readiness.asked", ready=found.ready)
                self._say(HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE, readiness_data(found))
            else:
                self._say(HTTPStatus.NOT_FOUND, {"error": "ask /health or /ready"})

        def _say(self, status: HTTPStatus, body: dict[str, object]) -> None:
            text = json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing on standard error; the log has its own line."""

    return ThreadingHTTPServer((HOST, port), Answer)
