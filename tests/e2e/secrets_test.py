# SPDX-License-Identifier: MIT
"""A credential reaches its marketplace and nobody else: no output, argument, log, child or other host."""

import base64
import json
import subprocess
import unittest
import urllib.parse

from harness import AGR, Emulator, Home, Worker, agr
from recorder import Answer, Recorder

USER = "ap_recorderrecorderrecorder"
HIRED = "ah_recorder_recorderrecorder"
AGENT = "c2VjcmV0+2FnZW50/2tleQ=="


def disguises(secret):
    """The forms in which a secret might slip through."""
    raw = secret.encode()
    return {secret, urllib.parse.quote(secret, safe=""), json.dumps(secret)[1:-1],
            base64.b64encode(raw).decode().rstrip("="), base64.urlsafe_b64encode(raw).decode().rstrip("=")}


class Leaks(unittest.TestCase):
    def assert_clean(self, text, *secrets):
        for secret in secrets:
            for form in disguises(secret):
                self.assertNotIn(form, text)

    def test_nothing_on_the_way_shows_a_key_not_even_a_service_that_repeats_it(self):
        def echo(request):
            everything = json.dumps(request.headers)
            return Answer({"errors": [{"code": "NO", "message": f"you sent {everything} and "
                                       + base64.b64encode(everything.encode()).decode()}]}, 409,
                          {"X-Request-Id": request.headers.get("authorization", "-"), "X-Echo": everything})

        with Recorder(echo) as marketplace, Home() as home:
            lines = ["balance", "me", "agents list", "hire did:example:alice x --price 1.00 --capability c",
                     "roles list", "auth status"]
            for line in lines:
                for mode in ([], ["--verbose"], ["--json"], ["--json", "--verbose"], ["--dry-run", "--verbose"]):
                    with self.subTest(line, mode=mode):
                        run = agr(*line.split(), *mode, home=home, env=marketplace.env())
                        self.assert_clean(run.out + run.err, USER, HIRED)
            self.assertTrue(any(USER in r.headers.get("authorization", "") for r in marketplace.requests))
            self.assertTrue(any(HIRED in r.headers.get("authorization", "") for r in marketplace.requests))
            for request in marketplace.requests:
                self.assert_clean(request.path + request.body, USER, HIRED)
            for path in home.state.rglob("*"):
                if path.is_file():
                    self.assert_clean(path.read_bytes().decode(errors="replace"), USER, HIRED)

    def test_a_key_is_no_argument(self):
        for line in (["login", "agrenting", USER], ["login", "agrenting", "--with-token", USER],
                     ["login", "agrenting", f"--with-token={USER}"], ["balance", "--api-key", USER]):
            with self.subTest(line):
                run = agr(*line)
                self.assertEqual(run.code, 64, str(run))
                self.assert_clean(run.out + run.err, USER)

    def test_a_handler_gets_no_key_and_no_process_shows_one(self):
        with Emulator() as emulator, Home() as home:
            key = emulator.agent()["api_key"]
            spy = home.script("spy", """#!/bin/sh
                env > seen-environment
                for process in /proc/[0-9]*; do tr '\\0' ' ' < $process/cmdline; echo; done > seen-arguments 2>/dev/null
                find . -type f -exec cat {} + > /dev/null
                cp seen-* "$AGR_ARTIFACTS"/
                cat
                """)
            with Worker(emulator, spy, home=home, env={"AGRENTING_API_KEY": emulator.user_token,
                                                       "AGENTSGETHIRED_API_KEY": HIRED}) as worker:
                worker.wait_for("ready")
                hired = agr("hire", "did:example:alice", "Look around.", "--capability", "summarizing", "--price", "2.00", "--wait=20",
                            "--json", env=emulator.env())
                self.assertEqual(hired.code, 0, f"{hired}\n{worker}")
                downloads = home.path / "downloads"
                downloads.mkdir()
                fetched = agr("artifacts", "download", hired.json["id"], "--output", downloads, env=emulator.env())
                self.assertEqual(fetched.code, 0, str(fetched))
                files = list(downloads.rglob("seen-*"))
                self.assertEqual(len(files), 2, str(fetched))
                for path in files:
                    self.assert_clean(path.read_text(errors="replace"), key, emulator.user_token, HIRED)
                self.assert_clean("\n".join(worker.err), key, emulator.user_token, HIRED)
                self.assertEqual(worker.stop(), 0, str(worker))


