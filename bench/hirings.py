# SPDX-License-Identifier: MIT
"""Hirings end to end through one serve-agent, as fast as it takes them, with a handler that does nothing.

bench/hirings.py AGR [COUNT [EVERY]]    with what the process holds every so many hirings; scripts/serve-soak calls it
"""

import pathlib
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "bench")]
sys.dont_write_bytecode = True

from harness import Home, wait_until  # noqa: E402
from herd import Herd  # noqa: E402
from sessions import Usage, key_of, worker_of, write_agents  # noqa: E402

AGENTS = 4
PLACES = 4  # of each


class Stream:
    """Keeps as many hirings open as there are places, until there were enough."""

    def __init__(self, herd, count):
        self.herd, self.count, self.offered, self.failed = herd, count, 0, []
        self.done = threading.Event()
        herd.on_closed = self.take

    def begin(self):
        for i in range(AGENTS * PLACES):
            self.offer(key_of(i % AGENTS))

    def offer(self, key):
        if self.offered < self.count:
            self.herd.offer(key, self.offered)
            self.offered += 1

    def take(self, key, hiring):
        if hiring["status"] != "completed":
            self.failed.append(hiring)
        self.offer(key)
        if len(self.herd.closed) >= self.count:
            self.done.set()


def journals(home):
    return sum(file.stat().st_size for file in home.state.glob("agents/*/journal.db*")) / 1024


def flow(count, every, tell=print):
    """Hirings per second; `tell` gets a line every so many."""
    with Herd() as herd, Home() as home:
        write_agents(home, herd.url, AGENTS, "/bin/true", f"concurrency = {PLACES}\n")
        with worker_of(home, herd.url) as worker:
            wait_until(lambda: len(herd.ready) == AGENTS, "the sessions")
            stream = Stream(herd, count)
            began = last = time.monotonic()
            herd.do(stream.begin)
            tell(f"{'hirings':>9}{'per s':>9}{'RSS MiB':>10}{'files':>7}{'journals KiB':>14}{'folders left':>14}")
            for mark in range(every, count + 1, every):
                wait_until(lambda mark=mark: len(herd.closed) >= mark, f"{mark} hirings\n{worker.err[-3:]}", 3600)
                now, usage = time.monotonic(), Usage(worker.pid)
                spools = sum(1 for folder in home.state.glob("agents/*/spool/*"))
                tell(f"{mark:9}{every / (now - last):9.1f}{usage.memory / 1024:10.1f}{usage.descriptors:7}{journals(home):14.0f}"
                     f"{spools:14}")
                last = now
            took = time.monotonic() - began
            doubles = herd.requests["POST api/…"] - count
            submitted = wait_until(lambda: sum('"submitted"' in line for line in worker.err) >= count, "the log")
            if stream.failed or doubles > 0 or not submitted:
                raise SystemExit(f"{len(stream.failed)} hirings failed, {doubles} reports were sent twice\n{worker.err[-20:]}")
            worker.stop(60)
    return count / took


if __name__ == "__main__":
    import harness
    harness.AGR = sys.argv[1]
    total = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    print(f"{flow(total, int(sys.argv[3]) if len(sys.argv) > 3 else total):.1f} hirings a second")
