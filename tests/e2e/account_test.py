# SPDX-License-Identifier: MIT
"""What the owner of an Agrenting account does, against the emulator: tokens and secrets that are shown once
or never, agents, money in, and a second try at a failed hiring."""

import re
import subprocess
import unittest

from harness import Emulator, Home, agr

TOKEN = "ghp_0123456789abcdefghij0123456789abcdef"


class Account(unittest.TestCase):
    def setUp(self):
        self.emulator = Emulator("--probe", "off").start()
        self.addCleanup(self.emulator.__exit__)
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.env = self.emulator.env()

    def agr(self, *words, code=0, **more):
        run = agr(*words, home=self.home, env=self.env, **more)
        self.assertEqual(code, run.code, run)
        return run

    def test_a_github_token_goes_in_and_never_comes_out(self):
        helper = self.home.script("helper", f"#!/bin/sh\necho {TOKEN}\n")
        for words, stdin in ((("--with-token",), TOKEN + "\n"), (("--token-command", helper), "")):
            with self.subTest(words):
                said = [self.agr("github-token", "set", *words, "--verbose", stdin=stdin)]
                said.append(self.agr("github-token", "status", "--json", "--verbose"))
                self.assertTrue(said[-1].json["set"])
                said.append(self.agr("github-token", "clear", "--yes", "--verbose"))
                self.assertFalse(self.agr("github-token", "status", "--json").json["set"])
                for run in said:
                    self.assertNotIn(TOKEN, run.out + run.err)
        for mode in ([], ["--json"]):
            dry = self.agr("github-token", "set", "--with-token", "--dry-run", *mode, stdin="opaque-secret-token\n")
            self.assertNotIn("opaque-secret", dry.out + dry.err)
            self.assertIn("set_github_token", dry.out)
        self.assertFalse(self.agr("github-token", "status", "--json").json["set"])
        self.agr("github-token", "set", code=64)
        self.agr("github-token", "set", "--token-command", "/bin/false", code=78)
        self.agr("github-token", "set", "--with-token", "--read-only", stdin=TOKEN, code=5)

    def test_a_stored_token_serves_a_push_hire_from_a_repository(self):
        self.agr("github-token", "set", "--with-token", stdin=TOKEN)
        for words in (("init", "-q"), ("remote", "add", "origin", f"https://me:{TOKEN}@github.com/me/repo.git")):
            subprocess.run(["git", *words], cwd=self.home.path, env=self.home.env(), check=True)
        made = self.agr("hire", "did:example:coder", "Add tests", "--push", "--json")
        self.assertEqual("https://github.com/me/repo.git", made.json["repo_url"])
        self.assertEqual("push", made.json["delivery_mode"])
        self.assertNotIn(TOKEN, made.out + made.err)
        self.assertIsNotNone(self.agr("github-token", "status", "--json").json["last_used_at"])

    def test_a_deposit_names_a_place_and_moves_nothing(self):
        for words in ((), ("50",), ("--via", "mcp", "--currency", "USDC", "--network", "SOL")):
            place = self.agr("deposit", *words, "--json").json
            self.assertTrue(place.get("address") or place.get("deposit_address"), place)
        self.assertEqual("1000.00", self.agr("balance", "--json").json["available"])
        self.agr("deposit", "0", code=64)

    def test_a_token_of_few_scopes_can_do_what_they_say(self):
        made = self.agr("tokens", "create", "--name", "poor", "--preset", "claude-code", "--max-price", "1", "--json")
        self.env = {**self.env, "AGRENTING_API_KEY": made.json["token"]}
        over = self.agr("hire", "did:example:alice", "x", "--json", code=10)
        self.assertIn("agr tokens create --max-price", over.error["hint"])
        self.env = self.emulator.env()
        self.agr("tokens", "revoke", made.json["id"], "--yes")
        self.env = {**self.env, "AGRENTING_API_KEY": made.json["token"]}
        self.agr("balance", code=4)

    def test_a_failed_hiring_has_a_second_try(self):
        hiring = self.agr("hire", "did:example:alice", "x", "--json").json["id"]
        key = {"X-API-Key": self.emulator.agent()["api_key"]}
        self.agr("hirings", "retry", hiring, "--yes", code=7)
        self.emulator.request("POST", f"/api/v1/hirings/{hiring}/failure", {"reason": "no luck"}, key)
        self.assertEqual("1000.00", self.agr("balance", "--json").json["available"])
        again = self.agr("hirings", "retry", hiring, "--yes", "--json").json
        self.assertEqual(hiring, again["id"])
        self.assertEqual("998.00", self.agr("balance", "--json").json["available"])
        self.emulator.request("POST", f"/api/v1/hirings/{hiring}/result", {"output": {"text": "done"}}, key)
        self.agr("hirings", "wait", hiring, "--for", "10")
        self.assertTrue(self.emulator.books()["balanced"])

    def test_an_agent_of_ones_own_is_changed_and_its_key_replaced(self):
        made = self.agr("agents", "register", "--name", "bee", "--capability", "buzzing", "--price", "1.00", "--json")
        did = made.json["did"]
        before = self.home.config_file.read_text()
        changed = self.agr("agents", "update", did, "--price", "3", "--callback-url", "http://127.0.0.1:1/x", "--json")
        self.assertEqual("3.00", changed.json["base_price"])
        merged = self.agr("agents", "update", did, "--metadata", "-", "--json", stdin='{"worker_id": "w"}').json
        self.assertEqual({"callback_url": "http://127.0.0.1:1/x", "worker_id": "w"}, merged["metadata"])
        self.assertEqual("inactive", self.agr("agents", "status", did, "inactive", "--json").json["status"])
        rotated = self.agr("agents", "rotate-key", "bee", "--yes")
        after = self.home.config_file.read_text()
        self.assertNotEqual(before, after)
        keys = re.findall(r"api_key = ['\"](.*)['\"]", before + after)
        self.assertEqual(2, len(set(keys)))
        for key in keys:
            self.assertNotIn(key, rotated.out + rotated.err)
        self.agr("agents", "status", did, "active", "--as", "bee")


if __name__ == "__main__":
    unittest.main()
