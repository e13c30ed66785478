# SPDX-License-Identifier: MIT
"""Settlement runs as cron makes them: nobody at the keyboard, killed and lied to, and every debt paid once.

`AGR_ROUNDS` sets how many seeded runs the long test makes (60; scripts/settle-soak makes 1,000).
"""

import json
import os
import pathlib
import random
import sqlite3
import subprocess
import time
import unittest

from harness import AGR, Emulator, Home, Process, agr, wait_until

ROUNDS = int(os.environ.get("AGR_ROUNDS", "60"))
EXECUTE = "/api/settlements/:id/execute"
FAULTS = ["drop_before", "drop_after_commit", "reset_before", "reset_after_commit", "500_before", "500_after_commit",
          "502_before", "502_after_commit", "429_before", "429_after_commit", "html_502", "truncate_body=20",
          "delay_before=30", "delay_after_commit=30"]
WALLET = {"x402": ["--destination", "0x" + "ab" * 20, "--network", "eip155:8453",
                   "--asset", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"]}


class Market:
    """An emulator with a payer, a worker who takes money by every rail, and contracts between them."""

    def __init__(self, *options):
        self.emulator = Emulator(*options).start()
        self.home = Home()
        self.env = self.emulator.env()
        self.worker = {**self.env, "AGENTSGETHIRED_API_KEY": self.emulator.hired_agent(1)["api_key"]}
        self.ask("payout", "add", "stripe", "--destination", "acct_worker", env=self.worker)
        self.ask("payout", "add", "x402", *WALLET["x402"], env=self.worker)

    def close(self):
        self.emulator.__exit__()
        self.home.remove()

    def run(self, *args, home=None, env=None):
        return agr(*args, home=home or self.home, env=env or self.env)

    def ask(self, *args, code=0, env=None, home=None):
        run = self.run(*args, "--json", env=env, home=home)
        assert run.code == code, str(run)
        return run.json if run.out else run.error if code else None

    def owe(self, amount="45.00", rail="stripe", currency="USD"):
        """A draft settlement, made the way settlements are made."""
        role = self.ask("roles", "post", "--title", "T", "--description", "D", "--rail", rail, "--amount", amount,
                        "--currency", currency)["id"]
        application = self.ask("apply", role, env=self.worker)["id"]
        return self.ask("applications", "accept", application, "--yes")["settlement"]["id"]

    def fault(self, *words):
        self.ask("emulator", "fault", "add", *words, "--url", self.emulator.url)

    def no_faults(self):
        self.ask("emulator", "fault", "clear", "--url", self.emulator.url)

    def status(self, settlement):
        return self.ask("settle", "show", settlement)["status"]

    def paid(self):
        """What the marketplace's books say was paid out, and that they balance."""
        books = self.emulator.books()
        assert books["balanced"], books
        sums = [a["balance"] for a in books["accounts"] if (a["marketplace"], a["purpose"]) == ("agentsgethired", "escrow")]
        return sums[0] if sums else "0"

    def settle_run(self, *options, code=0, home=None):
        return self.ask("settle", "run", "--max-total", "100000", *options, code=code, home=home)


def outcomes(report):
    return [line["outcome"] for line in report["lines"]]


class SettleRuns(unittest.TestCase):
    def setUp(self):
        self.market = Market()
        self.addCleanup(self.market.close)

    def test_plan_apply_and_nothing_left(self):
        first, second = self.market.owe(), self.market.owe("30.00")
        file = str(self.market.home.path / "plan.json")
        plan = self.market.ask("settle", "plan", "-o", file, "--detailed-exit-code", code=9)
        self.assertEqual([line["settlement"] for line in plan["lines"]], [first, second])
        self.assertEqual(plan["totals"], {"USD": "75.00"})
        self.assertEqual(json.loads(pathlib.Path(file).read_text())["hash"], plan["hash"])
        report = self.market.ask("settle", "apply", file)
        self.assertEqual((outcomes(report), report["paid"]), (["paid", "paid"], {"USD": "75.00"}))
        self.assertEqual(outcomes(self.market.ask("settle", "apply", file)), ["already_paid"] * 2)
        self.assertEqual(self.market.ask("settle", "plan", "--detailed-exit-code")["lines"], [])
        self.assertEqual(self.market.paid(), "75.00")

    def test_a_plan_that_is_out_of_date_or_touched_pays_nothing(self):
        self.market.owe()
        changed = self.market.owe()
        path = self.market.home.path / "plan.json"
        self.market.ask("settle", "plan", "-o", str(path))
        self.market.ask("settle", "edit", changed, "--amount", "44.00")
        self.assertIn(changed, self.market.ask("settle", "apply", str(path), code=7)["message"])
        path.write_text(path.read_text().replace("45.00", "45.01"))
        self.assertIn("changed", self.market.ask("settle", "apply", str(path), code=7)["message"])
        path.write_text("[]")
        self.market.ask("settle", "apply", str(path), code=64)
        self.assertEqual(self.market.paid(), "0")

    def test_a_plan_is_applied_within_the_configuration_s_limits(self):
        self.market.owe("10.00", currency="EUR")
        path = str(self.market.home.path / "plan.json")
        self.assertEqual(self.market.ask("settle", "plan")["lines"][0]["code"], "currency")
        self.market.ask("settle", "plan", "--currency", "EUR", "-o", path)
        for limits in ('max_total = "9.99"', 'max_each = "9.99"', 'rails = ["mpp"]', 'currencies = ["USD"]', 'payees = ["acct_2"]'):
            with self.subTest(limits):
                self.market.home.write_config(f"[settle]\n{limits}\n")
                self.market.ask("settle", "apply", path, code=10)
        self.market.home.write_config("")
        self.assertEqual(outcomes(self.market.ask("settle", "apply", path)), ["paid"])

    def test_limits_hold_back_and_say_so(self):
        small, large = self.market.owe("10.00"), self.market.owe("60.00")
        self.assertIn("limit", self.market.ask("settle", "run", code=64)["message"])
        report = self.market.settle_run("--max-each", "50.00", code=3)
        self.assertEqual({line["settlement"]: (line["outcome"], line.get("code")) for line in report["lines"]},
                         {small: ("paid", None), large: ("held", "max_each")})
        self.market.home.write_config('[settle]\nmax_total = "50.00"\npayees = ["acct_worker"]\n')
        self.assertEqual(outcomes(self.market.settle_run(code=10)), ["held"])
        self.market.ask("settle", "execute", large, "--yes")  # max_total is about runs
        third = self.market.owe("5.00")
        self.market.home.write_config('[settle]\nmax_each = "4.99"\n')
        self.market.ask("settle", "execute", third, "--yes", code=10)
        self.market.home.write_config('[settle]\nmax_eech = "4.99"\n')
        self.assertIn("max_each", self.market.ask("settle", "execute", third, "--yes", code=78)["hint"])
        self.market.home.write_config("")
        self.assertEqual(self.market.status(third), "draft")

    def test_nobody_pays_by_half_an_id_unasked(self):
        settlement = self.market.owe()
        self.assertIn(settlement, self.market.ask("settle", "execute", settlement[:8], "--yes", code=64)["hint"])
        self.assertEqual(self.market.paid(), "0")

    def test_a_duplicate_draft_is_not_paid_on_top(self):
        paid = self.market.owe()
        contract = self.market.ask("settle", "show", paid)["contractId"]
        self.assertIn(paid, self.market.ask("settle", "create", contract, code=7)["message"])
        duplicate = self.market.ask("settle", "create", contract, "--another", "--allow-over")["id"]
        report = self.market.settle_run(code=3)
        self.assertEqual([line.get("code") for line in report["lines"]], [None, "over_contract"])
        self.assertEqual(self.market.status(duplicate), "draft")
        self.market.ask("settle", "edit", duplicate, "--cancel", "--yes")
        self.market.settle_run()
        self.assertEqual(self.market.paid(), "45.00")

    def test_what_cron_gives_no_terminal_and_a_bare_environment(self):
        self.market.owe()
        env = {"HOME": str(self.market.home.path), "PATH": "/usr/bin:/bin"}
        self.market.home.write_config(f'[profile.default.agentsgethired]\nurl = "{self.market.emulator.url}"\n'
                                      f'api_key = "{self.market.emulator.hired_agent()["api_key"]}"\n'
                                      '[settle]\nmax_total = "50.00"\n')
        run = subprocess.run([AGR, "settle", "run"], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             start_new_session=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(len(run.stdout.splitlines()), 1)
        self.assertEqual(self.market.paid(), "45.00")

    def test_the_second_of_two_runs_leaves_at_once(self):
        self.market.owe()
        self.market.fault("delay_before=600000", "POST", EXECUTE)
        first = Process("settle", "run", "--max-total", "100", home=self.market.home, env=self.market.env)
        wait_until(lambda: self.market.ask("settle", "status"), "the first run's intent")
        for words in (["run", "--max-total", "100"], ["apply", "/dev/null"], ["execute", "x", "--yes"]):
            self.assertIn(str(first.pid), self.market.ask("settle", *words, code=75)["message"])
        first.kill()  # a dead holder blocks nobody
        self.market.no_faults()
        self.assertEqual(outcomes(self.market.settle_run(code=7)), ["unknown"])

    def test_two_state_folders_pay_one_debt_once(self):
        for _ in range(4):
            self.market.owe("10.00")
        other = Home()
        self.addCleanup(other.remove)
        runs = [Process("settle", "run", "--max-total", "100", home=home, env=self.market.env)
                for home in (self.market.home, other)]
        for run in runs:
            run.wait()
        for home in (self.market.home, other):
            self.market.run("settle", "run", "--max-total", "100", home=home)
            self.assertTrue(self.market.ask("settle", "audit", home=home)["intact"])
        self.assertEqual(self.market.paid(), "40.00")

    def test_a_payment_that_is_sent_to_the_other_host_is_looked_at_there_first(self):
        settlement = self.market.owe()
        at_home = {**self.market.env, "AGENTSGETHIRED_URL": f"http://localhost:{self.market.emulator.port}"}
        self.market.fault(f"redirect=http://www.localhost:{self.market.emulator.port}", "POST", EXECUTE)
        self.market.ask("settle", "execute", settlement, "--yes", "--look-for", "0", env=at_home)
        log = self.market.ask("settle", "audit", "--log")
        self.assertEqual([line["event"] for line in log], ["intent", "moved", "executed"])
        self.market.fault("redirect=http://evil.localhost", "POST", EXECUTE)
        other = self.market.owe()
        self.assertIn("redirected", self.market.ask("settle", "execute", other, "--yes", "--look-for", "0", code=7,
                                                    env=at_home)["message"])
        self.assertEqual(self.market.paid(), "45.00")

    def test_receipts_come_from_a_command_that_is_asked_once(self):
        wallet = self.market.owe("10.00", rail="x402", currency="USDC")
        asked = self.market.home.path / "asked"
        pay = self.market.home.script("pay", f"""#!/usr/bin/python3
import json, sys
asked = json.load(sys.stdin)
with open({str(asked)!r}, "a") as log:
    log.write(json.dumps(asked) + "\\n")
assert not [n for n in __import__("os").environ if "KEY" in n]
print(json.dumps({{"receipt": {{"success": True, "transaction": "0x" + "ab" * 32, "network": "eip155:8453"}},
                  "requirements": {{"amount": "10000000", "network": "eip155:8453", "payTo": asked["payee"],
                                   "asset": asked["destination"]["asset"]}}}}))
""")
        self.assertEqual(self.market.settle_run(code=10)["lines"][0]["code"], "needs_receipt")
        self.market.fault("503_before", "POST", EXECUTE)
        self.market.settle_run("--receipt-command", pay, "--look-for", "0", code=7)
        self.market.ask("settle", "execute", wallet, "--resume", "--yes", "--look-for", "0")
        self.assertEqual(self.market.status(wallet), "settled")
        said = [json.loads(line) for line in asked.read_text().splitlines()]
        self.assertEqual([(one["settlement"], one["amount"], one["payee"]) for one in said],
                         [(wallet, "10.00", "0x" + "ab" * 20)])

    def test_a_receipt_command_runs_by_hand_only_after_a_yes(self):
        wallet = self.market.owe("10.00", rail="x402", currency="USDC")
        ran = self.market.home.path / "ran"
        crash = self.market.home.script("crash", f"#!/bin/sh\necho x >> {ran}\nexit 1\n")
        execute = ("settle", "execute", wallet, "--receipt-command", crash)
        self.market.ask(*execute, code=64)
        self.market.ask(*execute, "--dry-run", code=64)
        self.assertFalse(ran.exists())
        self.market.ask(*execute, "--yes", code=7)
        self.market.ask(*execute, "--yes", code=7)
        self.market.ask(*execute, "--ask-again", "--dry-run", code=7)
        self.market.ask(*execute, "--ask-again", code=64)
        self.assertEqual(ran.read_text(), "x\n")
        self.market.ask(*execute, "--ask-again", "--yes", code=7)
        self.assertEqual(ran.read_text(), "x\nx\n")

    def test_wrong_receipts_are_refused_before_sending(self):
        def receipt(**changes):
            return {"success": True, "transaction": "0x" + "cd" * 32, "network": "eip155:8453", "amount": "10000000", **changes}

        cases = {"receipt_network": receipt(network="eip155:137"), "receipt_amount": receipt(amount="9999999"),
                 "receipt_not_success": receipt(success=False), "receipt_tx": receipt(transaction="0x12"),
                 "receipt_encoding": "!!!", "receipt_json": "{", "receipt_rail": {
                     "status": "success", "method": "tempo", "reference": "0x" + "cd" * 32, "timestamp": "2026-01-15T12:00:00Z"}}
        wallet = self.market.owe("10.00", rail="x402", currency="USDC")
        file = self.market.home.path / "receipt"
        for code, given in cases.items():
            with self.subTest(code):
                file.write_text(given if isinstance(given, str) else json.dumps(given))
                self.assertEqual(self.market.ask("settle", "execute", wallet, "--receipt", str(file), "--yes",
                                                 code=64)["service_code"], code)
        file.write_text(json.dumps(receipt()))
        self.market.ask("settle", "execute", wallet, "--receipt", str(file), "--yes")
        again = self.market.owe("10.00", rail="x402", currency="USDC")
        replay = self.market.ask("settle", "execute", again, "--receipt", str(file), "--yes", code=7)
        self.assertEqual(replay["service_code"], "receipt_reused")

    def test_the_log_names_the_line_that_was_changed(self):
        self.market.owe()
        self.market.settle_run()
        audit = self.market.ask("settle", "audit")
        self.assertEqual(audit["lines"], 3)
        self.market.ask("settle", "audit", "--expect", audit["head"])
        self.market.ask("settle", "audit", "--expect", "0" * 64, code=7)
        database = sqlite3.connect(self.market.home.state / "settlements.db")
        with self.assertRaises(sqlite3.IntegrityError):
            database.execute("delete from audit where number = 2")
        database.executescript("drop trigger audit_is_never_changed;"
                               "update audit set text = replace(text, '45.00', '4.50') where number = 2")
        database.close()
        self.assertIn("line 2", self.market.ask("settle", "audit", code=7)["message"])


class SeededRuns(unittest.TestCase):
    """The promise itself: whatever dies and whatever lies, total paid = total owed and each line once."""

    DEBTS = 6

    def setUp(self):
        self.market = Market()
        self.addCleanup(self.market.close)
        self.other = Home()
        self.addCleanup(self.other.remove)
        self.homes = [self.market.home, self.other]

    def troubled_run(self, dice):
        """One run with faults set, killed now and then at a random moment."""
        for _ in range(dice.randrange(3)):
            self.market.fault(dice.choice(FAULTS), *dice.choice([("POST", EXECUTE), ("GET", "/api/settlements/:id")]),
                              "--after", str(dice.randrange(3)))
        run = Process("settle", "run", "--max-total", "100000", "--look-for", "0", *dice.choice([[], ["--keep-going"]]),
                      home=dice.choice([self.market.home, self.market.home, self.other]), env=self.market.env)
        if dice.randrange(2):
            time.sleep(dice.random() * 0.12)
            run.kill()
        run.wait()

    def finish(self):
        """What a person does in the end: looks, has open payments sent again, and runs once more."""
        self.market.no_faults()
        for home in self.homes:
            for line in self.market.ask("settle", "status", home=home):
                self.market.run("settle", "execute", line["settlement"], "--resume", "--confirm", line["settlement"],
                                "--look-for", "0", home=home)
            self.market.run("settle", "run", "--max-total", "100000", home=home)
            self.assertEqual(self.market.ask("settle", "status", home=home), [])
            self.assertTrue(self.market.ask("settle", "audit", home=home)["intact"])

    def test_total_paid_is_total_owed(self):
        runs = 0
        worlds = 0
        while runs < ROUNDS:
            dice = random.Random(worlds)
            owed = [self.market.owe("10.00") for _ in range(self.DEBTS)]
            with self.subTest(world=worlds):
                for _ in range(min(12, ROUNDS - runs)):
                    self.troubled_run(dice)
                    runs += 1
                self.finish()
                self.assertEqual({self.market.status(one) for one in owed}, {"sent"})
            worlds += 1
            self.assertEqual(self.market.paid(), f"{worlds * self.DEBTS * 10}.00")


if __name__ == "__main__":
    unittest.main()
