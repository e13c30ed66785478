# SPDX-License-Identifier: MIT
"""What handlers leave in their artifacts folder: all of it, once, as it was, whatever happens on the way."""

import hashlib
import os
import re
import signal
import unittest

from harness import wait_until
from serve_rig import Proxy, Rig

LARGE = (100 if os.environ.get("AGR_THOROUGH") else 24) << 20


class Wire(Proxy):
    """A proxy that edits what passes: `up` and `down` get bytes and give as many back."""

    up = down = staticmethod(lambda data: data)

    def _up(self, client, server, answering):
        self._edit(client, server, lambda data: self.up(data))

    def _down(self, client, server, answering):
        self._edit(server, client, lambda data: self.down(data))

    def _edit(self, source, sink, edit):
        class Edited:
            def __getattr__(self, name):
                return getattr(sink, name)

            def sendall(self, data):
                sink.sendall(edit(data))

        self._pump(source, Edited(), lambda data: True)


class Artifacts(unittest.TestCase):
    def setUp(self):
        self.rig = Rig()
        self.addCleanup(self.rig.__exit__)

    def handler(self, body):
        self.rig.handler = self.rig.home.script("handler", f"#!/bin/sh\ncd $AGR_ARTIFACTS\n{body}\n")

    def worker(self, *options, through=None):
        worker = self.rig.worker(*options, through=through)
        worker.wait_for("ready")
        return worker

    def there(self, hiring_id):
        """[(name, type, SHA-256 of what can be downloaded)]"""
        key = {"X-API-Key": self.rig.emulator.agent()["api_key"]}
        found, cursor = [], ""
        while True:
            _, page = self.rig.emulator.request("GET", f"/api/v1/hirings/{hiring_id}/artifacts?limit=100&cursor={cursor}", headers=key)
            found += [(a["name"], a["artifact_type"], a["sha256"]) for a in page["data"]]
            cursor = page["meta"]["pagination"]["cursor"]
            if not page["meta"]["pagination"]["has_more"]:
                return sorted(found)

    def end(self, worker):
        hiring = self.rig.wait_for_end(self.rig.hire())
        self.assertTrue(self.rig.emulator.books()["balanced"])
        return hiring

    @staticmethod
    def digest(data):
        return hashlib.sha256(data).hexdigest()

    def test_many(self):
        self.handler("for i in $(seq 120); do echo number $i >n$i.txt; done")
        hiring = self.end(self.worker())
        self.assertEqual(hiring["status"], "completed")
        self.assertEqual(self.there(hiring["id"]),
                         sorted((f"n{i}.txt", "text", self.digest(f"number {i}\n".encode())) for i in range(1, 121)))

    def test_a_large_one_is_never_whole_in_memory(self):
        data = os.urandom(LARGE)
        source = self.rig.home.path / "source"
        source.write_bytes(data)
        self.handler(f"cp {source} large.bin; echo small >small.txt")
        worker = self.worker()
        before = self.peak(worker)
        hiring = {"id": self.rig.hire()}
        worker.wait_for("submitted", hiring["id"], timeout=240)  # the emulator answers nobody while it takes so much in
        self.assertIn(("large.bin", "file", self.digest(data)), self.there(hiring["id"]))
        self.assertLess(self.peak(worker) - before, 16 << 20)

    @staticmethod
    def peak(worker):
        with open(f"/proc/{worker.pid}/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+) kB", status.read())[1]) << 10

    def test_after_a_failure_too(self):
        self.handler("echo 'what I know' >log.txt; exit 3")
        hiring = self.end(self.worker())
        self.assertEqual(hiring["status"], "failed")
        self.assertEqual([name for name, _, _ in self.there(hiring["id"])], ["log.txt"])

    def test_killed_in_the_middle_nothing_is_sent_twice(self):
        self.handler("for i in $(seq 170); do echo $i >n$i.txt; done; head -c 5M /dev/urandom >large.bin")
        wire = Wire(self.rig.emulator)
        self.addCleanup(wire.close)
        posts = []

        def up(data):
            if data.startswith(b"POST ") and b"/artifacts HTTP" in data.split(b"\r\n", 1)[0]:
                posts.append(data)
                if len(posts) in (2, 5):
                    self.rig.workers[-1].signal(signal.SIGKILL)
            return data

        wire.up = up
        hiring_id = None
        for _ in range(3):
            worker = self.worker(through=wire)
            hiring_id = hiring_id or self.rig.hire()
            if len(posts) >= 5:
                break
            wait_until(lambda: not worker.running, "the kill")
        hiring = self.rig.wait_for_end(hiring_id)
        self.assertEqual(hiring["status"], "completed", self.rig.story())
        names = [name for name, _, _ in self.there(hiring_id)]
        self.assertEqual(sorted(names), sorted([f"n{i}.txt" for i in range(1, 171)] + ["large.bin"]))
        self.assertEqual(self.rig.emulator.books()["balanced"], True)

    def damaged(self, times, shows_digests):
        self.handler("echo CONTENT-ONE >a.txt; echo other >b.txt")
        wire = Wire(self.rig.emulator)
        self.addCleanup(wire.close)
        done = []

        def up(data):
            if b"CONTENT-ONE" in data and len(done) < times:
                done.append(1)
                return data.replace(b"CONTENT-ONE", b"CONTENT-TWO")
            return data

        wire.up = up
        if not shows_digests:
            wire.down = lambda data: data.replace(b'"sha256":', b'"sha_x_":')
        worker = self.worker(through=wire)
        hiring = self.end(worker)
        self.assertEqual(hiring["status"], "completed")
        self.assertEqual(len(done), times)
        return worker, [digest for name, _, digest in self.there(hiring["id"]) if name == "a.txt"]

    def test_what_was_damaged_on_the_way_is_sent_again(self):
        for shows_digests in (True, False):
            with self.subTest(shows_digests):
                worker, digests = self.damaged(1, shows_digests)
                self.assertIn(self.digest(b"CONTENT-ONE\n"), digests, worker)
                self.assertEqual(len(digests), 2)
                self.assertFalse(worker.seen("artifact_damaged"))
                worker.stop()

    def test_and_told_when_that_does_not_help(self):
        worker, digests = self.damaged(2, True)
        self.assertNotIn(self.digest(b"CONTENT-ONE\n"), digests)
        self.assertIn("a.txt", worker.seen("artifact_damaged")[0]["text"])

    def test_nothing_from_outside_of_the_folder_and_no_name_that_acts(self):
        self.handler("""ln -s /etc/passwd link; ln -s / root; ln -s .. up; ln /etc/hostname hard 2>/dev/null
mkfifo pipe; mkdir -p 'a/..b'; echo fine >'a/..b/c'; echo x >"$(printf 'new\\nline')"; echo x >"$(printf '\\033[2J')"
echo x >"$(printf '\\342\\200\\256txt')"; echo x >"$(printf '\\377')"; echo fine >'$(id); `id` "quoted".txt'; echo fine >-rf""")
        worker = self.worker()
        hiring = self.end(worker)
        self.assertEqual(hiring["status"], "completed")
        names = {name for name, _, _ in self.there(hiring["id"])} - {"hard"}
        self.assertEqual(names, {"a/..b/c", '$(id); `id` "quoted".txt', "-rf"})
        self.assertEqual(len(worker.seen("artifact_refused")), 8, worker)
        for line in worker.err:
            self.assertNotIn("\x1b", line)

    def test_types_by_content_and_name(self):
        self.handler(r"""printf '\211PNG\r\n\032\n' >picture; echo '# x' >a.md; echo 'no picture' >b.png; printf 'GIF89a' >c.txt
echo '<!DOCTYPE html><html></html>' >page; printf 'diff --git a/x b/x\n' >change; printf '%%PDF-1.4\0' >d.pdf
head -c 1100000 /dev/zero | tr '\0' x >long.txt""")
        hiring = self.end(self.worker())
        self.assertEqual({name: kind for name, kind, _ in self.there(hiring["id"])},
                         {"picture": "image", "a.md": "markdown", "b.png": "text", "c.txt": "image", "page": "html",
                          "change": "diff", "d.pdf": "file", "long.txt": "file"})


if __name__ == "__main__":
    unittest.main()
