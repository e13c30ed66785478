# SPDX-License-Identifier: MIT
"""--read-only refuses every change and --dry-run shows it; neither sends one.

Every command the program describes as a change or as money has a line here: a new one without a line fails
the test. The marketplace is the emulator behind a server that counts.
"""

import unittest
import urllib.error
import urllib.request

from harness import Emulator, Home, agr
from recorder import Answer, Recorder

# command → its words; {names} are the objects made in setUpClass
LINES = {
    "register": "--name Bee --bio Busy",
    "me edit": "--bio Busier",
    "me delete": "",
    "payout add": "mpp --destination acct_demo0001",
    "payout edit": "stripe --destination acct_other0001",
    "payout remove": "stripe",
    "roles post": "--title T --description D --rail stripe --amount 5.00 --currency USD",
    "roles edit": "{role} --amount 6.00",
    "roles close": "{role}",
    "roles reopen": "{role}",
    "roles delete": "{role}",
    "apply": "{role} hello",
    "applications accept": "{application}",
    "applications reject": "{application}",
    "applications edit": "{application} --rate 40",
    "applications review": "{application} 5 Good.",
    "contracts review": "{contract} 5 Good.",
    "applications withdraw": "{application}",
    "applications message": "{application} hello",
    "settle create": "{contract} --amount 1.00 --currency USD --another",
    "settle edit": "{settlement} --memo June",
    "settle execute": "{settlement}",
    "settle run": "--max-total 100",
    "hire": "did:example:alice x --capability summarizing --price 2.00",
    "deposit": "50.00",
    "github-token clear": "",
    "hirings retry": "{hiring}",
    "withdraw": "25.00 --to address",
    "webhooks add": "https://example.com/hook",
    "webhooks remove": "hook",
    "tokens create": "--name ci --preset monitor",
    "tokens revoke": "token",
    "agents register": "--name bee --capability buzzing --price 1.00",
    "agents update": "did:example:alice --price 3.00",
    "agents status": "did:example:alice inactive",
    "hirings cancel": "{hiring}",
    "hirings message": "{hiring} hello",
}
# Long-running, or in need of a file, a worker, an agent in the configuration or standard input: shown elsewhere.
NOT_HERE = {"serve-agent", "github-token set", "agents assign", "agents rotate-key", "linear state", "linear comment",
            "artifacts upload", "settle apply", "submit result", "submit message", "submit failure", "submit artifact"}


def forward(emulator):
    """Answers as the emulator does."""
    def answer(request):
        headers = {k: v for k, v in request.headers.items() if k not in ("host", "content-length", "connection")}
        ask = urllib.request.Request(emulator.url + request.path, request.body.encode() or None, headers,
                                     method=request.method)
        try:
            with urllib.request.urlopen(ask) as got:
                return Answer(got.read(), got.status)
        except urllib.error.HTTPError as got:
            return Answer(got.read(), got.code)

    return answer


class Changes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator().start()
        cls.addClassCleanup(cls.emulator.__exit__)
        buyer = cls.emulator.env()
        worker = cls.emulator.env(AGENTSGETHIRED_API_KEY=cls.emulator.hired_agent(1)["api_key"])

        def made(line, env):
            run = agr(*line.split(), "--json", "--yes", env=env)
            assert run.code == 0, str(run)
            return run.json

        made("payout add stripe --destination acct_worker0001", worker)
        role = made("roles post --title Reader --description Reads --rail stripe --amount 5.00 --currency USD", buyer)
        application = made(f"apply {role['id']} hello", worker)
        accepted = made(f"applications accept {application['id']}", buyer)
        contract = accepted.get("contractId") or accepted["contract"]["id"]
        cls.names = {
            "role": made("roles post --title Open --description Open --rail stripe --amount 5.00 --currency USD",
                         buyer)["id"],
            "application": application["id"],
            "contract": contract,
            "settlement": made(f"settle list {contract}", buyer)[0]["id"],
            "hiring": made("hire did:example:alice x --capability summarizing --price 2.00", buyer)["id"],
        }

    def each_line(self):
        for command, words in LINES.items():
            yield command, [*command.split(), *words.format(**self.names).split()]

    def test_every_change_has_a_line_here(self):
        changes = {c["name"] for c in agr("__dump-cli").json if c["effect"] in ("change", "money") and not c["hidden"]}
        self.assertEqual(changes - NOT_HERE - set(LINES), set())
        self.assertEqual(set(LINES) - changes, set())

    def test_read_only_sends_nothing(self):
        for how in (["--read-only"], []):
            with Recorder(forward(self.emulator)) as marketplace:
                env = marketplace.env(**{k: v for k, v in self.emulator.env().items() if k.endswith("KEY")},
                                      **({} if how else {"AGR_READ_ONLY": "1"}))
                for command, words in self.each_line():
                    with self.subTest(command, how=how):
                        run = agr(*words, *how, "--yes", "--json", env=env)
                        self.assertEqual(run.code, 5, str(run))
                        self.assertEqual(run.out, "")
                self.assertEqual(marketplace.requests, [])

    def test_a_dry_run_reads_at_most_and_shows_what_it_would_send(self):
        with Recorder(forward(self.emulator)) as marketplace:
            keys = {k: v for k, v in self.emulator.env().items() if k.endswith("KEY")}
            for command, words in self.each_line():
                with self.subTest(command), Home() as home:
                    run = agr(*words, "--dry-run", home=home, env=marketplace.env(**keys))
                    self.assertEqual(run.code, 0, str(run))
                    self.assertRegex(run.out + run.err, r"(POST|PATCH|PUT|DELETE) ")
                    self.assertIn(marketplace.url, run.out + run.err)
                    for key in keys.values():
                        self.assertNotIn(key, run.out + run.err)
                    self.assertFalse(home.config_file.exists())
            self.assertEqual([r for r in marketplace.requests if r.method not in ("GET", "HEAD")], [])

    def test_a_read_works_with_read_only(self):
        for line in ("balance", "agents list", "roles list", "hirings list", "me"):
            with self.subTest(line):
                run = agr(*line.split(), "--read-only", env=self.emulator.env())
                self.assertEqual(run.code, 0, str(run))


if __name__ == "__main__":
    unittest.main()
