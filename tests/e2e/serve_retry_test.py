# SPDX-License-Identifier: MIT
"""A hirer retries a failed hiring: it keeps its id, and the new dispatch runs once."""

import unittest

from harness import agr, wait_until
from serve_rig import Proxy, Rig

FAIL_AT_FIRST = '[ "$(grep -c $AGR_HIRING_ID {runs})" -ge 2 ] || exit 3'


class Older(Proxy):
    """As a service that shows nothing that tells one dispatch from another."""

    class Veil:
        def __init__(self, sink):
            self.shutdown = sink.shutdown
            self.sendall = lambda data: sink.sendall(
                data.replace(b"trace_attempt", b"trace_nothing").replace(b"dispatch_id", b"dispatch_no").replace(b"started_at", b"started_no"))

    def _down(self, client, server, answering):
        self._pump(server, self.Veil(client), lambda data: True)


class Retried(unittest.TestCase):
    def rig(self):
        rig = Rig()
        body = FAIL_AT_FIRST.format(runs=rig.runs_file)
        rig.handler = rig.home.script(
            "handler", f"#!/bin/sh\necho $AGR_HIRING_ID >>{rig.runs_file}\n{body}\necho done $AGR_ATTEMPT\n")
        return rig

    def retry(self, rig, hiring_id):
        status, body = rig.emulator.request("POST", f"/api/v1/hirings/{hiring_id}/retry", {},
                                            {"Authorization": f"Bearer {rig.emulator.user_token}"})
        self.assertIn(status, (200, 201), body)

    def check(self, rig, hiring_id):
        hiring = wait_until(lambda: (h := rig.hiring(hiring_id))["status"] == "completed" and h, "the second run")
        self.assertEqual(hiring["task_output"]["text"], "done 2\n", rig.story())
        self.assertEqual(rig.runs(hiring_id), 2, rig.story())
        self.assertTrue(rig.emulator.books()["balanced"])

    def test_by_the_worker_that_failed_it(self):
        with self.rig() as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring_id = rig.hire()
            self.assertEqual(rig.wait_for_end(hiring_id)["status"], "failed")
            worker.wait_for("submitted", hiring_id)
            self.retry(rig, hiring_id)
            self.check(rig, hiring_id)
            self.assertEqual([e["round"] for e in worker.seen("hiring", hiring_id)], [1, 2])

    def test_by_a_worker_that_knows_it_from_the_journal_alone(self):
        with self.rig() as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring_id = rig.hire()
            rig.wait_for_end(hiring_id)
            worker.wait_for("submitted", hiring_id)
            worker.kill()
            rig.worker().wait_for("ready")
            self.retry(rig, hiring_id)
            self.check(rig, hiring_id)

    def test_before_the_answer_to_its_failure_came(self):
        for through in (None, Older):
            with self.subTest(through=through), self.rig() as rig:
                self.fail_and_retry(rig, through and through(rig.emulator))

    def fail_and_retry(self, rig, through):
        worker = rig.worker(through=through)
        worker.wait_for("ready")
        for fault in (["drop_after_commit", "POST", "/api/v1/hirings/:id/failure"],
                      ["delay_before=1500", "GET", "/api/v1/hirings/:id", "--principal", "agent"]):
            self.assertEqual(agr("emulator", "fault", "add", *fault, "--url", rig.emulator.url).code, 0)
        hiring_id = rig.hire()
        wait_until(lambda: rig.emulator.hiring(hiring_id)["status"] == "failed", "the failure")
        # The worker does not know yet, and the read it is about to make comes late.
        self.retry(rig, hiring_id)
        self.check(rig, hiring_id)
        self.assertEqual([e["round"] for e in worker.seen("hiring", hiring_id)], [1, 2])


if __name__ == "__main__":
    unittest.main()
