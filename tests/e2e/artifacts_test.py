# SPDX-License-Identifier: MIT
"""Artifacts on their way to disk: whole or not at all, going on after a cut, at constant memory."""

import hashlib
import os
import re
import resource
import subprocess
import unittest

from harness import AGR, Emulator, Home, agr, die_with_parent
from recorder import Answer, Recorder

BYTES = os.urandom(300_000)
BIG = 192 << 20  # bytes; AGR_THOROUGH makes it 1 GiB


class Files:
    """A service with one artifact. `parts` says whether it gives parts, `cut` after how many bytes of an
    answer the connection breaks."""

    def __init__(self, parts=True, cut=None, size=None):
        self.parts, self.cut, self.size, self.ranges = parts, cut, size or len(BYTES), []

    def __call__(self, request):
        if request.path.startswith("/api/v1/hirings/h1/artifacts"):
            return Answer({"data": [{"id": "f1", "name": "a.bin", "artifact_type": "file", "size_bytes": self.size}]})
        if request.path != "/api/v1/artifacts/f1/download":
            return Answer({"errors": [{"code": "NOT_FOUND", "message": "Hiring not found"}]}, 404)
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
        self.ranges.append(request.headers.get("range"))
        body, head = BYTES, "HTTP/1.1 200 OK"
        if wanted and self.parts:
            first, last = int(wanted[1]), int(wanted[2] or len(BYTES) - 1)
            body = BYTES[first:last + 1]
            head = f"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {first}-{last}/{len(BYTES)}"
        raw = f"{head}\r\nContent-Length: {len(body)}\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
        return Answer(raw=raw + (body[:self.cut] if self.cut else body))


class Downloads(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)

    def download(self, server, *more):
        return agr("artifacts", "download", "h1", "-o", "out", "--json", *more, home=self.home, env=server.env())

    def file(self, name="a.bin"):
        return (self.home.path / "out" / name).read_bytes()

    def test_a_download_that_is_cut_off_again_and_again_still_arrives(self):
        files = Files(cut=100_000)
        with Recorder(files) as server:
            run = self.download(server)
            self.assertEqual(0, run.code, run)
            self.assertEqual(BYTES, self.file())
            self.assertEqual(hashlib.sha256(BYTES).hexdigest(), run.json[0]["sha256"])
            self.assertIn("bytes=100000-", files.ranges)
            self.assertEqual(["a.bin"], os.listdir(self.home.path / "out"))

    def test_the_next_run_goes_on_where_the_last_one_was_stopped(self):
        files = Files(cut=10_000)
        with Recorder(files) as server:
            self.assertIn(self.download(server).code, (7, 69))
            left = os.listdir(self.home.path / "out")
            self.assertEqual(1, len(left))
            self.assertTrue(left[0].endswith(".part"))
            files.cut, files.ranges = None, []
            run = self.download(server)
            self.assertEqual(0, run.code, run)
            self.assertEqual(BYTES, self.file())
            self.assertRegex(files.ranges[-1], r"bytes=[1-9]\d+-")

    def test_a_service_that_gives_no_parts_is_asked_for_the_whole(self):
        files = Files(parts=False, cut=150_000)
        with Recorder(files) as server:
            self.assertNotEqual(0, self.download(server).code)
            files.cut = None
            run = self.download(server)
            self.assertEqual(0, run.code, run)
            self.assertEqual(BYTES, self.file())

    def test_a_file_of_another_size_than_was_said_is_not_taken_for_whole(self):
        with Recorder(Files(size=len(BYTES) + 1)) as server:
            run = self.download(server)
            self.assertEqual(69, run.code, run)
            self.assertFalse((self.home.path / "out" / "a.bin").exists())

    def test_only_the_types_that_were_asked_for(self):
        with Recorder(Files()) as server:
            self.assertEqual([], self.download(server, "--type", "markdown").json)
            self.assertEqual(1, len(self.download(server, "--type", "file", "--type", "markdown").json))

    def test_a_link_planted_under_the_name_of_the_part_is_not_written_through(self):
        victim = self.home.path / "victim"
        victim.write_text("mine")
        out = self.home.path / "out"
        out.mkdir()
        with Recorder(Files(cut=10_000)) as server:
            self.download(server)
            part = next(out.iterdir())
            part.unlink()
            part.symlink_to(victim)
            self.assertNotEqual(0, self.download(server).code)
        self.assertEqual("mine", victim.read_text())

    def test_a_large_one_in_constant_memory(self):
        size = 1 << 30 if os.environ.get("AGR_THOROUGH") else BIG

        class Large(Files):
            def __call__(self, request):
                if request.path.endswith("/download"):
                    return Answer(raw=f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode() + bytes(size))
                return super().__call__(request)

        with Recorder(Large(size=size)) as server:
            limit = 160 << 20  # of address space beside the libraries: far less than the file
            run = subprocess.run([AGR, "artifacts", "download", "h1", "-o", "out", "--json"], cwd=self.home.path,
                                 env=self.home.env(server.env()), capture_output=True, text=True, timeout=200,
                                 preexec_fn=lambda: (die_with_parent(),
                                                     resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))))
            self.assertEqual(0, run.returncode, run.stderr)
            self.assertEqual(size, (self.home.path / "out" / "a.bin").stat().st_size)


class ThroughBothWays(unittest.TestCase):
    """What an agent uploads arrives the same over REST and over MCP."""

    def test_text_and_bytes_small_and_large(self):
        with Emulator("--probe", "off") as emulator, Home() as home:
            env = emulator.env(AGRENTING_AGENT_KEY=emulator.agent()["api_key"])
            hiring = agr("hire", "did:example:alice", "x", "--json", env=env, home=home).json["id"]
            contents = {"text.txt": "Grüße\n".encode(), "raw.bin": os.urandom(5000), "empty": b"",
                        "large.bin": os.urandom(1_200_000)}
            for name, content in contents.items():
                (home.path / name).write_bytes(content)
            up = agr("artifacts", "upload", hiring, *contents, env=env, home=home)
            self.assertEqual(0, up.code, up)
            again = agr("artifacts", "upload", hiring, *contents, env=env, home=home)
            self.assertEqual(0, again.code, again)
            self.assertEqual(len(contents), len(agr("artifacts", "list", hiring, "--json", env=env, home=home).json))
            for via in ("rest", "mcp"):
                with self.subTest(via):
                    run = agr("artifacts", "download", hiring, "-o", via, "--via", via, "--json", env=env, home=home)
                    self.assertEqual(0, run.code, run)
                    for line in run.json:
                        content = contents[line["name"]]
                        self.assertEqual(content, (home.path / via / line["name"]).read_bytes())
                        self.assertEqual(hashlib.sha256(content).hexdigest(), line["sha256"])


if __name__ == "__main__":
    unittest.main()
