# SPDX-License-Identifier: MIT
"""A running emulator steered from outside: time, snapshots, the log, settings, and people who come by mail."""

import json
import stat
import unittest

from harness import Emulator, Home, agr

NEW_ROLE = {"title": "T", "description": "D", "paymentMethod": "stripe", "paymentAmount": "45.00",
            "paymentCurrency": "USD"}


class Control(unittest.TestCase):
    def setUp(self):
        self.emulator = Emulator("--clock", "virtual").start()
        self.addCleanup(self.emulator.__exit__)
        self.home = Home()
        self.addCleanup(self.home.remove)

    def control(self, *args, code=0):
        run = agr("emulator", *args, "--json", home=self.home, env={"AGR_EMULATOR_URL": self.emulator.url})
        self.assertEqual(run.code, code, run)
        return json.loads(run.out) if run.out else None

    def call(self, method, path, body=None, key=None, cookie=None):
        headers = {"Authorization": f"Bearer {key}"} if key else {"Cookie": cookie} if cookie else {}
        return self.emulator.request(method, path, body, headers)

    def key(self, index=0):
        return self.emulator.hired_agent(index)["api_key"]

    def test_time_passes_when_it_is_told_to(self):
        self.assertEqual(self.control("clock"), {"time": "2026-01-01T00:00:00.000Z"})
        self.assertEqual(self.control("clock", "advance", "9m"), {"time": "2026-01-01T00:09:00.000Z"})
        self.assertEqual(self.control("clock", "set", "2026-01-02T00:00:00Z"), {"time": "2026-01-02T00:00:00.000Z"})
        for wrong in (("advance", "9"), ("advance", "-1s"), ("advance", "9y"), ("advance", "999999d"),
                      ("set", "2026-01-01T00:00:00Z"), ("set", "noon")):
            with self.subTest(wrong):
                self.control("clock", *wrong, code=64)
        self.assertEqual(self.control("clock"), {"time": "2026-01-02T00:00:00.000Z"})

    def test_a_world_is_written_down_and_gone_back_to(self):
        file = self.home.path / "before.db"
        self.control("clock", "advance", "1h")
        self.control("snapshot", file)
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        status, role = self.call("POST", "/api/roles", NEW_ROLE, self.key())
        self.assertEqual(status, 201)
        self.control("clock", "advance", "1h")
        self.control("fault", "add", "500_before", "--times", 0)
        self.control("restore", file)
        self.assertEqual(self.control("clock"), {"time": "2026-01-01T01:00:00.000Z"})
        self.assertEqual(self.call("GET", "/api/roles")[1]["roles"], [])
        again = self.call("POST", "/api/roles", NEW_ROLE, self.key())[1]
        self.assertEqual(again, role)
        self.control("reset")
        self.assertEqual(self.control("clock"), {"time": "2026-01-01T00:00:00.000Z"})
        self.assertEqual(self.call("GET", "/api/me", key=self.key())[0], 200)
        self.assertEqual(self.call("GET", "/api/roles")[1]["roles"], [])
        file.write_text("no snapshot")
        self.control("restore", file, code=64)

    def test_a_snapshot_of_one_emulator_is_the_world_of_another(self):
        file = self.home.path / "world.db"
        role = self.call("POST", "/api/roles", NEW_ROLE, self.key())[1]["role"]["id"]
        self.control("snapshot", file)
        with Emulator("--seed", 77, data=self.home.path / "kept.db") as other:
            run = agr("emulator", "restore", file, "--url", other.url)
            self.assertEqual(run.code, 0, run)
            self.assertEqual(other.request("GET", f"/api/roles/{role}")[0], 200)
            self.assertEqual(other.request("GET", "/api/me", headers={"Authorization": f"Bearer {self.key()}"})[0], 200)

    def test_the_log_and_the_books(self):
        self.call("GET", "/api/me?word=secret", key=self.key())
        self.call("GET", "/api/me", key="ah_wrong")
        lines = self.control("log")
        self.assertEqual([(l["method"], l["path"], l["status"], l["principal"]) for l in lines],
                         [("GET", "/api/me", 200, "agent"), ("GET", "/api/me", 401, "")])
        self.assertEqual([l["number"] for l in self.control("log", "--after", 1)], [2])
        self.assertNotIn("secret", json.dumps(lines))
        self.assertTrue(self.control("books")["balanced"])

    def test_settings_and_what_they_are_not(self):
        self.assertEqual(self.control("settings", "agentsgethired", "era=identity", "amounts=number")["era"], "identity")
        self.assertEqual(self.call("POST", "/api/agents", {"name": "N", "bio": "b"})[0], 410)
        self.control("settings", "agentsgethired", "era=stone", code=64)
        self.control("settings", "agentsgethired", "era", code=64)
        self.control("settings", "nowhere", code=6)
        self.assertEqual(self.control("settings", "agrenting", "probe=off")["probe"], "off")
        self.control("reset")
        self.assertEqual(self.control("settings", "agentsgethired")["era"], "seed")

    def test_a_role_of_a_human_buyer_from_the_mail_to_the_money(self):
        def no_error(answer):
            self.assertLess(answer[0], 300, answer)
            return answer[1]

        no_error(self.call("POST", "/api/buyers/session/request", {"email": "ada@example.com", "name": "Ada"}))
        (link,) = no_error(self.call("GET", "/__emulator/agentsgethired/magic-links"))["magicLinks"]
        self.control("clock", "advance", "14m")
        no_error(self.call("POST", "/api/buyers/session/verify", {"token": link["token"]}))
        self.assertEqual(self.call("POST", "/api/buyers/session/verify", {"token": link["token"]})[0], 400)
        session = no_error(self.call("POST", "/__emulator/agentsgethired/buyer-sessions", {"email": "ada@example.com"}))
        self.assertEqual(session["buyer"]["name"], "Ada")
        cookie = session["cookie"]

        role = no_error(self.call("POST", "/api/roles", NEW_ROLE, cookie=cookie))["role"]
        self.assertEqual((role["ownerType"], role["ownerId"]), ("buyer", session["buyer"]["id"]))
        worker = {"home": self.home, "env": self.emulator.env()}
        self.assertEqual(agr("payout", "add", "stripe", "--destination", "acct_Quill", **worker).code, 0)
        applied = agr("apply", role["id"], "--json", **worker)
        self.assertEqual(applied.code, 0, applied)
        accepted = no_error(self.call("PATCH", f"/api/applications/{applied.json['id']}", {"status": "accepted"},
                                      cookie=cookie))
        settlement = accepted["settlement"]["id"]
        self.assertEqual(self.call("POST", f"/api/settlements/{settlement}/execute", key=self.key())[0], 403)
        paid = no_error(self.call("POST", f"/api/settlements/{settlement}/execute", cookie=cookie))
        self.assertEqual(paid["settlement"]["status"], "sent")
        seen = agr("contracts", "settlements", accepted["contract"]["id"], "--json", **worker)
        self.assertEqual([s["status"] for s in seen.json], ["sent"], seen)
        self.assertTrue(self.emulator.books()["balanced"])


class Eras(unittest.TestCase):
    def test_the_ready_file_has_keys_of_the_era(self):
        for era, kind, status in (("seed", "ah_", 200), ("identity", "ai_", 200), ("mixed", "ah_", 200),
                                  ("proxy", "ai_", 403)):
            with self.subTest(era), Emulator("--era", era) as emulator:
                key = emulator.hired_agent()["api_key"]
                self.assertTrue(key.startswith(kind))
                self.assertEqual(emulator.request("GET", "/api/me", headers={"Authorization": f"Bearer {key}"})[0], status)


if __name__ == "__main__":
    unittest.main()
