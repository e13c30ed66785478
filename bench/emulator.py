# SPDX-License-Identifier: MIT
"""What the emulator costs: time to ready, requests a second, latency, memory, sessions; beside Python's own server,
asked by the same client over one connection that is kept open."""

import json
import os
import socket
import statistics
import subprocess
import sys
import time

PEER = """
import http.server, json, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version, wbufsize, disable_nagle_algorithm = "HTTP/1.1", 1 << 16, True
    def do_GET(self):
        body = b'{"status": "ok"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


class Wire:
    """One connection that is kept open; an answer is read to its end and no further."""

    def __init__(self, port):
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, method, path, key=None, body=None):
        """(status, raw body)"""
        data = b"" if body is None else json.dumps(body).encode()
        auth = f"Authorization: Bearer {key}\r\n" if key else ""
        self.socket.sendall(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{auth}"
                            f"Content-Length: {len(data)}\r\n\r\n".encode() + data)
        raw = b""
        while b"\r\n\r\n" not in raw:
            raw += self.socket.recv(1 << 16)
        head, _, rest = raw.partition(b"\r\n\r\n")
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        while len(rest) < length:
            rest += self.socket.recv(1 << 20)
        return int(head[9:12]), rest

    def value(self, *args):
        status, raw = self.ask(*args)
        if status >= 300:
            raise SystemExit(f"{args[:2]} was answered with {status}: {raw[:300]!r}")
        return json.loads(raw)


def resident(pid):
    """MiB"""
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def busy(pid):
    """Seconds of processor time so far."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(name, pid, count, work):
    """Calls work(i) `count` times; prints rate, latency and what it cost the process."""
    times, used, began = [], busy(pid), time.perf_counter()
    for i in range(count):
        start = time.perf_counter()
        work(i)
        times.append(time.perf_counter() - start)
    took = time.perf_counter() - began
    times.sort()
    print(f"  {name:34}{count / took:8.0f}/s   p50 {times[count // 2] * 1e6:6.0f} us   p99 {times[int(count * 0.99)] * 1e6:6.0f} us   "
          f"processor {(busy(pid) - used) / count * 1e6:5.0f} us")


def peer_starts():
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", PEER], stdout=subprocess.PIPE)
    port = int(process.stdout.readline())
    Wire(port).ask("GET", "/")
    return process, port, time.perf_counter() - began


def ready_in(rounds):
    from harness import Emulator
    ours, peers = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        with Emulator() as emulator:
            Wire(emulator.port).ask("GET", "/api/v1/health")
            ours.append(time.perf_counter() - began)
        process, _, took = peer_starts()
        process.kill()
        process.wait()
        peers.append(took)
    ours, peers = statistics.median(ours) * 1000, statistics.median(peers) * 1000
    print(f"\nemulator: from start to its first answer\n  agr emulator run{ours:28.1f} ms {ours / peers:8.2f} x\n"
          f"  python's http.server{peers:24.1f} ms     1.00 x")


def hire_and_finish(wire, emulator):
    """One hiring from request to payment."""
    agent = emulator.agent()
    body = {"task_description": "count", "capability_requested": "summarizing", "price": "2.00"}
    path = f"/api/v1/agents/{agent['did']}/hire"
    id_ = wire.value("POST", path, emulator.user_token, body)["data"]["id"]
    while wire.ask("POST", f"/api/v1/hirings/{id_}/result", agent["api_key"], {"output": "3"})[0] == 409:
        pass  # work begins when the answer is out


def fund(wire, emulator, amount="1000000.00"):
    wire.value("PATCH", "/__emulator/agrenting/settings", None, {"rate_limits": False})
    deposit = wire.value("POST", "/api/v1/ledger/deposit", emulator.user_token, {"amount": amount})
    wire.value("POST", f"/__emulator/agrenting/deposits/{deposit['data']['transaction_id']}/confirm", None, {})


def requests_of(emulator, where, count):
    wire, pid = Wire(emulator.port), emulator.process.pid
    fund(wire, emulator)
    agent, user = emulator.agent(), emulator.user_token
    measure(f"health, {where}", pid, count, lambda _: wire.ask("GET", "/api/v1/health"))
    measure(f"balance, {where}", pid, count, lambda _: wire.value("GET", "/api/v1/ledger/balance", user))
    measure(f"pending work, {where}", pid, count, lambda _: wire.value("GET", "/api/v1/hirings/pending", agent["api_key"]))
    for _ in range(2):
        before = resident(pid)
        measure(f"a hiring, hired to paid, {where}", pid, count, lambda _: hire_and_finish(wire, emulator))
        print(f"  {'':34}{(resident(pid) - before) * 1024 / count:8.1f} KiB kept of each, {resident(pid):.1f} MiB in all")


def handshake(wire, port, key):
    """An agent's stream, initialised and subscribed; gives the socket that must stay open."""
    stream = socket.create_connection(("127.0.0.1", port), 30)
    stream.sendall(f"GET /mcp/sse HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-API-Key: {key}\r\n\r\n".encode())
    seen = b""
    while b"\n\n" not in seen.partition(b"data: ")[2]:
        seen += stream.recv(4096)
    path = "/" + seen.partition(b"data: ")[2].split(b"\n")[0].decode().split("/", 3)[3]
    for id_, method, params in ((1, "initialize", {"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {}}),
                                (2, "resources/subscribe", {"uri": "hiring://pending"}),
                                (3, "resources/read", {"uri": "hiring://pending"})):
        wire.value("POST", path, key, {"jsonrpc": "2.0", "id": id_, "method": method, "params": params})
    return stream


def sessions_of(emulator, count):
    wire, pid = Wire(emulator.port), emulator.process.pid
    wire.value("PATCH", "/__emulator/agrenting/settings", None, {"rate_limits": False})
    profile = {"name": "One of many", "capabilities": ["summarizing"], "pricing_model": "fixed", "base_price": "1.00"}
    keys = []
    measure(f"an agent registered, of {count}", pid, count, lambda _: keys.append(
        wire.value("POST", "/api/v1/agents", emulator.user_token, {"agent": profile})["data"]["api_key"]))
    before, streams = resident(pid), []
    measure(f"a session opened, of {count}", pid, count, lambda i: streams.append(handshake(wire, emulator.port, keys[i])))
    print(f"  {'':34}{(resident(pid) - before) * 1024 / count:8.1f} KiB kept of each, {resident(pid):.1f} MiB in all")
    measure(f"pending work, {count} sessions open", pid, 2000, lambda i: wire.value(
        "GET", "/api/v1/hirings/pending", keys[i % count]))
    for stream in streams:
        stream.close()


def emulator(rounds, count=2000, sessions=4000):
    import resource
    from harness import Emulator, Home
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    ready_in(rounds)
    print("\nemulator: requests over one connection, one after the other")
    process, port, _ = peer_starts()
    wire = Wire(port)
    measure("python's http.server, a constant", process.pid, count, lambda _: wire.ask("GET", "/"))
    process.kill()
    process.wait()
    with Emulator("--probe", "off") as fresh:
        print(f"  {'the emulator, new':34}{resident(fresh.process.pid):8.1f} MiB")
        requests_of(fresh, "in memory", count)
    with Home() as home, Emulator("--probe", "off", data=home.path / "world.db") as kept:
        requests_of(kept, "in a file", count)
    print("\nemulator: sessions")
    with Emulator() as crowded:
        sessions_of(crowded, sessions)
