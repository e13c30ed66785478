# SPDX-License-Identifier: MIT
"""The HiClaw bridge, `--handler hiclaw`, with stand-ins for mc and copaw that record what they are given."""

import datetime
import json
import os
import time
import unittest
import urllib.parse

from harness import Worker, agr, wait_until
from serve_hostile_test import encodings
from serve_rig import DID, Rig

WORKER, ROOM = "@qwen36plus:h.llmotions.com", "!uNMEZRKzISsD82on1O:h.llmotions.com"
OTHER, OTHER_ROOM = "@glm5-1:h.llmotions.com", "!XcHVkWEyybqaZmnB0v:h.llmotions.com"
TOKEN = "ghp_s3cr3t/with+odd=characters"

STAND_IN = '''#!/usr/bin/env python3
import json, os, stat, sys
name = os.path.basename(sys.argv[0])
here = os.path.dirname(os.path.abspath(sys.argv[0]))
line = {"program": name, "argv": sys.argv[1:], "stdin": sys.stdin.read(), "env": dict(os.environ), "files": {},
        "descriptors": sorted(os.listdir("/proc/self/fd"))}
if name == "mc":
    folder = sys.argv[3]
    for file in os.listdir(folder):
        path = os.path.join(folder, file)
        line["files"][file] = {"text": open(path).read(), "mode": stat.S_IMODE(os.stat(path).st_mode)}
    line["folder_mode"] = stat.S_IMODE(os.stat(folder).st_mode)
with open(os.path.join(here, "calls"), "a") as calls:
    calls.write(json.dumps(line) + "\\n")
failures = os.path.join(here, name + ".failures")
left = int(open(failures).read()) if os.path.exists(failures) else 0
if left:
    open(failures, "w").write(str(left - 1))
    print("object storage says no to ''' + TOKEN + '''\\x1b[2J", file=sys.stderr)
    sys.exit(1)
'''


class HiClawRig(Rig):
    def __init__(self, config="", rooms=True, agent=""):
        super().__init__()
        self.bin = self.home.path / "bin"
        self.bin.mkdir()
        for name in ("mc", "copaw"):
            self.home.script(f"bin/{name}", STAND_IN)
        self.tasks = self.home.path / "shared" / "tasks"
        rooms = f'rooms = {{ "{WORKER}" = "{ROOM}", "{OTHER}" = "{OTHER_ROOM}" }}' if rooms else ""
        self.home.write_config(
            f'[profile.default.agrenting]\nurl = "{self.emulator.url}"\n'
            f'[[profile.default.agrenting.agents]]\nname = "alice"\napi_key = "{self.emulator.agent()["api_key"]}"\n'
            f'{agent}\n'
            f'[profile.default.agrenting.agents.hiclaw]\nworker = "{WORKER}"\ntasks = "{self.tasks}"\n{rooms}\n{config}\n')

    def worker(self, *options, env=None, path=None, handler="hiclaw"):
        env = {"PATH": f"{path or self.bin}:{os.environ['PATH']}", **(env or {})}
        worker = Worker(self.emulator, handler, "--poll-interval", "0.2", *options, home=self.home, did=None, env=env)
        self.workers.append(worker)
        return worker

    def calls(self):
        file = self.bin / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def fail(self, program, times):
        (self.bin / f"{program}.failures").write_text(str(times))

    def hire_with(self, task="Implement a dark-mode toggle", **more):
        def accepted():
            time.sleep(0.05)
            status, body = self.emulator.request(
                "POST", f"/api/v1/agents/{urllib.parse.quote(DID)}/hire",
                {"task_description": task, "capability_requested": "summarizing", "price": "2.00", **more},
                {"Authorization": f"Bearer {self.emulator.user_token}"})
            assert status in (200, 201, 409, 429, 503), (status, body)
            return body["data"]["hiring"]["id"] if status in (200, 201) else None
        return wait_until(accepted, "a free agent", 70)

    def pass_on(self, worker, **hire):
        """A hiring, once it is held."""
        hiring_id = self.hire_with(**hire)
        worker.wait_for("held", hiring_id, 60)
        return hiring_id

    def spec(self, hiring_id):
        return json.loads((self.tasks / hiring_id / "task-spec.json").read_text())


