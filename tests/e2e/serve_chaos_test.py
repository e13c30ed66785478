# SPDX-License-Identifier: MIT
"""Agents on a wire that drops, delays, duplicates, truncates, reorders, splits and falls silent: every hiring ends
once, with one run of its handler (AGR_CHAOS_ROUNDS hirings for each agent)."""

import os
import unittest

from chaos import Chaos
from harness import Emulator, wait_until
from serve_fleet_test import Fleet

ROUNDS = int(os.environ.get("AGR_CHAOS_ROUNDS", "3"))
AGENTS = 6


class Wire(unittest.TestCase):
    def test_every_hiring_ends_once(self):
        done = {}
        for seed in range(2):
            with self.subTest(seed=seed), Fleet(AGENTS, Emulator("--probe", "off")) as fleet:
                chaos = Chaos(fleet.emulator.port, seed)
                runs = fleet.home.path / "runs"
                fleet.configure(fleet.agents, fleet.home.script(
                    "handler", f"#!/bin/sh\necho $AGR_HIRING_ID >>{runs}\nhead -c 3000 /dev/zero | tr '\\0' x\n"),
                    url=chaos.url)
                worker = fleet.worker(url=chaos.url)
                for _ in range(ROUNDS):
                    hirings = [fleet.hire(agent) for agent in fleet.agents]
                    for hiring_id in hirings:
                        try:
                            hiring = fleet.ended(hiring_id, 90)
                        except AssertionError as error:
                            raise AssertionError(f"{error}\n{worker}") from None
                        self.assertEqual(hiring["status"], "completed", worker)
                        self.assertEqual(hiring["task_output"]["text"], "x" * 3000)
                        self.assertEqual(runs.read_text().split().count(hiring_id), 1, worker)
                chaos.calm = True
                wait_until(lambda: len(worker.seen("submitted")) == AGENTS * ROUNDS, "the last acknowledgements", 90)
                self.assertTrue(fleet.emulator.books()["balanced"])
                self.assertEqual(worker.stop(), 0)
                chaos.close()
                done = {what: done.get(what, 0) + count for what, count in {**dict.fromkeys(done, 0), **chaos.done}.items()}
        for what in ("cut request", "cut answer", "split", "delay", "stirred", "died young"):
            self.assertGreater(done.get(what, 0), 0, done)


if __name__ == "__main__":
    unittest.main()
