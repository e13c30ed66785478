# SPDX-License-Identifier: MIT
"""A marketplace with hundreds of agents of one process restarts: they do not run it down, and all come back."""

import pathlib
import sys
import time
import unittest

from harness import Home, wait_until

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
from herd import Herd  # noqa: E402
from sessions import worker_of, write_agents  # noqa: E402

AGENTS = 400


class Restart(unittest.TestCase):
    def test_all_come_back_and_nobody_hammers(self):
        with Herd() as herd, Home() as home:
            write_agents(home, herd.url, AGENTS, "/bin/true")
            with worker_of(home, herd.url) as worker:
                wait_until(lambda: len(herd.ready) == AGENTS, "all agents", 60)
                before = herd.requests.total()

                def restart():
                    herd.refused = True
                    herd.cut_all()

                herd.do(restart)
                wait_until(lambda: herd.requests.total() > before + AGENTS // 4, "knocks")
                time.sleep(5)  # how long it is down; what is counted does not depend on it much
                knocks = herd.requests.total() - before
                herd.refused = False
                wait_until(lambda: len(herd.ready) == AGENTS, f"all agents again\n{worker.err[-3:]}", 90)
                # Streams and questions for work, of all of them, in five seconds and more.
                self.assertLess(knocks, AGENTS * 10)
                self.assertEqual(worker.stop(60), 0)


if __name__ == "__main__":
    unittest.main()
