# SPDX-License-Identifier: MIT
"""What sessions cost: how soon they are up, memory, descriptors, idle CPU and pongs, for one agent and for ten thousand in one
process.

bench/sessions.py AGR [COUNT…]    on its own; bench/run calls it, too
"""

import os
import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "bench")]
sys.dont_write_bytecode = True

from harness import Home, Process, wait_until  # noqa: E402
from herd import Herd  # noqa: E402

COUNTS = (1, 100, 1000, 10000)
BURNERS = 8


def key_of(number):
    return f"bench-agent-key-{number:08d}"


def write_agents(home, url, count, handler, more=""):
    agents = "".join(f'[[profile.default.agrenting.agents]]\nname = "a{i}"\nid = "a{i}"\ndid = "did:bench:a{i}"\n'
                     f'api_key = "{key_of(i)}"\nhandler = ["{handler}"]\n{more}' for i in range(count))
    home.write_config(f'[profile.default.agrenting]\nurl = "{url}"\n{agents}')


class Usage:
    """What the kernel says of a process just now."""

    def __init__(self, pid):
        status = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
        times = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        self.memory = int(status["VmRSS"].split()[0])  # KiB
        self.descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        self.cpu = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
        self.time = time.monotonic()


def cpu_of(pid, seconds):
    """Share of one core, in percent."""
    before = Usage(pid)
    time.sleep(seconds)
    after = Usage(pid)
    return 100 * (after.cpu - before.cpu) / (after.time - before.time)


def percentile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def worker_of(home, url):
    return Process("serve-agent", "--log", "json", "--drain-timeout", 0, "--kill-grace", 0, home=home,
                   env={"AGRENTING_URL": url})


def measure(count, base):
    with Herd() as herd, Home() as home:
        write_agents(home, herd.url, count, home.script("burn", "#!/bin/sh\nwhile :; do :; done\n"))
        began = time.monotonic()
        with worker_of(home, herd.url) as worker:
            wait_until(lambda: len(herd.ready) >= count or not worker.running, f"{count} sessions", 120)
            if not worker.running:
                raise SystemExit(f"serve-agent ended\n{worker}")
            up = time.monotonic() - began
            time.sleep(2)
            usage = Usage(worker.pid)
            base = base or usage
            per_session = (usage.memory - base.memory) / max(1, count - 1)
            cpu = cpu_of(worker.pid, 5)
            spread = herd.pings(1000 if count > 1 else 200, 5)
            burst = herd.pings(count, 0)
            for i in range(min(BURNERS, count)):
                herd.do(lambda i=i: herd.offer(key_of(i), i))
            wait_until(lambda: sum('"started"' in line for line in worker.err) >= min(BURNERS, count), "the handlers", 60)
            loaded = herd.pings(1000 if count > 1 else 200, 5)
            print(f"{count:8}{up:9.2f}{usage.memory / 1024:10.1f}{per_session:10.1f}{usage.descriptors:9}{cpu:8.2f}"
                  f"{statistics.median(spread):10.2f}{percentile(spread, 0.99):9.2f}{percentile(burst, 0.99):10.1f}"
                  f"{statistics.median(loaded):9.2f}{percentile(loaded, 0.99):9.2f}", flush=True)
            worker.stop(60)
    return base


def sessions(counts=COUNTS):
    print(f"\nsessions of one process; pongs in ms: spread over all of them, one for each at once, and spread while {BURNERS} "
          "handlers burn")
    print(f"{'agents':>8}{'up s':>9}{'RSS MiB':>10}{'KiB each':>10}{'files':>9}{'cpu %':>8}{'p50':>10}{'p99':>9}{'burst p99':>10}"
          f"{'load p50':>9}{'load p99':>9}")
    base = None
    for count in counts:
        base = measure(count, base)


if __name__ == "__main__":
    os.environ["AGR"] = sys.argv[1]
    import harness
    harness.AGR = sys.argv[1]
    sessions([int(word) for word in sys.argv[2:]] or COUNTS)
