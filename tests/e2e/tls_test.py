# SPDX-License-Identifier: MIT
"""Whom agr trusts over TLS: real handshakes with servers that prove themselves well or badly."""

import http.server
import ssl
import threading
import unittest

from authority import Authority
from harness import Home, agr


class Page(http.server.BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        type(self).asked += 1
        body = b'{"data": []}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """Answers everything with an empty list, over TLS."""

    def __init__(self, certificate, key, **versions):
        super().__init__(("127.0.0.1", 0), Page)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        for name, version in versions.items():
            setattr(tls, name, version)
        self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.url = f"https://localhost:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        pass

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Trust(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = Home()
        cls.authority = Authority(cls.home.path / "authority")
        cls.good = cls.authority.issue("good")

    @classmethod
    def tearDownClass(cls):
        cls.home.remove()

    def ask(self, server, **env):
        return agr("agents", "list", "--json", "--max-wait", "0", home=self.home,
                   env={"AGRENTING_URL": server.url, "AGRENTING_API_KEY": "ap_" + "x" * 43, **env})

    def test_an_authority_the_environment_names(self):
        with Server(*self.good) as server:
            for env in ({"SSL_CERT_FILE": str(self.authority.certificate)}, {"CURL_CA_BUNDLE": str(self.authority.certificate)},
                        {"SSL_CERT_DIR": str(self.authority.hashed())}):
                with self.subTest(env=env):
                    run = self.ask(server, **env)
                    self.assertEqual(run.code, 0, run)
                    self.assertEqual(run.json, [])

    def refused(self, server, hint, **env):
        before = Page.asked
        run = self.ask(server, **env)
        self.assertEqual(run.code, 69, run)
        self.assertIn("the certificate of localhost", run.error["message"])
        self.assertIn(hint, run.error["hint"], run)
        self.assertFalse(run.error["retryable"], run)
        self.assertEqual(Page.asked, before)  # no request, so no key, reached it
        self.assertNotIn("ap_xxx", str(run))

    def test_who_is_not_trusted(self):
        trusted = {"SSL_CERT_FILE": str(self.authority.certificate)}
        other = Authority(self.home.path / "other")
        with Server(*self.good) as server:
            self.refused(server, "SSL_CERT_FILE")
            self.refused(server, "SSL_CERT_FILE", SSL_CERT_FILE=str(other.certificate))
        with Server(other.certificate, other.folder / "authority.key") as server:
            self.refused(server, "SSL_CERT_FILE", **trusted)  # signed by itself
        with Server(*self.authority.issue("elsewhere", host="DNS:elsewhere.example")) as server:
            self.refused(server, "another service's", **trusted)
        with Server(*self.authority.issue("old", days=-1)) as server:
            self.refused(server, "clock", **trusted)

    def test_authorities_that_cannot_be_read(self):
        with Server(*self.good) as server:
            run = self.ask(server, SSL_CERT_FILE=str(self.home.path / "nowhere.pem"))
            self.assertEqual(run.code, 69, run)
            self.assertIn("SSL_CERT_FILE", run.error["hint"], run)

    def test_a_server_that_speaks_no_tls(self):
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as plain:
            threading.Thread(target=plain.serve_forever, daemon=True).start()
            plain.url = f"https://localhost:{plain.server_address[1]}"
            plain.handle_error = lambda *_: None
            run = self.ask(plain, SSL_CERT_FILE=str(self.authority.certificate))
            self.assertEqual(run.code, 69, run)
            plain.shutdown()


if __name__ == "__main__":
    unittest.main()
