# SPDX-License-Identifier: MIT
"""The pipeline recipes of docs/ci.md, run as shell with the read-only token: what they wait for, and how
they fail."""

import os
import re
import subprocess
import unittest

from harness import AGR, ROOT, Emulator, Home, agr, die_with_parent

PAGE = (ROOT / "docs" / "ci.md").read_text()


def recipe(name):
    """The block that begins with that mark."""
    found = re.search(rf"```\w+\n# ci-recipe: {name}\n(.*?)```", PAGE, re.DOTALL)
    assert found, f"docs/ci.md has no recipe {name}"
    return found[1]


def github_steps():
    """The `run` blocks, in order, as a runner executes them: each a script of its own."""
    return [re.sub(r"(?m)^ {10}", "", block) for block in
            re.findall(r"run: \|\n((?: {10}.*\n)+)", recipe("github"))]


def gitlab_script():
    block = recipe("gitlab").split("script:\n")[1].split("  artifacts:")[0]
    return re.findall(r"(?m)^ +- (.*)$", block)


class Recipes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator("--probe", "off").start()
        cls.addClassCleanup(cls.emulator.__exit__)
        cls.token = agr("tokens", "create", "--name", "ci", "--preset", "monitor", "--json",
                        env=cls.emulator.env()).json["token"]

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)

    def hire(self, end=None):
        hiring = agr("hire", "did:example:alice", "x", "--json", env=self.emulator.env()).json["id"]
        if end == "cancelled":
            agr("hirings", "cancel", hiring, "--yes", env=self.emulator.env())
        if end == "completed":
            key = self.emulator.agent()["api_key"]
            self.emulator.request("POST", f"/api/v1/hirings/{hiring}/result", {"output": {"text": "done"}},
                                  {"X-API-Key": key})
        if not end:
            self.addCleanup(agr, "hirings", "cancel", hiring, "--yes", env=self.emulator.env())
        return hiring

    def run_shell(self, script, hiring="", token=None, **extra):
        """As a runner does: it ends at the first command that fails."""
        path = f"{os.path.dirname(AGR)}:{os.environ['PATH']}"
        env = self.home.env({"PATH": path, "AGRENTING_URL": self.emulator.url, "AGRENTING_API_KEY": token or self.token,
                             "AGRENTING_TOKEN": token or self.token, "AGR_READ_ONLY": "1", "HIRING": hiring, **extra})
        return subprocess.run(["bash", "-e", "-c", script], env=env, cwd=self.home.path, capture_output=True,
                              text=True, timeout=60, preexec_fn=die_with_parent)

    def pipelines(self):
        yield "sh", recipe("wait")
        yield "gitlab", "\n".join(gitlab_script())
        yield "github", "\n".join(github_steps())

    def test_a_completed_hiring_lets_the_job_pass(self):
        hiring = self.hire("completed")
        for name, script in self.pipelines():
            with self.subTest(name):
                run = self.run_shell(script, hiring)
                self.assertEqual(0, run.returncode, run)
                self.assertIn("completed", (self.home.path / "hiring.json").read_text())

    def test_any_other_end_fails_it(self):
        cancelled = self.hire("cancelled")
        for name, script in self.pipelines():
            with self.subTest(name):
                self.assertEqual(1, self.run_shell(script, cancelled).returncode)
                self.assertEqual(6, self.run_shell(script, "no-such-hiring").returncode)
                self.assertEqual(4, self.run_shell(script, cancelled, token="ap_" + "x" * 43).returncode)

    def test_the_time_runs_out(self):
        run = self.run_shell(recipe("wait"), self.hire(), WAIT_SECONDS="0.3")
        self.assertEqual(8, run.returncode, run)

    def test_an_overview(self):
        run = self.run_shell(recipe("overview"))
        self.assertEqual(0, run.returncode, run)
        self.assertIn("available", run.stdout)

    def test_the_token_can_spend_nothing(self):
        run = self.run_shell("agr hire did:example:alice x --price 2 --capability summarizing", AGR_READ_ONLY="0")
        self.assertEqual(5, run.returncode, run)
        self.assertIn("hire:create", run.stderr)
        self.assertEqual(5, self.run_shell("agr hire did:example:alice x").returncode)


if __name__ == "__main__":
    unittest.main()
