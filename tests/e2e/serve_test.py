# SPDX-License-Identifier: MIT
"""serve-agent in everyday life and on bad days: its log, its handlers, signals, locks, a marketplace that goes
away, a disk that is full."""

import base64
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

from harness import AGR, Home, Worker, agr, wait_until
from serve_rig import Rig


def processes_with(mark):
    """How many processes anywhere have `mark` in the environment they were started with."""
    count = 0
    for folder in pathlib.Path("/proc").iterdir():
        try:
            count += mark.encode() in (folder / "environ").read_bytes()
        except (OSError, PermissionError):
            pass
    return count


class Handlers(unittest.TestCase):
    """The handler contract, seen from both ends."""

    def report(self, body, *options):
        """The ended hiring and the worker's events."""
        with Rig(body) as rig:
            worker = rig.worker(*options)
            worker.wait_for("ready")
            hiring = rig.wait_for_end(rig.hire())
            worker.wait_for("submitted", hiring["id"])
            wait_until(lambda: processes_with(str(rig.home.path / "state")) <= 1, "the last process")
            self.assertTrue(rig.emulator.books()["balanced"])
            return hiring, worker

    def test_the_events_of_one_hiring(self):
        hiring, worker = self.report("")
        self.assertEqual(hiring["status"], "completed")
        names = [e["event"] for e in worker.events]
        self.assertEqual(names, ["ready", "hiring", "started", "finished", "submitted"])
        self.assertEqual({e.get("hiring_id") for e in worker.events[1:]}, {hiring["id"]})

    def test_failures_are_reported_with_their_reason(self):
        for body, reason in (("echo 'no such luck' >&2; exit 3", "exited with code 3: no such luck"),
                             ("kill -SEGV $$", "signal 11"),
                             ("yes", "wrote more than"),
                             ("exit 125", "handed back"),
                             ("exit 127", "cannot be run")):
            with self.subTest(body):
                hiring, worker = self.report(body, "--max-output", "100000")
                self.assertEqual(hiring["status"], "failed")
                self.assertIn(reason, hiring["failed_reason"])

    def test_nothing_a_handler_forks_is_left(self):
        for body in ("sleep 1000 &", "setsid sleep 1000 >/dev/null 2>&1 </dev/null &", "(setsid sh -c 'sleep 1000 & sleep 1000' &)"):
            with self.subTest(body):
                hiring, _ = self.report(body)
                self.assertEqual(hiring["status"], "completed")

    def test_the_environment_holds_no_key(self):
        with Rig("env | sort; cat $AGR_INPUT | head -c 20 >/dev/null; pwd; cat >/dev/null") as rig:
            worker = rig.worker(env={"AGR_SECRET": "x", "AGENTSGETHIRED_API_KEY": "ah_k", "HARMLESS": "yes"})
            worker.wait_for("ready")
            hiring = rig.wait_for_end(rig.hire("$(touch /tmp/never); `id`"))
            text = hiring["task_output"]["text"]
            self.assertIn("HARMLESS=yes", text)
            self.assertIn(f"AGR_HIRING_ID={hiring['id']}\n", text)
            self.assertIn("AGR_ATTEMPT=1\n", text)
            for name in ("AGRENTING_", "AGENTSGETHIRED_", "AGR_SECRET", "AGR_CONFIG", "AGR_STATE"):
                self.assertNotIn(name, text)
            self.assertNotIn(rig.emulator.agent()["api_key"], text)

    def test_later_means_later(self):
        with Rig("[ $AGR_ATTEMPT -ge 2 ] || exit 75") as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring_id = rig.hire()
            self.assertEqual(worker.wait_for("later", hiring_id)["milliseconds"], 30000)
            self.assertEqual(rig.status(hiring_id), "in_progress")

    def test_artifacts_go_up_before_the_result(self):
        body = ("printf '# hello' >$AGR_ARTIFACTS/notes.md; mkdir $AGR_ARTIFACTS/d; printf '\\377\\376' >$AGR_ARTIFACTS/d/raw\n"
                "ln -s /etc/passwd $AGR_ARTIFACTS/passwd; for i in $(seq 60); do echo $i >$AGR_ARTIFACTS/n$i.txt; done")
        with Rig(body) as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring = rig.wait_for_end(rig.hire())
            self.assertEqual(hiring["status"], "completed", rig.story())
            _, body = rig.emulator.request("GET", f"/api/v1/hirings/{hiring['id']}/artifacts?limit=100",
                                           headers={"X-API-Key": rig.emulator.agent()["api_key"]})
            artifacts = {a["name"]: a for a in body["data"]}
            self.assertEqual(len(artifacts), 62, body)
            self.assertEqual(artifacts["notes.md"]["artifact_type"], "markdown")
            self.assertEqual(artifacts["d/raw"]["artifact_type"], "file")
            self.assertNotIn("passwd", artifacts)
            self.assertEqual(len(worker.seen("artifact_refused", hiring["id"])), 1)

    def test_once_exits_with_the_outcome(self):
        for body, code in (("", 0), ("exit 1", 1)):
            with self.subTest(body), Rig(body) as rig:
                worker = rig.worker("--once")
                worker.wait_for("ready")
                rig.hire()
                self.assertEqual(worker.wait(), code, str(worker))


