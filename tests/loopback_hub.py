"""What hubs of the tests have in common: a server on this machine that answers as the Hub does."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "c0ffee" * 6 + "c0ff"


class HubHandler(BaseHTTPRequestHandler):
    """Hands every request to ``answer``, which ends in ``send`` or ``refuse``."""

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def send(self, data):
        self._begin(200, data, {"ETag": f'"{hash(data)}"'})
        if self.command == "GET":
            self.wfile.write(data)

    def refuse(self, status, code):
        self._begin(status, b"", {"X-Error-Code": code, "X-Error-Message": code})

    def _begin(self, status, data, headers):
        self.send_response(status)
        for name, value in {**headers, "X-Repo-Commit": COMMIT}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()


@contextmanager
def serving(handler):
    """Yields the address at which a handler's class answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
