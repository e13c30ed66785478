# SPDX-License-Identifier: MIT
"""A hirer's MCP surface that behaves as badly as a test wants: it answers in either place, twice, late or
never, cuts its stream anywhere and pushes what it likes. It counts what it is asked."""

import http.server
import json
import threading
import time
import uuid


def hiring(hiring_id="h1", status="in_progress", **more):
    return {"hiring_id": hiring_id, "status": status, "agent_did": "did:example:alice", **more}


class HostileMarket:
    """`where`: body, stream, both, twice (both, and the stream again), never. Tools and resources are the
    dictionaries `tools` (name → payload, or a callable of the arguments) and `resources` (uri → payload)."""

    def __init__(self, where="both", endpoint="{base}/mcp/hirer/messages/{id}", end_line="\n", delay=0.0):
        self.where, self.endpoint, self.end_line, self.delay = where, endpoint, end_line, delay
        self.tools = {"check_balance": {"available": "10.00", "held": "2.00", "total": "12.00"}}
        self.resources = {}
        self.asked = []        # (method, name or uri)
        self.rest = []         # what came over REST
        self.rest_answers = {}  # path → payload
        self.streams = []
        self.cut_at = None     # bytes of a stream before it is cut
        self.opened = 0
        self.fail_opens = 0    # as many streams are refused with 503
        self.lock = threading.Lock()
        market = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path == "/mcp/hirer/sse":
                    return market.serve_stream(self)
                market.rest.append(self.path)
                payload = market.rest_answers.get(self.path.split("?")[0])
                market.reply(self, 200 if payload is not None else 404, {"data": payload})

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                market.serve_post(self, json.loads(body))

            def handle(self):
                try:
                    super().handle()
                except (BrokenPipeError, ConnectionResetError, ValueError):
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        for stream in self.streams:
            stream.close()
        self.server.shutdown()
        self.server.server_close()

    def env(self, **extra):
        return {"AGRENTING_URL": self.url, "AGRENTING_API_KEY": "ap_hostilehostilehostilehostile", **extra}

    def count(self, method, subject=None):
        return sum(1 for m, s in list(self.asked) if m == method and subject in (None, s))

    # The stream.

    def serve_stream(self, handler):
        self.opened += 1
        if self.fail_opens > 0:
            self.fail_opens -= 1
            return self.reply(handler, 503, {"errors": [{"message": "not now"}]})
        stream = Stream(handler, self.cut_at, self.end_line)
        with self.lock:
            self.streams.append(stream)
        stream.head()
        stream.event("endpoint", self.endpoint.format(base=self.url, id=stream.id))
        stream.wait()

    def push(self, uri):
        self.send({"jsonrpc": "2.0", "method": "notifications/resources/updated", "params": {"uri": uri}})

    def send(self, message):
        with self.lock:
            streams = [s for s in self.streams if s.open]
        for stream in streams:
            stream.event("message", json.dumps(message))

    def drop(self):
        for stream in list(self.streams):
            stream.close()

    # What is asked.

    def answer_to(self, message):
        method, params = message["method"], message.get("params") or {}
        subject = params.get("name") or params.get("uri")
        self.asked.append((method, subject))
        if method == "initialize":
            return {"result": {"protocolVersion": "2024-11-05", "capabilities": {"resources": {"subscribe": True}}}}
        if method == "tools/call":
            payload = self.tools.get(subject)
            payload = payload(params.get("arguments") or {}) if callable(payload) else payload
            if isinstance(payload, dict) and ("error" in payload or "result" in payload):
                return payload
            return {"result": {"content": [{"type": "text", "text": json.dumps(payload)}]}}
        if method == "resources/read":
            if subject not in self.resources:
                return {"error": {"code": -32002, "message": "Resource not found"}}
            return {"result": {"contents": [{"uri": subject, "text": json.dumps(self.resources[subject])}]}}
        return {"result": {}}

    def serve_post(self, handler, message):
        if "method" not in message or "id" not in message:
            return self.reply(handler, 202, None)
        answer = {"jsonrpc": "2.0", "id": message["id"], **self.answer_to(message)}
        quiet = self.where == "never" and message["method"] == "tools/call"
        if self.delay and message["method"] == "tools/call":
            time.sleep(self.delay)
        if self.where in ("stream", "both", "twice") and not quiet:
            self.send(answer)
        if self.where == "twice":
            self.send(answer)
        in_body = self.where in ("body", "both", "twice") or (self.where == "never" and not quiet)
        self.reply(handler, 200 if in_body else 202, answer if in_body else None)

    @staticmethod
    def reply(handler, status, payload):
        body = b"" if payload is None else json.dumps(payload).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


class Stream:
    def __init__(self, handler, cut_at, end_line):
        self.handler, self.left, self.end_line = handler, cut_at, end_line
        self.id, self.open = uuid.uuid4().hex, True
        self.done = threading.Event()
        self.lock = threading.Lock()

    def head(self):
        self.handler.close_connection = True
        self.handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        self.handler.wfile.flush()

    def event(self, kind, data):
        text = f"event: {kind}{self.end_line}data: {data}{self.end_line}{self.end_line}".encode()
        with self.lock:
            if not self.open:
                return
            cut = self.left is not None and len(text) >= self.left
            try:
                self.handler.wfile.write(text[:self.left] if cut else text)
                self.handler.wfile.flush()
            except OSError:
                cut = True
            if self.left is not None:
                self.left -= len(text)
        if cut:
            self.close()

    def close(self):
        self.open = False
        self.done.set()

    def wait(self):
        self.done.wait()