class Signals(unittest.TestCase):
    def draining(self, body, *options):
        rig = Rig(body)
        self.addCleanup(rig.__exit__)
        worker = rig.worker(*options)
        worker.wait_for("ready")
        hiring_id = rig.hire()
        wait_until(lambda: rig.runs(hiring_id) == 1, "the handler")
        worker.signal(signal.SIGTERM)
        worker.wait_for("draining")
        return rig, worker, hiring_id

    def test_the_first_lets_handlers_finish(self):
        rig, worker, hiring_id = self.draining("sleep 0.5")
        self.assertEqual(worker.wait(), 0, str(worker))
        self.assertEqual(rig.status(hiring_id), "completed")
        self.assertEqual(len(worker.seen("drained")), 1)

    def test_the_drain_ends(self):
        rig, worker, hiring_id = self.draining("trap '' TERM; while :; do sleep 0.05; done", "--drain-timeout", "0.3",
                                               "--kill-grace", "0.2")
        self.assertEqual(worker.wait(), 0, str(worker))
        hiring = rig.hiring(hiring_id)
        self.assertEqual(hiring["status"], "failed")
        self.assertIn("stopped before", hiring["failed_reason"])

    def test_the_second_cancels_now(self):
        rig, worker, hiring_id = self.draining("trap '' TERM; while :; do sleep 0.05; done", "--kill-grace", "1000")
        worker.signal(signal.SIGINT)
        self.assertEqual(worker.wait(), 0, str(worker))
        self.assertEqual(rig.status(hiring_id), "failed")

    def test_the_third_leaves_at_once_and_loses_nothing(self):
        rig, worker, hiring_id = self.draining("trap '' TERM; sleep 1", "--kill-grace", "1000")
        for _ in range(2):
            if worker.running:
                worker.signal(signal.SIGTERM)
                time.sleep(0.02)
        self.assertIn(worker.wait(), (143, 0), str(worker))
        rig.worker().wait_for("ready")
        self.assertIn(rig.wait_for_end(hiring_id)["status"], ("completed", "failed"))
        self.assertEqual(rig.runs(hiring_id), 1)

    def test_an_idle_one_leaves(self):
        with Rig() as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            self.assertEqual(worker.stop(), 0, str(worker))


class Marketplace(unittest.TestCase):
    def test_it_is_killed_and_comes_back(self):
        with tempfile.TemporaryDirectory() as folder, Rig("sleep 0.5", data=f"{folder}/world.db") as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring_id = rig.hire()
            wait_until(lambda: rig.runs(hiring_id) == 1, "the handler")
            rig.emulator.kill()
            worker.wait_for("reconnecting")
            worker.wait_for("retrying", hiring_id)
            rig.emulator.start()
            self.assertEqual(rig.wait_for_end(hiring_id)["status"], "completed", rig.story())
            self.assertEqual(rig.runs(hiring_id), 1)
            wait_until(lambda: len(worker.seen("ready")) == 2, "the stream again")
            self.assertEqual(rig.wait_for_end(rig.hire())["status"], "completed", rig.story())
            self.assertTrue(rig.emulator.books()["balanced"])

    def test_a_cancelled_hiring_stops_its_handler(self):
        with Rig("sleep 1000") as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring_id = rig.hire()
            wait_until(lambda: rig.runs(hiring_id) == 1, "the handler")
            status, body = rig.emulator.request("POST", f"/api/v1/hirings/{hiring_id}/cancel", {},
                                                {"Authorization": f"Bearer {rig.emulator.user_token}"})
            self.assertEqual(status, 200, body)
            worker.wait_for("cancelled", hiring_id)
            wait_until(lambda: processes_with(f"AGR_HIRING_ID={hiring_id}") == 0, "the handler's end")
            self.assertEqual(worker.seen("submitted"), [])
            self.assertEqual(rig.status(hiring_id), "cancelled")

    def test_a_wrong_key_is_final(self):
        with Rig() as rig:
            worker = rig.worker(env={"AGRENTING_AGENT_KEY": "d3Jvbmd3cm9uZ3dyb25nd3Jvbmd3cm9uZw=="})
            self.assertEqual(worker.wait(), 4, str(worker))
            self.assertNotIn("d3Jvbmd3", "".join(worker.err))


