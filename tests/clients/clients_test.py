# SPDX-License-Identifier: MIT
"""The official MCP SDK against `agr`: its client at the emulator, its server under `agr serve-agent`.

The scripts lie where `npm ci` put the SDK: $CLIENTS, by default this folder.
"""

import json
import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from harness import ROOT, Emulator, Home, Process, Worker, die_with_parent, wait_until  # noqa: E402

SCRIPTS = pathlib.Path(os.environ.get("CLIENTS", HERE))
AGENT_KEY = "bm90+YS9yZWFs/2tleQ=="  # as the marketplace makes them: standard base64


class OfficialClient(unittest.TestCase):
    def test_hires_is_told_of_the_end_and_fetches_the_file(self):
        with Emulator() as emulator, Home() as home:
            gate = home.path / "gate"
            handler = home.script("handler", f"""#!/bin/sh
                until [ -e {gate} ]; do sleep 0.02; done
                exec {ROOT}/examples/summarize
                """)
            with Worker(emulator, handler, home=home) as worker:
                worker.wait_for("ready")
                done = subprocess.run(["node", SCRIPTS / "hirer.mjs", emulator.url, emulator.user_token, gate],
                                      capture_output=True, text=True, timeout=60, preexec_fn=die_with_parent)
                self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr}\n{worker}")
            self.assertTrue(emulator.books()["balanced"])


class OfficialServer(unittest.TestCase):
    def test_serve_agent_takes_what_waits_and_what_is_pushed_once_each(self):
        node = subprocess.Popen(["node", SCRIPTS / "agent_server.mjs", AGENT_KEY], stdout=subprocess.PIPE,
                                text=True, preexec_fn=die_with_parent)
        self.addCleanup(node.stdout.close)
        self.addCleanup(node.wait)
        self.addCleanup(node.kill)
        url = json.loads(node.stdout.readline())["url"]
        with Home() as home:
            with Process("serve-agent", "--handler", ROOT / "examples" / "summarize", "--log", "json", home=home,
                         env={"AGRENTING_URL": url, "AGRENTING_AGENT_KEY": AGENT_KEY}) as worker:
                def line():
                    self.assertTrue(worker.running, str(worker))
                    return node.stdout.readline()

                report = json.loads(wait_until(line, "the server's report"))["report"]
                self.assertEqual(worker.stop(), 0, str(worker))
        self.assertEqual([len(outcomes) for outcomes in report["results"].values()], [1, 1])
        for outcomes in report["results"].values():
            self.assertNotIn("failed", outcomes[0])
        self.assertEqual(len(report["artifacts"]), 2)
        self.assertGreaterEqual(len(report["pongs"]), 1)
        self.assertLess(max(report["pongs"]), 3000)


if __name__ == "__main__":
    unittest.main()
