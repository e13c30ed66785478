# SPDX-License-Identifier: MIT
"""AgentsGetHired as two agents live it: found, talked over, hired, paid, reviewed, and gone again."""

import unittest

from harness import Emulator, Home, agr
from recorder import Answer, Recorder


class Market(unittest.TestCase):
    def setUp(self):
        self.emulator = Emulator().start()
        self.addCleanup(self.emulator.__exit__)
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.buyer = self.emulator.env()
        self.worker = self.emulator.env(AGENTSGETHIRED_API_KEY=self.emulator.hired_agent(1)["api_key"])

    def run_as(self, env, line, *words, code=0, json=True):
        run = agr(*line.split(), *words, *(["--json"] if json else []), home=self.home, env=env)
        self.assertEqual(run.code, code, str(run))
        return run.json if json and code == 0 else run

    def post(self, *more):
        return self.run_as(self.buyer, "roles post --title Reader --rail stripe --amount 45.10 --currency usd",
                           "--description", "Reads all day.", *more)["id"]

    def test_a_job_from_the_first_look_to_the_reviews(self):
        role = self.post("--skill", "reading")
        found = self.run_as(self.worker, "roles list --skill READING --rail stripe --q reads")
        self.assertEqual([r["id"] for r in found], [role])
        self.assertEqual(self.run_as(self.worker, "roles list --skill weaving"), [])

        application = self.run_as(self.worker, f"apply {role[:8]} --rate 40", "I read.")["id"]
        self.run_as(self.worker, f"applications edit {application[:8]}", "--message", "I read a lot.")
        self.assertIn("pending", self.run_as(self.worker, f"apply {role}", code=7).error["message"])
        refused = self.run_as(self.buyer, f"applications accept {application[:8]} --yes", code=7)
        self.assertIn("agr payout add stripe --destination", refused.error["hint"])
        self.run_as(self.buyer, f"applications message {application[:8]} Where shall the money go?")
        thread = self.run_as(self.worker, f"applications messages {application[:8]}")
        self.assertEqual([m["body"] for m in thread], ["Where shall the money go?"])

        self.run_as(self.worker, "payout add stripe --destination acct_first0001")
        self.run_as(self.worker, "payout edit stripe --destination acct_second0001 --label main")
        accepted = self.run_as(self.buyer, f"applications accept {application[:8]} --yes")
        contract = accepted["contract"]["id"]
        self.assertEqual(accepted["contract"]["payoutDestination"]["destination"], "acct_second0001")
        self.run_as(self.worker, "payout edit stripe --destination acct_third0001")
        frozen = self.run_as(self.worker, f"contracts show {contract[:8]}")
        self.assertEqual(frozen["payoutDestination"]["destination"], "acct_second0001")

        self.assertIn("after something was paid", self.run_as(self.buyer, f"contracts review {contract} 5", code=7).error["hint"])
        self.run_as(self.worker, "me delete --yes", code=7)
        self.run_as(self.buyer, f"roles delete {role} --yes", code=7)
        draft = self.run_as(self.buyer, f"contracts settlements {contract[:8]}")[0]
        self.assertEqual((draft["status"], draft["amount"]), ("draft", "45.10"))
        self.run_as(self.buyer, f"settle execute {draft['id']} --yes")
        self.run_as(self.buyer, f"contracts review {contract[:8]} 5 Read every page.")
        self.run_as(self.worker, f"applications review {application[:8]} 4 Paid the same day.")
        worker = self.run_as(self.worker, "me")["id"]
        self.assertEqual([(r["rating"], r["comment"]) for r in self.run_as(self.buyer, f"reviews {worker}")],
                         [(5, "Read every page.")])
        self.assertEqual([r["rating"] for r in self.run_as(self.buyer, "reviews")], [4])
        self.assertEqual(self.run_as(self.buyer, f"status {contract[:8]}")["status"], "completed")
        self.assertTrue(self.emulator.books()["balanced"])

    def test_a_role_is_closed_opened_and_deleted(self):
        role = self.post()
        self.assertEqual(self.run_as(self.buyer, f"roles close {role[:8]}")["status"], "closed")
        self.run_as(self.worker, f"apply {role} hello", code=7)
        self.assertEqual(self.run_as(self.buyer, f"roles reopen {role[:8]}")["status"], "open")
        self.assertEqual(self.run_as(self.buyer, f"roles edit {role[:8]} --amount 50.00")["paymentAmount"], "50.00")
        self.run_as(self.worker, f"roles edit {role} --title Mine", code=5)
        self.run_as(self.buyer, f"roles delete {role[:8]} --yes")
        self.run_as(self.worker, f"roles show {role}", code=6)

    def test_what_is_public_needs_no_key(self):
        role = self.post()
        nobody = {**self.buyer, "AGENTSGETHIRED_API_KEY": ""}
        self.assertEqual(self.run_as(nobody, "roles list")[0]["id"], role)
        owner = self.run_as(nobody, f"roles show {role[:8]}")["ownerId"]
        self.assertEqual(self.run_as(nobody, f"reviews {owner}"), [])
        self.run_as(nobody, "buyers show nobody-there", code=6)
        self.assertIn("#", self.run_as(nobody, "skill", json=False).out)
        self.assertTrue(self.run_as(nobody, "quickstart", json=False).out)
        for line in ("me", "browse", "stats", "contracts list", "applications list"):
            self.assertEqual(self.run_as(nobody, line, code=4).error["code"], 4)
        self.assertEqual(len(self.run_as(self.buyer, "browse")), 2)
        self.assertEqual(self.run_as(self.buyer, "stats")["openRoles"], 1)

    def test_an_agent_comes_and_goes(self):
        nobody = {**self.buyer, "AGENTSGETHIRED_API_KEY": ""}
        profile = self.home.path / "profile.toml"
        profile.write_text(self.run_as(nobody, "register --discover", json=False).out)
        self.run_as(nobody, f"register --from {profile}", code=64)
        made = self.run_as(nobody, f"register --from {profile} --name Ox --bio Calm.")
        self.assertEqual(self.home.config_file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.run_as(nobody, "me")["id"], made["id"])
        self.run_as(nobody, "me delete", code=64)
        self.assertTrue(self.run_as(nobody, "me delete --yes")["deleted"])
        self.run_as(nobody, "me", code=4)

    def test_ids_are_completed_from_what_was_listed(self):
        role = self.post()
        self.run_as(self.buyer, "roles list")
        offered = agr("__complete", "--", "roles", "show", role[:5], home=self.home, env=self.buyer)
        self.assertEqual(offered.out, f"{role}\tReader\n")
        elsewhere = {**self.buyer, "AGENTSGETHIRED_URL": "http://127.0.0.1:1"}
        self.assertEqual(agr("__complete", "--", "roles", "show", "", home=self.home, env=elsewhere).out, "")


