# SPDX-License-Identifier: MIT
"""Push mode against a real git server: what arrives there, who gets to see the token, and what a kill leaves."""

import json
import os
import pathlib
import signal
import time
import unittest
import urllib.parse

from git_server import GitServer
from harness import Worker, wait_until
from serve_hostile_test import encodings
from serve_isolate_test import CAN_ISOLATE
from serve_rig import DID, Rig
from serve_test import processes_with

CHANGE = 'echo more >>README.md; mkdir -p src; echo "new" >src/a.c; echo did it'


def supervisors(state):
    """Pids of `agr __supervise` whose spool is below this folder."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"__supervise" in words and any(w.startswith(os.fsencode(state)) for w in words):
                found.append(int(entry.name))
    return found


class PushRig(Rig):
    """A hirer with a repository. `files` None: an empty one; `push`: a line of the agent's configuration."""

    FILES = {"README.md": "hello\n", ".gitignore": "*.o\n"}

    def __init__(self, body=CHANGE, files=FILES, push=""):
        super().__init__(body)
        self.server = GitServer(self.home.path / "served")
        self.url = self.server.create("kit", files)
        self.configured = bool(push)
        if push:
            self.home.write_config(
                f'[profile.default.agrenting]\nurl = "{self.emulator.url}"\n'
                f'[[profile.default.agrenting.agents]]\nname = "alice"\n'
                f'api_key = "{self.emulator.agent()["api_key"]}"\n{push}\n')

    def __exit__(self, *what):
        super().__exit__(*what)
        self.server.__exit__()

    def worker(self, *options, env=None, **more):
        if not self.configured:
            return super().worker(*options, env=env, **more)
        worker = Worker(self.emulator, self.handler, "--poll-interval", "0.2", *options, home=self.home, did=None,
                        env=env)
        self.workers.append(worker)
        return worker

    def hire_push(self, task="extend the kit", url=None, token=None, **more):
        def accepted():
            time.sleep(0.05)
            status, body = self.emulator.request(
                "POST", f"/api/v1/agents/{urllib.parse.quote(DID)}/hire",
                {"task_description": task, "capability_requested": "summarizing", "price": "2.00",
                 "delivery_mode": "push", "repo_url": url or self.url,
                 "repo_access_token": token or self.server.token, **more},
                {"Authorization": f"Bearer {self.emulator.user_token}"})
            assert status in (200, 201, 409, 429, 503), (status, body)
            return body["data"]["hiring"]["id"] if status in (200, 201) else None
        return wait_until(accepted, "a free agent", 70)

    def run(self, **hire):
        worker = self.worker()
        worker.wait_for("ready")
        return self.wait_for_end(self.hire_push(**hire)), worker

    def everything_written(self):
        """Each file below the state folder and each line of the log, as one text."""
        texts = ["\n".join(worker.err) for worker in self.workers]
        for folder, _, files in os.walk(self.home.state):
            for path in (pathlib.Path(folder, file) for file in files):
                try:
                    if path.is_file() and not path.is_symlink():
                        texts.append(path.read_bytes().decode(errors="replace"))
                except OSError:
                    pass  # gone meanwhile
        return "\n".join(texts)


