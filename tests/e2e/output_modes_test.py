# SPDX-License-Identifier: MIT
"""One answer, many readers: a person, a pipe, a program; the exit code is the same for all of them."""

import json
import os
import pty
import re
import subprocess
import termios
import unittest

from harness import AGR, Emulator, Home, agr, die_with_parent

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(*args, env, columns=100):
    """(exit code, what a person sees)."""
    with Home() as home:
        master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (24, columns))
        process = subprocess.Popen([AGR, *args], stdin=slave, stdout=slave, stderr=slave, preexec_fn=die_with_parent,
                                   env=home.env({"TERM": "xterm-256color", **env}))
        os.close(slave)
        seen = b""
        try:
            while chunk := os.read(master, 65536):
                seen += chunk
        except OSError:  # the other side is closed
            pass
        os.close(master)
        return process.wait(), seen.decode().replace("\r\n", "\n")


class OutputModes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator().start()
        cls.addClassCleanup(cls.emulator.__exit__)
        cls.env = cls.emulator.env()

    def test_a_pipe_gets_rows_of_cells_and_nothing_else(self):
        run = agr("agents", "list", env=self.env)
        self.assertEqual(run.code, 0, str(run))
        self.assertEqual(run.err, "")
        self.assertNotIn("\x1b", run.out)
        rows = {row[0]: row for row in run.lines}
        self.assertIn("did:example:alice", rows)
        self.assertEqual(len({len(row) for row in run.lines}), 1)
        self.assertIn("2.00", rows["did:example:alice"])

    def test_a_person_gets_a_table_with_a_header(self):
        code, seen = on_terminal("agents", "list", env=self.env)
        self.assertEqual(code, 0, seen)
        plain = ANSI.sub("", seen)
        self.assertRegex(plain.splitlines()[0], r"^DID +NAME +PRICE")
        self.assertIn("did:example:alice", plain)
        self.assertNotIn("\t", plain)

    def test_colour_is_a_wish_that_can_be_declined(self):
        for env, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"CLICOLOR": "0"}, False),
                              ({"TERM": "dumb"}, False)):
            with self.subTest(env):
                _, seen = on_terminal("agents", "list", env={**self.env, **env})
                self.assertEqual("\x1b[" in seen, coloured, repr(seen))
        _, seen = on_terminal("agents", "list", "--no-color", env=self.env)
        self.assertNotIn("\x1b[", seen)
        self.assertIn("\x1b[", agr("agents", "show", "nobody", env={**self.env, "CLICOLOR_FORCE": "1"}).err)

    def test_no_line_is_wider_than_the_terminal(self):
        _, seen = on_terminal("agents", "list", env=self.env, columns=70)
        self.assertLessEqual(max(len(line) for line in ANSI.sub("", seen).splitlines()), 70)

    def test_json_is_the_whole_object_and_fields_narrow_it(self):
        whole = agr("agents", "list", "--json", env=self.env).json
        alice = next(agent for agent in whole if agent["did"] == "did:example:alice")
        self.assertEqual(alice["base_price"], "2.00")
        self.assertIn("id", alice)
        narrow = agr("agents", "list", "--json=did,base_price", env=self.env).json
        self.assertIn({"did": "did:example:alice", "base_price": "2.00"}, narrow)
        lines = agr("agents", "list", "--jsonl", env=self.env).out.splitlines()
        self.assertEqual([json.loads(line) for line in lines], whole)

    def test_every_mode_fails_alike(self):
        wrong = {**self.env, "AGRENTING_API_KEY": "ap_" + "w" * 43}
        for mode in ([], ["--json"], ["--jsonl"], ["--json=available"], ["--quiet"]):
            with self.subTest(mode):
                run = agr("balance", *mode, env=wrong)
                self.assertEqual((run.code, run.out), (4, ""), str(run))
        self.assertEqual(on_terminal("balance", env=wrong)[0], 4)

    def test_an_error_for_a_program_is_one_object_with_everything_in_it(self):
        run = agr("balance", "--json", env={**self.env, "AGRENTING_API_KEY": "ap_" + "w" * 43})
        self.assertEqual(len(run.err.splitlines()), 1, run.err)
        for name in ("code", "kind", "message", "hint", "http_status", "request_id", "retryable", "retry_after"):
            self.assertIn(name, run.error)
        self.assertEqual((run.error["code"], run.error["kind"], run.error["http_status"]), (4, "auth", 401))
        self.assertFalse(run.error["retryable"])

    def test_a_reader_that_leaves_early_is_no_failure_worth_words(self):
        with Home() as home:
            process = subprocess.Popen([AGR, "agents", "list"], env=home.env(self.env), stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, preexec_fn=die_with_parent)
            process.stdout.close()
            self.assertNotIn(b"terminate", process.stderr.read())
            process.stderr.close()
            self.assertNotEqual(process.wait(), -6)

    def test_a_full_disk_is_no_success(self):
        with Home() as home, open("/dev/full", "w") as full:
            done = subprocess.run([AGR, "agents", "list"], env=home.env(self.env), stdout=full, stderr=subprocess.PIPE)
            self.assertNotEqual(done.returncode, 0)


class Help(unittest.TestCase):
    def test_every_command_explains_itself(self):
        described = [command for command in agr("__dump-cli").json if not command["hidden"]]
        self.assertGreater(len(described), 10)
        for command in described:
            with self.subTest(command["name"]):
                run = agr(*command["name"].split(), "--help")
                self.assertEqual((run.code, run.err), (0, ""), str(run))
                self.assertIn(command["name"], run.out)
                self.assertIn(command["summary"], run.out)
                self.assertRegex(run.out, r"(?i)usage")

    def test_every_exit_code_is_explained(self):
        text = agr("help", "exit-codes").out
        for code in (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 64, 69, 75, 78):
            self.assertRegex(text, rf"(?m)^\W*{code}\b")

    def test_the_version_is_one_line(self):
        self.assertRegex(agr("--version").out, r"^agr \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    unittest.main()
