# SPDX-License-Identifier: MIT
"""The hirer's MCP client against a service that does everything its documents leave open, and worse."""

import json
import os
import subprocess
import threading
import time
import unittest

from harness import AGR, Home, agr, die_with_parent, wait_until
from hostile_market import HostileMarket, hiring


class Calls(unittest.TestCase):
    def balance(self, market, *more, **options):
        return agr("balance", "--via", "mcp", "--json", *more, env=market.env(), **options)

    def test_an_answer_counts_wherever_it_comes_and_however_often(self):
        for where in ("body", "stream", "both", "twice"):
            for endpoint in ("{base}/mcp/hirer/messages/{id}", "/mcp/hirer/messages/{id}", "messages/{id}?x=1"):
                for end_line in ("\n", "\r\n", "\r"):
                    with self.subTest(where=where, endpoint=endpoint, end_line=end_line):
                        with HostileMarket(where, endpoint, end_line) as market:
                            run = self.balance(market)
                            self.assertEqual(0, run.code, run)
                            self.assertEqual("10.00", run.json["available"])
                            self.assertEqual(1, market.count("tools/call"))

    def test_a_late_answer_is_waited_for_and_a_missing_one_is_not_for_ever(self):
        with HostileMarket("stream", delay=1.0) as market:
            self.assertEqual(0, self.balance(market).code)
            self.assertEqual(1, market.count("tools/call"))
        with HostileMarket("never") as market:
            run = self.balance(market, "--timeout", "0.3")
            self.assertEqual(7, run.code, run)
            self.assertEqual("outcome_unknown", run.error["kind"])
            self.assertEqual(3, market.count("tools/call"))  # a read may be asked again

    def test_a_change_whose_answer_never_comes_is_not_repeated(self):
        with HostileMarket("never") as market:
            market.tools["cancel_hiring"] = hiring(status="cancelled")
            run = agr("hirings", "cancel", "h1", "--yes", "--via", "mcp", "--json", "--timeout", "0.3", env=market.env())
            self.assertEqual(7, run.code, run)
            self.assertEqual(1, market.count("tools/call", "cancel_hiring"))

    def test_both_forms_of_failure_have_the_same_exit_code(self):
        text = "Token missing required scope: balance:read"
        forms = ({"result": {"content": [{"type": "text", "text": text}], "isError": True}},
                 {"error": {"code": -32000, "message": text}},
                 {"result": {"content": [{"type": "text", "isError": True, "text": json.dumps({"error": text})}]}})
        for form in forms:
            with self.subTest(form=form), HostileMarket() as market:
                market.tools["check_balance"] = form
                run = self.balance(market)
                self.assertEqual(5, run.code, run)
                self.assertIn("balance:read", run.error["hint"])

    def test_the_key_is_not_carried_to_another_origin(self):
        with HostileMarket() as other, HostileMarket(endpoint=other_endpoint(other)) as market:
            run = self.balance(market)
            self.assertEqual(69, run.code, run)
            self.assertEqual([], other.asked)

    def test_a_stream_that_is_cut_at_any_byte_costs_nothing(self):
        with HostileMarket("stream") as market:
            whole = len(f"event: endpoint\ndata: {market.url}/mcp/hirer/messages/{'0' * 32}\n\n") + 300
            for cut in range(1, whole, 13 if os.environ.get("AGR_THOROUGH") is None else 1):
                with self.subTest(cut=cut):
                    before = len(market.streams)
                    market.cut_at = cut
                    client = subprocess.Popen([AGR, "balance", "--via", "mcp", "--json"], stdout=subprocess.PIPE,
                                              stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent,
                                              env=self.home.env(market.env()))
                    wait_until(lambda: len(market.streams) > before, "the stream")  # noqa: B023
                    market.cut_at = None
                    out, err = client.communicate(timeout=30)
                    self.assertEqual(0, client.returncode, err)
                    self.assertEqual("10.00", json.loads(out)["available"])

    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)


def other_endpoint(other):
    return other.url + "/mcp/hirer/messages/{id}"