class Delivered(unittest.TestCase):
    def test_the_work_is_one_commit_on_a_branch_of_its_own(self):
        with PushRig() as rig:
            before = rig.server.branches("kit")["main"]
            hiring, worker = rig.run(task="Add a thing\nwith care")
            self.assertEqual(hiring["status"], "completed", worker)
            output = hiring["task_output"]
            self.assertEqual(output["summary"], "did it\ndone\n")
            self.assertEqual(output["files_changed"], ["README.md", "src/a.c"])
            self.assertEqual(output["branch"], f"agr/{hiring['id']}")
            self.assertEqual(output["repo_url"], rig.url)
            self.assertEqual(rig.server.branches("kit"), {"main": before, output["branch"]: output["commit"]})
            show = lambda form: rig.server.git("kit", "show", "-s", f"--format={form}", output["commit"])
            self.assertEqual(show("%P"), before)
            self.assertEqual(show("%s"), "Add a thing")
            self.assertIn(hiring["id"], show("%b"))
            self.assertIn("<agr@localhost>", show("%an <%ae>"))
            self.assertEqual(rig.server.git("kit", "show", f"{output['commit']}:README.md"), "hello\nmore")
            self.assertEqual(rig.server.git("kit", "fsck", "--strict"), "")

    def test_the_handler_finds_a_clone_and_its_own_commits_do_not_matter(self):
        body = ('export HOME=/nonexistent; git log --oneline | wc -l; git status --porcelain | wc -l; git config remote.origin.url;'
                ' git -c user.name=x -c user.email=x@y commit -q --allow-empty -m mine; rm -f README.md; touch junk.o')
        with PushRig(body) as rig:
            hiring, worker = rig.run()
            self.assertEqual(hiring["status"], "completed", worker)
            self.assertEqual(hiring["task_output"]["summary"].split(), ["1", "0", rig.url, "done"])
            self.assertEqual(hiring["task_output"]["files_changed"], ["README.md"])
            self.assertEqual(rig.server.git("kit", "rev-list", "--count", hiring["task_output"]["branch"]), "2")

    def test_nothing_changed_is_nothing_pushed(self):
        with PushRig("true") as rig:
            hiring, worker = rig.run()
            self.assertEqual(hiring["status"], "completed", worker)
            self.assertEqual(hiring["task_output"]["files_changed"], [])
            self.assertNotIn("commit", hiring["task_output"])
            self.assertEqual(rig.server.pushes(), [])

    def test_an_empty_repository_gets_its_first_commit(self):
        with PushRig(files=None) as rig:
            hiring, worker = rig.run()
            self.assertEqual(hiring["status"], "completed", worker)
            self.assertEqual(rig.server.git("kit", "rev-list", "--count", hiring["task_output"]["branch"]), "1")

    def test_a_handler_that_fails_pushes_nothing(self):
        with PushRig(CHANGE + "; exit 3") as rig:
            hiring, _ = rig.run()
            self.assertEqual(hiring["status"], "failed")
            self.assertEqual(rig.server.pushes(), [])

    def test_output_mode_gets_no_credentials_and_touches_no_repository(self):
        with PushRig("cat; ls -A") as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring = rig.wait_for_end(rig.hire_push(delivery_mode="output"))
            self.assertEqual(hiring["status"], "completed", worker)
            self.assertEqual(rig.server.asked, [])
            self.assertNotIn(rig.server.token, json.dumps(hiring))

    def test_the_default_branch_when_the_agent_is_set_up_so(self):
        push = 'push = { branch = "default", author = "Alice Bot <alice@example.com>" }'
        with PushRig(push=push) as rig:
            hiring, worker = rig.run()
            self.assertEqual(hiring["status"], "completed", worker)
            output = hiring["task_output"]
            self.assertEqual(rig.server.branches("kit"), {"main": output["commit"]})
            self.assertEqual(rig.server.git("kit", "show", "-s", "--format=%an <%ae>", "main"),
                             "Alice Bot <alice@example.com>")

    def test_a_default_branch_that_moved_leaves_the_work_on_its_own(self):
        with PushRig("while [ ! -e $AGR_SPOOL/go ]; do sleep 0.02; done; " + CHANGE,
                     push='push = { branch = "default" }') as rig:
            worker = rig.worker()
            worker.wait_for("ready")
            hiring_id = rig.hire_push()
            wait_until(lambda: rig.runs(hiring_id), "the handler")
            rig.server.commit("kit", {"other.txt": "somebody was faster\n"})
            next(rig.home.state.glob(f"agents/*/spool/{hiring_id}/1")).joinpath("go").touch()
            hiring = rig.wait_for_end(hiring_id)
            self.assertEqual(hiring["status"], "completed", worker)
            self.assertEqual(hiring["task_output"]["branch"], f"agr/{hiring_id}")


