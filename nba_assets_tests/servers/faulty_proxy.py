"""An HTTP proxy before a server that answers some requests with errors, refuses them, or loses their answers."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ERRORS = {429: "rateLimitExceeded", 500: "backendError", 503: "backendError"}
RESET_BEFORE = "reset before"
RESET_AFTER = "reset after"
"""The request is done by the server, and its answer lost."""


@dataclass
class Faults:
    """`choose` gives the fault of each request (its number, method and path): a status, a reset, or None."""

    choose: Callable[[int, str, str], int | str | None]
    asked: int = 0
    done: list[tuple[int | str, str, str]] = field(default_factory=list)


@contextmanager
def faulty_proxy(server: str, faults: Faults) -> Iterator[str]:
    """The address of a proxy before a server."""
    upstream = urlsplit(server)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                faults.asked += 1
                fault = faults.choose(faults.asked, self.command, self.path)
                if fault is not None:
                    faults.done.append((fault, self.command, self.path))
            if isinstance(fault, int):
                reason = ERRORS[fault]
                text = f'{{"error": {{"code": {fault}, "message": "{reason}", "errors": [{{"reason": "{reason}"}}]}}}}'
                self._answer(fault, {"Content-Type": "application/json"}, text.encode())
                return
            if fault == RESET_BEFORE:
                self._reset()
                return
            connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port, timeout=300)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "accept-encoding"}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            if fault == RESET_AFTER:
                self._reset()
                return
            kept = {name: value for name, value in answer.getheaders() if name.lower() in ("content-type", "location")}
            self._answer(answer.status, kept, content)

        def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _reset(self) -> None:
            self.close_connection = True
            self.connection.close()

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815 - names that http.server asks for

        def log_message(self, *_: object) -> None:
            """Quiet."""

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.daemon_threads = True
    proxy.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{proxy.server_port}"
    finally:
        proxy.shutdown()
        proxy.server_close()
