# SPDX-License-Identifier: MIT
"""Handlers in a sandbox: what they see, what they cannot do, and what becomes of them."""

import json
import shutil
import signal
import subprocess
import unittest

from harness import AGR, agr, wait_until
from serve_rig import Rig
from serve_test import processes_with

CAN_ISOLATE = bool(shutil.which("bwrap")) and subprocess.run(
    ["bwrap", "--unshare-user", "--unshare-pid", "--proc", "/proc", "--ro-bind", "/", "/", "true"],
    capture_output=True, check=False).returncode == 0


@unittest.skipUnless(CAN_ISOLATE, "bubblewrap is not installed, or not allowed to make namespaces here")
class Isolated(unittest.TestCase):
    def run_with(self, body, *options, env=None, task="count to three"):
        with Rig() as rig:
            rig.handler = rig.home.script("handler", f"#!/bin/sh\n{body}\n")
            worker = rig.worker("--isolate", *options, env=env)
            worker.wait_for("ready")
            hiring = rig.wait_for_end(rig.hire(task))
            worker.wait_for("submitted", hiring["id"])
            wait_until(lambda: processes_with(str(rig.home.path / "state")) <= 1, "the last process")
            return hiring, worker, rig

    def output(self, body, *options, **more):
        hiring, worker, _ = self.run_with(body, *options, **more)
        self.assertEqual(hiring["status"], "completed", f"{hiring}\n{worker}")
        return hiring["task_output"]["text"]

    def test_it_gets_its_input_and_can_do_its_work(self):
        text = self.output('cat; cat "$AGR_INPUT" >/dev/null && echo >note && cat note && echo >/tmp/x && '
                           'echo >"$AGR_ARTIFACTS/a.txt" && pwd && echo "$HOME" "$AGR_WORKDIR"')
        lines = text.splitlines()
        self.assertEqual(json.loads(lines[0])["task_description"], "count to three")
        self.assertEqual(lines[2], lines[3].split()[1])
        self.assertEqual(lines[3].split()[0], "/tmp")

    def test_it_sees_nothing_of_the_machine(self):
        with Rig() as rig:
            rig.home.write_config("# a secret file")
            (rig.home.path / "notes").write_text("private")
            other = rig.home.path / "other-handler"
            other.write_text("theirs")
            rig.handler = rig.home.script("handler", f"""#!/bin/sh
for path in {rig.home.config_file} {rig.home.path}/notes {other} /etc/shadow /etc/agr /root/.profile /home /run /var/lib /sys; do
  [ -e "$path" ] && echo "sees $path"
done
ls {rig.home.path} {rig.home.path}/state {rig.home.path}/state/agents/* {rig.home.path}/state/agents/*/spool
ls "$AGR_SPOOL"
for path in /x /usr/x /etc/x /dev/x /var/x "$AGR_INPUT" {rig.home.path}/handler; do
  (echo x >"$path") 2>/dev/null && echo "writes $path"
done
echo x >{rig.home.path}/x # a folder of its own, like all of /tmp
(echo >/dev/tcp/127.0.0.1/{rig.emulator.port}) 2>/dev/null && echo "reaches the network"
ls /proc | grep -c '^[0-9]'
""")
            worker = rig.worker("--isolate")
            worker.wait_for("ready")
            hiring_id = rig.hire()
            hiring = rig.wait_for_end(hiring_id)
            text = hiring["task_output"]["text"]
            self.assertFalse((rig.home.path / "x").exists())
            self.assertNotIn("sees", text)
            self.assertNotIn("writes", text)
            self.assertNotIn("reaches", text)
            for hidden in ("journal.db", "lock", "command.json", "claim", "stdout", "notes", "other-handler"):
                self.assertNotIn(hidden, text)
            seen = set(text.split())
            self.assertLessEqual({"handler", "state", "spool", "artifacts", "input.json", "submissions", "work"}, seen)
            self.assertLess(int(text.split()[-1]), 6)

    def test_the_network_is_there_only_when_it_is_allowed(self):
        with Rig() as rig:
            rig.handler = rig.home.script("handler", "#!/bin/sh\n"
                                          f"curl -s -o /dev/null http://127.0.0.1:{rig.emulator.port}/ && echo online || echo offline\n")
            for options, word in (((), "offline"), (("--isolate-network",), "online")):
                worker = rig.worker("--isolate", *options)
                worker.wait_for("ready")
                self.assertEqual(rig.wait_for_end(rig.hire())["task_output"]["text"].strip(), word, worker)
                worker.stop()

    def test_more_can_be_shown(self):
        with Rig() as rig:
            shown = rig.home.path / "library"
            shown.mkdir()
            (shown / "module").write_text("useful")
            rig.handler = rig.home.script("handler", f"#!/bin/sh\ncat {shown}/module; echo x >{shown}/module; exit 0\n")
            worker = rig.worker("--isolate", "--isolate-path", shown)
            worker.wait_for("ready")
            self.assertEqual(rig.wait_for_end(rig.hire())["task_output"]["text"], "useful", worker)
            self.assertEqual((shown / "module").read_text(), "useful")

    def test_nothing_is_left_and_each_ends_its_hiring(self):
        cases = {
            "double-forks": ("(setsid sh -c 'sleep 1000 & sleep 1000 &' >/dev/null 2>&1 &)", "completed"),
            "leaves a child holding stdout": ("sleep 1000 & echo here", "completed"),
            "kills its own group": ("kill -KILL 0", "failed"),
            "kills everything": ("kill -KILL -1", "failed"),
            "fails": ("echo sorry >&2; exit 3", "failed"),
            "floods its output": ("trap '' TERM; yes", "failed"),
            "fills its disk": ("head -c 10G /dev/zero >/tmp/x; sleep 1000", "failed"),
            "fills shared memory": ("head -c 10G /dev/zero >/dev/shm/x; exit 0", "completed"),
        }
        with Rig() as rig:
            plan = rig.home.path / "plan"
            plan.touch()
            rig.handler = rig.home.script("handler", f"#!/bin/sh\n. {plan}\n")
            worker = rig.worker("--isolate", "--isolate-path", plan, "--max-output", "1000000", "--max-disk", "20000000")
            worker.wait_for("ready")
            for what, (body, status) in cases.items():
                with self.subTest(what):
                    plan.write_text(body + "\n")
                    hiring = rig.wait_for_end(rig.hire())
                    self.assertEqual(hiring["status"], status, f"{hiring}\n{worker}")
                    wait_until(lambda: processes_with(str(rig.home.path / "state")) <= 1, "the last process")
            self.assertTrue(rig.emulator.books()["balanced"])

    def test_it_has_its_grace_when_it_is_stopped(self):
        with Rig() as rig:
            rig.handler = rig.home.script("handler", "#!/bin/sh\ntrap 'echo bye >$AGR_ARTIFACTS/bye.txt; exit 0' TERM\n"
                                          "while :; do sleep 0.05; done\n")
            worker = rig.worker("--isolate", "--drain-timeout", "0.1", "--kill-grace", "10")
            worker.wait_for("ready")
            hiring_id = rig.hire()
            worker.wait_for("started", hiring_id)
            wait_until(lambda: processes_with("AGR_SUBMISSIONS=") > 2, "the handler")
            self.assertEqual(worker.stop(), 0)
            self.assertIn("was stopped", rig.wait_for_end(hiring_id)["failed_reason"])
            _, artifacts = rig.emulator.request("GET", f"/api/v1/hirings/{hiring_id}/artifacts",
                                                headers={"X-API-Key": rig.emulator.agent()["api_key"]})
            self.assertIn("bye.txt", json.dumps(artifacts))

    def test_it_outlives_the_worker_and_not_its_supervisor(self):
        with Rig() as rig:
            go = rig.home.path / "gate"
            go.mkdir()
            rig.handler = rig.home.script("handler", f"#!/bin/sh\nwhile [ ! -e {go}/open ]; do sleep 0.02; done\necho done\n")
            worker = rig.worker("--isolate", "--isolate-path", go)
            worker.wait_for("ready")
            hiring_id = rig.hire()
            worker.wait_for("started", hiring_id)
            worker.signal(signal.SIGKILL)
            worker.wait()
            again = rig.worker("--isolate", "--isolate-path", go)
            again.wait_for("recovered", hiring_id)
            (go / "open").touch()
            self.assertEqual(rig.wait_for_end(hiring_id)["task_output"]["text"], "done\n", again)

    def test_it_can_submit(self):
        cases = {
            f"echo mine | {AGR} submit result $AGR_HIRING_ID >&2 || exit 9; exit 3": ("completed", "mine\n"),
            f"{AGR} submit failure $AGR_HIRING_ID it rains >&2; echo ignored": ("failed", "it rains"),
            f"echo first | {AGR} submit result $AGR_HIRING_ID >&2; echo second | {AGR} submit result $AGR_HIRING_ID; [ $? = 7 ] || exit 9":
                ("completed", "first\n"),
            f"echo x >x.txt; {AGR} submit artifact $AGR_HIRING_ID x.txt >&2 && echo given": ("completed", "given\n"),
            f"{AGR} submit message $AGR_HIRING_ID hello; echo $?": ("completed", "5\n"),
            f"echo x | {AGR} submit result other; echo $?": ("completed", "6\n"),
            # What a handler writes there by hand is a stranger's text.
            "ln -s /etc/passwd $AGR_SUBMISSIONS/submission; echo mine": ("completed", "mine\n"),
            "echo nonsense >$AGR_SUBMISSIONS/submission; echo mine": ("completed", "mine\n"),
            "mkfifo $AGR_SUBMISSIONS/submission; echo mine": ("completed", "mine\n"),
        }
        with Rig() as rig:
            plan = rig.home.path / "plan"
            plan.touch()
            rig.handler = rig.home.script("handler", f"#!/bin/sh\n. {plan}\n")
            worker = rig.worker("--isolate", "--isolate-path", plan)
            worker.wait_for("ready")
            for body, (status, text) in cases.items():
                with self.subTest(body):
                    plan.write_text(body + "\n")
                    hiring = rig.wait_for_end(rig.hire())
                    self.assertEqual(hiring["status"], status, f"{hiring}\n{worker}")
                    self.assertEqual(text, hiring["task_output"]["text"] if status == "completed" else hiring["failed_reason"])

    def test_one_that_cannot_be_started_is_handed_back(self):
        with Rig() as rig:
            handler = rig.home.script("handler", "#!/no/such/interpreter\n")
            rig.handler = handler
            worker = rig.worker("--isolate")
            worker.wait_for("ready")
            hiring = rig.wait_for_end(rig.hire())
            self.assertIn("cannot be run", hiring["failed_reason"])

    def test_the_check_runs_the_handler_isolated(self):
        with Rig() as rig:
            handler = rig.home.script("handler", "#!/bin/sh\n[ -n \"$AGR_SUBMISSIONS\" ] && [ ! -e /root ] && [ ! -e /home ]\n")
            env = {"AGRENTING_URL": rig.emulator.url, "AGRENTING_AGENT_KEY": rig.emulator.agent()["api_key"]}
            run = agr("serve-agent", "--check", "--handler", handler, "--isolate", home=rig.home, env=env)
            self.assertEqual(run.code, 0, run)
            self.assertNotEqual(agr("serve-agent", "--check", "--handler", handler, home=rig.home, env=env).code, 0)


