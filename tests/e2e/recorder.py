# SPDX-License-Identifier: MIT
"""An HTTP server that answers whatever a test wants and remembers every request it got."""

import http.server
import json
import threading


class Request:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.body = method, path, body
        self.headers = {name.lower(): value for name, value in headers.items()}

    def __repr__(self):
        return f"{self.method} {self.path} {self.headers} {self.body!r}"


class Answer:
    """`raw` replaces the whole answer, status line included, and ends the connection."""

    def __init__(self, body="", status=200, headers=None, raw=None):
        self.body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        self.status, self.headers, self.raw = status, headers or {}, raw


class Recorder:
    """`answer(request)` gives an Answer; by default everything is an empty success."""

    def __init__(self, answer=lambda request: Answer({"data": []})):
        self.requests = []
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                length = int(self.headers.get("Content-Length") or 0)
                request = Request(self.command, self.path, self.headers, self.rfile.read(length).decode())
                recorder.requests.append(request)
                self.send(answer(request))

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = serve

            def send(self, reply):
                if reply.raw is not None:
                    self.wfile.write(reply.raw)
                    self.close_connection = True
                    return
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def handle(self):
                try:
                    super().handle()
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the client had enough, which is often the point

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def env(self, **extra):
        """Both marketplaces are this server; the keys are recognisable and look like real ones."""
        return {"AGRENTING_URL": self.url, "AGENTSGETHIRED_URL": self.url,
                "AGRENTING_API_KEY": "ap_recorderrecorderrecorder",
                "AGENTSGETHIRED_API_KEY": "ah_recorder_recorderrecorder", **extra}
