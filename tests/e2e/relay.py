# SPDX-License-Identifier: MIT
"""https://agrenting.com on this machine: a proxy that answers CONNECT to that name with a certificate of its own
and hands what it decrypts to the emulator. So that a printed command or program runs as it stands, with the
usual variables (https_proxy, CURL_CA_BUNDLE, REQUESTS_CA_BUNDLE) as the only difference."""

import pathlib
import socket
import ssl
import subprocess
import threading

NAME = "agrenting.com"


class Relay:
    def __init__(self, url, folder):
        self.target = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
        self.certificate = pathlib.Path(folder) / "agrenting.pem"
        key = pathlib.Path(folder) / "agrenting.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
                        "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", key, "-out", self.certificate],
                       check=True, capture_output=True)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.certificate, key)
        self.server = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()

    def env(self):
        proxy = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        return {"https_proxy": proxy, "HTTPS_PROXY": proxy, "CURL_CA_BUNDLE": str(self.certificate),
                "REQUESTS_CA_BUNDLE": str(self.certificate)}

    def _accept(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            chunk = connection.recv(4096)
            if not chunk:
                return connection.close()
            head += chunk
        if not head.startswith(f"CONNECT {NAME}:443 ".encode()):
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return connection.close()
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        # The emulator answers to names of this machine only.
        host = b"%s:%d" % (self.target[0].encode(), self.target[1])
        try:
            with self.tls.wrap_socket(connection, server_side=True) as client, \
                    socket.create_connection(self.target) as upstream:
                back = threading.Thread(target=self._pump, args=(upstream, client), daemon=True)
                back.start()
                self._pump(client, upstream, lambda data: data.replace(b"Host: " + NAME.encode(), b"Host: " + host))
                back.join()
        except OSError:
            connection.close()

    @staticmethod
    def _pump(source, sink, change=lambda data: data):
        try:
            while data := source.recv(65536):
                sink.sendall(change(data))
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