class Places(unittest.TestCase):
    """A key goes to the origin it was saved for."""

    def keys_at(self, recorder):
        return [r for r in recorder.requests for name in ("authorization", "x-api-key", "api-key", "cookie")
                if name in r.headers]

    def test_no_redirect_carries_a_key_to_another_origin(self):
        with Recorder() as thief:
            for status in (301, 302, 303, 307, 308):
                for where in (thief.url, thief.url.replace("127.0.0.1", "localhost"), "//" + thief.url.split("//")[1]):
                    away = Answer("", status, {"Location": where + "/api/v1/ledger/balance"})
                    for line in ("balance", "me", "hire did:example:alice x --price 1.00 --capability c"):
                        with self.subTest(f"{status} {line} {where}"), Recorder(lambda _, away=away: away) as marketplace:
                            run = agr(*line.split(), env=marketplace.env())
                            self.assertNotEqual(run.code, 0, str(run))
            self.assertEqual(self.keys_at(thief), [])

    def test_a_redirect_at_home_is_followed_for_reading(self):
        def move(request):
            if request.path.endswith("/moved"):
                return Answer({"data": {"available": "7.00", "escrow": "0.00", "total": "7.00", "currency": "USD"}})
            return Answer("", 307, {"Location": "/moved"})

        with Recorder(move) as marketplace:
            run = agr("balance", "--json", env=marketplace.env())
            self.assertEqual(run.json["available"], "7.00", str(run))

    def test_a_saved_key_does_not_follow_another_address(self):
        with Recorder() as home_of_key, Recorder() as thief, Home() as home:
            home.write_config(f'[profile.default.agrenting]\nurl = "{home_of_key.url}"\nuser_token = "{USER}"\n')
            run = agr("balance", home=home, env={"AGRENTING_URL": thief.url})
            self.assertNotEqual(run.code, 0, str(run))
            self.assertEqual(self.keys_at(thief), [])

    def test_a_key_does_not_travel_in_the_clear(self):
        for url in ("http://agrenting.example", "http://127.0.0.1.agrenting.example", "http://192.0.2.1:80"):
            with self.subTest(url):
                run = agr("balance", env={"AGRENTING_URL": url, "AGRENTING_API_KEY": USER}, timeout=20)
                self.assertIn(run.code, (64, 78), str(run))

    def test_login_saves_a_key_for_its_owner_alone(self):
        balance = {"data": {"available": "1.00", "escrow": "0.00", "total": "1.00", "currency": "USD"}}
        with Recorder(lambda _: Answer(balance)) as marketplace, Home() as home:
            run = agr("login", "agrenting", "--with-token", "--url", marketplace.url, home=home, stdin=USER + "\n")
            self.assertEqual(run.code, 0, str(run))
            self.assertNotIn(USER, run.out + run.err)
            self.assertEqual(home.config_file.stat().st_mode & 0o777, 0o600)
            self.assertEqual([p.name for p in home.path.iterdir() if p.is_file()], [home.config_file.name])
            status = agr("auth", "status", "--json", home=home)
            self.assertNotIn(USER, status.out + status.err)
            self.assertIn(str(home.config_file), status.out)
            self.assertEqual(agr("balance", "--json=available", home=home).json, {"available": "1.00"})

    def test_the_file_is_never_wider_than_its_owner_while_it_is_made(self):
        """The system calls themselves: every file login creates is created 0600."""
        balance = {"data": {"available": "1.00"}}
        strace = subprocess.run(["sh", "-c", "command -v strace"], capture_output=True).returncode == 0
        if not strace:
            self.skipTest("needs strace")
        with Recorder(lambda _: Answer(balance)) as marketplace, Home() as home:
            trace = home.path / "trace"
            subprocess.run(["strace", "-f", "-qq", "-e", "trace=openat,open,creat", "-o", trace, AGR, "login", "agrenting",
                            "--with-token", "--url", marketplace.url], input=USER, text=True, env=home.env(), check=True, stderr=subprocess.DEVNULL)
            made = [line for line in trace.read_text().splitlines() if "O_CREAT" in line and str(home.path) in line]
            self.assertTrue(made)
            for line in made:
                self.assertRegex(line, r"0600\)|0700\)")


if __name__ == "__main__":
    unittest.main()