class Configured(unittest.TestCase):
    """Without a sandbox there is no work, and it is said what is missing."""

    def refused(self, rig, *options, path=None, config=None):
        env = {"AGRENTING_URL": rig.emulator.url, "AGRENTING_AGENT_KEY": rig.emulator.agent()["api_key"]}
        if config:
            rig.home.write_config(config)
            del env["AGRENTING_AGENT_KEY"]
        if path is not None:
            env["PATH"] = str(path)
        return agr("serve-agent", "--handler", rig.handler, *options, "--json", home=rig.home, env=env)

    def test_no_bubblewrap_no_work(self):
        with Rig() as rig:
            empty = rig.home.path / "empty"
            empty.mkdir()
            for more in ((), ("--check",)):
                run = self.refused(rig, "--isolate", *more, path=empty)
                self.assertEqual(run.code, 78, run)
                self.assertEqual(run.error["hint"], "apt install bubblewrap")
            (empty / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
            (empty / "bwrap").chmod(0o755)
            for more in ((), ("--check",)):
                run = self.refused(rig, "--isolate", *more, path=empty)
                self.assertEqual(run.code, 78, run)
                self.assertIn("does not work here", run.error["message"])
                self.assertIn("namespaces", run.error["hint"])
            self.assertEqual(rig.runs_file.exists(), False)

    def config(self, rig, lines):
        return (f'[profile.default.agrenting]\nurl = "{rig.emulator.url}"\n[[profile.default.agrenting.agents]]\nname = "alice"\n'
                f'api_key = "{rig.emulator.agent()["api_key"]}"\n{lines}\n')

    def test_the_configuration_asks_for_it_too(self):
        with Rig() as rig:
            empty = rig.home.path / "empty"
            empty.mkdir()
            for lines, path in (("isolate = true", empty), ("isolat = true", None), ("isolate = 1", None)):
                run = self.refused(rig, path=path, config=self.config(rig, lines))
                self.assertEqual(run.code, 78, run)

    @unittest.skipUnless(CAN_ISOLATE, "bubblewrap is not installed, or not allowed to make namespaces here")
    def test_what_would_show_the_keys_is_refused(self):
        with Rig() as rig:
            rig.home.write_config("")
            rig.home.state.mkdir()
            link = rig.home.path / "link"
            link.symlink_to(rig.home.path)
            for path in (rig.home.path, link, rig.home.config_file, rig.home.state, rig.home.state / "agents", "/", "relative", "/nowhere"):
                run = self.refused(rig, "--isolate", "--isolate-path", path)
                self.assertEqual(run.code, 78, f"{path}\n{run}")
            self.assertEqual(self.refused(rig, "--isolate-network").code, 64)


if __name__ == "__main__":
    unittest.main()