class Machine(unittest.TestCase):
    def test_a_second_one_for_the_agent_exits_75(self):
        with Rig() as rig:
            first = rig.worker()
            first.wait_for("ready")
            second = rig.worker()
            self.assertEqual(second.wait(), 75, str(second))
            self.assertIn(str(first.pid), "".join(second.err))
            self.assertTrue(first.running)
            first.kill()
            rig.worker().wait_for("ready")

    def test_other_agents_do_not_mind(self):
        with Rig() as rig:
            rig.worker().wait_for("ready")
            other = Worker(rig.emulator, rig.handler, home=rig.home, did="did:example:coder")
            rig.workers.append(other)
            other.wait_for("ready")

    def test_bad_usage_is_found_before_anything_starts(self):
        with Rig() as rig:
            env = {"AGRENTING_URL": rig.emulator.url, "AGRENTING_AGENT_KEY": rig.emulator.agent()["api_key"]}
            for words, code in ((("--handler", "/no/such/program"), 64), ((), 64), (("--handler", "'cat"), 64),
                                (("--handler", "cat", "--concurrency", "0"), 64), (("--handler", "cat", "--log", "xml"), 64),
                                (("--handler", "cat", "--name", "nobody"), 4)):
                with self.subTest(words):
                    run = agr("serve-agent", *words, home=rig.home, env=env)
                    self.assertEqual(run.code, code, str(run))
            run = agr("serve-agent", "--handler", "cat", home=rig.home, env={"AGRENTING_URL": rig.emulator.url})
            self.assertEqual(run.code, 4, str(run))

    def test_a_full_disk_begins_nothing(self):
        """The state folder on a tiny file system of its own, filled up once the worker is online."""
        probe = subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            self.skipTest("no user namespaces here")
        with Rig() as rig:
            rig.home.state.mkdir()
            wrapper = rig.home.script("on-small-disk", f"#!/bin/sh\nmount -t tmpfs -o size=512k,mode=700 none {rig.home.state} || exit 9\n"
                                                       f"exec {AGR} \"$@\"\n")
            err = open(rig.home.path / "err", "w+")
            worker = subprocess.Popen(["unshare", "-Urm", wrapper, "serve-agent", "--handler", rig.handler, "--log", "json"],
                                      env=rig.home.env({"AGRENTING_URL": rig.emulator.url,
                                                        "AGRENTING_AGENT_KEY": rig.emulator.agent()["api_key"]}),
                                      stdin=subprocess.DEVNULL, stderr=err)
            try:
                told = rig.home.path / "err"
                wait_until(lambda: '"ready"' in told.read_text(), "ready")
                with open(f"/proc/{worker.pid}/root{rig.home.state}/filler", "wb", 0) as filler:
                    try:
                        while True:
                            filler.write(b"x" * 4096)
                    except OSError:
                        pass
                hiring_id = rig.hire()
                self.assertEqual(worker.wait(20), 1, told.read_text())
                self.assertIn("journal_failed", told.read_text())
                self.assertIn("full", told.read_text())
            finally:
                worker.kill()
                worker.wait()
                err.close()
            self.assertEqual(rig.runs(hiring_id), 0)
            self.assertEqual(rig.status(hiring_id), "in_progress")
            rig.worker()
            self.assertEqual(rig.wait_for_end(hiring_id)["status"], "completed", rig.story())
            self.assertEqual(rig.runs(hiring_id), 1)


if __name__ == "__main__":
    unittest.main()
