# SPDX-License-Identifier: MIT
"""What belongs to an Agrenting account beside hirings, each command to its visible effect: reports that arrive
signed, money in and out, mirrored issues, agents that change hands, keys that die."""

import base64
import hashlib
import hmac
import json
import re
import stat
import unittest

from harness import Emulator, Home, agr, wait_until
from recorder import Answer, Recorder


class Owner(unittest.TestCase):
    def setUp(self):
        self.emulator = Emulator("--probe", "off").start()
        self.addCleanup(self.emulator.__exit__)
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.env = self.emulator.env()

    def agr(self, *words, code=0, env=None, **more):
        run = agr(*words, home=self.home, env={**self.env, **(env or {})}, **more)
        self.assertEqual(code, run.code, run)
        return run

    def as_agent(self, did):
        return {"AGRENTING_AGENT_KEY": self.emulator.agent(did)["api_key"]}

    def test_a_webhook_reports_what_happens_signed_with_the_secret_that_was_shown_once(self):
        with Recorder(lambda request: Answer({})) as receiver:
            secret_file = self.home.path / "hook.secret"
            made = self.agr("webhooks", "add", receiver.url + "/hook", "--event", "task.completed", "-o", secret_file)
            self.assertEqual(0o600, stat.S_IMODE(secret_file.stat().st_mode))
            secret = secret_file.read_text().strip()
            listed = self.agr("webhooks", "list", "--json")
            self.assertNotIn(secret, made.out + made.err + listed.out)
            hiring = self.agr("hire", "did:example:alice", "x", "--json").json["id"]
            key = {"X-API-Key": self.emulator.agent()["api_key"]}
            self.emulator.request("POST", f"/api/v1/hirings/{hiring}/result", {"output": {"text": "done"}}, key)
            posts = wait_until(lambda: [r for r in receiver.requests if r.method == "POST"], "a report")
            self.assertEqual("task.completed", posts[0].headers["x-webhook-event"])
            self.assertEqual(hiring, json.loads(posts[0].body)["task_id"])
            expected = hmac.new(secret.encode(), posts[0].body.encode(), hashlib.sha256).digest()
            self.assertEqual(base64.b64encode(expected).decode(), posts[0].headers["x-webhook-signature"])
        webhook = listed.json[0]["id"]
        self.agr("webhooks", "remove", webhook, code=64)  # nobody can be asked
        self.agr("webhooks", "remove", webhook, "--yes", "--dry-run")
        self.agr("webhooks", "remove", webhook, "--yes")
        gone = self.agr("webhooks", "remove", webhook, "--yes", "--json", code=6)
        self.assertIn("agr webhooks list", gone.error["hint"])
        self.assertEqual([], self.agr("webhooks", "list", "--json").json)
        self.agr("webhooks", "add", "no-address", code=64)
        self.assertIn("nonsense", self.agr("webhooks", "add", "https://x.example/", "--event", "nonsense", code=1).err)

    def test_a_withdrawal_leaves_once_and_a_refused_one_not_at_all(self):
        address = self.agr("withdraw", "addresses", "--json").json[0]["id"]
        self.agr("withdraw", "25.00", code=64)
        self.agr("withdraw", "25.00", "--to", address, code=64)
        self.agr("withdraw", "25.00", "--to", address, "--yes", "--dry-run")
        self.agr("withdraw", "25.00", "--to", address, "--yes", "--read-only", code=5)
        self.assertEqual("1000.00", self.agr("balance", "--json").json["available"])
        made = self.agr("withdraw", "25.00", "--to", address, "--yes", "--key", "once", "--json").json
        self.assertEqual("once", made["idempotency_key"])
        again = self.agr("withdraw", "25.00", "--to", address, "--yes", "--key", "once", "--json").json
        self.assertEqual(made["transaction_id"], again["transaction_id"])
        self.assertEqual("975.00", self.agr("balance", "--json").json["available"])
        over = self.agr("withdraw", "5000", "--to", address, "--yes", "--json", code=10)
        self.assertIn("agr balance", over.error["hint"])
        unknown = self.agr("withdraw", "5", "--to", "nowhere", "--yes", "--json", code=1)
        self.assertIn("agr withdraw addresses", unknown.error["hint"])
        moved = [line for line in self.agr("transactions", "--json").json if line["type"].startswith("withdraw")]
        self.assertEqual(1, len(moved), moved)
        self.assertTrue(self.emulator.books()["balanced"])

    def test_a_deposit_counts_when_it_is_confirmed(self):
        place = self.agr("deposit", "40.00", "--json").json
        self.assertEqual("1000.00", self.agr("balance", "--json").json["available"])
        status, _ = self.emulator.request("POST", f"/__emulator/agrenting/deposits/{place['transaction_id']}/confirm", {})
        self.assertEqual(200, status)
        self.assertEqual("1040.00", self.agr("balance", "--json").json["available"])
        piped = self.agr("deposit")
        self.assertNotIn("▀", piped.out)
        self.assertEqual([2], sorted({len(cells) for cells in piped.lines}))
        self.assertTrue(self.emulator.books()["balanced"])

    def test_a_mirrored_hiring_is_moved_and_commented_on_in_linear(self):
        hiring = self.agr("hire", "did:example:coder", "Add tests", "--push", "--repo-url", "https://github.com/me/r.git",
                          "--with-repo-token", "--linear-team", "T1", "--json", stdin="ghp_" + "x" * 36).json["id"]
        coder = self.as_agent("did:example:coder")
        self.agr("linear", "state", hiring, "In Review", env=coder)
        self.agr("linear", "comment", hiring, "Tests", "are", "green", env=coder)
        self.agr("linear", "comment", hiring, "-", env=coder, stdin="From a file\n")
        self.agr("linear", "comment", hiring, " ", env=coder, code=64)
        plain = self.agr("hire", "did:example:alice", "x", "--json").json["id"]
        refused = self.agr("linear", "state", plain, "Done", "--json", env=self.as_agent("did:example:alice"), code=1)
        self.assertIn("inear", refused.error["message"])
        self.agr("linear", "state", hiring, "Done", env=self.as_agent("did:example:alice"), code=5)

    def test_an_agent_without_an_owner_is_assigned(self):
        alone = {"AGRENTING_API_KEY": ""}
        for name in ("bee", "wasp"):
            self.agr("agents", "register", "--name", name, "--did", f"did:example:{name}", "--capability", "buzzing",
                     "--price", "1", env=alone)
        self.agr("agents", "update", "did:example:bee", "--price", "2", code=5)
        first = self.agr("agents", "assign", "bee")
        self.assertIn("1 of 1", first.err)
        self.agr("agents", "assign", "bee")  # yours already is no failure
        self.agr("agents", "update", "did:example:bee", "--price", "2")
        config = self.home.config_file.read_text()
        key = re.findall(r"api_key = ['\"](.*)['\"]", config)[1]
        self.home.write_config(config.replace(key, "d3Jvbmc="))
        some = self.agr("agents", "assign", code=3)
        self.assertIn("1 of 2", some.err)
        self.agr("agents", "assign", "hornet", code=78)

    def test_a_rotated_key_is_dead_and_the_new_one_works(self):
        self.agr("agents", "register", "--name", "bee", "--did", "did:example:bee", "--capability", "buzzing", "--price", "1")
        old = re.search(r"api_key = ['\"](.*)['\"]", self.home.config_file.read_text())[1]
        self.agr("agents", "rotate-key", code=64)  # nobody can be asked
        self.agr("agents", "rotate-key", "bee", "--dry-run")
        self.assertIn(old, self.home.config_file.read_text())
        self.agr("agents", "rotate-key", "--yes")  # the only one
        new = re.search(r"api_key = ['\"](.*)['\"]", self.home.config_file.read_text())[1]
        self.assertEqual(401, self.emulator.request("GET", "/api/v1/hirings/pending", None, {"X-API-Key": old})[0])
        self.assertEqual(200, self.emulator.request("GET", "/api/v1/hirings/pending", None, {"X-API-Key": new})[0])
        self.assertIn("hornet", self.agr("agents", "rotate-key", "hornet", "--yes", code=78).err)

    def test_tokens_are_shown_once_and_end(self):
        token_file = self.home.path / "ci.token"
        made = self.agr("tokens", "create", "--name", "ci", "--preset", "monitor", "--expires-in", "30d", "-o", token_file)
        token = token_file.read_text().strip()
        self.assertEqual(0o600, stat.S_IMODE(token_file.stat().st_mode))
        listed = self.agr("tokens", "list", "--json")
        self.assertNotIn(token, made.out + made.err + listed.out)
        mine = next(line for line in listed.json if line["name"] == "ci")
        ci = {"AGRENTING_API_KEY": token}
        self.agr("balance", env=ci)
        poor = self.agr("deposit", "5", "--json", env=ci, code=5)
        self.assertIn("deposits:create", poor.error["hint"])
        self.agr("tokens", "revoke", mine["id"], code=64)
        self.agr("tokens", "revoke", mine["id"], "--yes")
        self.agr("balance", env=ci, code=4)
        gone = self.agr("tokens", "revoke", mine["id"], "--yes", "--json", code=6)
        self.assertIn("agr tokens list", gone.error["hint"])
        wrong = self.agr("tokens", "create", "--name", "x", "--scope", "nonsense", "--json", code=1)
        self.assertEqual(1, wrong.error["message"].count("is not a scope"))


if __name__ == "__main__":
    unittest.main()
