# SPDX-License-Identifier: MIT
"""A large file goes up from disk to wire in little memory, arrives byte by byte, and is checked to have."""

import base64
import hashlib
import http.server
import json
import os
import pathlib
import resource
import subprocess
import threading
import unittest

from harness import AGR, Home, die_with_parent

SIZE = (1 << 30 if os.environ.get("AGR_THOROUGH") else 32 << 20) + 1  # no multiple of three


class Taker:
    """Takes an upload of one artifact piece by piece; `claims` is what it says of it beside the truth."""

    def __init__(self, **claims):
        taker = self
        self.sizes, self.keys, self.broken = [], [], 0

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                left = int(self.headers["Content-Length"])
                taker.keys.append(self.headers["X-Idempotency-Key"])
                if taker.broken > 0:
                    taker.broken -= 1
                    self.rfile.read(1 << 20)
                    self.close_connection = True
                    return self.connection.close()
                head = b""
                while not head.endswith(b'"content":"'):
                    head += self.rfile.read(1)
                left -= len(head) + len(b'"}]}')
                digest, size = hashlib.sha256(), 0
                while left > 0:
                    piece = base64.b64decode(self.rfile.read(min(left, 4 << 20)), validate=True)
                    left -= min(left, 4 << 20)
                    digest.update(piece)
                    size += len(piece)
                assert self.rfile.read(4) == b'"}]}'
                taker.sizes.append(size)
                artifact = {"id": "a1", "name": json.loads(head + b'"}]}')["artifacts"][0]["name"], "size_bytes": size,
                            "sha256": digest.hexdigest(), **claims}
                body = json.dumps({"data": [artifact]}).encode()
                self.send_response(201)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                return self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.env = {"AGRENTING_URL": f"http://127.0.0.1:{self.server.server_port}", "AGRENTING_AGENT_KEY": "abc="}

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class LargeUploads(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        cls.addClassCleanup(cls.home.remove)
        cls.file = pathlib.Path(cls.home.path) / "large.bin"
        block, digest, left = os.urandom(1 << 20), hashlib.sha256(), SIZE
        with cls.file.open("wb") as file:
            while left > 0:
                digest.update(block[:left])
                left -= file.write(block[:left])
        cls.sha256 = digest.hexdigest()

    def upload(self, taker, *words):
        limit = 32 << 20  # of address space beside the libraries: less than the file
        return subprocess.run([AGR, "artifacts", "upload", "h1", self.file, "--json", *words], env=self.home.env(taker.env),
                              capture_output=True, text=True, timeout=200,
                              preexec_fn=lambda: (die_with_parent(), resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))))

    def test_in_little_memory_and_nothing_left_behind(self):
        with Taker() as taker:
            run = self.upload(taker)
            self.assertEqual(0, run.returncode, run.stderr)
            self.assertEqual([SIZE], taker.sizes)
            self.assertEqual(self.sha256, json.loads(run.stdout)[0]["sha256"])
            self.assertEqual("large.bin", json.loads(run.stdout)[0]["name"])
            self.assertEqual([], [path for path in self.home.state.rglob("upload-*")])

    def test_a_broken_upload_is_repeated_whole_under_its_key(self):
        with Taker() as taker:
            taker.broken = 1
            run = self.upload(taker)
            self.assertEqual(0, run.returncode, run.stderr)
            self.assertEqual([SIZE], taker.sizes)
            self.assertEqual(2, len(taker.keys))
            self.assertEqual(1, len(set(taker.keys)))
            self.assertTrue(taker.keys[0].startswith("upload-"))

    def test_what_arrived_otherwise_than_it_left_is_an_error(self):
        for claims in ({"size_bytes": SIZE - 1}, {"sha256": "0" * 64}):
            with self.subTest(claims), Taker(**claims) as taker:
                run = self.upload(taker)
                self.assertEqual(69, run.returncode, run.stderr)
                self.assertIn("arrived otherwise", run.stderr)


if __name__ == "__main__":
    unittest.main()
