"""A webhook that really receives HTTP: it keeps every message, and answers as asked."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Webhook:
    """A server on a free port; `answers` are status codes for the next requests, 200 once they are used up."""

    def __init__(self) -> None:
        self.received: list[dict[str, object]] = []
        self.attempts = 0
        self.answers: list[int] = []
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                webhook.attempts += 1
                status = webhook.answers.pop(0) if webhook.answers else 200
                if status == 200:
                    webhook.received.append(body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Nothing to the terminal."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def texts(self) -> list[str]:
        return [str(message["text"]) for message in self.received]

    def __enter__(self) -> "Webhook":
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
