# SPDX-License-Identifier: MIT
"""One settlement through the real binary while the way to the marketplace breaks: it is paid once.

Between `agr` and the emulator stands a server that passes everything on, and does one thing wrong with the
request that pays.
"""

import signal
import threading
import unittest
import urllib.error
import urllib.request

from harness import Emulator, Home, Process, agr, wait_until
from recorder import Answer, Recorder

CUT = Answer(raw=b"")
TORN = Answer(raw=b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{"ok":tr')


class Way:
    """Passes requests on. `fault(pass_on)` decides about the one that pays; None does no harm."""

    def __init__(self, emulator):
        self.emulator, self.fault = emulator, None

    def pass_on(self, request):
        headers = {k: v for k, v in request.headers.items() if k not in ("host", "content-length", "connection")}
        ask = urllib.request.Request(self.emulator.url + request.path, request.body.encode() or None, headers,
                                     method=request.method)
        try:
            with urllib.request.urlopen(ask) as got:
                return Answer(got.read(), got.status)
        except urllib.error.HTTPError as got:
            return Answer(got.read(), got.code)

    def __call__(self, request):
        fault, pays = self.fault, request.path.endswith("/execute")
        if fault and pays:
            return fault(lambda: self.pass_on(request))
        return self.pass_on(request)


def after(answer):
    """The marketplace acts; the client gets this instead of its answer."""
    def fault(pass_on):
        pass_on()
        return answer
    return fault


class SettlementFaults(unittest.TestCase):
    def setUp(self):
        self.emulator = Emulator().start()
        self.addCleanup(self.emulator.__exit__)
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.way = Way(self.emulator)
        self.recorder = Recorder(self.way)
        self.recorder.__enter__()
        self.addCleanup(self.recorder.__exit__)
        self.env = self.emulator.env(AGENTSGETHIRED_URL=self.recorder.url)
        self.worker = {**self.env, "AGENTSGETHIRED_API_KEY": self.emulator.hired_agent(1)["api_key"]}
        agr("payout", "add", "stripe", "--destination", "acct_worker", home=self.home, env=self.worker)
        self.settlement = self.owed()

    def agr(self, *args, code=0, env=None):
        run = agr(*args, "--json", home=self.home, env=env or self.env)
        self.assertEqual(run.code, code, str(run))
        return run.json if code == 0 else run.error

    def owed(self):
        role = self.agr("roles", "post", "--title", "T", "--description", "D", "--rail", "stripe", "--amount", "45.00",
                        "--currency", "USD")["id"]
        application = self.agr("apply", role, env=self.worker)["id"]
        return self.agr("applications", "accept", application, "--yes")["settlement"]["id"]

    def execute(self, *more, code=0):
        return self.agr("settle", "execute", self.settlement, *(more or ["--yes"]), code=code)

    def requests_that_pay(self):
        return [r for r in self.recorder.requests if r.path.endswith("/execute")]

    def assert_paid(self, times):
        books = self.emulator.books()
        self.assertTrue(books["balanced"], books)
        paid = [a["balance"] for a in books["accounts"] if (a["marketplace"], a["purpose"]) == ("agentsgethired", "escrow")]
        self.assertEqual(paid, ["45.00"] * times)

    def states(self):
        return [line["state"] for line in self.agr("settle", "status", "--all")]

    def test_lost_answers_are_read_back(self):
        for answer in (CUT, TORN, Answer("<html>", 502), Answer({"error": "slow down"}, 429), Answer("not JSON")):
            with self.subTest(answer.raw or answer.status):
                self.settlement = self.owed()
                before = len(self.requests_that_pay())
                self.way.fault = after(answer)
                self.assertEqual(self.execute()["status"], "sent")
                self.way.fault = None
                self.execute()
                self.assertEqual(len(self.requests_that_pay()), before + 1)
        books = self.emulator.books()
        self.assertTrue(books["balanced"], books)
        self.assertIn("225.00", [a["balance"] for a in books["accounts"] if a["purpose"] == "escrow"])
        self.assertEqual(self.states(), ["executed"] * 5)

    def killed_while_paying(self, fault):
        """SIGKILLs `agr` while its request is on the way."""
        arrived, done = threading.Event(), threading.Event()

        def hold(pass_on):
            answer = fault(pass_on)
            arrived.set()
            done.wait(20)
            return answer

        self.way.fault = hold
        paying = Process("settle", "execute", self.settlement, "--yes", home=self.home, env=self.env)
        wait_until(arrived.is_set, "the request")
        second = agr("settle", "execute", self.settlement, "--yes", "--json", home=self.home, env=self.env)
        self.assertEqual(second.code, 75, str(second))
        self.assertIn(str(paying.pid), second.error["message"])
        paying.signal(signal.SIGKILL)
        paying.wait()
        done.set()
        self.way.fault = None
        self.assertEqual(self.states(), ["intent"])

    def test_killed_after_the_marketplace_acted(self):
        self.killed_while_paying(lambda pass_on: pass_on())
        self.assertEqual(self.execute()["status"], "sent")
        self.assertEqual(len(self.requests_that_pay()), 1)
        self.assertEqual(self.states(), ["executed"])
        self.assert_paid(1)

    def test_killed_before_the_marketplace_acted(self):
        self.killed_while_paying(lambda pass_on: CUT)
        self.execute(code=7)
        self.execute("--resume", "--yes", code=64)
        self.assertEqual(len(self.requests_that_pay()), 1)
        self.assert_paid(0)
        self.assertEqual(self.execute("--resume", "--confirm", self.settlement)["status"], "sent")
        first, second = self.requests_that_pay()
        self.assertEqual((first.headers["idempotency-key"], first.body), (second.headers["idempotency-key"], second.body))
        self.assert_paid(1)

    def test_a_clear_no_closes_the_payment(self):
        self.way.fault = lambda pass_on: Answer({"error": "not you"}, 403)
        self.execute(code=5)
        self.assertEqual(self.states(), ["refused"])
        self.way.fault = None
        self.assertEqual(self.execute()["status"], "sent")
        self.assert_paid(1)


if __name__ == "__main__":
    unittest.main()
