# SPDX-License-Identifier: MIT
"""Handlers that misbehave or talk too much, and tasks that want to break out of where they belong."""

import base64
import json
import signal
import unittest
import urllib.parse

from harness import wait_until
from serve_rig import Rig
from serve_isolate_test import CAN_ISOLATE
from serve_test import processes_with

SECRET = 's3cr3t/with"quotes+and=more'


def encodings(secret):
    raw = secret.encode()
    return {
        "plain": secret,
        "base64": base64.b64encode(raw).decode(),
        "base64 inside": base64.b64encode(b"user:" + raw + b"!").decode(),
        "base64url": base64.urlsafe_b64encode(raw).decode().rstrip("="),
        "percent": urllib.parse.quote(secret, safe=""),
        "json": json.dumps(secret)[1:-1],
    }


class Secrets(unittest.TestCase):
    """Known secrets leave in no encoding, by no way."""

    def run_with(self, body, secret_name="HANDLER_TOKEN"):
        with Rig() as rig:
            texts = rig.home.path / "texts"
            for secret in (SECRET, rig.emulator.agent()["api_key"]):
                with texts.open("a") as file:
                    for text in encodings(secret).values():
                        file.write(text + "\n")
            rig.handler = rig.home.script("handler", f"#!/bin/sh\nT={texts}\n{body}\n")
            worker = rig.worker(env={secret_name: SECRET})
            worker.wait_for("ready")
            hiring = rig.wait_for_end(rig.hire())
            worker.wait_for("submitted", hiring["id"])
            _, artifacts = rig.emulator.request("GET", f"/api/v1/hirings/{hiring['id']}/artifacts?limit=100",
                                                headers={"X-API-Key": rig.emulator.agent()["api_key"]})
            contents = [rig.emulator.request("GET", f"/api/v1/artifacts/{a['id']}/download",
                                             headers={"X-API-Key": rig.emulator.agent()["api_key"]})[1]
                        for a in artifacts["data"]] if isinstance(artifacts["data"], list) else []
            everything = json.dumps([hiring, artifacts, contents], ensure_ascii=False) + "\n".join(worker.err)
            for secret in (SECRET, rig.emulator.agent()["api_key"]):
                for how, text in encodings(secret).items():
                    for form in (text, json.dumps(text, ensure_ascii=False)[1:-1]):
                        self.assertNotIn(form, everything, how)
            return hiring, contents

    def test_in_a_result(self):
        hiring, _ = self.run_with("echo before; cat $T; echo after")
        self.assertEqual(hiring["status"], "completed")
        self.assertTrue(hiring["task_output"]["text"].startswith("before\n"))
        self.assertTrue(hiring["task_output"]["text"].endswith("after\n"))

    def test_in_the_reason_of_a_failure(self):
        hiring, _ = self.run_with("cat $T >&2; echo sorry >&2; exit 3")
        self.assertIn("sorry", hiring["failed_reason"])

    def test_in_artifacts_and_their_names(self):
        _, contents = self.run_with(
            'cp $T $AGR_ARTIFACTS/notes.txt; : >"$AGR_ARTIFACTS/$(sed -n 4p $T).md"; ln -s / "$AGR_ARTIFACTS/$(sed -n 4p $T)"')
        self.assertTrue(contents)


