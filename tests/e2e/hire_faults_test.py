# SPDX-License-Identifier: MIT
"""One hire through the real binary while the way to the marketplace breaks: the money is held once, and the
same command finds the hiring again."""

import queue
import signal
import unittest

from harness import Emulator, Home, Process, agr
from recorder import Recorder
from settlement_faults_test import CUT, TORN, Way, after

HIRE = ("hire", "did:example:alice", "Sum this up")


class HireWay(Way):
    def __call__(self, request):
        if self.fault and request.path.endswith("/hire"):
            return self.fault(lambda: self.pass_on(request))
        return self.pass_on(request)


class HireFaults(unittest.TestCase):
    def setUp(self):
        self.emulator = Emulator("--probe", "off").start()
        self.addCleanup(self.emulator.__exit__)
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.way = HireWay(self.emulator)
        self.recorder = Recorder(self.way)
        self.recorder.__enter__()
        self.addCleanup(self.recorder.__exit__)

    def agr(self, *args):
        return agr(*args, home=self.home, env=self.env)

    @property
    def env(self):
        return self.emulator.env(AGRENTING_URL=self.recorder.url)

    def hired_once(self):
        hirings = self.agr("hirings", "list", "--all", "--json").json
        balance = self.agr("balance", "--json").json
        self.assertEqual([1, "2.00", "998.00"], [len(hirings), balance["escrow"], balance["available"]])
        return hirings[0]["id"]

    def test_a_lost_answer_is_asked_for_again_under_the_same_key(self):
        for fault in (lambda pass_on: CUT, after(CUT), after(TORN)):
            with self.subTest(fault=fault):
                self.setUp()
                self.way.fault = fault
                lost = self.agr(*HIRE, "--json")
                self.assertEqual(7, lost.code, lost)
                self.way.fault = None
                found = self.agr(*HIRE, "--json")
                self.assertEqual(0, found.code, found)
                self.assertEqual(self.hired_once(), found.json["id"])
                self.assertIn(found.json["idempotency_key"], lost.error["hint"])

    def test_a_hirer_killed_at_any_moment_goes_on_where_it_was(self):
        for acts in (False, True):
            with self.subTest(acts=acts):
                self.setUp()
                started = queue.Queue()

                def kill(pass_on, started=started, acts=acts):
                    if acts:
                        pass_on()
                    started.get(timeout=20).kill()
                    return CUT

                self.way.fault = kill
                hirer = Process(*HIRE, home=self.home, env=self.env)
                started.put(hirer)
                self.assertEqual(128 + signal.SIGKILL, hirer.wait())
                self.way.fault = None
                self.assertIn("unknown outcome", self.agr("status").out)
                found = self.agr(*HIRE)
                self.assertEqual(0, found.code, found)
                self.assertIn("Going on", found.err)
                self.hired_once()
                self.assertNotIn("unknown outcome", self.agr("status").out)


if __name__ == "__main__":
    unittest.main()
