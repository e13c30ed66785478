# SPDX-License-Identifier: MIT
"""Whoever waits for a hiring gets pushes where they can be had, and asks over REST where not; what is told
is never older than what was told before."""

import subprocess
import time
import unittest

from harness import AGR, PATIENCE, Home, agr, die_with_parent, wait_until
from hostile_market import HostileMarket, hiring

REST = "/api/v1/hirings/h1"


class Waiter:
    """A running `agr hirings wait h1 --verbose`; what it wrote is there when it has ended."""

    def __init__(self, home, market, *words):
        self.popen = subprocess.Popen([AGR, "hirings", "wait", "h1", "--verbose", *words], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent,
                                      env=home.env(market.env()))

    def end(self):
        self.out, self.err = self.popen.communicate(timeout=PATIENCE)
        return self.popen.returncode

    def __str__(self):
        return self.out + self.err

    def kill(self):
        self.popen.kill()
        self.popen.communicate()


class Waiting(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.market = HostileMarket()
        self.market.__enter__()
        self.addCleanup(self.market.__exit__)
        self.state("queued")

    def state(self, status, **more):
        self.market.rest_answers[REST] = hiring("h1", status, **more)
        self.market.resources["hiring://h1/status"] = hiring("h1", status, **more)

    def wait(self, *words):
        waiter = Waiter(self.home, self.market, *words)
        self.addCleanup(waiter.kill)
        return waiter

    def polls(self, *words):
        """Waits while the state changes, and looks at the REST requests that took."""
        waiter = self.wait(*words)
        wait_until(lambda: len(self.market.rest) >= 3, "looks over REST")
        self.state("completed")
        self.assertEqual(0, waiter.end(), waiter)
        return waiter

    def test_nothing_is_asked_while_changes_are_pushed(self):
        waiter = self.wait()
        wait_until(lambda: self.market.count("resources/read") == 1, "the read after the subscription")
        self.assertEqual([REST], self.market.rest)
        time.sleep(1.5)  # longer than any first pause: whoever polls would have asked by now
        self.state("completed", task_output="all of it")
        self.market.push("hiring://h1/status")
        self.assertEqual(0, waiter.end(), waiter)
        self.assertIn("changes are pushed", waiter.err)
        self.assertEqual(2, self.market.count("resources/read"))
        self.assertEqual([REST, REST], self.market.rest)  # at the end for the whole of it
        self.assertIn("all of it", waiter.out)

    def test_without_mcp_it_asks_over_rest(self):
        refusals = {"no stream": 404, "not allowed": 403, "broken": 503}
        for name, status in refusals.items():
            with self.subTest(name):
                self.state("queued")
                self.market.rest.clear()
                refuse = lambda handler, *_: self.market.reply(handler, status, {"errors": [{"message": "no"}]})  # noqa: B023, E731
                self.market.serve_stream = self.market.serve_post = refuse
                self.assertIn("looking over REST", self.polls().err)

    def test_a_stream_that_says_nothing_holds_nobody_up(self):
        self.market.serve_stream = lambda handler: time.sleep(30)
        self.polls()

    def test_a_service_that_takes_no_subscription_is_asked(self):
        answer = self.market.answer_to
        self.market.answer_to = lambda message: {"error": {"code": -32601, "message": "Method not found"}} \
            if message["method"] == "resources/subscribe" else answer(message)
        waiter = self.wait()
        wait_until(lambda: self.market.count("resources/read") >= 3, "looks over MCP")
        self.state("completed")
        self.assertEqual(0, waiter.end(), waiter)

    def test_what_mcp_refuses_to_read_rest_is_asked(self):
        del self.market.resources["hiring://h1/status"]
        waiter = self.wait()
        wait_until(lambda: len(self.market.rest) >= 3, "looks over REST")
        self.market.rest_answers[REST] = hiring("h1", "completed")
        self.assertEqual(0, waiter.end(), waiter)
        self.assertEqual(1, self.market.count("resources/read"))

    def test_the_way_can_be_named(self):
        self.polls("--via", "rest")
        self.assertEqual(0, self.market.opened)
        self.state("queued")
        self.market.tools["get_hiring_status"] = lambda _: hiring("h1", "queued")
        streams = []
        serve = self.market.serve_stream

        def only_once(handler):
            streams.append(handler)
            return serve(handler) if len(streams) == 1 else self.market.reply(handler, 403, {"errors": [{"message": "no"}]})

        self.market.serve_stream = only_once
        self.market.rest.clear()
        run = agr("hirings", "wait", "h1", "--via", "mcp", home=self.home, env=self.market.env())
        self.assertEqual(5, run.code, run)
        self.assertEqual([], self.market.rest)

    def test_a_refused_key_ends_it(self):
        self.market.serve_stream = lambda handler: self.market.reply(handler, 401, {"errors": [{"message": "no"}]})
        self.assertEqual(4, self.wait().end())

    def test_a_part_of_the_service_that_lags_behind_changes_nothing(self):
        self.state("in_progress", updated_at="2026-01-01T00:00:02Z")
        waiter = self.wait("--json")
        wait_until(lambda: self.market.count("resources/read") == 1, "the first read")
        self.market.resources["hiring://h1/status"] = hiring("h1", "completed", updated_at="2026-01-01T00:00:03Z")
        self.market.push("hiring://h1/status")  # REST still says in_progress
        self.assertEqual(0, waiter.end(), waiter)
        self.assertIn('"completed"', waiter.out)


if __name__ == "__main__":
    unittest.main()
