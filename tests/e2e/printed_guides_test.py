# SPDX-License-Identifier: MIT
"""The programs and commands of the marketplace's own guides against the emulator, as they are printed. Only what
a guide tells its reader to fill in is filled in: keys, ids. https://agrenting.com is led here by a proxy."""

import json
import os
import socket
import subprocess
import sys
import unittest

from guides import code_block, curl_commands, guide, json_messages, lay_out, needs_guides
from harness import Emulator, Home, die_with_parent, wait_until
from relay import Relay

# Depth and number of words of each line, for the programs whose lines the page ran together.
STEPS = [
    ("0:2 0:2 0:7 0:8 0:5 0:3 0:4 0:5 0:4 1:5 2:6 2:3 2:1"),
    ("0:4 0:22 0:8 0:6 0:8 0:11"),
    ("0:5 0:13 0:8 0:3 0:15"),
    ("0:4 0:13 0:8 0:3 0:3 0:8 0:6 0:4 1:4 1:10 1:8 1:27 1:8 1:6"),
]
MCP_CLIENT = ("0:2 0:12 0:2 0:2 0:2 0:2 0:3 0:4 0:2 1:5 1:8 1:3 1:3 1:2 2:2 2:3 2:4 1:11 1:4 2:5 3:3 3:1 1:3 2:5 "
              "1:4 1:3 1:22 1:10 1:6 1:13 1:8 1:3 2:16 1:4 2:7 3:1 2:1 3:3 2:2 3:1 2:4 3:4 3:15 3:5 3:2 4:3 4:4 5:4 "
              "5:7 5:4 5:6 5:11 5:3 0:4 1:1")
WEBHOOK_SERVER = ("0:2 0:12 0:2 0:2 0:2 0:2 0:2 0:4 0:5 0:4 0:4 0:4 0:4 0:4 0:4 0:4 0:11 0:7 1:5 0:1 0:10 0:7 1:9 1:3 "
                  "1:3 2:7 2:1 1:1 2:20 2:6 1:4 2:7 0:5 1:9 1:3 1:3 1:4 1:3 1:3 1:4 1:4 1:4 1:4 1:2 1:26 1:4 1:6 2:3 "
                  "1:4 1:3 1:1 2:10 2:6 1:4 2:5 1:3 1:27 1:2 1:4 1:4 1:6 2:5 0:2 1:4 2:2 1:8 2:3 2:1 2:2 2:2 2:1 2:1 "
                  "1:2 2:4 3:4 3:1 2:5 2:4 2:10 2:6 3:3 3:1 2:4 2:3 2:1 3:3 2:2 3:4 3:1 2:8 2:3 2:3 2:4 2:1 1:2 2:4 3:3 "
                  "2:1 3:4 0:4 1:5 1:7 1:1")

# The one path the webhook server has written into it leads into the test's folder.
LAUNCHER = """
import logging, runpy, sys
program, folder = sys.argv[1:]
FileHandler = logging.FileHandler
logging.FileHandler = lambda path: FileHandler(path.replace("/root/hiclaw-fs", folder))
runpy.run_path(program, run_name="__main__")
"""


def has_requests():
    return subprocess.run([sys.executable, "-c", "import requests"], capture_output=True).returncode == 0