class Refused(unittest.TestCase):
    """What cannot work is said before the handler has run for nothing, with a reason and without the token."""

    def check(self, reason, prepare=lambda rig: {}, ran=0, body=CHANGE):
        with PushRig(body) as rig:
            hiring, worker = rig.run(**prepare(rig))
            self.assertEqual(hiring["status"], "failed", worker)
            self.assertIn(reason, hiring["failed_reason"])
            self.assertEqual(rig.runs(hiring["id"]), ran)
            for text in encodings(rig.server.token).values():
                self.assertNotIn(text, hiring["failed_reason"])
            return rig

    def test_a_wrong_token(self):
        self.check("refused the token", lambda rig: {"token": "wr0ng-t0k3n"})

    def test_a_token_that_may_only_read(self):
        def prepare(rig):
            rig.server.may_push = False
            return {}
        self.check("not allowed", prepare)

    def test_no_such_repository(self):
        self.check("no such repository", lambda rig: {"url": f"{rig.server.url}/none.git"})

    def test_a_redirect_is_not_followed(self):
        with GitServer("/tmp/agr-push-other-" + str(os.getpid())) as other:
            def prepare(rig):
                rig.server.before = lambda method, path: f"302 {other.url}{path}/info/refs?service=git-upload-pack"
                return {}
            self.check("moved", prepare)
            self.assertEqual(other.asked, [])
            os.rmdir(other.folder)

    def test_a_push_that_is_refused_in_the_end(self):
        def prepare(rig):
            rig.server.before = lambda method, path: 403 if path.endswith("/git-receive-pack") else None
            return {}
        self.check("not allowed", prepare, ran=1)

    def test_a_server_that_repeats_the_token(self):
        def prepare(rig):
            hook = rig.server.folder / "kit.git" / "hooks" / "pre-receive"
            hook.parent.mkdir(exist_ok=True)
            hook.write_text(f"#!/bin/sh\necho 'no: {rig.server.token}' >&2\nexit 1\n")
            hook.chmod(0o755)
            return {}
        self.check("the server does not want it", prepare, ran=1)

    def test_a_branch_that_somebody_else_has(self):
        def prepare(rig):
            def take_the_name(method, path):
                rig.server.before = lambda method, path: None
                hiring_id = next(rig.home.state.glob("agents/*/spool/*")).name
                rig.server.commit("kit", {"theirs.txt": "x"}, branch=f"agr/{hiring_id}")
            rig.server.before = take_the_name
            return {}
        self.check("the branch holds other commits", prepare)

    def test_addresses_no_token_may_go_to(self):
        for url in ("http://example.com/a/b", "ssh://git@example.com/a/b", "file:///etc", "--upload-pack=touch /tmp/owned",
                    "ext::sh -c touch% /tmp/owned", "https://someone:secret@example.com/a/b"):
            with self.subTest(url), PushRig() as rig:
                worker = rig.worker()
                worker.wait_for("ready")
                try:
                    hiring_id = rig.hire_push(url=url)
                except AssertionError:
                    continue  # the marketplace has refused it already
                hiring = rig.wait_for_end(hiring_id)
                self.assertEqual(hiring["status"], "failed", worker)
                self.assertIn("address", hiring["failed_reason"])
                self.assertEqual(rig.runs(hiring_id), 0)

    def test_a_busy_server_is_asked_again(self):
        with PushRig() as rig:
            troubles = [503, 503, 429]
            rig.server.before = lambda method, path: troubles.pop() if troubles else None
            hiring, worker = rig.run()
            self.assertEqual(hiring["status"], "completed", worker)
            self.assertEqual(rig.runs(hiring["id"]), 1)


@unittest.skipUnless(CAN_ISOLATE, "bubblewrap is not installed, or not allowed to make namespaces here")
class Isolated(unittest.TestCase):
    def test_a_handler_without_network_works_in_the_clone_and_its_work_is_pushed(self):
        with PushRig() as rig:
            rig.handler = rig.home.script("handler", "#!/bin/sh\ngit log --oneline | wc -l\n" + CHANGE + "\n")
            worker = rig.worker("--isolate")
            worker.wait_for("ready")
            hiring = rig.wait_for_end(rig.hire_push())
            self.assertEqual(hiring["status"], "completed", worker)
            self.assertEqual(hiring["task_output"]["summary"].split(), ["1", "did", "it"])
            self.assertEqual(hiring["task_output"]["files_changed"], ["README.md", "src/a.c"])


