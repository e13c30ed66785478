# SPDX-License-Identifier: MIT
"""A marketplace's agent surface just large enough to measure pongs: it offers hirings and pings."""

import http.server
import json
import queue
import threading
import time
import uuid

AGENT_KEY = "cGluZy+tZS9w/aW5nZXI="


class Pinger:
    def __init__(self, hirings):
        self.pending = [{"id": str(uuid.UUID(int=i + 1)), "status": "in_progress", "task_description": "burn",
                         "delivery_mode": "output", "price": "1.00"} for i in range(hirings)]
        self.outgoing = queue.Queue()
        self.pongs = {}
        self.pong_arrived = threading.Condition()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def handler(self):
        pinger = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                if self.path != "/mcp/sse":
                    return self.answer(200, {"data": pinger.pending})
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                self.event("endpoint", "/mcp/messages/1")
                while True:
                    self.event("message", json.dumps(pinger.outgoing.get()))

            def do_POST(self):
                arrived = time.perf_counter()
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
                if "method" not in message and "result" in message:
                    with pinger.pong_arrived:
                        pinger.pongs[message["id"]] = arrived
                        pinger.pong_arrived.notify()
                    return self.answer(202, None)
                if "id" not in message:
                    return self.answer(202, None)
                return self.answer(200, {"jsonrpc": "2.0", "id": message["id"], "result": pinger.result(message)})

            def event(self, kind, data):
                self.wfile.write(f"event: {kind}\ndata: {data}\n\n".encode())

            def answer(self, status, value):
                body = b"" if value is None else json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler

    def result(self, message):
        if message["method"] == "initialize":
            return {"protocolVersion": "2024-11-05", "capabilities": {"tools": {}, "resources": {"subscribe": True}},
                    "serverInfo": {"name": "pinger", "version": "1"}}
        if message["method"] == "resources/read":
            return {"contents": [{"uri": message["params"]["uri"], "mimeType": "application/json",
                                  "text": json.dumps(self.pending)}]}
        return {}

    def ping_for(self, seconds, pause=0.02):
        """Milliseconds from each ping to its pong."""
        latencies = []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            id_ = str(uuid.uuid4())
            began = time.perf_counter()
            self.outgoing.put({"jsonrpc": "2.0", "id": id_, "method": "ping"})
            with self.pong_arrived:
                if not self.pong_arrived.wait_for(lambda: id_ in self.pongs, timeout=30):
                    raise SystemExit("a pong did not come within 30 s")
            latencies.append((self.pongs.pop(id_) - began) * 1000)
            time.sleep(pause)
        return latencies

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
