# SPDX-License-Identifier: MIT
"""Hirings that come by webhook: from the marketplace, from a stranger, and beside the stream and the poll."""

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import random
import signal
import socket
import time
import unittest
import urllib.parse

from harness import Emulator, wait_until
from serve_fleet_test import Fleet, all_ready
from serve_rig import Rig

SECRET = "hook/secret+with=signs"
SIGNING = "another-secret-that-signs"
ROUNDS = int(os.environ.get("AGR_KILL_ROUNDS", "8"))


class Hooked(Rig):
    """A worker with a webhook listener. Hires need no answer to a probe, unless told otherwise."""

    def __init__(self, *options, body=""):
        super().__init__(body, options=options or ("--probe", "off"))

    def serve(self, *options, env=None, secrets=None):
        worker = self.worker("--webhook", "0", *options,
                             env={**(secrets or {"AGR_WEBHOOK_SECRET": SECRET}), **(env or {})})
        self.url = urllib.parse.urlsplit(worker.wait_for("webhook")["text"])
        worker.wait_for("ready")
        return worker

    def alone(self, *options, **more):
        """No stream, and no poll during the test."""
        return self.serve("--no-stream", "--poll-interval", "3600", *options, **more)

    def register(self, **metadata):
        """Has the marketplace post to the worker."""
        agent = self.emulator.agent()
        status, body = self.emulator.request(
            "PATCH", f"/api/v1/agents/{agent['id']}",
            {"agent": {"metadata": {"callback_url": self.url.geturl(), **metadata}}}, {"X-API-Key": agent["api_key"]})
        assert status == 200, body

    def ask(self, method="POST", body=None, headers=None, path=None, timeout=20):
        """The status and the JSON of the answer to one request."""
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=timeout)
        try:
            data = json.dumps(body).encode() if isinstance(body, dict) else body
            connection.request(method, path or self.url.path, data,
                               {"Content-Type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def dispatch(self, hiring_id, **more):
        return self.ask(body={"hiring_id": hiring_id, "task": {"description": "lies"}, "price": "1000000.00", **more},
                        headers={"Authorization": f"ApiKey {SECRET}"})


class Marketplace(unittest.TestCase):
    """The emulator sends the webhooks."""

    def check_one(self, rig, worker):
        hiring_id = rig.hire("count to three")
        self.assertEqual(rig.wait_for_end(hiring_id)["status"], "completed")
        self.assertEqual(rig.runs(hiring_id), 1, worker)
        self.assertTrue(rig.emulator.books()["balanced"])
        self.assertNotIn(SECRET, str(worker))
        self.assertNotIn(SIGNING, str(worker))
        return hiring_id

    def test_webhooks_alone_will_do(self):
        with Hooked("--probe", "strict") as rig:
            worker = rig.alone()
            rig.register(callback_auth_header=f"Authorization: ApiKey {SECRET}")
            self.check_one(rig, worker)
            self.assertEqual(worker.seen("webhook_refused"), [])

    def test_a_signature_will_do(self):
        with Hooked() as rig:
            worker = rig.alone(secrets={"AGR_WEBHOOK_SIGNING_SECRET": SIGNING})
            rig.register(webhook_secret=SIGNING)
            self.check_one(rig, worker)

    def test_both_when_both_are_wanted(self):
        with Hooked() as rig:
            worker = rig.alone(secrets={"AGR_WEBHOOK_SECRET": SECRET, "AGR_WEBHOOK_SIGNING_SECRET": SIGNING})
            rig.register(webhook_secret=SIGNING)
            hiring_id = rig.hire()
            worker.wait_for("webhook_refused")
            self.assertEqual(rig.runs(hiring_id), 0)
            status, _ = rig.emulator.request("POST", f"/api/v1/hirings/{hiring_id}/cancel", {},
                                             {"Authorization": f"Bearer {rig.emulator.user_token}"})
            self.assertEqual(status, 200)
            rig.register(webhook_secret=SIGNING, callback_auth_header=f"X-Own-Key: {SECRET}")
            self.check_one(rig, worker)

    def test_stream_and_webhook_and_poll_run_a_hiring_once(self):
        with Hooked() as rig:
            worker = rig.serve("--poll-interval", "0.05")
            rig.register(callback_auth_header=f"Authorization: Bearer {SECRET}")
            hirings = [self.check_one(rig, worker) for _ in range(12)]
            for hiring_id in hirings:
                self.assertEqual(rig.dispatch(hiring_id), (200, {"status": "accepted"}))
            self.assertEqual([rig.runs(hiring_id) for hiring_id in hirings], [1] * 12)
            self.assertEqual(len(worker.seen("hiring")), 12)
            self.assertEqual(worker.stop(), 0)

    def test_a_retried_hiring_runs_again(self):
        with Hooked() as rig:
            rig.handler = rig.home.script(
                "handler", f"#!/bin/sh\necho $AGR_HIRING_ID >>{rig.runs_file}\n"
                           f'[ "$(grep -c $AGR_HIRING_ID {rig.runs_file})" -ge 2 ] || exit 3\necho done $AGR_ATTEMPT\n')
            worker = rig.alone()
            rig.register(callback_auth_header=f"Authorization: ApiKey {SECRET}")
            hiring_id = rig.hire()
            self.assertEqual(rig.wait_for_end(hiring_id)["status"], "failed")
            worker.wait_for("submitted", hiring_id)
            self.assertEqual(rig.dispatch(hiring_id)[0], 200)  # late news of the first dispatch
            self.assertEqual(rig.runs(hiring_id), 1)
            status, body = rig.emulator.request("POST", f"/api/v1/hirings/{hiring_id}/retry", {},
                                                {"Authorization": f"Bearer {rig.emulator.user_token}"})
            self.assertIn(status, (200, 201), body)
            hiring = wait_until(lambda: (h := rig.hiring(hiring_id))["status"] == "completed" and h, "the second run")
            self.assertEqual(hiring["task_output"]["text"], "done 2\n")
            self.assertEqual(rig.runs(hiring_id), 2)


class Told(unittest.TestCase):
    """The test itself sends the webhooks."""

    def test_only_the_id_is_believed(self):
        with Hooked(body="cat") as rig:
            rig.alone()
            hiring_id = rig.hire("count to three")
            self.assertEqual(rig.dispatch(hiring_id, worker_matrix_id="@w:host"), (200, {"status": "accepted"}))
            told = json.loads(rig.wait_for_end(hiring_id)["task_output"]["text"].rsplit("\n", 2)[0])
            self.assertEqual(told["task_description"], "count to three")
            self.assertEqual(told["price"], "2.00")
            self.assertEqual(told["worker_matrix_id"], "@w:host")
            self.assertNotIn("lies", str(told))

    def test_what_the_marketplace_does_not_show_is_not_begun(self):
        with Hooked() as rig:
            worker = rig.alone()
            self.assertEqual(rig.dispatch("00000000-0000-4000-8000-000000000000")[0], 503)
            worker.wait_for("webhook_refused")
            hiring_id = rig.hire()
            rig.emulator.request("POST", f"/api/v1/hirings/{hiring_id}/cancel", {},
                                 {"Authorization": f"Bearer {rig.emulator.user_token}"})
            self.assertEqual(rig.dispatch(hiring_id)[0], 200)
            self.assertEqual(worker.seen("hiring"), [])

    def test_a_marketplace_that_cannot_be_asked_is_asked_to_say_it_again(self):
        with Hooked() as rig:
            rig.alone()
            hiring_id = rig.hire()
            rig.emulator.process.signal(signal.SIGSTOP)
            try:
                answer = http.client.HTTPConnection(rig.url.hostname, rig.url.port, timeout=120)
                answer.request("POST", rig.url.path, json.dumps({"hiring_id": hiring_id}),
                               {"Content-Type": "application/json", "Authorization": SECRET})
                time.sleep(0.3)
                self.assertEqual(rig.ask("HEAD")[0], 200)  # nobody else waits for it
                self.assertEqual(rig.runs(hiring_id), 0)
            finally:
                rig.emulator.process.signal(signal.SIGCONT)
            self.assertEqual(answer.getresponse().status, 200)
            answer.close()
            rig.wait_for_end(hiring_id)
            self.assertEqual(rig.runs(hiring_id), 1)
            rig.emulator.kill()
            self.assertEqual(rig.dispatch("h2")[0], 503)

    def test_a_replay_starts_nothing_even_where_the_journal_is_lost(self):
        with Hooked() as rig:
            worker = rig.alone()
            hiring_id = rig.hire()
            self.assertEqual(rig.dispatch(hiring_id)[0], 200)
            rig.wait_for_end(hiring_id)
            worker.wait_for("submitted", hiring_id)
            self.assertEqual([rig.dispatch(hiring_id)[0] for _ in range(5)], [200] * 5)
            worker.stop()
            rig.alone(env={"AGR_STATE": str(rig.home.path / "other")})
            self.assertEqual(rig.dispatch(hiring_id)[0], 200)
            self.assertEqual(rig.runs(hiring_id), 1)

    def test_killed_between_journal_and_answer(self):
        rng = random.Random(5)
        with Hooked(body="sleep 0.1") as rig:
            answered = 0
            for _ in range(ROUNDS):
                worker = rig.alone()
                hiring_id = rig.hire()
                with socket.create_connection((rig.url.hostname, rig.url.port)) as wire:
                    body = json.dumps({"hiring_id": hiring_id}).encode()
                    wire.sendall(f"POST {rig.url.path} HTTP/1.1\r\nHost: x\r\nAuthorization: {SECRET}\r\n"
                                 f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
                    wire.settimeout(rng.random() * 0.02)
                    try:
                        said = wire.recv(100)
                    except OSError:
                        said = b""
                    worker.kill()
                is_safe = b" 200 " in said
                answered += is_safe
                worker = rig.alone()
                if is_safe:  # then it is here without being said again
                    worker.wait_for("recovered", hiring_id)
                else:
                    self.assertEqual(rig.dispatch(hiring_id)[0], 200)
                self.assertEqual(rig.wait_for_end(hiring_id)["status"], "completed", rig.story())
                self.assertEqual(rig.runs(hiring_id), 1, rig.story())
                worker.wait_for("submitted", hiring_id)
                worker.kill()
            self.assertTrue(rig.emulator.books()["balanced"])
            print(f"{answered} of {ROUNDS} were answered before the kill")

    def test_while_draining(self):
        with Hooked(body="sleep 1") as rig:
            worker = rig.alone()
            self.assertEqual(rig.ask("GET"), (200, {"status": "ok"}))
            first = rig.hire()
            self.assertEqual(rig.dispatch(first)[0], 200)
            worker.wait_for("started")
            worker.signal(signal.SIGTERM)
            worker.wait_for("draining")
            self.assertEqual(rig.dispatch("h2")[0], 503)
            self.assertEqual(rig.dispatch(first)[0], 200)
            self.assertEqual(rig.ask("HEAD")[0], 200)  # health checks of what runs
            self.assertEqual(worker.wait(), 0)
            self.assertEqual(rig.status(first), "completed")

    def test_ready_without_a_stream_is_the_truth(self):
        with Hooked() as rig:
            worker = rig.worker("--no-stream", "--webhook", "0", "--poll-interval", "0.1", "--health", "0",
                                env={"AGR_WEBHOOK_SECRET": SECRET})
            health = urllib.parse.urlsplit(worker.wait_for("health")["text"])

            def ready():
                with contextlib.closing(http.client.HTTPConnection(health.hostname, health.port, timeout=20)) as connection:
                    connection.request("GET", "/ready")
                    return connection.getresponse().status == 200
            wait_until(ready, "the first list")
            rig.emulator.process.signal(signal.SIGKILL)
            wait_until(lambda: not ready(), "the news")
            worker.wait_for("reconnecting")
            rig.emulator.start()
            wait_until(ready, "the list after the restart")
            self.assertGreaterEqual(len(worker.seen("ready")), 2)


class Strangers(unittest.TestCase):
    """What anybody on the Internet may send."""

    def test_nobody_unknown_is_believed_and_nothing_of_them_is_logged(self):
        with Hooked() as rig:
            worker = rig.alone()
            body = json.dumps({"hiring_id": "h1", "mark": "MARKED-BODY"}).encode()
            good = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
            bad = base64.b64encode(hmac.new(b"MARKED-KEY", body, hashlib.sha256).digest()).decode()
            for headers, status in (({}, 401), ({"Authorization": "ApiKey MARKED-KEY"}, 401),
                                    ({"Authorization": f"ApiKey {SECRET[:-1]}"}, 401),
                                    ({"Authorization": ""}, 401), ({"X-Webhook-Signature": bad}, 401),
                                    ({"X-Webhook-Signature": good[:-4]}, 401),
                                    ({"X-Webhook-Signature": good}, 503), ({"X-Api-Key": SECRET}, 503),
                                    ({"Authorization": f"bearer {SECRET}", "Content-Type": "text/plain"}, 415)):
                with self.subTest(headers=headers):
                    self.assertEqual(rig.ask(body=body, headers=headers)[0], status)
            key = {"Authorization": SECRET}
            for method, path, body, status in (
                    ("POST", "/nowhere", b"{}", 404), ("POST", "/hooks/bob", b"{}", 404), ("GET", "/", None, 200),
                    ("HEAD", "/webhook/agrenting/hiring?x", None, 200), ("GET", "/health", None, 200),
                    ("POST", "/health", b"{}", 405), ("PUT", None, b"{}", 405), ("DELETE", None, None, 405),
                    ("POST", None, b"", 400), ("POST", None, b"{", 400), ("POST", None, b"\xff\x00", 400),
                    ("POST", None, b'{"hiring_id":"a\x00b"}', 400), ("POST", None, b"[" * 100_000, 400),
                    ("POST", None, b'{"challenge":"x"}', 422), ("POST", None, b'{"hiring_id":"../../x"}', 422),
                    ("POST", None, b'{"hiring_id":{"$gt":""}}', 422)):
                with self.subTest(method=method, path=path, body=body and body[:30]):
                    self.assertEqual(rig.ask(method, body, key, path)[0], status)
            self.assertEqual(worker.seen("hiring"), [])
            for word in ("MARKED", SECRET, "challenge"):
                self.assertNotIn(word, str(worker))
            # A flood of refusals is a line each kind and minute.
            self.assertEqual(len([e for e in worker.seen("webhook_refused") if e["status"] == 401]), 1)

    def raw(self, rig, data, end=False):
        """What is answered to these bytes."""
        with socket.create_connection((rig.url.hostname, rig.url.port), timeout=20) as wire:
            try:
                wire.sendall(data)
                if end:
                    wire.shutdown(socket.SHUT_WR)
                answer = b""
                while piece := wire.recv(65536):
                    answer += piece
            except ConnectionError:
                return b""
            return answer

    def test_bytes_that_are_hardly_http(self):
        with Hooked() as rig:
            worker = rig.alone()
            path = rig.url.path
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {SECRET}\r\n".encode()
            for data, status in (
                    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), 400), (b"\0\0\0\0\r\n\r\n", 400),
                    (b"GET / HTTP/9.9\r\n\r\n", 400), (head + b"Content-Length: x\r\n\r\n", 400),
                    (head + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
                    (head + b"X: " + b"y" * 20_000 + b"\r\n\r\n", 431),
                    (head + b"Content-Length: 99999999999\r\n\r\n", 413),
                    (head + b"Transfer-Encoding: chunked\r\n\r\n" + b"fffff\r\n" + b"x" * 0xfffff + b"\r\n" + b"fff\r\n" + b"x" * 0xfff + b"\r\n", 413),
                    (head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
                    (head + b"Transfer-Encoding: chunked\r\n\r\n6\r\n{\"id\":\r\n6\r\n\"../\"}\r\n0\r\n\r\n", 422),
                    (head + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", 422)):
                with self.subTest(data=data[:120]):
                    self.assertIn(f"HTTP/1.1 {status} ".encode(), self.raw(rig, data))
            for data in (b"", b"POST", head, head + b"Content-Length: 100\r\n\r\n{\"hiring_id\":"):
                with self.subTest(data=data[:80]):
                    self.assertEqual(self.raw(rig, data, end=True), b"")
            self.assertEqual(rig.ask("HEAD")[0], 200)
            self.assertEqual(worker.seen("hiring"), [])

    def test_a_thousand_at_a_time(self):
        with Hooked() as rig:
            rig.alone()
            address = (rig.url.hostname, rig.url.port)
            crowd = [socket.create_connection(address, timeout=60) for _ in range(1000)]
            try:
                for number, wire in enumerate(crowd):
                    wire.sendall(b"HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n" if number % 2 else
                                 b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
                answers = [wire.recv(12) for wire in crowd]
                self.assertEqual(answers.count(b"HTTP/1.1 200"), 500)
                self.assertEqual(answers.count(b"HTTP/1.1 401"), 500)
            finally:
                for wire in crowd:
                    wire.close()
            hiring_id = rig.hire()
            self.assertEqual(rig.dispatch(hiring_id)[0], 200)

    def test_who_sends_nothing_does_not_stay(self):
        with Hooked() as rig:
            worker = rig.alone()
            address = (rig.url.hostname, rig.url.port)
            crowd = [socket.create_connection(address, timeout=60) for _ in range(300)]
            try:
                for wire in crowd[::2]:
                    wire.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nslowly")
                self.assertEqual(rig.ask("HEAD", timeout=60)[0], 200)
                self.assertEqual(crowd[0].recv(10), b"")
                descriptors = len(os.listdir(f"/proc/{worker.pid}/fd"))
                self.assertLess(descriptors, 300)
            finally:
                for wire in crowd:
                    wire.close()


class Agents(unittest.TestCase):
    def test_each_has_its_address_and_its_secret(self):
        with Fleet(2, Emulator("--probe", "off")) as fleet:
            rig = Hooked.__new__(Hooked)
            rig.emulator = fleet.emulator
            agents = [{**agent, "webhook_secret": f"secret of {agent['name']}"} for agent in fleet.agents]
            fleet.configure(agents, fleet.home.script("handler", "#!/bin/sh\necho $AGR_HIRING_ID\n"))
            worker = fleet.worker("--webhook", "0", "--no-stream", "--poll-interval", "3600")
            all_ready(worker, 2)
            rig.url = urllib.parse.urlsplit(worker.seen("webhook")[0]["text"])
            hiring_id = fleet.hire(fleet.agents[0])
            body = {"hiring_id": hiring_id, "agent_id": fleet.agents[0]["id"]}
            for path, secret, status in (("/hooks/agent0", "secret of agent1", 401), ("/hooks/agent1", "secret of agent0", 401),
                                         ("/hooks/agent1", "secret of agent1", 422), ("/", "secret of agent0", 404),
                                         ("/hooks/agent2", "secret of agent0", 404)):
                with self.subTest(path=path, secret=secret):
                    self.assertEqual(rig.ask(body=body, path=path, headers={"Authorization": "ApiKey " + secret})[0], status)
            # Not even without the agent's id: the marketplace does not show it to the other one.
            self.assertEqual(rig.ask(body={"hiring_id": hiring_id}, path="/hooks/agent1",
                                     headers={"Authorization": "ApiKey secret of agent1"})[0], 503)
            self.assertEqual(rig.ask(body=body, path="/hooks/agent0",
                                     headers={"Authorization": "ApiKey secret of agent0"})[0], 200)
            self.assertEqual(fleet.ended(hiring_id)["status"], "completed")
            # A changed secret counts after HUP.
            agents[1]["webhook_secret"] = "changed"
            fleet.configure(agents, "/bin/cat")
            worker.signal(signal.SIGHUP)
            worker.wait_for("reloaded")
            hiring_id = fleet.hire(fleet.agents[1])
            for secret, status in (("secret of agent1", 401), ("changed", 200)):
                self.assertEqual(rig.ask(body={"hiring_id": hiring_id}, path="/hooks/agent1",
                                         headers={"Authorization": "ApiKey " + secret})[0], status)
            self.assertEqual(fleet.ended(hiring_id)["status"], "completed")
            # And one who has none is not taken up.
            del agents[1]["webhook_secret"]
            fleet.configure(agents, "/bin/cat")
            worker.signal(signal.SIGHUP)
            worker.wait_for("reload_failed")


if __name__ == "__main__":
    unittest.main()
