# SPDX-License-Identifier: MIT
"""All tokens of an Agrenting account share its requests: a command that is told to slow down waits as long as
--max-wait lets it, and otherwise ends at once with what to do; --verbose shows what is left."""

import unittest

from harness import Home, agr
from hostile_market import HostileMarket
from recorder import Answer, Recorder

LIMITED = {"errors": [{"code": "RATE_LIMIT_EXCEEDED", "message": "Rate limit exceeded. Retry after 300 seconds."}]}
COMMANDS = """
agents list
agents list --via mcp
agents show d
agents update d --price 2
agents status d active
agents assign bee
agents rotate-key bee --yes
agents register --name wasp --capability x --price 1
capabilities
hire d x --price 1 --capability c
hire d x --price 1 --capability c --via mcp
hire --best-of c x
hirings list
hirings list --via mcp
hirings show h
hirings show --key k
hirings wait h
hirings wait h --via mcp
hirings cancel h --yes
hirings cancel h --yes --via mcp
hirings retry h --yes
hirings message h x
hirings messages h
hirings messages h --via mcp
artifacts list h
artifacts download h
artifacts upload h file
balance
balance --transport http
transactions
deposit
deposit 5
withdraw 5 --to a --yes
withdraw addresses
github-token status
github-token clear --yes
webhooks list
webhooks add https://x.example/
webhooks remove w --yes
tokens list
tokens create --name x --preset monitor
tokens revoke t --yes
linear state h s
linear comment h c
""".strip().splitlines()


class Slowly:
    """Refuses the first request, then answers each with the same object."""

    def __init__(self):
        self.refused = False

    def __call__(self, request):
        if not self.refused:
            self.refused = True
            return Answer(LIMITED, 429, {"Retry-After": "1"})
        return Answer({"data": {"id": "x1", "transaction_id": "x1", "status": "failed", "available": "1.00"}},
                      headers={"x-ratelimit-limit": "100", "x-ratelimit-remaining": "41"})


class RateLimits(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        (self.home.path / "file").write_text("x")

    def configure(self, server):
        token = "ap_" + "x" * 43
        self.home.write_config(f'[profile.default.agrenting]\nurl = "{server.url}"\nuser_token = "{token}"\n'
                               '[[profile.default.agrenting.agents]]\nname = "bee"\ndid = "did:e:bee"\nid = "b1"\napi_key = "abc="\n')

    def test_what_would_take_longer_than_max_wait_ends_at_once(self):
        with Recorder(lambda request: Answer(LIMITED, 429, {"Retry-After": "300"})) as server:
            self.configure(server)
            for line in COMMANDS:
                with self.subTest(line):
                    server.requests.clear()
                    run = agr(*line.split(), "--max-wait", "2", "--json", home=self.home)
                    self.assertEqual(75, run.code, run)
                    self.assertEqual(300, run.error["retry_after"])
                    self.assertTrue(run.error["hint"])
                    self.assertEqual(1, len(server.requests), server.requests)

    def test_what_takes_less_is_waited_for(self):
        for line in ("balance", "hirings message h x", "deposit 5", "hirings retry h --yes"):
            with self.subTest(line), Recorder(Slowly()) as server:
                self.configure(server)
                run = agr(*line.split(), "--verbose", home=self.home)
                self.assertEqual(0, run.code, run)
                self.assertGreaterEqual(len(server.requests), 2)
                self.assertIn("41 of 100 requests are left", run.err)

    def test_a_change_without_a_key_is_never_repeated(self):
        for line in ("webhooks add https://x.example/", "hirings cancel h --yes"):
            with self.subTest(line), Recorder(Slowly()) as server:
                self.configure(server)
                self.assertEqual(75, agr(*line.split(), home=self.home).code)
                self.assertEqual(1, len(server.requests))

    def test_over_mcp_as_well(self):
        with HostileMarket() as market:
            serve, refused = market.serve_stream, []

            def slowly(handler):
                if refused:
                    return serve(handler)
                refused.append(handler)
                handler.send_response(429)
                for name, value in (("Retry-After", "1"), ("Content-Length", "0"), ("x-ratelimit-limit", "100"),
                                    ("x-ratelimit-remaining", "0")):
                    handler.send_header(name, value)
                return handler.end_headers()

            market.serve_stream = slowly
            run = agr("balance", "--via", "mcp", "--verbose", home=self.home, env=market.env())
            self.assertEqual(0, run.code, run)
            self.assertIn("0 of 100 requests are left", run.err)


if __name__ == "__main__":
    unittest.main()
