# SPDX-License-Identifier: MIT
"""serve-agent over TLS, in both directions: its webhook listener, and its stream to a marketplace behind TLS."""

import http.client
import json
import pathlib
import shutil
import signal
import socket
import ssl
import threading
import unittest
import warnings

from authority import Authority, openssl
from harness import wait_until
from serve_webhook_test import SECRET, Hooked


class Listener(unittest.TestCase):
    def setUp(self):
        self.rig = Hooked()
        self.addCleanup(self.rig.__exit__)
        self.authority = Authority(self.rig.home.path / "authority")
        self.certificate, self.key = self.authority.issue("listener")

    def serve(self):
        worker = self.rig.alone("--webhook-cert", self.certificate, "--webhook-key", self.key)
        self.assertEqual(self.rig.url.scheme, "https")
        return worker

    def ask(self, method="POST", body=None, **tls):
        context = ssl.create_default_context(cafile=self.authority.certificate)
        for name, value in tls.items():
            setattr(context, name, value)
        connection = http.client.HTTPSConnection("localhost", self.rig.url.port, timeout=20, context=context)
        try:
            connection.request(method, self.rig.url.path, body, {"Authorization": f"ApiKey {SECRET}"})
            proof = connection.sock.getpeercert()["subject"][0][0][1]
            return connection.getresponse().status, proof
        finally:
            connection.close()

    def test_a_hiring_over_tls(self):
        worker = self.serve()
        hiring_id = self.rig.hire()
        self.assertEqual(self.ask("HEAD"), (200, "listener"))
        self.assertEqual(self.ask(body=json.dumps({"hiring_id": hiring_id})), (200, "listener"))
        self.rig.wait_for_end(hiring_id)
        self.assertEqual(self.ask(body=b"x" * (1 << 20))[0], 400)
        self.assertEqual(self.ask(body=b"x" * ((1 << 20) + 1))[0], 413)
        self.assertEqual(self.ask("HEAD", maximum_version=ssl.TLSVersion.TLSv1_2)[0], 200)
        self.assertTrue(worker.running)

    def test_old_versions_and_no_tls_are_turned_away(self):
        self.serve()
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore"):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection(("localhost", self.rig.url.port)) as wire, self.assertRaises(OSError):
            old.wrap_socket(wire)
        for data in (b"POST / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"x" * 70_000):
            with socket.create_connection(("localhost", self.rig.url.port), timeout=20) as wire:
                wire.sendall(data)
                try:
                    self.assertNotIn(b"HTTP/1.1", wire.recv(1000))
                except ConnectionError:
                    pass
        self.assertEqual(self.ask("HEAD")[0], 200)

    def test_hup_takes_the_renewed_certificate_and_refuses_a_bad_one(self):
        worker = self.serve()
        renewed, key = self.authority.issue("renewed")
        shutil.copy(renewed, self.certificate)
        worker.signal(signal.SIGHUP)  # the new certificate with the old key
        worker.wait_for("reload_failed")
        self.assertEqual(self.ask("HEAD"), (200, "listener"))
        shutil.copy(key, self.key)
        worker.signal(signal.SIGHUP)
        worker.wait_for("reloaded")
        self.assertEqual(self.ask("HEAD"), (200, "renewed"))

    def refused(self, code, said, *options):
        worker = self.rig.worker("--webhook", "0", *options, env={"AGR_WEBHOOK_SECRET": SECRET})
        self.assertEqual(worker.wait(), code, worker)
        self.assertIn(said, str(worker))
        self.assertEqual(worker.seen("ready"), [])

    def test_links_are_followed_as_those_who_renew_set_them(self):
        for name in ("certificate", "key"):
            link = self.rig.home.path / f"live.{name}"
            link.symlink_to(getattr(self, name))
            setattr(self, name, link)
        self.serve()
        self.assertEqual(self.ask("HEAD"), (200, "listener"))

    def test_what_cannot_be_a_certificate(self):
        garbage = self.rig.home.path / "garbage"
        garbage.write_text("-----BEGIN NOTHING-----")
        garbage.chmod(0o600)
        _, other = self.authority.issue("other")
        locked = self.rig.home.path / "locked.key"
        openssl("ec", "-in", self.key, "-aes256", "-passout", "pass:x", "-out", locked)
        locked.chmod(0o600)
        for certificate, key, code in ((self.certificate, other, 78), (garbage, self.key, 78), (self.certificate, garbage, 78),
                                       (self.certificate, locked, 78), (self.certificate, self.rig.home.path / "none", 78)):
            with self.subTest(certificate=certificate, key=key):
                self.refused(code, "agr: ", "--webhook-cert", certificate, "--webhook-key", key)
        self.key.chmod(0o640)
        self.refused(78, "chmod 600", "--webhook-cert", self.certificate, "--webhook-key", self.key)
        self.refused(64, "go together", "--webhook-cert", self.certificate)

    def test_a_listener_needs_a_secret(self):
        worker = self.rig.worker("--webhook", "0")
        self.assertEqual(worker.wait(), 78, worker)
        self.assertIn("webhook_secret", str(worker))


class Front:
    """The emulator behind TLS: what it says goes through unchanged."""

    def __init__(self, port, certificate, key):
        self.target = ("127.0.0.1", port)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            with self.tls.wrap_socket(client, server_side=True) as inside, socket.create_connection(self.target) as outside:
                up = threading.Thread(target=self._copy, args=(inside, outside), daemon=True)
                up.start()
                self._copy(outside, inside)
        except OSError:
            pass

    def _copy(self, source, target):
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except (OSError, ValueError):
            pass

    def close(self):
        self.listener.close()


class Stream(unittest.TestCase):
    def test_a_marketplace_behind_tls(self):
        with Hooked("--probe", "strict") as rig:
            authority = Authority(pathlib.Path(rig.home.path) / "authority")
            status, _ = rig.emulator.request("PATCH", "/__emulator/agrenting/settings", {"relative_endpoint": True})
            self.assertEqual(status, 200)
            front = Front(rig.emulator.port, *authority.issue("front"))
            self.addCleanup(front.close)
            worker = rig.worker(through=front, env={"SSL_CERT_FILE": str(authority.certificate)})
            worker.wait_for("ready")
            hiring_id = rig.hire()
            self.assertEqual(rig.wait_for_end(hiring_id)["status"], "completed", worker)
            self.assertEqual(rig.runs(hiring_id), 1)
            worker.stop()
            stranger = rig.worker(through=front)
            wait_until(lambda: stranger.seen("reconnecting"), "the refusal")
            self.assertIn("is not trusted", stranger.seen("reconnecting")[0]["text"])
            self.assertEqual(stranger.seen("ready"), [])


if __name__ == "__main__":
    unittest.main()