class Token(unittest.TestCase):
    """It is in the helper's answer to git and nowhere else."""

    def test_nowhere_to_be_seen(self):
        body = ('exec 9>$AGR_SPOOL/../../seen; ls -l /proc/self/fd >&9; env >&9; cat $AGR_INPUT $AGR_SPOOL/command.json >&9;'
                ' cat .git/config >&9; for p in /proc/[0-9]*; do tr "\\0" " " <$p/cmdline; cat $p/environ; done >>$AGR_SPOOL/../../seen 2>/dev/null; '
                + CHANGE)
        with PushRig(body) as rig:
            looks = []

            def look(method, path):
                for entry in pathlib.Path("/proc").iterdir():
                    if entry.name.isdigit() and int(entry.name) != os.getpid():
                        for name in ("cmdline", "environ"):
                            try:
                                looks.append((entry / name).read_bytes().decode(errors="replace"))
                            except OSError:
                                pass
                looks.append(rig.everything_written())

            rig.server.before = look
            hiring, worker = rig.run()
            self.assertEqual(hiring["status"], "completed", worker)
            seen = next(rig.home.state.glob("agents/*/spool/seen")).read_bytes().decode(errors="replace")
            self.assertIn("git-remote-http", "\n".join(looks))
            self.assertIn("README", seen + "README")
            for how, text in encodings(rig.server.token).items():
                self.assertNotIn(text, seen, how)
                self.assertNotIn(text, rig.everything_written(), how)
                for each in looks:
                    self.assertNotIn(text, each, how)
                self.assertNotIn(text, json.dumps(hiring["task_output"]), how)

    def test_a_handler_cannot_make_git_work_for_it(self):
        """Hooks, filters, a hostile .git and repositories within: nothing of it is run after the handler."""
        body = r'''
mark=$AGR_SPOOL/../../owned
evil="#!/bin/sh
echo \"\$0\" >>$mark; cat <&3 >>$mark 2>/dev/null"
mkdir -p .git/hooks sub/.git && printf '%s\n' "$evil" >evil.sh && chmod +x evil.sh
for hook in pre-push pre-commit post-commit reference-transaction post-index-change; do cp evil.sh .git/hooks/$hook; done
for repository in .git sub/.git; do
cat >>$repository/config <<END
[core]
  fsmonitor = $PWD/evil.sh
  sshCommand = $PWD/evil.sh
  hooksPath = $PWD/.git/hooks
  askPass = $PWD/evil.sh
[credential]
  helper = $PWD/evil.sh
[filter "evil"]
  clean = $PWD/evil.sh
  smudge = $PWD/evil.sh
[remote "origin"]
  pushurl = http://127.0.0.1:9/evil.git
[url "http://127.0.0.1:9/"]
  insteadOf = http://
[include]
  path = $PWD/more
END
done
git init -q nested 2>/dev/null; git -C nested config core.fsmonitor $PWD/evil.sh; echo x >nested/file
(cd nested && git -c user.name=x -c user.email=x@y -c core.fsmonitor=false commit -q --allow-empty -m x) 2>/dev/null
echo '* filter=evil diff=evil merge=evil' >.gitattributes
ln -s /etc/passwd link; mkfifo pipe
cp -r .git/. $AGR_SPOOL/outgoing; cp .git/config $AGR_SPOOL/repository/config; cp -r .git/hooks $AGR_SPOOL/repository/
rm -f $mark
echo changed >>README.md
'''
        with PushRig(body) as rig:
            hiring, worker = rig.run()
            self.assertEqual(hiring["status"], "completed", worker)
            self.assertEqual(list(rig.home.state.glob("agents/*/spool/owned")), [])
            files = rig.server.git("kit", "ls-tree", "-r", "--name-only", hiring["task_output"]["branch"]).splitlines()
            self.assertIn("nested/file", files)
            self.assertIn("link", files)
            self.assertFalse([file for file in files if ".git/" in file])
            self.assertEqual(rig.server.git("kit", "cat-file", "-p", hiring["task_output"]["branch"] + ":link"),
                             "/etc/passwd")

    def test_hostile_tasks_are_text(self):
        tasks = ("--amend", "-F /etc/passwd", "$(touch {mark})", "`touch {mark}`", "a\nb\r\nc", "\x1b[2J", "\u202eevil",
                 "#comment", "\U0001f4a9" * 500, "'; touch {mark}; '")
        with PushRig() as rig:
            mark = rig.home.path / "owned"
            worker = rig.worker()
            worker.wait_for("ready")
            for task in tasks:
                with self.subTest(task[:20]):
                    hiring = rig.wait_for_end(rig.hire_push(task=task.replace("{mark}", str(mark))))
                    self.assertEqual(hiring["status"], "completed", worker)
                    message = rig.server.git("kit", "show", "-s", "--format=%B", hiring["task_output"]["commit"])
                    self.assertNotIn("\x1b", message)
                    self.assertIn(hiring["id"], message)
                    self.assertFalse(mark.exists())


