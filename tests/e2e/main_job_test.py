# SPDX-License-Identifier: MIT
"""The main job through the real binary, on both marketplaces, until the money is where it belongs."""

import base64
import json
import unittest

from harness import ROOT, Emulator, Home, Worker, agr

TASK = "Bees make honey. Bees store the honey in wax. Honey keeps for years. Winter is long and the bees need honey."
TX = "0x" + "ab" * 32
PAYEE = "0x" + "be" * 20


class Agrenting(unittest.TestCase):
    def test_hired_delivered_paid(self):
        with Emulator() as emulator, Home() as home:
            hirer = emulator.env()
            with Worker(emulator, ROOT / "examples" / "summarize", home=home) as worker:
                worker.wait_for("ready")
                hired = agr("hire", "did:example:alice", TASK, "--capability", "summarizing", "--price", "2.00", "--wait=30", "--json",
                            env=hirer)
                self.assertEqual(hired.code, 0, f"{hired}\n{worker}")
                hiring = hired.json
                self.assertEqual((hiring["status"], hiring["final"]), ("completed", True))
                self.assertTrue(hiring["idempotency_key"])

                shown = agr("hirings", "show", hiring["id"], "--json", env=hirer).json
                self.assertIn("honey", json.dumps(shown["task_output"]))
                names = [a["name"] for a in agr("artifacts", "list", hiring["id"], "--json", env=hirer).json]
                self.assertEqual(names, ["word-counts.txt"])
                folder = home.path / "delivered"
                folder.mkdir()
                self.assertEqual(agr("artifacts", "download", hiring["id"], "--output", folder, env=hirer).code, 0)
                self.assertIn("honey", (folder / "word-counts.txt").read_text())

                again = agr("hire", "did:example:alice", TASK, "--capability", "summarizing", "--price", "2.00", "--key",
                            hiring["idempotency_key"], "--json", env=hirer)
                self.assertEqual(again.json["id"], hiring["id"], str(again))
                for event in ("hiring", "started", "finished", "submitted"):
                    self.assertEqual(len(worker.seen(event, hiring["id"])), 1, f"{event}\n{worker}")
                self.assertEqual(worker.stop(), 0, str(worker))
                self.assertEqual(len(worker.seen("drained")), 1, str(worker))

            balance = agr("balance", "--json", env=hirer).json
            self.assertEqual((balance["available"], balance["escrow"]), ("998.00", "0.00"))
            books = emulator.books()
            self.assertTrue(books["balanced"], books)
            held = {(a["purpose"], a["owner"]): a["balance"] for a in books["accounts"] if a["marketplace"] == "agrenting"}
            self.assertIn("0.10", [amount for (purpose, _), amount in held.items() if purpose == "fees"])
            self.assertIn("1.90", [amount for (purpose, _), amount in held.items() if purpose == "earnings"])

    def test_an_agent_of_ones_own_registers_and_is_hired(self):
        with Emulator() as emulator, Home() as home:
            env = {"AGRENTING_URL": emulator.url, "AGRENTING_API_KEY": emulator.user_token}
            made = agr("register", "--on", "agrenting", "--name", "bee", "--did", "did:example:bee", "--capability", "reading",
                       "--price", "1.50", "--json", home=home, env=env)
            self.assertEqual(made.code, 0, str(made))
            self.assertNotIn("api_key", made.json)
            self.assertEqual(home.config_file.stat().st_mode & 0o777, 0o600)
            found = agr("agents", "list", "--capability", "reading", env=env)
            self.assertEqual([row[0] for row in found.lines], ["did:example:bee"])
            with Worker(emulator, "cat", "--name", "bee", did=None, home=home) as worker:
                worker.wait_for("ready")
                hired = agr("hire", "did:example:bee", TASK, "--wait=30", "--json", env=env)
                self.assertEqual(hired.code, 0, f"{hired}\n{worker}")
                self.assertEqual(hired.json["price"], "1.50")
            self.assertTrue(emulator.books()["balanced"])

    def test_a_failure_refunds_and_says_so(self):
        with Emulator() as emulator, Home() as home:
            failing = home.script("fail", "#!/bin/sh\necho the paper jammed >&2\nexit 3\n")
            with Worker(emulator, failing, home=home) as worker:
                worker.wait_for("ready")
                hired = agr("hire", "did:example:alice", "x", "--wait=30", "--json", env=emulator.env())
            self.assertEqual(hired.code, 1, str(hired))
            self.assertEqual(hired.json["status"], "failed")
            self.assertIn("paper jammed", hired.json["failed_reason"])
            self.assertEqual(agr("balance", "--json", env=emulator.env()).json["available"], "1000.00")

    def test_nobody_online_refunds(self):
        with Emulator() as emulator:
            hired = agr("hire", "did:example:alice", "x", "--wait=30", "--json", env=emulator.env())
            self.assertEqual((hired.code, hired.json["status"]), (1, "failed"), str(hired))
            self.assertEqual(agr("balance", "--json", env=emulator.env()).json["available"], "1000.00")

    def test_a_wait_that_runs_out_is_pending(self):
        with Emulator() as emulator, Home() as home:
            with Worker(emulator, home.script("slow", "#!/bin/sh\nexec sleep 60\n"), "--drain-timeout", "0", "--kill-grace", "0",
                        home=home) as worker:
                worker.wait_for("ready")
                hired = agr("hire", "did:example:alice", "x", "--wait=0.5", "--json", env=emulator.env())
                self.assertEqual(hired.code, 8, str(hired))
                self.assertEqual(hired.json["status"], "in_progress")
                gone = agr("hirings", "cancel", hired.json["id"], "--yes", "--json", env=emulator.env())
                self.assertEqual((gone.code, gone.json["status"]), (0, "cancelled"), str(gone))
            self.assertEqual(agr("balance", "--json", env=emulator.env()).json["available"], "1000.00")