class Hosts(unittest.TestCase):
    """The service answers at a host and at the same with www: one redirect between them is gone along with."""

    ME = {"agent": {"id": "a1", "name": "Ox"}}

    def asked(self, line, location, code, **env):
        def answer(request):
            host = request.headers["host"]
            if host.startswith("www."):
                return Answer(self.ME)
            return Answer("", 301, {"Location": location.format(host=host, path=request.path)})

        with Recorder(answer) as marketplace:
            url = marketplace.url.replace("127.0.0.1", "localhost")
            run = agr(*line.split(), "--json", env={"AGENTSGETHIRED_URL": url, "AGENTSGETHIRED_API_KEY": "ah_0123456789", **env})
            self.assertEqual(run.code, code, str(run))
            return run, marketplace.requests

    def test_method_body_and_key_go_along(self):
        for line, method in (("me", "GET"), ("me edit --rate 5", "PATCH"), ("payout add mpp --destination x", "POST")):
            with self.subTest(line):
                _, (first, second) = self.asked(line, "http://www.{host}{path}", 0)
                self.assertEqual((first.method, second.method), (method, method))
                self.assertEqual(first.body, second.body)
                self.assertEqual(second.headers["authorization"], "Bearer ah_0123456789")

    def test_no_other_host_ever_sees_the_key(self):
        for location in ("http://evil.localhost{path}", "http://www.{host}/elsewhere", "https://www.{host}{path}", ""):
            with self.subTest(location):
                run, requests = self.asked("me edit --rate 5", location, 69)
                self.assertEqual(len(requests), 1)
                self.assertIn("redirected", run.error["message"])

    def test_the_host_is_remembered_for_the_run(self):
        _, requests = self.asked("me delete --yes", "http://www.{host}{path}", 0)
        self.assertEqual([r.method for r in requests], ["GET", "GET", "DELETE"])


if __name__ == "__main__":
    unittest.main()
