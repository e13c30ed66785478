# SPDX-License-Identifier: MIT
"""SIGKILL of serve-agent at every stage of a hiring, over many seeded rounds (AGR_KILL_ROUNDS each): the
handler runs once, one result arrives, the books balance."""

import os
import random
import time
import unittest

from harness import wait_until
from serve_rig import Proxy, Rig

ROUNDS = int(os.environ.get("AGR_KILL_ROUNDS", "10"))


class Killed(unittest.TestCase):
    def check(self, rig, hiring_id):
        hiring = rig.wait_for_end(hiring_id)
        self.assertEqual(hiring["status"], "completed", rig.story())
        self.assertEqual(rig.runs(hiring_id), 1, rig.story())
        self.assertEqual(hiring["task_output"]["text"], "done\n", rig.story())

    def rounds(self, body, kill, **worker_options):
        """Per round: a worker, a hiring, `kill(rig, worker, hiring_id, chance)`, and a worker that goes on."""
        with Rig(body) as rig:
            for seed in range(ROUNDS):
                with self.subTest(seed=seed):
                    chance = random.Random(seed)
                    rig.kill_workers()
                    worker = rig.worker()
                    worker.wait_for("ready")
                    hiring_id = rig.hire()
                    kill(rig, worker, hiring_id, chance)
                    worker.kill()
                    rest = rig.worker()
                    self.check(rig, hiring_id)
                    wait_until(lambda: rest.seen("submitted", hiring_id) or rest.seen("ready"), "the second worker")
                    rest.kill()
            self.assertTrue(rig.emulator.books()["balanced"])

    def test_before_the_handler(self):
        def kill(rig, worker, hiring_id, chance):
            worker.wait_for("hiring", hiring_id)
            time.sleep(chance.uniform(0, 0.02))
        self.rounds("", kill)

    def test_during_the_handler(self):
        def kill(rig, worker, hiring_id, chance):
            wait_until(lambda: rig.runs(hiring_id) == 1, "the handler")
            time.sleep(chance.uniform(0, 0.2))
        self.rounds("sleep 0.2", kill)

    def test_after_the_handler(self):
        def kill(rig, worker, hiring_id, chance):
            worker.wait_for("finished", hiring_id)
            time.sleep(chance.uniform(0, 0.01))
        self.rounds("", kill)

    def test_anywhere_several_times(self):
        def kill(rig, worker, hiring_id, chance):
            # A worker killed before the marketplace has seen it alive was never given the work.
            wait_until(lambda: rig.status(hiring_id) != "queued", "the probe")
            for _ in range(3):
                time.sleep(chance.uniform(0, 0.15))
                worker.kill()
                worker = rig.worker()
            time.sleep(chance.uniform(0, 0.15))
            worker.kill()
        self.rounds("sleep 0.1", kill)

    def test_during_the_submission(self):
        """Cut the wire and the worker before the result has arrived, or after it but before the answer."""
        with Rig() as rig:
            proxy = Proxy(rig.emulator)  # one for all rounds: another address would be another agent
            for seed in range(ROUNDS):
                with self.subTest(seed=seed):
                    chance = random.Random(seed)
                    rig.kill_workers()
                    victim = {"phase": chance.choice(["request", "answer"]), "worker": None}

                    def cut(phase, victim=victim):
                        if phase != victim["phase"]:
                            return True
                        victim["worker"].popen.kill()
                        return False

                    victim["worker"] = rig.worker(through=proxy)
                    victim["worker"].wait_for("ready")
                    proxy.on_result = cut
                    hiring_id = rig.hire()
                    wait_until(lambda victim=victim: not victim["worker"].running, "the kill")
                    proxy.on_result = lambda at: True
                    rest = rig.worker(through=proxy)
                    self.check(rig, hiring_id)
                    rest.wait_for("submitted", hiring_id)
                    rest.kill()
            proxy.close()
            self.assertTrue(rig.emulator.books()["balanced"])

    def test_an_answer_lost_without_a_kill(self):
        """The same broken wire, and the worker lives: it looks before it sends again."""
        for phase in ("request", "answer"):
            with self.subTest(phase), Rig() as rig:
                cuts = []

                def cut(at, phase=phase, cuts=cuts):
                    if at != phase or len(cuts) >= 2:
                        return True
                    cuts.append(at)
                    return False

                proxy = Proxy(rig.emulator)
                proxy.on_result = cut
                worker = rig.worker(through=proxy)
                worker.wait_for("ready")
                hiring_id = rig.hire()
                self.check(rig, hiring_id)
                worker.wait_for("submitted", hiring_id)
                self.assertEqual(len(worker.seen("submitted", hiring_id)), 1, rig.story())
                self.assertTrue(cuts)


if __name__ == "__main__":
    unittest.main()