class Guides(unittest.TestCase):
    """An emulator, a relay and a home in which curl finds both."""

    def start(self, *options):
        self.emulator = self.enterContext(Emulator(*options))
        self.home = self.enterContext(Home())
        self.relay = self.enterContext(Relay(self.emulator.url, self.home.path))
        self.ports = {4012: self.emulator.port}
        self.settings(rate_limits=False)  # these tests look often
        self.write_curlrc()

    def write_curlrc(self):
        """Ports of this machine that the guides name are others here."""
        (self.home.path / ".curlrc").write_text("silent\n" + "".join(
            f'connect-to = "127.0.0.1:{named}:127.0.0.1:{real}"\n' for named, real in self.ports.items()))

    def env(self, **more):
        return self.home.env({**self.relay.env(), **more})

    def curl(self, command, filled=(), **env):
        """Runs a printed command; gives the JSON it prints."""
        for placeholder, value in filled:
            command = command.replace(placeholder, value)
        done = subprocess.run(["bash", "-c", command], env=self.env(**env), capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stderr}")
        return json.loads(done.stdout)

    def stream(self, command, filled=()):
        """Starts a printed command that stays; gives its endpoint's last segment and its lines as they come."""
        for placeholder, value in filled:
            command = command.replace(placeholder, value)
        process = subprocess.Popen(["bash", "-c", "exec " + command], env=self.env(), stdout=subprocess.PIPE, text=True,
                                   stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        data = (line[6:].strip() for line in process.stdout if line.startswith("data: "))
        return next(data), data

    def python(self, source, launcher=(), **env):
        """Starts a printed program, alone or under `launcher`, a program with its arguments."""
        program = self.home.path / "program.py"
        program.write_text(source)
        start = ["-c", launcher[0], program, *launcher[1:]] if launcher else [program]
        process = subprocess.Popen([sys.executable, *start], env=self.env(PYTHONUNBUFFERED="1", **env),
                                   cwd=self.home.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   preexec_fn=die_with_parent)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def settings(self, **changes):
        status, body = self.emulator.request("PATCH", "/__emulator/agrenting/settings", changes)
        self.assertEqual(status, 200, body)

    def hire(self, did="did:example:alice", price="2.00", **more):
        status, body = self.emulator.request(
            "POST", f"/api/v1/agents/{did}/hire",
            {"task_description": "Push hello.js to repo", "capability_requested": "coding", "price": price, **more},
            {"Authorization": f"Bearer {self.emulator.user_token}"})
        self.assertEqual(status, 201, body)
        return body["data"]["hiring_id"]

    def wait_for_status(self, hiring, *wanted):
        return wait_until(lambda: (now := self.emulator.hiring(hiring)["status"]) in wanted and now, f"{wanted}")

    def work(self, **more):
        """A hiring somebody works on."""
        hiring = self.hire(**more)
        self.wait_for_status(hiring, "in_progress")
        return hiring


@needs_guides
class HirerGuide(Guides):
    # rows: client.curl_hirer mcp.order
    def test_its_curl_commands(self):
        self.start("--probe", "off")
        balance, verbose, handshake, list_tools, set_token = curl_commands(guide("hirer"))
        token = ("ap_YOUR_TOKEN", self.emulator.user_token)
        self.assertEqual(self.curl(balance, [token])["data"]["available"], "1000.00")
        self.assertEqual(self.curl(balance, [("ap_YOUR_TOKEN", "ap_wrong")])["errors"][0]["message"],
                         "Missing or invalid authentication")
        self.assertIn("errors", self.curl(verbose))
        endpoint, _ = self.stream(handshake, [token])
        session = endpoint.rsplit("/", 1)[1]
        tools = self.curl(list_tools, [token, ("<SESSION_ID>", session)])["result"]["tools"]
        self.assertEqual(len(tools), 12)
        answer = self.curl(set_token, SESSION_ID=session, AGRENTING_API_KEY=self.emulator.user_token)
        self.assertFalse(answer["result"]["isError"])
        self.assertTrue(json.loads(answer["result"]["content"][0]["text"])["set"])
        self.assertNotIn("github_pat", json.dumps(answer))


@needs_guides
class LifecyclePage(Guides):
    # rows: client.curl_lifecycle
    def test_its_curl_command_and_its_messages(self):
        self.start("--probe", "strict")
        (connect,) = curl_commands(guide("lifecycle"))
        subscribe, pushed, read, pong, submit = json_messages(guide("lifecycle"))
        key = self.emulator.agent()["api_key"]
        endpoint, data = self.stream(connect, [("your-api-key", key)])
        path = endpoint.split(str(self.emulator.port), 1)[1]

        def post(message):
            return self.emulator.request("POST", path, message, {"X-API-Key": key})

        self.assertEqual(post(subscribe)[1]["result"], {})
        hiring = self.hire()
        messages = (json.loads(line) for line in data)
        ping = next(m for m in messages if m.get("method") == "ping")
        self.assertEqual(self.emulator.hiring(hiring)["status"], "queued")
        self.assertEqual(post({**pong, "id": ping["id"]}), (202, ""))
        self.assertEqual(self.wait_for_status(hiring, "in_progress"), "in_progress")
        self.assertIn(pushed, messages)
        work = json.loads(post(read)[1]["result"]["contents"][0]["text"])
        self.assertEqual([one["id"] for one in work], [hiring])
        submit["params"]["arguments"]["hiring_id"] = hiring
        self.assertFalse(post(submit)[1]["result"]["isError"])
        self.assertEqual(self.emulator.hiring(hiring)["status"], "completed")


@needs_guides
class ProviderGuide(Guides):
    def commands(self, *parts):
        """Its curl commands that have all of these in them."""
        return [c for c in curl_commands(guide("provider")) if all(part in c for part in parts)]

    # rows: client.curl_provider H4
    def test_its_curl_commands(self):
        self.start("--probe", "off")
        user = self.emulator.user_token
        registrations = self.commands("/api/v1/agents ")
        self.assertEqual(len(registrations), 3)
        for command in registrations:
            example = command.split("Bearer ", 1)[1].split('"', 1)[0]
            data = self.curl(command, [(example, user)])["data"]
            self.assertEqual(data["id"], data["agent"]["id"])
            self.assertEqual(data["api_key"], data["agent"]["api_key"])
        (pending,) = self.commands("/hirings/pending")
        self.assertEqual(self.curl(pending, [("ap_YOUR_TOKEN", user)])["data"], [])
        results = self.commands("/result")
        self.assertEqual(len(results), 3)
        for command in results:
            did = "did:example:coder"
            hiring = self.work(did=did, price="5.00")
            example = command.split("ApiKey ", 1)[1].split('"', 1)[0]
            key = self.emulator.agent(did)["api_key"]
            filled = [("550e8400-e29b-41d4-a716-446655440000", hiring), ("{hiring_id}", hiring)]
            refused = self.curl(command, [(example, user), *filled])
            self.assertEqual(refused["errors"][0]["message"], "Missing or invalid authentication")
            self.assertEqual(self.curl(command, [(example, key), *filled])["data"]["status"], "completed")
            again = self.curl(command, [(example, key), *filled])
            self.assertEqual(again["errors"][0]["code"], "NOT_FOUND")
        others = [c for c in curl_commands(guide("provider"))
                  if c not in (*registrations, pending, *results) and "127.0.0.1:8089" not in c]
        self.assertEqual([c.split("://")[1].split("/")[0] for c in others],
                         ["matrix-local.hiclaw.io:8080", "api.github.com"])
        self.assertTrue(self.emulator.books()["balanced"])

    # rows: client.python_steps
    @unittest.skipUnless(has_requests(), "the guide's programs need Python's requests")
    def test_its_steps_as_one_program(self):
        self.start("--probe", "off")
        hiring = self.work()
        text = guide("provider")
        starts = ["import requests import json AGENT", "# Send initialize", "# Subscribe", "# Read pending"]
        source = "".join(lay_out(code_block(text, start), layout) for start, layout in zip(starts, STEPS))
        process = self.python(source.replace("YOUR_AGENT_API_KEY", self.emulator.agent()["api_key"]))
        output, _ = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, output)
        self.assertIn("Message endpoint: ", output)
        self.assertIn("Push hello.js to repo", output)
        self.assertEqual(self.emulator.hiring(hiring)["status"], "completed")

    # rows: client.python_mcp
    @unittest.skipUnless(has_requests(), "the guide's programs need Python's requests")
    def test_its_mcp_client(self):
        self.start("--probe", "lenient")
        flat = code_block(guide("provider"), '#!/usr/bin/env python3 """Agrenting MCP')
        process = self.python(lay_out(flat, MCP_CLIENT), AGRENTING_API_KEY=self.emulator.agent()["api_key"])
        # It never says that it is ready: whoever hires it too early hires it again.
        for number in range(3):
            hirings = []

            def completed():
                hirings.append(self.hire())
                return self.wait_for_status(hirings[-1], "completed", "failed") == "completed"

            wait_until(completed, "the client to complete a hiring")
            self.assertIsNone(process.poll(), f"it ended in round {number}")
            self.assertIn("Task completed", json.dumps(self.emulator.hiring(hirings[-1])["task_output"]))

    # rows: client.python_webhook webhook.dispatch probe.head
    def test_its_webhook_server(self):
        self.start("--probe", "strict")
        self.settings(head_405_is_alive=True)
        folder = self.home.path / "hiclaw-fs"
        (folder / "agents" / "agrenting-bridge").mkdir(parents=True)
        tools = self.home.path / "bin"
        tools.mkdir()
        calls = self.home.path / "calls"
        for name in ("mc", "copaw"):
            self.home.script(f"bin/{name}", f'#!/bin/sh\nprintf "%s\\n" "{name} $*" >> {calls}\n')
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.ports[8089] = port
        self.write_curlrc()
        flat = code_block(guide("provider"), '#!/usr/bin/env python3 """Agrenting Bridge')
        tasks = self.home.path / "tasks"
        self.python(lay_out(flat, WEBHOOK_SERVER), (LAUNCHER, str(folder)), HIGRESS_API_KEY="YOUR_HIGRESS_KEY",
                    WEBHOOK_PORT=str(port), TASKS_DIR=str(tasks), PATH=f"{tools}:{os.environ['PATH']}")
        health, *_ = self.commands("8089/health")

        def healthy():
            try:
                return self.curl(health) == {"status": "ok"}
            except AssertionError:
                return False

        wait_until(healthy, "the webhook server")
        (by_hand,) = self.commands("8089/webhook", '"test"')
        self.assertEqual(self.curl(by_hand), {"status": "accepted"})
        self.assertEqual(self.curl(by_hand, [("YOUR_HIGRESS_KEY", "wrong")]), {"error": "Unauthorized"})

        register = self.commands("/api/v1/agents ", "8089", "YOUR_HIGRESS_KEY")[0]
        room = next(line for line in flat.split('"') if line.startswith("@qwen"))
        agent = self.curl(register, [("ap_YOUR_TOKEN", self.emulator.user_token), ("127.0.0.1:8089", f"127.0.0.1:{port}"),
                                     ("@worker-name:h.llmotions.com", room)])["data"]
        hiring = self.hire(agent["did"], "25.00")
        self.wait_for_status(hiring, "in_progress")
        state = tasks / hiring / "state.json"
        wait_until(lambda: state.exists() and state.read_text(), "the task's files")
        spec = json.loads((tasks / hiring / "task-spec.json").read_text())
        self.assertEqual(spec["agent_id"], agent["id"])
        self.assertEqual(spec["price"], "25.00")
        self.assertEqual(spec["task"], {"description": "Push hello.js to repo"})
        self.assertEqual(spec["task_input"]["delivery_mode"], "output")
        self.assertEqual(json.loads(state.read_text())["status"], "delegated")
        written = calls.read_text()
        self.assertIn(f"mc cp -r {tasks / hiring}", written)
        self.assertIn(hiring, written.split("copaw ", 1)[1])
        status, _ = self.emulator.request("POST", spec["callback_url"].split(str(self.emulator.port), 1)[1],
                                          {"output": {"summary": "Done"}},
                                          {"Authorization": f"ApiKey {agent['api_key']}"})
        self.assertEqual(status, 200)


if __name__ == "__main__":
    unittest.main()
