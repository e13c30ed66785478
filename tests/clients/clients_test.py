# SPDX-License-Identifier: MIT
"""The official MCP SDK and the Inspector against `agr`: clients at the emulator, a server under
`agr serve-agent`. The scripts lie where `npm ci` put the SDK: $CLIENTS, by default this folder.
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
    # rows: mcp.official mcp.streamable mcp.twice resource.status
    def test_hires_is_told_of_the_end_and_fetches_the_file(self):
        for transport in ("sse", "http"):
            with self.subTest(transport), Emulator() as emulator, Home() as home:
                gate = home.path / "gate"
                handler = home.script("handler", f"""#!/bin/sh
                    until [ -e {gate} ]; do sleep 0.02; done
                    exec {ROOT}/examples/summarize
                    """)
                with Worker(emulator, handler, home=home) as worker:
                    worker.wait_for("ready")
                    done = subprocess.run(
                        ["node", SCRIPTS / "hirer.mjs", emulator.url, emulator.user_token, gate, transport],
                        capture_output=True, text=True, timeout=60, preexec_fn=die_with_parent)
                    self.assertEqual(done.returncode, 0, f"{done.stdout}\n{done.stderr}\n{worker}")
                self.assertTrue(emulator.books()["balanced"])


class Inspector(unittest.TestCase):
    """The Inspector's command line, once per surface and transport; each run is a client of its own."""

    def inspect(self, emulator, path, header, *args, code=0):
        transport = "sse" if path.endswith("/sse") else "http"
        with Home() as home:
            done = subprocess.run(
                ["node", SCRIPTS / "node_modules" / ".bin" / "mcp-inspector", "--cli", emulator.url + path,
                 "--transport", transport, "--header", header, "--method", *args],
                capture_output=True, text=True, timeout=60, env=home.env(), preexec_fn=die_with_parent)
        self.assertEqual(done.returncode, code, f"{args}\n{done.stdout}\n{done.stderr}")
        return json.loads(done.stdout) if code == 0 else done.stdout + done.stderr

    # rows: mcp.official mcp.streamable mcp.scope
    def test_the_hirers_surface_over_both_transports(self):
        with Emulator("--probe", "off") as emulator:
            user = f"Authorization: Bearer {emulator.user_token}"
            reader = f"Authorization: Bearer {emulator.ready['agrenting']['read_only_token']}"
            for path in ("/mcp/hirer/sse", "/mcp/hirer"):
                with self.subTest(path):
                    tools = self.inspect(emulator, path, user, "tools/list", "--strict")["tools"]
                    self.assertEqual(len(tools), 12)
                    answer = self.inspect(emulator, path, user, "tools/call", "--tool-name", "check_balance")
                    self.assertIn("available", json.loads(answer["content"][0]["text"]))
                    read = self.inspect(emulator, path, user, "resources/read", "--uri", "hirings://active")
                    self.assertEqual(json.loads(read["contents"][0]["text"]), [])
                    templates = self.inspect(emulator, path, user, "resources/templates/list")
                    self.assertEqual(len(templates["resourceTemplates"]), 2)
                    refused = self.inspect(emulator, path, reader, "tools/call", "--tool-name", "hire_agent",
                                           "--tool-arg", "agent_did=did:example:alice", "capability=x",
                                           "task_description=x", code=5)
                    self.assertIn("Token missing required scope: hire:create", refused)

    # rows: mcp.official prompt.system
    def test_the_agents_surface(self):
        with Emulator("--probe", "off") as emulator:
            key = f"X-API-Key: {emulator.agent()['api_key']}"
            tools = self.inspect(emulator, "/mcp/sse", key, "tools/list", "--strict")["tools"]
            self.assertEqual(len(tools), 3)
            prompts = self.inspect(emulator, "/mcp/sse", key, "prompts/list")["prompts"]
            self.assertEqual([prompt["name"] for prompt in prompts], ["system-prompt"])
            read = self.inspect(emulator, "/mcp/sse", key, "resources/read", "--uri", "hiring://pending")
            self.assertEqual(json.loads(read["contents"][0]["text"]), [])


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
