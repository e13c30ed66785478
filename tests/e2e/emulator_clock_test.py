# SPDX-License-Identifier: MIT
"""A clock moved by hand, and clients that live by the machine's: whoever is asked gets the time to answer."""

import datetime
import signal
import unittest

from serve_rig import Rig


class MovedClock(unittest.TestCase):
    """A worker with a handler that runs until it is told to end, on an emulator with a virtual clock."""

    def setUp(self):
        self.rig = Rig(body='while [ -e "$0" ] && [ ! -e "$0.end" ]; do sleep 0.05; done', options=("--clock", "virtual"))
        self.addCleanup(self.rig.__exit__)
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.move(set=now)
        self.worker = self.rig.worker()
        self.worker.wait_for("ready")
        self.hiring = self.rig.hire()
        self.worker.wait_for("started", self.hiring)

    def move(self, **wanted):
        status, answer = self.rig.emulator.request("POST", "/__emulator/clock", wanted)
        self.assertEqual(status, 200, answer)

    def test_an_agent_at_work_passes_its_health_checks(self):
        self.move(advance_ms=30 * 60_000)
        self.assertEqual(self.rig.status(self.hiring), "in_progress", self.rig.story())
        (self.rig.home.path / "handler.end").touch()
        self.assertEqual(self.rig.wait_for_end(self.hiring)["status"], "completed")

    def test_a_frozen_one_misses_three(self):
        self.worker.signal(signal.SIGSTOP)
        self.addCleanup(self.worker.signal, signal.SIGCONT)
        self.move(advance_ms=6 * 60_000 + 10_000)
        self.assertEqual(self.rig.status(self.hiring), "in_progress")
        self.move(advance_ms=3 * 60_000)
        hiring = self.rig.hiring(self.hiring)
        self.assertEqual(hiring["status"], "failed")
        self.assertIn("3 consecutive health checks", str(hiring))
        self.assertTrue(self.rig.emulator.books()["balanced"])



if __name__ == "__main__":
    unittest.main()