class Killed(unittest.TestCase):
    """A worker or a supervisor dies in each phase: one run of the handler, one commit, one result."""

    PHASES = {"fetch": lambda method, path: path.endswith("/git-upload-pack"),
              "push": lambda method, path: path.endswith("/git-receive-pack"),
              "look before the push": lambda method, path: "receive-pack" in path}

    def check_end(self, rig, hiring_id, worker):
        hiring = rig.wait_for_end(hiring_id)
        self.assertEqual(hiring["status"], "completed", worker)
        self.assertEqual(rig.runs(hiring_id), 1)
        branches = rig.server.branches("kit")
        self.assertEqual(len(branches), 2, branches)
        self.assertEqual(branches[hiring["task_output"]["branch"]], hiring["task_output"]["commit"])
        self.assertEqual(rig.server.git("kit", "rev-list", "--count", hiring["task_output"]["commit"]), "2")
        self.assertTrue(rig.emulator.books()["balanced"])
        wait_until(lambda: processes_with(str(rig.home.state)) <= 1, "the last process")
        for text in encodings(rig.server.token).values():
            self.assertNotIn(text, rig.everything_written())

    def phase(self, rig, is_phase, kill):
        """Calls `kill` once, when the server is asked for that phase."""
        pending = [kill]

        def before(method, path):
            if pending and method == "POST" and is_phase(method, path):
                pending.pop()()
            return None
        rig.server.before = before

    def test_the_worker(self):
        for name, is_phase in self.PHASES.items():
            with self.subTest(name), PushRig() as rig:
                first = rig.worker()
                first.wait_for("ready")
                self.phase(rig, is_phase, first.kill)
                hiring_id = rig.hire_push()
                wait_until(lambda: not first.running, "the kill")
                self.check_end(rig, hiring_id, rig.worker())

    def test_the_supervisor(self):
        for name, is_phase in self.PHASES.items():
            with self.subTest(name), PushRig() as rig:
                worker = rig.worker()
                worker.wait_for("ready")

                def kill():
                    for pid in supervisors(rig.home.state):
                        os.kill(pid, signal.SIGKILL)
                self.phase(rig, is_phase, kill)
                hiring_id = rig.hire_push()
                hiring = rig.wait_for_end(hiring_id)
                self.check_end(rig, hiring["id"], worker)

    def test_both_after_the_push_and_before_its_answer(self):
        with PushRig() as rig:
            first = rig.worker()
            first.wait_for("ready")
            real, done = rig.server._run, []

            def run(request, path, query, body):
                if path.endswith("/git-receive-pack") and not done:
                    class Deaf:
                        def __getattr__(self, name):
                            return getattr(request, name)

                        def send_response(self, *_):
                            first.kill()
                            for pid in supervisors(rig.home.state):
                                os.kill(pid, signal.SIGKILL)
                            raise OSError

                    done.append(True)
                    return real(Deaf(), path, query, body)
                return real(request, path, query, body)
            rig.server._run = run
            hiring_id = rig.hire_push()
            wait_until(lambda: not first.running, "the kill")
            pushed = rig.server.branches("kit")[f"agr/{hiring_id}"]
            time.sleep(1.1)  # commits tell seconds apart
            self.check_end(rig, hiring_id, rig.worker())
            self.assertEqual(rig.server.branches("kit")[f"agr/{hiring_id}"], pushed)

    def test_a_deadline_holds_while_the_server_does_not_answer(self):
        with PushRig() as rig:
            rig.server.before = lambda method, path: time.sleep(5) if path.endswith("/git-upload-pack") else None
            worker = rig.worker("--drain-timeout", "0.1", "--kill-grace", "0.1")
            worker.wait_for("ready")
            hiring_id = rig.hire_push()
            worker.wait_for("started", hiring_id)
            self.assertEqual(worker.stop(), 0)
            self.assertIn("was stopped", rig.wait_for_end(hiring_id)["failed_reason"])
            self.assertEqual(supervisors(rig.home.state), [])


if __name__ == "__main__":
    unittest.main()
