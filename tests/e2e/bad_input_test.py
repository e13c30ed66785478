# SPDX-License-Identifier: MIT
"""Bad input of every kind: a clear error, the documented exit code, and nothing sent too early."""

import os
import unittest

from harness import Emulator, Home, agr
from recorder import Answer, Recorder

GOOD_CONFIG = '[profile.default.agrenting]\nurl = "{url}"\nuser_token = "ap_configconfigconfigconfig"\n'


class Config(unittest.TestCase):
    """A configuration that cannot be trusted is refused before any request."""

    def refused(self, home, code, *words):
        with Recorder() as marketplace:
            if home.config_file.is_file() and not home.config_file.is_symlink():
                text = home.config_file.read_text().replace("{url}", marketplace.url)
                mode = home.config_file.stat().st_mode
                home.config_file.chmod(0o600)
                home.config_file.write_text(text)
                home.config_file.chmod(mode)
            run = agr("balance", home=home)
            self.assertEqual(run.code, code, str(run))
            for word in words:
                self.assertIn(word, run.err)
            self.assertEqual(marketplace.requests, [])
            self.assertNotIn("ap_config", run.out + run.err)

    def test_without_any_key(self):
        with Home() as home:
            self.refused(home, 4, "agr login")

    def test_readable_by_others(self):
        for mode in (0o644, 0o640, 0o604, 0o660, 0o622):
            with self.subTest(oct(mode)), Home() as home:
                home.write_config(GOOD_CONFIG, mode)
                self.refused(home, 78, "chmod 600", str(home.config_file))

    def test_a_symbolic_link(self):
        with Home() as home:
            home.write_config(GOOD_CONFIG).rename(home.path / "elsewhere")
            home.config_file.symlink_to(home.path / "elsewhere")
            self.refused(home, 78, "symbolic link")

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file away")
    def test_owned_by_someone_else(self):
        with Home() as home:
            os.chown(home.write_config(GOOD_CONFIG), 65534, 65534)
            self.refused(home, 78, "another user", "chown")

    def test_malformed(self):
        for text in ("profile = [", "\x00\x01", "[profile.default.agrenting\n",
                     '{"version": 1}', "\xff" * 10):
            with self.subTest(text), Home() as home:
                home.write_config(text)
                self.refused(home, 78, str(home.config_file))

    def test_a_folder_in_its_place(self):
        with Home() as home:
            home.config_file.mkdir()
            self.refused(home, 78)


class Words(unittest.TestCase):
    """Bad usage is found before any request."""

    def test_is_code_64_and_sends_nothing(self):
        lines = ["nonsense", "agents lits", "agents list --limit many", "agents list --limit -1", "agents list --no-such",
                 "balance extra", "agents show", "hire", "hire did:example:alice x --price 1e3",
                 "hire did:example:alice x --price -1", "balance --timeout soon"]
        with Recorder() as marketplace:
            for line in lines:
                with self.subTest(line):
                    run = agr(*line.split(), env=marketplace.env())
                    self.assertEqual(run.code, 64, str(run))
                    self.assertEqual(run.out, "")
                    self.assertTrue(run.err.startswith("agr: "), run.err)
            self.assertEqual(marketplace.requests, [])

    def test_a_slip_is_answered_with_what_was_meant(self):
        for line, meant in (("agnets list", "agents"), ("balanse", "balance"), ("agents shwo", "show"),
                            ("agents list --capabilty x", "--capability")):
            with self.subTest(line):
                run = agr(*line.split())
                self.assertEqual(run.code, 64, str(run))
                self.assertIn(meant, run.err)


class Marketplace(unittest.TestCase):
    """What the emulator refuses, as the real services would."""

    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator().start()
        cls.addClassCleanup(cls.emulator.__exit__)

    def run_with(self, line, **env):
        return agr(*line.split(), "--json", env=self.emulator.env(**env))

    def refused(self, run, code, word):
        self.assertEqual(run.code, code, str(run))
        self.assertEqual(run.out, "")
        self.assertIn(word, run.error["message"] + run.error["hint"] if run.error["hint"] else run.error["message"])
        self.assertEqual(run.error["code"], code)
        self.assertTrue(self.emulator.books()["balanced"])

    def test_refusals(self):
        tokens = self.emulator.ready["agrenting"]
        hire = "hire did:example:alice Summarize --capability summarizing --price "
        cases = [
            ("a wrong key", "balance", {"AGRENTING_API_KEY": "ap_" + "x" * 43}, 4, ""),
            ("an agent's key for the user's", "balance", {"AGRENTING_API_KEY": "not a token".replace(" ", "_")}, 4, ""),
            ("a wrong key of the other marketplace", "me", {"AGENTSGETHIRED_API_KEY": "ah_wrong_wrongwrong"}, 4, ""),
            ("an unknown DID", "hire did:example:alise x --price 2.00 --capability summarizing", {}, 6,
             "did:example:alice"),
            ("an unknown hiring", "hirings show 00000000-0000-4000-8000-000000000000", {}, 6, ""),
            ("an unknown id of any kind", "status 00000000-0000-4000-8000-000000000000", {}, 6, ""),
            ("a price over the token's cap", hire + "10.01", {"AGRENTING_API_KEY": tokens["capped_token"]}, 10, "10"),
            ("a token that may only read", hire + "2.00", {"AGRENTING_API_KEY": tokens["read_only_token"]}, 5,
             "hire:create"),
            ("more than there is", hire + "1000.01", {}, 10, "1000"),
        ]
        for shows, line, env, code, word in cases:
            with self.subTest(shows):
                self.refused(self.run_with(line, **env), code, word)

    def test_money_is_where_it_was(self):
        before = self.run_with("balance").json
        self.run_with("hire did:example:alise x --price 2.00 --capability summarizing")
        self.run_with("hire did:example:alice x --capability summarizing --price 5000")
        self.assertEqual(self.run_with("balance").json, before)


