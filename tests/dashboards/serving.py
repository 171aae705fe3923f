"""A Grafana of the tests behind HTTP on loopback."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.dashboards.grafana_server import FakeGrafana


@contextmanager
def serving(grafana: FakeGrafana, page: bytes | None = None) -> Iterator[str]:
    """Serve it on loopback; ``page`` makes it answer everything with that page instead."""

    class Handler(BaseHTTPRequestHandler):
        def _all(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, found = grafana.answer(self.command, self.path, body, headers)
            raw = page if page is not None else json.dumps(found).encode()
            self.send_response(200 if page is not None else status)
            kind = "text/html" if page is not None else "application/json"
            self.send_header("content-type", kind)
            if status != 204:
                self.send_header("content-length", str(len(raw)))
            self.end_headers()
            if status != 204:
                self.wfile.write(raw)

        do_GET = do_PUT = do_POST = do_DELETE = _all

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
