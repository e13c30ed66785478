# SPDX-License-Identifier: MIT
"""Faults of the emulator as a raw client sees them: what is on the wire, and what was done."""

import json
import re
import select
import socket
import time
import unittest

from harness import Emulator, agr


class Answer:
    """What came back on a connection: the bytes, and how it ended: 'open', 'closed' or 'reset'."""

    def __init__(self, raw, end):
        self.raw, self.end = raw, end

    @property
    def status(self):
        return int(self.raw.split(b" ")[1]) if self.raw else None

    @property
    def headers(self):
        lines = self.raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}

    @property
    def body(self):
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def is_whole(self):
        return len(self.body) == int(self.headers.get("content-length", 0))


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator("--clock", "virtual").start()
        cls.addClassCleanup(cls.emulator.__exit__)
        cls.boss, cls.worker = (cls.emulator.hired_agent(i)["api_key"] for i in (0, 1))
        cls.call("POST", "/api/me/payout-methods", cls.worker, {"method": "stripe", "destination": "acct_Worker1"})

    @classmethod
    def call(cls, method, path, key, body=None):
        status, answer = cls.emulator.request(method, path, body, {"Authorization": f"Bearer {key}"})
        assert status < 300, answer
        return answer

    def setUp(self):
        self.addCleanup(self.fault, "clear")

    def fault(self, *args, code=0):
        run = agr("emulator", "fault", *args, "--url", self.emulator.url, "--json")
        self.assertEqual(run.code, code, run)
        return json.loads(run.out) if run.out else None

    def settlement(self):
        role = self.call("POST", "/api/roles", self.boss, {"title": "T", "description": "D", "paymentMethod": "stripe",
                                                           "paymentAmount": "45.00", "paymentCurrency": "USD"})["role"]["id"]
        application = self.call("POST", f"/api/roles/{role}/apply", self.worker)["application"]["id"]
        accepted = self.call("PATCH", f"/api/applications/{application}", self.boss, {"status": "accepted"})
        return accepted["settlement"]["id"]

    def status(self, settlement):
        return self.call("GET", f"/api/settlements/{settlement}", self.boss)["settlement"]["status"]

    def connect(self):
        wire = socket.create_connection(("127.0.0.1", self.emulator.port), 20)
        self.addCleanup(wire.close)
        return wire

    def send(self, wire, method, path, key=None, body=""):
        wire.sendall(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key or self.boss}\r\n"
                     f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())

    def receive(self, wire):
        """Everything up to the end of the answer, or of the connection."""
        answer = Answer(b"", "open")
        while b"\r\n\r\n" not in answer.raw or not answer.is_whole:
            try:
                piece = wire.recv(65536)
            except ConnectionResetError:
                answer.end = "reset"
                break
            if not piece:
                answer.end = "closed"
                break
            answer.raw += piece
        return answer

    def execute(self, settlement):
        wire = self.connect()
        self.send(wire, "POST", f"/api/settlements/{settlement}/execute")
        return self.receive(wire)

    def test_each_fault_on_a_payment(self):
        for word, status, end, after in (("drop_before", None, "closed", "draft"),
                                         ("drop_after_commit", None, "closed", "sent"),
                                         ("reset_before", None, "reset", "draft"),
                                         ("reset_after_commit", None, "reset", "sent"),
                                         ("500_before", 500, "open", "draft"),
                                         ("500_after_commit", 500, "open", "sent"),
                                         ("429_before", 429, "open", "draft"),
                                         ("503_after_commit", 503, "open", "sent"),
                                         ("truncate_body=25", 200, "closed", "sent"),
                                         ("html_502", 502, "open", "draft"),
                                         ("402_x402", 402, "open", "draft"),
                                         ("402_mpp", 402, "open", "draft"),
                                         ("redirect=http://www.localhost:1", 308, "open", "draft")):
            with self.subTest(word):
                settlement = self.settlement()
                self.fault("add", word, "POST", "/api/settlements/:id/execute")
                answer = self.execute(settlement)
                self.assertEqual((answer.status, answer.end, self.status(settlement)), (status, end, after), answer.raw)
                if word.startswith("truncate"):
                    self.assertEqual(len(answer.body), 25)
                    self.assertFalse(answer.is_whole)
                self.assertEqual(self.execute(settlement).status, 409 if after == "sent" else 200)
                self.assertTrue(self.emulator.books()["balanced"])

    def test_what_stands_in_the_answers(self):
        cases = ((("429_before", "--retry-after", 3), "retry-after", "3"),
                 (("402_mpp",), "www-authenticate", "Payment id="),
                 (("402_x402",), "payment-required", "ey"),
                 (("html_502",), "content-type", "text/html"),
                 (("redirect_301=http://localhost:1",), "location", "http://localhost:1/api/me"))
        for words, header, begin in cases:
            with self.subTest(words):
                self.fault("add", *words)
                wire = self.connect()
                self.send(wire, "GET", "/api/me")
                answer = self.receive(wire)
                self.assertTrue(answer.headers[header].startswith(begin), answer.raw)
                self.assertEqual(answer.headers["x-agr-emulator"], "1")

    def test_a_delay_waits_for_the_virtual_clock(self):
        for word, meanwhile in (("delay_before=60000", "draft"), ("delay_after_commit=60000", "sent")):
            with self.subTest(word):
                settlement = self.settlement()
                self.fault("add", word, "POST", "/api/settlements/:id/execute")
                wire = self.connect()
                self.send(wire, "POST", f"/api/settlements/{settlement}/execute")
                deadline = time.monotonic() + 20
                while not self.fault("list")[0]["fired"] and time.monotonic() < deadline:
                    pass
                self.assertEqual(self.status(settlement), meanwhile)
                self.emulator.request("POST", "/__emulator/clock", {"advance_ms": 59_999})
                self.assertEqual(select.select([wire], [], [], 0)[0], [])
                self.emulator.request("POST", "/__emulator/clock", {"advance_ms": 1})
                self.assertEqual(self.receive(wire).status, 200)
                self.assertEqual(self.status(settlement), "sent")
                self.fault("clear")

    def test_rules_count_and_choose(self):
        self.fault("add", "500_before", "/api/me", "--after", 1, "--times", 2, "--principal",
                   self.emulator.hired_agent(0)["id"])
        statuses = [self.emulator.request("GET", "/api/me", headers={"Authorization": f"Bearer {key}"})[0]
                    for key in (self.boss, self.worker, self.boss, self.boss, self.boss)]
        self.assertEqual(statuses, [200, 200, 500, 500, 200])
        (rule,) = self.fault("list")
        self.assertEqual((rule["seen"], rule["fired"]), (4, 2))
        self.fault("clear", rule["id"])
        self.fault("clear", rule["id"], code=6)
        self.assertEqual(self.fault("list"), [])

    def test_what_is_no_rule_is_said_before_or_by_the_emulator(self):
        self.fault("add", "explode", code=64)
        self.fault("add", "500_before", "--chance", "2", code=64)
        self.fault("add", "500_before", "GET", "me", code=64)
        self.assertEqual(self.fault("list"), [])

    def test_where_no_emulator_is(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            nobody = taken.getsockname()[1]
        run = agr("emulator", "fault", "list", "--url", f"http://127.0.0.1:{nobody}")
        self.assertEqual(run.code, 69, run)
        self.assertIn("agr emulator run", run.err)

    def session(self):
        """A hirer's session: its stream, and the address that takes its messages."""
        wire = self.connect()
        self.send(wire, "GET", "/mcp/hirer/sse", self.emulator.user_token)
        seen = b""
        while b"\n\n" not in seen:
            seen += wire.recv(65536)
        return wire, re.search(rb"data: http://[^/]+(\S+)", seen)[1].decode()

    def test_an_answer_that_the_marketplace_itself_makes_wait_meets_its_fault(self):
        call = {"name": "hire_agent", "arguments": {"agent_did": "did:example:alice", "capability": "summarizing",
                                                    "task_description": "T", "max_price": "2.00", "wait_seconds": 25}}
        self.emulator.request("PATCH", "/__emulator/agrenting/settings", {"probe": "off"})
        world = self.emulator.home.path / "world.db"  # an agent works for one hirer at a time
        self.assertEqual(agr("emulator", "snapshot", world, "--url", self.emulator.url).code, 0)
        for word, status, end in (("503_after_commit", 503, "open"), ("drop_after_commit", None, "closed"),
                                  ("truncate_body=5", 200, "closed"), ("delay_after_commit=5000", 200, "open")):
            with self.subTest(word):
                self.assertEqual(agr("emulator", "restore", world, "--url", self.emulator.url).code, 0)
                _, address = self.session()
                self.fault("add", word, "POST", "/mcp/hirer/*")
                wire = self.connect()
                self.send(wire, "POST", address, self.emulator.user_token,
                          json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}))
                while self.emulator.request("GET", "/__emulator/log")[1]["requests"][-1]["path"] != address:
                    pass
                self.assertEqual(select.select([wire], [], [], 0)[0], [])
                self.emulator.request("POST", "/__emulator/clock", {"advance_ms": 25_000})
                if word.startswith("delay"):
                    self.assertEqual(select.select([wire], [], [], 0)[0], [])
                self.emulator.request("POST", "/__emulator/clock", {"advance_ms": 35_000})
                answer = self.receive(wire)
                self.assertEqual((answer.status, answer.end), (status, end), answer.raw)

    def numbers_on_stream(self, *fault):
        """Pings 1 to 4 on a session whose stream meets a fault: the numbers that come back on it, and its rest."""
        wire, address = self.session()
        self.fault("add", *fault, "GET", "/mcp/hirer/sse", "--after", 1, "--containing", "event: message")
        for number in (1, 2, 3, 4):
            self.emulator.request("POST", address, {"jsonrpc": "2.0", "id": number, "method": "ping"},
                                  {"Authorization": f"Bearer {self.emulator.user_token}"})
        seen = b""
        while b'"id":4' not in seen:
            piece = wire.recv(65536)
            if not piece:
                return [int(n) for n in re.findall(rb'"id":(\d)', seen)], "closed"
            seen += piece
        return [int(n) for n in re.findall(rb'"id":(\d)', seen)], "open"

    def test_faults_on_the_events_of_a_stream(self):
        for word, numbers in (("event_drop", [1, 3, 4]), ("event_duplicate", [1, 2, 2, 3, 4]),
                              ("event_reorder", [1, 3, 2, 4])):
            with self.subTest(word):
                self.assertEqual(self.numbers_on_stream(word), (numbers, "open"))
        self.assertEqual(self.numbers_on_stream("event_tear=20"), ([1], "closed"))


if __name__ == "__main__":
    unittest.main()
