# SPDX-License-Identifier: MIT
"""What a hirer waits for, beside the same done with curl and jq: a large artifact to disk, and a hire with its end.
Each gives a table {name: shell command}; bench/run measures them."""

import contextlib
import json
import os
import pathlib
import socket
import threading

MIB = 256


class ArtifactServer:
    """One hiring with one large artifact, sent by the kernel from a file in memory: the client is what costs."""

    def __init__(self, folder):
        self.file = pathlib.Path(folder) / "artifact"
        self.file.write_bytes(os.urandom(1 << 20) * MIB)
        self.size = self.file.stat().st_size
        listed = {"data": [{"id": "a1", "name": "a1.bin", "artifact_type": "file", "size_bytes": self.size}]}
        self.listed = json.dumps(listed).encode()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self.listener.accept()[0],), daemon=True).start()

    def _serve(self, client):
        with client, client.makefile("rb") as lines, contextlib.suppress(OSError):
            while request := lines.readline():
                while lines.readline().strip():
                    pass
                head = "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n"
                if b"/download" in request:
                    client.sendall(head.format("application/octet-stream", self.size).encode())
                    with self.file.open("rb") as file:
                        client.sendfile(file)
                else:
                    client.sendall(head.format("application/json", len(self.listed)).encode() + self.listed)

    def close(self):
        self.listener.close()


@contextlib.contextmanager
def download(agr):
    """(title, commands, environment). agr says the SHA-256 of what is on disk, so its peer does, too."""
    from harness import Home
    with Home() as home:
        server = ArtifactServer(home.path)
        get = f"curl -sS --fail -H 'Authorization: Bearer ap_bench' -o {home.path}/c {server.url}/api/v1/artifacts/a1/download"
        commands = {"agr artifacts download": f"{agr} artifacts download h1 -o {home.path}/out -f",
                    "curl": get, "curl, then sha256sum": f"{get} && sha256sum {home.path}/c"}
        try:
            yield (f"an artifact of {MIB} MiB to disk", commands,
                   home.env({"AGRENTING_URL": server.url, "AGRENTING_API_KEY": "ap_bench"}))
        finally:
            server.close()


# What the documents of the service show, with a pause between two looks that is no burden on anybody.
HIRE_AND_LOOK = """
api() { curl -sS --fail -H "Authorization: Bearer $AGRENTING_API_KEY" -H 'Content-Type: application/json' "$@"; }
id=$(api "$AGRENTING_URL/api/v1/agents/did:example:alice/hire" -d '{"task_description": "x", "price": "2.00",
     "capability_requested": "summarizing"}' | jq -r .data.hiring.id)
while status=$(api "$AGRENTING_URL/api/v1/hirings/$id" | jq -r .data.status); [ "$status" = queued ] || [ "$status" = in_progress ]
do sleep 0.25; done
[ "$status" = completed ]
"""


@contextlib.contextmanager
def hire_and_wait(agr):
    """(title, commands, environment); an agent stands ready that is done at once."""
    from harness import Emulator, Home, Process, wait_until
    with Emulator() as emulator, Home() as home:
        emulator.request("PATCH", "/__emulator/agrenting/settings", {"rate_limits": False})
        handler = home.script("handler", "#!/bin/sh\necho done\n")
        with Process("serve-agent", "--handler", handler, "--log", "json", home=home,
                     env={**emulator.env(), "AGRENTING_AGENT_KEY": emulator.agent()["api_key"]}) as worker:
            wait_until(lambda: any('"ready"' in line for line in worker.err), f"the worker\n{worker}")
            script = home.script("hire", "#!/bin/sh\n" + HIRE_AND_LOOK)
            words = "hire did:example:alice x --price 2 --capability summarizing --wait --quiet"
            yield ("a hire with its end", {"agr hire --wait": f"{agr} {words}", "agr hire --wait --via rest":
                   f"{agr} {words} --via rest", "curl and jq, looking each 0.25 s": script}, home.env(emulator.env()))