class Handlers(unittest.TestCase):
    def test_none_is_left_and_each_ends_its_hiring(self):
        cases = {
            "ignores TERM, past its output limit": ("trap '' TERM; yes", "failed"),
            "writes ten gigabytes": ("head -c 10G /dev/zero", "failed"),
            "writes nothing": ("exec >/dev/null", "completed"),
            "closes everything": ("exec 0<&- 1>&- 2>&-", "completed"),
            "double-forks": ("(setsid sh -c 'sleep 1000 & sleep 1000 &' >/dev/null 2>&1 &)", "completed"),
            "leaves a child holding stdout": ("sleep 1000 & echo here", "completed"),
            "fills its disk": ("head -c 10G /dev/zero >big; sleep 1000", "failed"),
            "fills its disk with many files": ("i=0; while :; do i=$((i+1)); head -c 1M /dev/zero >$i; done", "failed"),
            "hides what it wrote": ("mkdir -p a/b; cd a/b; head -c 10G /dev/zero >big; chmod 0 ..; sleep 1000", "failed"),
            "removes its own folders": ("rm -rf \"$AGR_WORKDIR\" \"$AGR_ARTIFACTS\" \"$AGR_INPUT\"", "completed"),
            "kills its own group": ("kill -KILL 0", "failed"),
            "floods stderr": ("yes | head -c 50M >&2", "completed"),
        }
        with Rig() as rig:
            plan = rig.home.path / "plan"
            rig.handler = rig.home.script("handler", f"#!/bin/sh\n. {plan}\n")
            worker = rig.worker("--max-output", "1000000", "--max-disk", "20000000")
            worker.wait_for("ready")
            for what, (body, status) in cases.items():
                with self.subTest(what):
                    plan.write_text(body + "\n")
                    hiring = rig.wait_for_end(rig.hire())
                    self.assertEqual(hiring["status"], status, worker)
                    wait_until(lambda: processes_with(str(rig.home.path / "state")) <= 1, "the last process")
            self.assertTrue(rig.emulator.books()["balanced"])

    def test_one_that_removes_its_spool_is_not_run_again(self):
        with Rig('rm -rf "$AGR_SPOOL"') as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring = rig.wait_for_end(rig.hire())
            self.assertIn("was lost", hiring["failed_reason"], worker)
            self.assertEqual(rig.runs(hiring["id"]), 1)

    def test_nor_when_serve_agent_is_killed_meanwhile(self):
        with Rig() as rig:
            gate = rig.home.path / "gate"
            rig.handler = rig.home.script("handler", f"#!/bin/sh\necho $AGR_HIRING_ID >>{rig.runs_file}\n"
                                          f"while [ ! -e {gate} ]; do sleep 0.02; done; rm -rf \"$AGR_SPOOL\"\n")
            worker = rig.worker()
            worker.wait_for("ready")
            hiring_id = rig.hire()
            worker.wait_for("started", hiring_id)
            wait_until(lambda: rig.runs(hiring_id) == 1, "the handler")
            worker.signal(signal.SIGKILL)
            worker.wait()
            gate.touch()
            wait_until(lambda: not list(rig.home.state.glob("agents/*/spool/*/1")), "the end of its spool")
            rig.worker()
            self.assertIn("was lost", rig.wait_for_end(hiring_id)["failed_reason"], rig.story())
            self.assertEqual(rig.runs(hiring_id), 1)

    def test_one_that_ignores_term_does_not_hold_up_a_drain(self):
        with Rig("trap '' TERM; sleep 1000 & sleep 1000; sleep 1000; sleep 1000") as rig:
            worker = rig.worker("--drain-timeout", "0.1", "--kill-grace", "0.1")
            worker.wait_for("ready")
            hiring_id = rig.hire()
            worker.wait_for("started", hiring_id)
            self.assertEqual(worker.stop(), 0)
            self.assertIn("was stopped", rig.wait_for_end(hiring_id)["failed_reason"])
            self.assertEqual(processes_with(str(rig.home.path / "state")), 0)


class Tasks(unittest.TestCase):
    """What a stranger writes is data, to the last byte."""

    TASKS = ("'; touch {mark}; '", "$(touch {mark})", "`touch {mark}`", "| touch {mark} &", "a\nb\r\nc\ttouch {mark}",
             "../../../../etc/passwd", "--help", "-rf /", "\x1b[2J\x1b]0;owned\x07", "\u202eevil\u2066", "nul\x00nul",
             "\U0001f4a9" * 5000, "~root/.ssh/\u2025/x", "C:\\..\\x", "-\n--\n;&&||<>(){}[]*?!#~^", '{"id":"other","status":"completed"}', "data: x\n\ndata: y\n\n", "%s%n%x", "\\u0000\\")

    def test_nothing_is_executed_and_nothing_lost(self):
        self.through()

    def test_nor_in_a_sandbox(self):
        if not CAN_ISOLATE:
            self.skipTest("no sandboxes here")
        self.through("--isolate")

    def through(self, *options):
        with Rig() as rig:
            mark = rig.home.path / "owned"
            rig.handler = rig.home.script("handler", "#!/bin/sh\ncat\n")
            worker = rig.worker(*options)
            worker.wait_for("ready")
            for task in self.TASKS:
                task = task.format(mark=mark) if "{mark}" in task else task
                with self.subTest(task[:30]):
                    hiring = rig.wait_for_end(rig.hire(task))
                    self.assertEqual(hiring["status"], "completed", worker)
                    seen = json.loads(hiring["task_output"]["text"])
                    self.assertEqual(seen["task_description"], hiring["task_description"])
                    self.assertFalse(mark.exists())
            wait_until(lambda: processes_with(str(rig.home.path / "state")) <= 1, "the last process")
            for line in worker.err:
                self.assertNotIn("\x1b", line)
                json.loads(line)


if __name__ == "__main__":
    unittest.main()
