# SPDX-License-Identifier: MIT
"""Programs of the operator around the handler: environment, pre-handler, post-handler."""

import json
import signal
import unittest

from harness import Worker, agr, wait_until
from serve_hostile_test import encodings
from serve_rig import Rig
from serve_test import processes_with

SECRET = 'h00k/s3cr3t+with"quotes'


class Hooks(unittest.TestCase):
    def setUp(self):
        self.rig = Rig()
        self.addCleanup(self.rig.__exit__)
        self.folder = self.rig.home.path / "hooks"
        self.folder.mkdir()
        self.trace = self.rig.home.path / "trace"

    def hook(self, name, body):
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    def handler(self, body):
        self.rig.handler = self.rig.home.script("handler", f"#!/bin/sh\n{body}\n")

    def end(self, *options, task="count to three"):
        """The ended hiring and its worker."""
        worker = self.rig.worker("--hooks", self.folder, *options)
        worker.wait_for("ready")
        hiring = self.rig.wait_for_end(self.rig.hire(task))
        worker.wait_for("submitted", hiring["id"])
        wait_until(lambda: processes_with(str(self.rig.home.path / "state")) <= 1, "the last process")
        worker.stop()
        return hiring, worker

    def test_they_run_in_order_and_share_folder_and_environment(self):
        self.hook("environment", f"echo environment >>{self.trace}; echo GREETING=hello world")
        self.hook("pre-handler", f'echo "pre $GREETING $AGR_HIRING_ID" >>{self.trace}; echo prepared >file; echo noise')
        self.hook("post-handler", f'echo "post $GREETING $AGR_EXIT_CODE $AGR_ENDING $(cat file)" >>{self.trace}; echo noise')
        self.handler(f'echo handler >>{self.trace}; echo "$GREETING $(cat file)"')
        hiring, worker = self.end()
        self.assertEqual(hiring["status"], "completed", worker)
        self.assertEqual(hiring["task_output"]["text"], "hello world prepared\n")
        self.assertEqual(self.trace.read_text().splitlines(),
                         ["environment", f"pre hello world {hiring['id']}", "handler", "post hello world 0 exited prepared"])

    def test_what_fails_ends_the_hiring_as_a_handler_would(self):
        cases = (
            ("environment", "echo 'vault is down' >&2; exit 3", "environment hook exited with code 3: vault is down"),
            ("environment", "echo LD_PRELOAD=/x.so", "handed back"),
            ("environment", "echo 'no variable'", "handed back"),
            ("environment", "exec yes A=1", "wrote more than"),
            ("pre-handler", "echo 'no disk' >&2; exit 4", "pre-handler hook exited with code 4: no disk"),
            ("pre-handler", "exit 125", "handed back"),
            ("pre-handler", "kill -SEGV $$", "pre-handler hook was ended by signal 11"),
        )
        self.handler(f"echo handler >>{self.trace}")
        for name, body, reason in cases:
            with self.subTest(body):
                for old in self.folder.iterdir():
                    old.unlink()
                self.hook(name, body)
                self.hook("post-handler", f'echo post >>{self.trace}')
                self.trace.write_text("")
                hiring, worker = self.end()
                self.assertIn(reason, hiring["failed_reason"], worker)
                self.assertEqual(self.trace.read_text(), "post\n")

    def test_the_last_one_runs_whatever_happened(self):
        self.hook("post-handler", f'echo "$AGR_EXIT_CODE $AGR_ENDING" >>{self.trace}; exit 9')
        for body, options, said in (("exit 3", (), "3 exited"), ("kill -KILL $$", (), "137 signalled"),
                                    ("exec yes", ("--max-output", "1000"), "137 output_limit"),
                                    ("exec sleep 1000", ("--drain-timeout", "0.1"), "143 stopped")):
            with self.subTest(body):
                self.trace.write_text("")
                self.handler(body)
                worker = self.rig.worker("--hooks", self.folder, *options)
                worker.wait_for("ready")
                hiring_id = self.rig.hire()
                worker.wait_for("started", hiring_id)
                if "sleep" in body:
                    worker.stop()
                self.assertEqual(self.rig.wait_for_end(hiring_id)["status"], "failed")
                self.assertEqual(self.trace.read_text().strip(), said)
                worker.stop()

    def test_they_outlive_the_worker(self):
        gate = self.rig.home.path / "gate"
        self.hook("pre-handler", f"while [ ! -e {gate} ]; do sleep 0.02; done")
        self.hook("post-handler", f"echo post >>{self.trace}")
        self.handler("echo done")
        worker = self.rig.worker("--hooks", self.folder)
        worker.wait_for("ready")
        hiring_id = self.rig.hire()
        worker.wait_for("started", hiring_id)
        worker.signal(signal.SIGKILL)
        worker.wait()
        gate.touch()
        wait_until(self.trace.exists, "the last hook, while no worker runs")
        self.rig.worker()
        self.assertEqual(self.rig.wait_for_end(hiring_id)["task_output"]["text"], "done\n")

    def test_nothing_of_theirs_is_left(self):
        self.hook("environment", "setsid sleep 1000 >/dev/null 2>&1 & echo A=1")
        self.hook("pre-handler", "(setsid sh -c 'sleep 1000 & sleep 1000 &' >/dev/null 2>&1 &)")
        self.hook("post-handler", "trap '' TERM; sleep 1000 & setsid sleep 1000 &")
        self.handler("echo done")
        hiring, worker = self.end()
        self.assertEqual(hiring["status"], "completed", worker)

    def test_secrets_they_add_leave_in_no_encoding(self):
        texts = self.rig.home.path / "texts"
        texts.write_text("\n".join(encodings(SECRET).values()) + "\n")
        self.hook("environment", f"cat <<'END'\nVAULT_TOKEN={SECRET}\nEND")
        for body in (f"cat {texts}", f"cat {texts} >&2; exit 3", f"cp {texts} $AGR_ARTIFACTS/notes.txt; echo done",
                     f': >"$AGR_ARTIFACTS/$(sed -n 4p {texts}).md"; echo done'):
            with self.subTest(body):
                self.handler(body)
                hiring, worker = self.end()
                key = {"X-API-Key": self.rig.emulator.agent()["api_key"]}
                _, artifacts = self.rig.emulator.request("GET", f"/api/v1/hirings/{hiring['id']}/artifacts?limit=100", headers=key)
                contents = [self.rig.emulator.request("GET", f"/api/v1/artifacts/{a['id']}/download", headers=key)[1]
                            for a in artifacts["data"]]
                everything = json.dumps([hiring, artifacts, contents], ensure_ascii=False) + "\n".join(worker.err)
                for how, text in encodings(SECRET).items():
                    for form in (text, json.dumps(text, ensure_ascii=False)[1:-1]):
                        self.assertNotIn(form, everything, how)

    def test_a_hostile_task_is_only_data_to_them(self):
        mark = self.rig.home.path / "owned"
        self.hook("environment", "cat >/dev/null; echo A=1")
        self.hook("pre-handler", f"env >>{self.trace}")
        self.hook("post-handler", f"env >>{self.trace}; printf '%s\\n' \"$@\" >>{self.trace}")
        self.handler("cat")
        hiring, _ = self.end(task=f"'; touch {mark}; '\nLD_PRELOAD=/x\n$(touch {mark})")
        self.assertEqual(hiring["status"], "completed")
        self.assertFalse(mark.exists())
        self.assertNotIn("touch", self.trace.read_text())
        self.assertNotIn("LD_PRELOAD", self.trace.read_text())

    def test_they_are_outside_of_the_sandbox(self):
        run = agr("serve-agent", "--check", "--isolate", "--handler", "true", home=self.rig.home,
                  env={"AGRENTING_URL": self.rig.emulator.url, "AGRENTING_AGENT_KEY": self.rig.emulator.agent()["api_key"]})
        if run.code == 78:
            self.skipTest("no sandboxes here")
        self.hook("environment", f"cat {self.rig.home.path}/outside")
        (self.rig.home.path / "outside").write_text("FROM=outside\n")
        self.handler('echo "$FROM"; ls ' + str(self.rig.home.path))
        hiring, worker = self.end("--isolate")
        self.assertTrue(hiring["task_output"]["text"].startswith("outside\n"), worker)
        self.assertNotIn("hooks", hiring["task_output"]["text"])

    def test_as_commands_in_the_configuration(self):
        before = self.hook("anything", f'echo "$1|$2" >>{self.trace}')
        self.rig.home.write_config(
            f'[profile.default.agrenting]\nurl = "{self.rig.emulator.url}"\n[[profile.default.agrenting.agents]]\nname = "alice"\n'
            f'api_key = "{self.rig.emulator.agent()["api_key"]}"\nhandler = ["cat"]\n'
            f'[profile.default.agrenting.agents.hooks]\npre-handler = ["{before}", "$(id); x", "b c"]\n')
        worker = Worker(self.rig.emulator, "cat", home=self.rig.home, did=None)
        self.rig.workers.append(worker)
        worker.wait_for("ready")
        self.assertEqual(self.rig.wait_for_end(self.rig.hire())["status"], "completed")
        self.assertEqual(self.trace.read_text(), "$(id); x|b c\n")

    def test_what_is_no_hook(self):
        env = {"AGRENTING_URL": self.rig.emulator.url, "AGRENTING_AGENT_KEY": self.rig.emulator.agent()["api_key"]}
        (self.folder / "pre-handler").write_text("not executable")
        for folder in (self.folder, self.rig.home.path / "nowhere"):
            run = agr("serve-agent", "--handler", "cat", "--hooks", folder, home=self.rig.home, env=env)
            self.assertEqual(run.code, 64, run)


if __name__ == "__main__":
    unittest.main()