class AgentsGetHired(unittest.TestCase):
    def setUp(self):
        self.emulator = Emulator().start()
        self.addCleanup(self.emulator.__exit__)
        self.home = Home()
        self.addCleanup(self.home.remove)
        self.env = self.emulator.env()

    def agr(self, *args, code=0, **options):
        run = agr(*args, "--json", home=self.home, env=self.env, **options)
        self.assertEqual(run.code, code, str(run))
        return run.json if code == 0 else run

    def contract(self, rail, amount, currency):
        role = self.agr("roles", "post", "--title", "Reader", "--description", "Reads.", "--rail", rail, "--amount", amount,
                        "--currency", currency)
        application = self.agr("apply", role["id"], "I read.", "--profile", "bee")
        accepted = self.agr("applications", "accept", application["id"], "--yes")
        return accepted.get("contractId") or accepted["contract"]["id"]

    def test_registered_hired_settled(self):
        brief = self.agr("register", "--discover")
        self.assertEqual(len(brief["nameSeeds"]), 4)
        self.agr("register", "--profile", "bee", "--name", "Busy Bee", "--bio", "Reads.", "--skill", "reading")
        self.assertEqual(self.agr("me", "--profile", "bee")["name"], "Busy Bee")
        self.assertEqual(self.home.config_file.stat().st_mode & 0o777, 0o600)

        role = self.agr("roles", "post", "--title", "Reader", "--description", "Reads.", "--rail", "stripe", "--amount", "45.00",
                        "--currency", "USD")
        application = self.agr("apply", role["id"], "I read.", "--profile", "bee")
        refused = self.agr("applications", "accept", application["id"], "--yes", code=7)
        self.assertIn("payout", refused.error["message"] + str(refused.error["hint"]))
        self.agr("apply", role["id"], "again", "--profile", "bee", code=7)
        self.agr("payout", "add", "stripe", "--destination", "acct_bee0001", "--profile", "bee")
        self.agr("payout", "add", "x402", "--destination", PAYEE, "--network", "eip155:8453", "--profile", "bee")
        accepted = self.agr("applications", "accept", application["id"], "--yes")
        contract = accepted.get("contractId") or accepted["contract"]["id"]

        draft = self.agr("settle", "list", contract)[0]
        self.assertEqual((draft["status"], draft["amount"]), ("draft", "45.00"))
        paid = self.agr("settle", "execute", draft["id"], "--yes")
        self.assertEqual(paid["status"], "sent")
        self.agr("settle", "execute", draft["id"], "--yes")  # again: done already, nothing happens

        contract = self.contract("x402", "30.00", "USDC")
        draft = self.agr("settle", "list", contract)[0]
        receipt = {"success": True, "transaction": TX, "network": "eip155:8453", "payer": "0x" + "1c" * 20, "amount": "30000000"}

        def file_of(value):
            path = self.home.path / "receipt"
            path.write_text(base64.b64encode(json.dumps(value).encode()).decode())
            return path

        for wrong in ({**receipt, "amount": "29999999"}, {**receipt, "success": False}, {**receipt, "network": "eip155:1"},
                      {**receipt, "transaction": TX[:-1]}):
            self.agr("settle", "execute", draft["id"], "--receipt", file_of(wrong), "--yes", code=64)
        self.agr("settle", "execute", draft["id"], "--yes", code=64)
        paid = self.agr("settle", "execute", draft["id"], "--receipt", file_of(receipt), "--yes")
        self.assertEqual(paid["status"], "settled")
        self.assertTrue(self.emulator.books()["balanced"])


if __name__ == "__main__":
    unittest.main()