class Watch:
    """A running `agr hirings watch`, its lines as they come."""

    def __init__(self, home, market, *words):
        self.popen = subprocess.Popen([AGR, "hirings", "watch", "--jsonl", *words], stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent,
                                      env=home.env(market.env()))
        self.lines = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.popen.stdout:
            event = json.loads(line)
            self.lines.append((event["hiring_id"], event["status"]))

    def wait_for(self, count):
        wait_until(lambda: len(self.lines) >= count, f"{count} lines, got {self.lines}")
        return self.lines

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.popen.kill()
        self.popen.communicate()


class Watching(unittest.TestCase):
    def setUp(self):
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.market = HostileMarket()
        self.market.__enter__()
        self.addCleanup(self.market.__exit__)

    def state(self, status, hiring_id="h1"):
        open_ones = [] if status in ("completed", "failed", "cancelled") else [hiring(hiring_id, status)]
        self.market.resources["hirings://active"] = open_ones
        self.market.resources[f"hiring://{hiring_id}/status"] = hiring(hiring_id, status)

    def test_changes_are_told_once_each_and_nothing_is_asked_in_between(self):
        self.state("queued")
        with Watch(self.home, self.market) as watch:
            watch.wait_for(1)
            self.state("in_progress")
            for _ in range(3):
                self.market.push("hiring://h1/status")
            watch.wait_for(2)
            reads = self.market.count("resources/read")
            time.sleep(1.5)  # longer than any first pause: whoever polls would have asked by now
            self.assertEqual(reads, self.market.count("resources/read"))
            self.state("completed")
            self.market.push("hirings://active")
            self.assertEqual([("h1", "queued"), ("h1", "in_progress"), ("h1", "completed")], watch.wait_for(3))
            self.assertEqual([], self.market.rest)

    def test_what_happened_while_the_stream_was_gone_is_told_once(self):
        self.state("queued")
        with Watch(self.home, self.market, "h1") as watch:
            watch.wait_for(1)
            for status in ("in_progress", "completed"):
                self.state(status)
                self.market.drop()  # nobody was pushed
            watch.wait_for(2)
            self.assertEqual(0, watch.popen.wait(20))
            self.assertEqual(("h1", "completed"), watch.lines[-1])
            self.assertEqual(len(set(watch.lines)), len(watch.lines))

    def test_over_rest_while_there_is_no_stream(self):
        self.state("queued")
        with Watch(self.home, self.market, "h1") as watch:
            watch.wait_for(1)
            self.market.fail_opens = 1000
            self.market.drop()
            self.market.rest_answers["/api/v1/hirings/h1"] = hiring("h1", "failed")
            watch.wait_for(2)
            self.assertEqual(1, watch.popen.wait(20))

    def test_an_old_state_is_no_news(self):
        self.market.resources["hiring://h1/status"] = hiring("h1", "in_progress", updated_at="2026-01-01T00:00:02Z")
        with Watch(self.home, self.market, "h1") as watch:
            watch.wait_for(1)
            self.market.resources["hiring://h1/status"] = hiring("h1", "queued", updated_at="2026-01-01T00:00:01Z")
            self.market.push("hiring://h1/status")
            wait_until(lambda: self.market.count("resources/read") == 2, "the second read")
            self.market.resources["hiring://h1/status"] = hiring("h1", "completed", updated_at="2026-01-01T00:00:03Z")
            self.market.push("hiring://h1/status")
            self.assertEqual([("h1", "in_progress"), ("h1", "completed")], watch.wait_for(2))

    def test_ten_thousand_pushes_are_a_few_reads(self):
        self.state("queued")
        with Watch(self.home, self.market) as watch:
            watch.wait_for(1)
            before = self.market.count("resources/read")
            for i in range(10_000):
                self.market.push("hirings://active" if i % 2 else f"hiring://stranger{i}/status")
            self.state("in_progress")
            self.market.push("hirings://active")
            watch.wait_for(2)
            self.assertLess(self.market.count("resources/read") - before, 5_000)
            self.assertEqual([("h1", "queued"), ("h1", "in_progress")], watch.lines)

    def test_a_refused_key_ends_it(self):
        self.market.serve_stream = lambda handler: self.market.reply(handler, 401, {"errors": [{"message": "no"}]})
        with Watch(self.home, self.market) as watch:
            self.assertEqual(4, watch.popen.wait(20))


if __name__ == "__main__":
    unittest.main()
