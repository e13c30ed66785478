# SPDX-License-Identifier: MIT
"""A marketplace's agent surface for thousands of sessions at once: it takes handshakes, pings, offers hirings and counts.

One thread and no framework, so that the client is what is measured. Every agent has a key of its own; a session is known by it.
"""

import asyncio
import collections
import json
import threading
import time
import uuid

PING = b'event: message\ndata: {"jsonrpc":"2.0","id":"%s","method":"ping"}\n\n'
INITIALIZED = {"protocolVersion": "2024-11-05", "capabilities": {"tools": {}, "resources": {"subscribe": True}},
               "serverInfo": {"name": "herd", "version": "1"}}


class Connection(asyncio.Protocol):
    """One connection of HTTP/1.1: requests one after the other, or an event stream."""

    def __init__(self, herd):
        self.herd = herd
        self.bytes = b""
        self.key = None  # of a stream

    def connection_made(self, transport):
        self.transport = transport
        self.herd.connections += 1

    def connection_lost(self, _):
        self.herd.connections -= 1
        if self.key and self.herd.streams.get(self.key) is self:
            del self.herd.streams[self.key]
            self.herd.ready.discard(self.key)

    def data_received(self, data):
        self.bytes += data
        while (end := self.bytes.find(b"\r\n\r\n")) >= 0:
            head = self.bytes[:end].split(b"\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in head[1:])}
            size = int(headers.get(b"content-length", 0))
            if len(self.bytes) < end + 4 + size:
                return
            body, self.bytes = self.bytes[end + 4:end + 4 + size], self.bytes[end + 4 + size:]
            method, path, _ = head[0].decode().split(" ")
            key = headers.get(b"x-api-key", headers.get(b"authorization", b"")).decode().split(" ")[-1]
            self.herd.answer(self, method, path.split("?")[0], key, body)

    def reply(self, status, value=None):
        body = b"" if value is None else json.dumps(value).encode()
        self.transport.write(b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                             % (status, len(body), body))

    def open_stream(self, key):
        self.key = key
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
                             b"event: endpoint\ndata: /mcp/messages/%s\n\n" % key.encode())

    def event(self, text):
        self.transport.write(b"event: message\ndata: %s\n\n" % text.encode())


class Herd:
    """`on_stream`: answers come on the stream, as older clients want them, instead of in the body of a POST."""

    def __init__(self, on_stream=False):
        self.on_stream = on_stream
        self.streams = {}  # by key
        self.ready = set()  # keys that have read their pending work
        self.offered = collections.defaultdict(dict)  # hirings by key and id
        self.closed = {}  # hirings by id
        self.on_closed = lambda key, hiring: None
        self.requests = collections.Counter()
        self.connections = 0
        self.refused = False  # 503 for everything
        self.sent = {}  # pings on their way
        self.latencies = []
        self.all_back = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.server = None
        self.url = None

    # ---- the wire ------------------------------------------------------------------------------------

    def answer(self, connection, method, path, key, body):
        self.requests[f"{method} {path.split('/')[1]}/{path.split('/')[-1] if path.count('/') < 4 else '…'}"] += 1
        if self.refused:
            return connection.reply(503, {"error": "restarting"})
        if path == "/mcp/sse":
            self.streams[key] = connection
            return connection.open_stream(key)
        if path.startswith("/mcp/messages/"):
            return self.take_message(connection, path.rsplit("/", 1)[1], json.loads(body))
        if path == "/api/v1/hirings/pending":
            return connection.reply(200, {"data": list(self.offered[key].values())})
        return self.take_report(connection, method, path.split("/"), key)

    def take_message(self, connection, key, message):
        method = message.get("method")
        if method is None:
            self.take_pong(message)
            return connection.reply(202)
        if "id" not in message:
            return connection.reply(202)
        result = {}
        if method == "initialize":
            result = INITIALIZED
        elif method == "resources/read":
            result = {"contents": [{"uri": message["params"]["uri"], "mimeType": "application/json",
                                    "text": json.dumps(list(self.offered[key].values()))}]}
        answer = {"jsonrpc": "2.0", "id": message["id"], "result": result}
        if self.on_stream:
            connection.reply(202)
            self.streams[key].event(json.dumps(answer))
        else:
            connection.reply(200, answer)
        if method == "resources/read":
            self.ready.add(key)

    def take_pong(self, message):
        began = self.sent.pop(message.get("id"), None)
        if began is not None:
            self.latencies.append((time.perf_counter() - began) * 1000)
        if not self.sent:
            self.all_back.set()

    def take_report(self, connection, method, parts, key):
        """/api/v1/hirings/ID and what is under it."""
        id_, verb = parts[4], parts[5] if len(parts) > 5 else ""
        if method == "GET" and verb == "artifacts":
            return connection.reply(200, {"data": []})
        if method == "GET":
            hiring = self.offered[key].get(id_) or self.closed.get(id_)
            return connection.reply(200, {"data": hiring}) if hiring else connection.reply(404, {"error": "none"})
        hiring = self.offered[key].pop(id_, None)
        if hiring is None:
            return connection.reply(404, {"error": "none"})
        hiring["status"] = "completed" if verb == "result" else "failed"
        self.closed[id_] = hiring
        self.on_closed(key, hiring)
        return connection.reply(200, {"data": hiring})

    # ---- what the experiment does --------------------------------------------------------------------

    def do(self, fn):
        """Runs it on the server's thread."""
        done = threading.Event()
        self.loop.call_soon_threadsafe(lambda: (fn(), done.set()))
        done.wait()

    def ping(self, key):
        id_ = str(uuid.uuid4())
        self.sent[id_] = time.perf_counter()
        self.streams[key].transport.write(PING % id_.encode())

    def pings(self, count, seconds, patience=60):
        """Milliseconds from each ping to its pong: `count` of them, spread evenly over the sessions and the time; 0 seconds: all at
        once."""
        keys = sorted(self.ready or self.streams)
        self.latencies, self.sent = [], {}
        began = time.perf_counter()
        for i in range(count):
            if seconds:
                time.sleep(max(0.0, began + i * seconds / count - time.perf_counter()))
                self.do(lambda i=i: self.ping(keys[i * 7919 % len(keys)]))
        if not seconds:
            self.do(lambda: [self.ping(keys[i % len(keys)]) for i in range(count)])
        end = time.perf_counter() + patience
        while len(self.latencies) < count:
            if time.perf_counter() > end:
                raise SystemExit(f"{count - len(self.latencies)} of {count} pongs did not come within {patience} s")
            time.sleep(0.01)
        return sorted(self.latencies)

    def offer(self, key, number):
        """A hiring for that agent, and the notification that there is one."""
        hiring = {"id": str(uuid.UUID(int=number + 1)), "status": "in_progress", "task_description": "nothing",
                  "delivery_mode": "output", "price": "1.00"}
        self.offered[key][hiring["id"]] = hiring
        if key in self.streams:
            self.streams[key].event(json.dumps({"jsonrpc": "2.0", "method": "notifications/resources/updated",
                                                "params": {"uri": "hiring://pending"}}))

    def cut_all(self):
        for connection in list(self.streams.values()):
            connection.transport.abort()

    def __enter__(self):
        async def listen():
            self.server = await self.loop.create_server(lambda: Connection(self), "127.0.0.1", 0, backlog=4096)
            self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

        self.loop.run_until_complete(listen())
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
