# SPDX-License-Identifier: MIT
"""Many agents in one process: each has its handler, all share the loop, and HUP changes them."""

import signal
import time
import unittest
import urllib.parse

from harness import Emulator, Home, Worker, agr, wait_until


class Fleet:
    """An emulator with more agents, and a configuration that names some of them."""

    def __init__(self, count, emulator=None):
        self.home = Home()
        self.emulator = (emulator or Emulator()).start()
        self.agents = [self.register(number) for number in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.emulator.kill()
        self.emulator.home.remove()
        self.home.remove()

    def register(self, number):
        profile = {"name": f"agent{number}", "capabilities": ["summarizing"], "pricing_model": "fixed",
                   "base_price": "1.00"}
        status, body = self.emulator.request("POST", "/api/v1/agents", {"agent": profile},
                                             {"Authorization": f"Bearer {self.emulator.user_token}"})
        assert status in (200, 201), body
        agent = body["data"].get("agent", body["data"])
        return {"name": profile["name"], "did": agent["did"], "id": agent["id"],
                "api_key": body["data"].get("api_key") or agent["api_key"]}

    def configure(self, agents, handler, url=None):
        text = f'[profile.default.agrenting]\nurl = "{url or self.emulator.url}"\n'
        for agent in agents:
            text += "[[profile.default.agrenting.agents]]\n"
            text += "".join(f'{name} = "{value}"\n' for name, value in agent.items())
            text += f'handler = ["{handler}"]\n'
        self.home.write_config(text)

    def worker(self, *options, url=None):
        if "--poll-interval" not in options:
            options = ("--poll-interval", "0.2", *options)
        worker = Worker.__new__(Worker)
        super(Worker, worker).__init__("serve-agent", "--log", "json", *options, home=self.home,
                                       env={"AGRENTING_URL": url or self.emulator.url})
        return worker

    def hire(self, agent):
        def hired():
            status, body = self.emulator.request(
                "POST", f"/api/v1/agents/{urllib.parse.quote(agent['did'])}/hire",
                {"task_description": "count", "capability_requested": "summarizing", "price": "2.00"},
                {"Authorization": f"Bearer {self.emulator.user_token}"})
            time.sleep(0.05)
            return body["data"]["hiring"]["id"] if status in (200, 201) else None
        return wait_until(hired, "a hiring", 70)  # the hirer has 100 requests a minute

    def ended(self, hiring_id, patience=30):
        """The hiring, once it is over; read as its agent, who may ask as often as it likes."""
        def over():
            hiring = self.read(hiring_id)
            return hiring if hiring["status"] not in ("queued", "in_progress") else None
        return wait_until(over, f"the end of {hiring_id}", patience)

    def read(self, hiring_id):
        for agent in self.agents:
            status, body = self.emulator.request("GET", f"/api/v1/hirings/{hiring_id}",
                                                 headers={"X-API-Key": agent["api_key"]})
            if status == 200:
                return body["data"].get("hiring", body["data"])
        raise AssertionError(f"nobody knows {hiring_id}")


def all_ready(worker, count):
    wait_until(lambda: len({e["agent"] for e in worker.seen("ready")}) >= count, "all agents")


class Serving(unittest.TestCase):
    def test_every_agent_does_its_work(self):
        with Fleet(8) as fleet:
            fleet.configure(fleet.agents, fleet.home.script("handler", "#!/bin/sh\nsleep 0.1; echo $AGR_HIRING_ID\n"))
            worker = fleet.worker("--max-jobs", "2")
            all_ready(worker, 8)
            hirings = [fleet.hire(agent) for agent in fleet.agents]
            for hiring_id in hirings:
                hiring = fleet.ended(hiring_id)
                self.assertEqual(hiring["status"], "completed", worker)
                self.assertEqual(hiring["task_output"]["text"], hiring_id + "\n")
            wait_until(lambda: {e["agent"] for e in worker.seen("submitted")} == {a["name"] for a in fleet.agents},
                       "all submissions")
            running = 0
            for event in worker.events:
                running += {"started": 1, "finished": -1}.get(event["event"], 0)
                self.assertLessEqual(running, 2)
            self.assertTrue(fleet.emulator.books()["balanced"])
            self.assertEqual(worker.stop(), 0)

    def test_one_holder_for_each_agent(self):
        with Fleet(2) as fleet:
            fleet.configure(fleet.agents, "/bin/cat")
            worker = fleet.worker("--name", "agent0")
            worker.wait_for("ready")
            second = agr("serve-agent", home=fleet.home, env={"AGRENTING_URL": fleet.emulator.url})
            self.assertEqual(second.code, 75, second)
            self.assertIn(str(worker.pid), second.err)

    def test_hup_adds_changes_and_lets_go(self):
        with Fleet(3) as fleet:
            script = fleet.home.script("first", "#!/bin/sh\necho first\n")
            fleet.configure(fleet.agents[:2], script)
            worker = fleet.worker()
            all_ready(worker, 2)
            self.assertEqual(fleet.ended(fleet.hire(fleet.agents[1]))["task_output"]["text"], "first\n")

            fleet.configure(fleet.agents[1:], fleet.home.script("second", "#!/bin/sh\necho second\n"))
            worker.signal(signal.SIGHUP)
            self.assertEqual({k: worker.wait_for("reloaded")[k] for k in ("added", "removed")}, {"added": 1, "removed": 1})
            all_ready(worker, 3)
            wait_until(lambda: [e for e in worker.seen("drained") if e["agent"] == "agent0"], "the farewell")
            for agent in fleet.agents[1:]:
                self.assertEqual(fleet.ended(fleet.hire(agent))["task_output"]["text"], "second\n")
            # What was let go of may be served by another process.
            fleet.configure(fleet.agents[:1], script)
            fleet.worker().wait_for("ready")
            self.assertTrue(worker.running)

    def test_a_bad_file_changes_nothing(self):
        with Fleet(1) as fleet:
            fleet.configure(fleet.agents, "/bin/cat")
            worker = fleet.worker()
            worker.wait_for("ready")
            for number, text in enumerate(("[[[", "", '[profile.default.agrenting]\nurl = "nowhere"\n')):
                fleet.home.write_config(text)
                worker.signal(signal.SIGHUP)
                wait_until(lambda number=number: len(worker.seen("reload_failed")) == number + 1, "the refusal")
            fleet.home.config_file.chmod(0o644)
            worker.signal(signal.SIGHUP)
            wait_until(lambda: len(worker.seen("reload_failed")) == 4, "the refusal")
            self.assertEqual(fleet.ended(fleet.hire(fleet.agents[0]))["status"], "completed")

    def test_agents_from_a_file_of_their_own(self):
        with Fleet(1) as fleet:
            fleet.configure(fleet.agents, "/bin/cat")
            other = fleet.home.config_file.rename(fleet.home.path / "agents.toml")
            worker = fleet.worker("--agents", other)
            worker.wait_for("ready")
            self.assertEqual(fleet.ended(fleet.hire(fleet.agents[0]))["status"], "completed")


if __name__ == "__main__":
    unittest.main()
