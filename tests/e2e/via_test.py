# SPDX-License-Identifier: MIT
"""The same question over REST and over MCP, by either transport, has the same answer; a hire whose answer is
lost over MCP is found again."""

import unittest

from harness import Emulator, Home, Process, agr, wait_until
from hostile_market import HostileMarket, hiring

WAYS = (["--via", "rest"], ["--via", "mcp"], ["--transport", "http"])


class TheSameAnswers(unittest.TestCase):
    def setUp(self):  # an emulator each: a user may ask a hundred times a minute
        self.emulator = Emulator("--probe", "off").start()
        self.addCleanup(self.emulator.__exit__)
        self.env = self.emulator.env()
        self.hiring = agr("hire", "did:example:alice", "sum up", "--json", env=self.env).json["id"]
        key = self.emulator.agent()["api_key"]
        agr("artifacts", "upload", self.hiring, "-", stdin="text", env={**self.env, "AGRENTING_AGENT_KEY": key})
        for text in ("In English, please", "And short"):
            agr("hirings", "message", self.hiring, text, env=self.env)

    def test_reads(self):
        for line in ("balance", "agents list", "agents list --capability coding", "hirings list",
                     "hirings list --status completed", f"hirings show {self.hiring}",
                     f"artifacts list {self.hiring}", f"hirings messages {self.hiring}"):
            answers = {}
            for way in WAYS:
                run = agr(*line.split(), *way, env=self.env)
                self.assertEqual(0, run.code, run)
                # Inside a hiring MCP has only the ids of artifacts.
                answers[" ".join(way)] = [row[0][:len("artifact  ") + 36] if row[0].startswith("artifact ") else row
                                          for row in run.lines]
            with self.subTest(line):
                self.assertEqual(answers["--via rest"], answers["--via mcp"])
                self.assertEqual(answers["--via rest"], answers["--transport http"])

    def test_refusals(self):
        token = agr("tokens", "create", "--name", "w", "--scope", "agents:discover", "--json", env=self.env).json["token"]
        for line, env, code in (("hirings show no-such-hiring", self.env, 6),
                                ("hirings messages no-such-hiring", self.env, 6),
                                ("balance", {**self.env, "AGRENTING_API_KEY": "ap_" + "x" * 43}, 4),
                                ("balance", {**self.env, "AGRENTING_API_KEY": token}, 5),
                                ("hire did:example:alice y --price 2 --capability summarizing", self.env, 7),
                                ("hire did:example:alicf y --price 2 --capability summarizing", self.env, 6),
                                ("hire did:example:coder y --price 5000 --capability coding", self.env, 10)):
            for way in WAYS:
                with self.subTest(line, way=way):
                    run = agr(*line.split(), *way, "--json", env=env)
                    self.assertEqual(code, run.code, run)
                    self.assertTrue(run.error["hint"], run)

    def test_a_hire_and_its_end(self):
        for way in WAYS:
            with self.subTest(way=way), Home() as home:
                made = agr("hire", "did:example:coder", "code", *way, "--key", f"key-{len(way[1])}-{way[0]}"[:20],
                           "--json", home=home, env=self.env)
                self.assertEqual(0, made.code, made)
                again = agr("hire", "did:example:coder", "code", *way, "--key", made.json["idempotency_key"], "--json",
                            home=home, env=self.env)
                self.assertEqual(made.json["id"], again.json["id"])
                by_key = agr("hirings", "show", "--key", made.json["idempotency_key"], "--json", env=self.env)
                self.assertEqual(made.json["id"], by_key.json["id"], by_key)
                waiter = Process("hirings", "wait", made.json["id"], *way, home=home, env=self.env)
                cancelled = agr("hirings", "cancel", made.json["id"], *way, "--yes", "--json", home=home, env=self.env)
                self.assertEqual("cancelled", cancelled.json["status"])
                self.assertEqual(1, waiter.wait())
        self.assertTrue(self.emulator.books()["balanced"])


class LostAnswers(unittest.TestCase):
    WORDS = ("hire", "did:example:alice", "x", "--price", "2", "--capability", "c", "--via", "mcp", "--json",
             "--timeout", "0.3")

    def test_a_hire_is_sent_again_under_its_key_until_the_answer_is_there(self):
        keys = []

        def hire(arguments):
            keys.append(arguments["idempotency_key"])
            return hiring(status="queued")

        with HostileMarket("never") as market, Home() as home:
            market.tools["hire_agent"] = hire
            lost = agr(*self.WORDS, home=home, env=market.env())
            self.assertEqual(7, lost.code, lost)
            self.assertIn(keys[0], lost.error["hint"])
            market.where = "both"
            found = agr(*self.WORDS, home=home, env=market.env())
            self.assertEqual(0, found.code, found)
            self.assertEqual(1, len(set(keys)))

    def test_a_hirer_killed_in_the_middle_goes_on(self):
        keys = []

        def hire(arguments):
            keys.append(arguments["idempotency_key"])
            return hiring(status="queued")

        with HostileMarket("never") as market, Home() as home:
            market.tools["hire_agent"] = hire
            process = Process(*self.WORDS[:-2], home=home, env=market.env())
            wait_until(lambda: keys, "the hire")
            process.kill()
            market.where = "stream"
            found = agr(*self.WORDS, home=home, env=market.env())
            self.assertEqual(0, found.code, found)
            self.assertEqual(1, len(set(keys)))

    def test_the_service_holds_the_answer_of_a_hire_that_is_waited_for(self):
        for words, seconds in (((), None), (("--wait",), 25), (("--wait=3.5",), 3), (("--wait", "--timeout", "9"), 7)):
            with self.subTest(words), HostileMarket() as market, Home() as home:
                asked = []
                market.tools["hire_agent"] = lambda a, asked=asked: asked.append(a) or hiring("h1", "completed")
                market.tools["get_hiring_status"] = hiring("h1", "completed")
                run = agr(*self.WORDS[:-2], *words, home=home, env=market.env())
                self.assertEqual(0, run.code, run)
                self.assertEqual([seconds], [a.get("wait_seconds") for a in asked])

    def test_what_is_known_under_our_key_is_the_hiring(self):
        with HostileMarket("never") as market, Home() as home:
            market.tools["hire_agent"] = hiring()
            self.assertEqual(7, agr(*self.WORDS, home=home, env=market.env()).code)
            market.where = "both"
            market.tools["hire_agent"] = {"result": {"isError": True, "content": [{"type": "text", "text":
                '{"errors":[{"code":"IDEMPOTENCY_MISMATCH","message":"other request"}]}'}]}}
            market.tools["get_hiring_status"] = lambda a: hiring("found") if "idempotency_key" in a else None
            found = agr(*self.WORDS, home=home, env=market.env())
            self.assertEqual(0, found.code, found)
            self.assertEqual("found", found.json["id"])


if __name__ == "__main__":
    unittest.main()
