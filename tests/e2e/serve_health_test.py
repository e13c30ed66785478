# SPDX-License-Identifier: MIT
"""serve-agent seen from outside: health pages, the service manager, the unit that starts it, --check."""

import json
import signal
import socket
import tempfile
import unittest
import urllib.error
import urllib.request

from harness import ROOT, agr, wait_until
from serve_rig import Rig


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Health(unittest.TestCase):
    def test_the_pages_tell_the_truth(self):
        with Rig("exit 79") as rig:
            worker = rig.worker("--health", "0")
            url = worker.wait_for("health")["text"]
            self.assertEqual(get(url + "/live"), (200, "alive\n"))
            worker.wait_for("ready")
            wait_until(lambda: get(url + "/ready")[0] == 200, "readiness")
            hiring_id = rig.hire()
            worker.wait_for("held", hiring_id)
            _, text = get(url + "/status.json")
            self.assertEqual(json.loads(text)["agents"][0]["held"], 1)
            self.assertNotIn(rig.emulator.agent()["api_key"], text)
            rig.emulator.kill()
            wait_until(lambda: get(url + "/ready")[0] == 503, "the truth")
            _, metrics = get(url + "/metrics")
            self.assertIn('state="held"} 1\n', metrics)
            self.assertRegex(metrics, r'agr_agent_ready\{agent=".*"\} 0\n')
            self.assertEqual(get(url + "/live")[0], 200)
            self.assertEqual(get(url + "/nothing")[0], 404)

    def test_a_bad_address(self):
        with Rig() as rig:
            key = rig.emulator.agent()["api_key"]
            for address, code in (("x", 64), ("70000", 64), ("1.2.3.4:9464", 69), ("nohost:80", 69)):
                run = agr("serve-agent", "--handler", "/bin/cat", "--health", address, home=rig.home,
                          env={"AGRENTING_URL": rig.emulator.url, "AGRENTING_AGENT_KEY": key})
                self.assertEqual(run.code, code, run)


class ServiceManager(unittest.TestCase):
    def test_it_hears_of_start_life_and_end(self):
        with Rig() as rig, tempfile.TemporaryDirectory() as folder, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
            ear.bind(folder + "/notify")
            ear.settimeout(20)
            worker = rig.worker(env={"NOTIFY_SOCKET": folder + "/notify", "WATCHDOG_USEC": "100000"})
            heard = []

            def hear(word):
                while not any(word in text for text in heard):
                    heard.append(ear.recv(1000).decode())

            hear("READY=1")
            worker.wait_for("ready")
            hear("WATCHDOG=1")
            worker.signal(signal.SIGTERM)
            hear("STOPPING=1")
            self.assertEqual(worker.wait(), 0)


class Unit(unittest.TestCase):
    UNIT = ROOT / "packaging" / "systemd" / "agr-serve-agent.service"

    def test_its_command_line_is_one(self):
        lines = [line.split("=", 1)[1] for line in self.UNIT.read_text().splitlines() if line.startswith("ExecStart")]
        with Rig() as rig:
            key = rig.emulator.agent()["api_key"]
            for line in lines:
                words = line.split()[1:]
                run = agr(*words, "--handler", "/bin/cat", "--dry-run", home=rig.home,
                          env={"AGRENTING_URL": rig.emulator.url, "AGRENTING_AGENT_KEY": key})
                self.assertEqual(run.code, 0, run)


class Check(unittest.TestCase):
    def check(self, rig, handler, key=None, url=None):
        key = key or rig.emulator.agent()["api_key"]
        return agr("serve-agent", "--check", "--handler", handler, "--json", home=rig.home, timeout=120,
                   env={"AGRENTING_URL": url or rig.emulator.url, "AGRENTING_AGENT_KEY": key})

    def test_all_is_well(self):
        with Rig() as rig:
            run = self.check(rig, "/bin/cat")
            self.assertEqual(run.code, 0, run)
            self.assertEqual([c["check"] for c in run.json if c["ok"]],
                             ["configuration", "journal", "key", "clock", "handler"])
            self.assertEqual(rig.emulator.books()["balanced"], True)

    def test_a_handler_that_cannot_do_it(self):
        with Rig("exit 3") as rig:
            run = self.check(rig, rig.handler)
            self.assertEqual(run.code, 1, run)
            self.assertEqual([c["check"] for c in run.json if not c["ok"]], ["handler"])

    def test_a_key_nobody_knows(self):
        with Rig() as rig:
            self.assertEqual(self.check(rig, "/bin/cat", key="bm9ib2R5IGtub3dzIHRoaXMga2V5").code, 4)

    def test_no_program(self):
        with Rig() as rig:
            self.assertEqual(self.check(rig, "/no/such/program").code, 64)


if __name__ == "__main__":
    unittest.main()
