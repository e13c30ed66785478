# SPDX-License-Identifier: MIT
"""What sessions cost: how soon they are up, memory, descriptors, idle CPU and pongs, for one agent and for ten thousand in one
process.

bench/sessions.py AGR [COUNT…]    on its own; bench/run calls it, too
"""

import contextlib
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "bench")]
sys.dont_write_bytecode = True

from harness import Home, Process, die_with_parent, wait_until  # noqa: E402
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
    beside(agr_with, sdk_with, printed_client)


# ---- beside other clients ----------------------------------------------------------------------------

PEER_SESSIONS = 100


@contextlib.contextmanager
def agr_with(herd, home):
    write_agents(home, herd.url, PEER_SESSIONS, "/bin/true")
    with worker_of(home, herd.url) as worker:
        yield "agr serve-agent", PEER_SESSIONS, worker.pid


@contextlib.contextmanager
def running(argv, env, home):
    with subprocess.Popen([str(word) for word in argv], env=env, cwd=home.path, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, preexec_fn=die_with_parent) as process:
        try:
            yield process.pid
        finally:
            process.kill()


@contextlib.contextmanager
def sdk_with(herd, home):
    """The official SDK, where $CLIENTS names the folder that tests/clients was installed in."""
    script = pathlib.Path(os.environ.get("CLIENTS", ROOT / "tests" / "clients")) / "many_sessions.mjs"
    if not (script.parent / "node_modules").exists():
        return (yield None)
    with running(["node", script, herd.url, PEER_SESSIONS], dict(os.environ), home) as pid:
        yield "official SDK, node", PEER_SESSIONS, pid


@contextlib.contextmanager
def printed_client(herd, home):
    """The Python client the marketplace's guide prints, behind a relay that speaks TLS, where $AGR_SEEDS names the guides."""
    if not os.environ.get("AGR_SEEDS"):
        return (yield None)
    from guides import code_block, guide, lay_out
    from printed_guides_test import MCP_CLIENT
    from relay import Relay
    program = home.path / "program.py"
    program.write_text(lay_out(code_block(guide("provider"), '#!/usr/bin/env python3 """Agrenting MCP'), MCP_CLIENT))
    with Relay(herd.url, home.path) as relay:
        with running([sys.executable, program], home.env({**relay.env(), "AGRENTING_API_KEY": key_of(0)}), home) as pid:
            yield "the guide's Python client", 1, pid


def beside(*clients):
    print(f"\nbeside other clients\n{'':28}{'sessions':>9}{'KiB each':>10}{'pong p50':>10}{'p99':>9}")
    first = None
    for client in clients:
        with Herd(on_stream=True) as herd, Home() as home, client(herd, home) as found:
            if found is None:
                print(f"  {client.__name__}: skipped, see its comment")
                continue
            name, count, pid = found
            wait_until(lambda herd=herd, count=count: len(herd.streams) >= count and len(herd.ready) in (0, count), name, 60)
            time.sleep(3)
            row = [Usage(pid).memory / count]
            if herd.ready:  # the guide's client reads its stream in blocks, so a ping may lie there for long
                pongs = herd.pings(500, 5)
                row += [statistics.median(pongs), percentile(pongs, 0.99)]
            first = first or row
            print(f"  {name:26}{count:9}{row[0]:10.0f}" + "".join(f"{one:10.2f}" for one in row[1:]) + "   "
                  + ", ".join(f"{mine / ours:.1f} x" for mine, ours in zip(row, first)), flush=True)


if __name__ == "__main__":
    os.environ["AGR"] = sys.argv[1]
    import harness
    harness.AGR = sys.argv[1]
    sessions([int(word) for word in sys.argv[2:]] or COUNTS)
