# SPDX-License-Identifier: MIT
"""Handlers that accept now and deliver later, agr submit, and the journal as people read it."""

import json
import subprocess
import unittest

from harness import AGR, agr, wait_until
from serve_rig import Rig


class Submitted(unittest.TestCase):
    def held(self, rig, *options):
        worker = rig.worker(*options)
        worker.wait_for("ready")
        hiring_id = rig.hire()
        worker.wait_for("held", hiring_id)
        return worker, hiring_id

    def test_a_result_later(self):
        with Rig("exit 79") as rig:
            worker, hiring_id = self.held(rig)
            self.assertEqual(rig.status(hiring_id), "in_progress")
            (rig.home.path / "notes.md").write_text("# notes")
            self.assertEqual(agr("submit", "artifact", hiring_id, "notes.md", home=rig.home).code, 0)
            self.assertEqual(agr("submit", "message", hiring_id, "half", "done", home=rig.home).code, 0)
            worker.wait_for("message_sent", hiring_id)
            done = agr("submit", "result", hiring_id, "--wait=20", "--json", home=rig.home, stdin="late but good")
            self.assertEqual((done.code, done.json["state"]), (0, "done"), done)
            hiring = rig.wait_for_end(hiring_id)
            self.assertEqual(hiring["status"], "completed")
            self.assertEqual(hiring["task_output"]["text"], "late but good")
            self.assertIn("half done", json.dumps(hiring))
            self.assertIn("notes.md", json.dumps(hiring))
            again = agr("submit", "result", hiring_id, home=rig.home, stdin="again")
            self.assertEqual(again.code, 7, again)
            self.assertTrue(rig.emulator.books()["balanced"])

    def test_a_failure(self):
        with Rig("exit 79") as rig:
            _, hiring_id = self.held(rig)
            done = agr("submit", "failure", hiring_id, "it", "rains", "--wait=20", home=rig.home)
            self.assertEqual(done.code, 0, done)
            self.assertEqual(rig.wait_for_end(hiring_id)["failed_reason"], "it rains")

    def test_of_many_submissions_at_once_one_counts(self):
        with Rig("exit 79") as rig:
            _, hiring_id = self.held(rig)
            racers = [subprocess.Popen([AGR, "submit", "result", hiring_id], env=rig.home.env(), stdin=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL) for _ in range(8)]
            for number, racer in enumerate(racers):
                racer.stdin.write(str(number).encode())
                racer.stdin.close()
            codes = [racer.wait() for racer in racers]
            self.assertEqual(sorted(codes), [0] + [7] * 7)
            hiring = rig.wait_for_end(hiring_id)
            self.assertEqual(hiring["task_output"]["text"], str(codes.index(0)))

    def test_while_no_worker_runs(self):
        with Rig("exit 79") as rig:
            worker, hiring_id = self.held(rig)
            worker.kill()
            waited = agr("submit", "result", hiring_id, "--wait=0.1", home=rig.home, stdin="kept")
            self.assertEqual(waited.code, 8, waited)
            rig.worker()
            self.assertEqual(rig.wait_for_end(hiring_id)["task_output"]["text"], "kept")
            self.assertEqual(rig.runs(hiring_id), 1)

    def test_by_the_handler_itself(self):
        with Rig(f"echo mine | {AGR} submit result $AGR_HIRING_ID >&2 || exit 9; exit 3") as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring = rig.wait_for_end(rig.hire())
            self.assertEqual(hiring["status"], "completed", worker)
            self.assertEqual(hiring["task_output"]["text"], "mine\n")

    def test_what_cannot_be_submitted(self):
        with Rig("exit 79") as rig:
            _, hiring_id = self.held(rig)
            self.assertEqual(agr("submit", "result", "no-such", home=rig.home).code, 6)
            self.assertEqual(agr("submit", "artifact", hiring_id, "/etc/passwd", "--as", "../x", home=rig.home).code, 64)
            self.assertEqual(agr("submit", "failure", hiring_id, " ", home=rig.home).code, 64)

    def test_a_lost_handler_may_be_held(self):
        with Rig("kill -KILL $PPID; sleep 100") as rig:
            _, hiring_id = self.held(rig, "--on-crash", "hold")
            done = agr("submit", "result", hiring_id, "--wait=20", home=rig.home, stdin="by hand")
            self.assertEqual(done.code, 0, done)
            self.assertEqual(rig.runs(hiring_id), 1)

    def test_or_fail(self):
        with Rig("kill -KILL $PPID; sleep 100") as rig:
            rig.worker().wait_for("ready")
            hiring = rig.wait_for_end(rig.hire())
            self.assertIn("was lost", hiring["failed_reason"])


class Journal(unittest.TestCase):
    def test_it_can_be_read_checked_and_compacted(self):
        with Rig() as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring_id = rig.hire()
            worker.wait_for("submitted", hiring_id)
            wait_until(lambda: self.lines(rig)[0]["state"] == "done", "the last line")
            line = self.lines(rig)[0]
            self.assertEqual((line["hiring_id"], line["round"], line["report"]), (hiring_id, 1, "result"))
            shown = agr("serve-agent", "journal", "show", hiring_id, "--json", home=rig.home)
            self.assertEqual(shown.json, [line])
            self.assertEqual(agr("serve-agent", "journal", "show", "x", home=rig.home).code, 6)
            self.assertTrue(agr("serve-agent", "journal", "verify", "--json", home=rig.home).json[0]["sound"])
            kept = agr("serve-agent", "journal", "compact", "--json", home=rig.home).json[0]
            self.assertEqual((kept["dropped"], kept["shrunk"]), (0, False))
            worker.stop()
            gone = agr("serve-agent", "journal", "compact", "--older-than", "0", "--json", home=rig.home).json[0]
            self.assertEqual((gone["dropped"], gone["shrunk"]), (1, True))
            self.assertEqual(self.lines(rig), [])

    def lines(self, rig):
        return agr("serve-agent", "journal", "list", "--json", home=rig.home).json

    def test_damage_is_found(self):
        with Rig() as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            worker.wait_for("submitted", rig.hire())
            worker.stop()
            journal = next(rig.home.state.glob("agents/*/journal.db"))
            journal.write_bytes(b"not a database" * 100)
            self.assertEqual(agr("serve-agent", "journal", "verify", home=rig.home).code, 1)


if __name__ == "__main__":
    unittest.main()