class Answers(unittest.TestCase):
    """A hostile or broken service never crashes the program, fills memory, or counts as success."""

    MALFORMED = {
        "nothing": "", "text": "hello", "half an object": '{"data": ', "a list without end": "[" * 100_000,
        "too deep": "[" * 500 + "]" * 500, "two values": '{"data": {}} {"data": {}}', "not UTF-8": b'{"data": "\xff\xfe"}',
        "a page": "<!doctype html><title>Welcome</title>", "null": "null", "a number for an object": '{"data": 5}',
        "NUL": b"\x00" * 100, "too much": b'{"data": {"available": "1.00", "pad": "' + b"x" * (9 << 20) + b'"}}',
    }

    def test_malformed_bodies(self):
        for shows, body in self.MALFORMED.items():
            with self.subTest(shows), Recorder(lambda _, body=body: Answer(body)) as marketplace:
                run = agr("balance", "--json", env=marketplace.env())
                self.assertEqual(run.code, 69, str(run)[:2000])
                self.assertEqual(run.out, "")
                self.assertLess(len(run.err), 2000)

    def test_torn_answers(self):
        torn = {
            "closed at once": b"", "no headers": b"HTTP/1.1 200 OK\r\n", "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
            "less than announced": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\":",
            "a torn chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"da",
            "endless headers": b"HTTP/1.1 200 OK\r\n" + b"X-Pad: " + b"y" * 2_000_000 + b"\r\n\r\n",
        }
        for shows, raw in torn.items():
            with self.subTest(shows), Recorder(lambda _, raw=raw: Answer(raw=raw)) as marketplace:
                run = agr("balance", "--json", env=marketplace.env())
                self.assertEqual(run.code, 69, str(run)[:2000])

    def test_each_status_has_its_code(self):
        for status, code in ((400, 1), (401, 4), (402, 10), (403, 5), (404, 6), (405, 1), (409, 7), (410, 6), (412, 7), (418, 1),
                             (423, 7), (500, 69), (502, 69), (503, 69)):
            body = {"data": None, "errors": [{"code": "SOME_CODE", "message": "the service says no"}]}
            with self.subTest(status), Recorder(lambda _, s=status: Answer(body, s)) as marketplace:
                run = agr("balance", "--json", env=marketplace.env())
                self.assertEqual(run.code, code, str(run))
                self.assertIn("the service says no", run.error["message"])
                self.assertEqual(run.error["http_status"], status)

    def test_the_reason_is_found_in_every_shape_of_error(self):
        bodies = [{"errors": [{"message": "REASON"}]}, {"errors": {"message": "REASON"}}, {"errors": ["REASON"]},
                  {"errors": [{"detail": "REASON"}]}, {"error": {"message": "REASON"}}, {"error": "REASON"},
                  {"message": "REASON"}, {"detail": "REASON"}, "REASON"]
        for body in bodies:
            with self.subTest(body), Recorder(lambda _, b=body: Answer(b, 409)) as marketplace:
                run = agr("balance", "--json", env=marketplace.env())
                self.assertEqual(run.code, 7, str(run))
                self.assertIn("REASON", run.error["message"])

    def test_too_many_requests(self):
        limited = Answer({"errors": [{"code": "RATE_LIMIT_EXCEEDED", "message": "slow down"}]}, 429, {"Retry-After": "3600"})
        with Recorder(lambda _: limited) as marketplace:
            run = agr("balance", "--json", "--max-wait", "1", env=marketplace.env())
            self.assertEqual(run.code, 75, str(run))
            self.assertEqual(run.error["retry_after"], 3600)
            self.assertTrue(run.error["retryable"])
            self.assertEqual(len(marketplace.requests), 1)

    def test_nobody_there(self):
        with Recorder() as marketplace:
            env = marketplace.env()
        run = agr("balance", "--json", env=env)
        self.assertEqual(run.code, 69, str(run))

    def test_a_strangers_text_cannot_steer_the_terminal(self):
        agent = {"did": "did:example:evil", "name": "\x1b[2J\x1b]0;owned\x07 \u202eevil\r", "base_price": "1.00",
                 "capabilities": ["\x1b[31mred"], "status": "active"}
        for args in (["agents", "list"], ["agents", "show", "did:example:evil"]):
            with self.subTest(args), Recorder(
                    lambda r: Answer({"data": agent if "evil" in r.path else [agent]})) as marketplace:
                run = agr(*args, env=marketplace.env())
                self.assertEqual(run.code, 0, str(run))
                for bad in ("\x1b", "\x07", "\r", "\u202e"):
                    self.assertNotIn(bad, run.out)


class Restart(unittest.TestCase):
    def test_a_killed_emulator_finds_its_world_again(self):
        with Home() as home, Emulator(data=home.path / "world.db") as emulator:
            hired = agr("hire", "did:example:alice", "Summarize this.", "--capability", "summarizing", "--price", "2.00", "--json",
                        env=emulator.env())
            self.assertEqual(hired.code, 0, str(hired))
            emulator.kill()
            down = agr("balance", "--json", env=emulator.env())
            self.assertEqual(down.code, 69, str(down))
            token = emulator.user_token
            emulator.start()
            self.assertEqual(emulator.user_token, token)
            self.assertEqual(emulator.hiring(hired.json["id"])["id"], hired.json["id"])
            self.assertTrue(emulator.books()["balanced"])


if __name__ == "__main__":
    unittest.main()