class Bridge(unittest.TestCase):
    def test_a_hiring_is_passed_on_and_its_result_comes_with_submit(self):
        with HiClawRig() as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring_id = rig.pass_on(worker, client_message="Keep it accessible.", task_input={"colour": "dark"})
            mc, copaw = rig.calls()
            self.assertEqual(mc["program"], "mc")
            self.assertEqual(mc["argv"], ["cp", "-r", f"{rig.tasks}/{hiring_id}",
                                          f"hiclaw/hiclaw-storage/shared/tasks/{hiring_id}"])
            self.assertEqual(copaw["argv"], [
                "channels", "send", "--agent-id", "default", "--channel", "matrix", "--target-user", WORKER,
                "--target-session", ROOM, "--text",
                f"{WORKER} Task assigned: {hiring_id}. Please file-sync to get task files."])
            spec = json.loads(mc["files"]["task-spec.json"]["text"])
            self.assertEqual(list(spec), ["hiring_id", "source", "agent_id", "worker_matrix_id", "customer_id", "price",
                                          "task", "task_input", "callback_url", "created_at", "status"])
            seen = rig.hiring(hiring_id)
            self.assertEqual(spec["hiring_id"], hiring_id)
            self.assertEqual(spec["source"], "agrenting.com")
            self.assertEqual(spec["agent_id"], seen["agent_id"])
            self.assertEqual(spec["worker_matrix_id"], WORKER)
            self.assertEqual(spec["price"], "2.00")
            self.assertEqual(spec["task"], {"description": "Implement a dark-mode toggle"})
            self.assertEqual(spec["task_input"]["colour"], "dark")
            self.assertEqual(spec["task_input"]["delivery_mode"], "output")
            self.assertNotIn("repo_access_token", spec["task_input"])
            self.assertTrue(spec["callback_url"].endswith(f"/api/v1/hirings/{hiring_id}/result"), spec)
            self.assertEqual(spec["status"], "assigned")
            created = datetime.datetime.fromisoformat(spec["created_at"])
            self.assertIsNone(created.tzinfo)
            self.assertLess(abs((datetime.datetime.now() - created).total_seconds()), 60)
            self.assertEqual(mc["files"]["task-spec.json"]["mode"], 0o600)
            self.assertEqual(mc["folder_mode"], 0o700)
            state = json.loads((rig.tasks / hiring_id / "state.json").read_text())
            self.assertEqual(state["status"], "delegated")
            self.assertRegex(state["notified_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
            for call in (mc, copaw):
                self.assertEqual(call["stdin"], "")
                self.assertEqual(call["descriptors"], ["0", "1", "2", "3"])  # 3 is the listing itself
                self.assertFalse([name for name in call["env"] if name.startswith(("AGR_", "AGRENTING_"))])
            done = agr("submit", "result", hiring_id, "--wait=20", home=rig.home, stdin="a toggle")
            self.assertEqual(done.code, 0, done)
            self.assertEqual(rig.wait_for_end(hiring_id)["task_output"]["text"], "a toggle")

    def test_names_of_the_reference_when_nothing_is_configured(self):
        with HiClawRig() as rig:
            rig.home.write_config(rig.home.config_file.read_text().replace(f'tasks = "{rig.tasks}"', ""))
            tasks = rig.home.path / "elsewhere"
            worker = rig.worker(env={"TASKS_DIR": str(tasks), "MINIO_ALIAS": "store"})
            worker.wait_for("ready")
            hiring_id = rig.pass_on(worker)
            self.assertEqual(rig.calls()[0]["argv"], ["cp", "-r", f"{tasks}/{hiring_id}",
                                                      f"store/hiclaw-storage/shared/tasks/{hiring_id}"])

    def test_programs_and_handler_from_the_configuration(self):
        with HiClawRig(agent='handler = ["hiclaw"]') as rig:
            for name in ("mc", "copaw"):
                (rig.bin / name).rename(rig.bin / f"my {name}")
            text = rig.home.config_file.read_text()
            rig.home.write_config(text + f'mc = "{rig.bin}/my mc"\ncopaw = "{rig.bin}/my copaw"\nalias = "other"\n')
            worker = Worker.__new__(Worker)
            super(Worker, worker).__init__("serve-agent", "--log", "json", home=rig.home)
            rig.workers.append(worker)
            worker.wait_for("ready")
            rig.pass_on(worker)
            self.assertEqual([call["program"] for call in rig.calls()], ["my mc", "my copaw"])

    def test_push_mode_gives_the_worker_the_token_and_nobody_else(self):
        with HiClawRig() as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring_id = rig.pass_on(worker, delivery_mode="push", repo_url="https://github.com/acme/ui-kit",
                                    repo_access_token=TOKEN)
            mc, copaw = rig.calls()
            spec = json.loads(mc["files"]["task-spec.json"]["text"])
            self.assertEqual(spec["task_input"]["delivery_mode"], "push")
            self.assertEqual(spec["task_input"]["repo_url"], "https://github.com/acme/ui-kit")
            self.assertEqual(spec["task_input"]["repo_access_token"], TOKEN)
            self.assertEqual(mc["files"]["task-spec.json"]["mode"], 0o600)
            for call in (mc, copaw):
                self.assertNotIn(TOKEN, json.dumps([call["argv"], call["env"], call["stdin"]]))
                self.assertEqual(call["descriptors"], ["0", "1", "2", "3"])
            self.nowhere(rig)
            agr("submit", "failure", hiring_id, "no", home=rig.home)

    def nowhere(self, rig):
        texts = ["\n".join(map(str, rig.workers))]
        texts += [path.read_bytes().decode(errors="replace") for path in rig.home.state.rglob("*") if path.is_file()]
        for how, text in encodings(TOKEN).items():
            self.assertNotIn(text, "\n".join(texts), how)


class Trouble(unittest.TestCase):
    def test_a_failing_step_is_tried_again(self):
        for program in ("mc", "copaw"):
            with self.subTest(program), HiClawRig() as rig:
                rig.fail(program, 2)
                worker = rig.worker()
                worker.wait_for("ready")
                rig.pass_on(worker)
                called = [call["program"] for call in rig.calls()]
                self.assertEqual(called, ["mc"] * (3 if program == "mc" else 1) + ["copaw"] * (3 if program == "copaw" else 1))

    def test_a_missing_program_is_no_fault_of_the_hiring(self):
        with HiClawRig() as rig:
            (rig.bin / "copaw").unlink()
            worker = rig.worker()
            worker.wait_for("ready")
            hiring_id = rig.hire_with()
            self.assertEqual(worker.wait_for("finished", hiring_id)["exit_code"], 126)
            self.assertEqual(rig.wait_for_end(hiring_id)["status"], "failed")
            self.assertFalse((rig.tasks / hiring_id / "state.json").exists())

    def test_one_that_goes_on_failing_is_said_and_tried_later(self):
        with HiClawRig() as rig:
            rig.fail("mc", 100)
            worker = rig.worker()
            worker.wait_for("ready")
            hiring_id = rig.hire_with(delivery_mode="push", repo_url="https://github.com/a/b", repo_access_token=TOKEN)
            later = worker.wait_for("later", hiring_id, 60)
            self.assertIn("object storage says no", json.dumps(worker.events))
            for text in encodings(TOKEN).values():
                self.assertNotIn(text, str(worker))
            self.assertNotIn("\x1b", str(worker))
            self.assertGreater(later["milliseconds"], 0)
            self.assertFalse((rig.tasks / hiring_id / "state.json").exists())
            self.assertEqual({call["program"] for call in rig.calls()}, {"mc"})

    def test_nobody_to_tell_hands_the_work_back(self):
        with HiClawRig(rooms=False) as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring = rig.wait_for_end(rig.hire_with())
            self.assertEqual(hiring["status"], "failed")
            self.assertIn("has no room", hiring["failed_reason"])
            self.assertEqual(rig.calls(), [])

    def test_a_check_looks_and_tells_nobody(self):
        for rooms, code in ((True, 0), (False, 78)):
            with self.subTest(rooms=rooms), HiClawRig(rooms=rooms) as rig:
                env = {"PATH": f"{rig.bin}:{os.environ['PATH']}"}
                done = agr("serve-agent", "--handler", "hiclaw", "--check", home=rig.home, env=env)
                self.assertEqual(done.code, code, done)
                self.assertEqual(rig.calls(), [])

    def test_a_configuration_that_cannot_be_meant(self):
        for line, said in (('rooms = { "qwen:h" = "!r:h" }', "hiclaw.rooms"), ('room = "!r:h"', "hiclaw has no member"),
                           ('rooms = { "@w:h" = "--text" }', "hiclaw.rooms")):
            with self.subTest(line), HiClawRig(config=line, rooms=False) as rig:
                worker = rig.worker()
                self.assertEqual(worker.wait(), 78)
                self.assertIn(said, str(worker))


class Tasks(unittest.TestCase):
    TASKS = ("'; touch {mark}; '", "$(touch {mark})", "`touch {mark}`", "--help", "a\nb", "../../../etc/passwd",
             "\x1b[2J", "\U0001f4a9" * 1000, '{{"hiring_id":"other"}}')

    def test_hostile_texts_are_data(self):
        with HiClawRig() as rig:
            mark = rig.home.path / "owned"
            worker = rig.worker("--concurrency", "20")
            worker.wait_for("ready")
            for task in self.TASKS:
                task = task.format(mark=mark)
                with self.subTest(task[:20]):
                    hiring_id = rig.pass_on(worker, task=task)
                    self.assertEqual(rig.spec(hiring_id)["task"]["description"], rig.hiring(hiring_id)["task_description"])
                    self.assertEqual(rig.spec(hiring_id)["hiring_id"], hiring_id)
                    for call in rig.calls():
                        self.assertNotIn(task[:20], json.dumps(call["argv"], ensure_ascii=False))
                    self.assertFalse(mark.exists())
                    agr("submit", "failure", hiring_id, "no", "--wait=20", home=rig.home)

    def test_a_worker_named_by_the_hiring_must_be_one_of_ours(self):
        """What the hiring says of workers chooses among the rooms that are configured, and cannot add any."""
        with HiClawRig() as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring_id = rig.pass_on(worker, task_input={"worker_matrix_id": "--target-user"})
            self.assertEqual(rig.calls()[1]["argv"][7], WORKER)
            agr("submit", "failure", hiring_id, "no", home=rig.home)


if __name__ == "__main__":
    unittest.main()
