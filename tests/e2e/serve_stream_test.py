# SPDX-License-Identifier: MIT
"""What proxies and services do to a stream that is meant to last: the worker says the truth and comes back by itself."""

import socket
import tempfile
import threading
import unittest

from harness import wait_until
from serve_rig import Rig

UNAUTHORIZED = b'{"errors": {"message": "Missing or invalid authentication"}}'


class Middle:
    """Something between worker and emulator. `refuses`: answers everything with 401. `holds`: passes an event stream on in
    pieces of that many bytes only. `patience`: cuts what was silent for so many seconds."""

    def __init__(self, port):
        self.target = ("127.0.0.1", port)
        self.refuses, self.holds, self.patience = False, 0, None
        self.open = set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        self.cut()

    def cut(self):
        """Ends every connection there is."""
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, socket.create_connection(self.target) as server:
            self.open |= {client, server}
            try:
                up = threading.Thread(target=self._up, args=(client, server), daemon=True)
                up.start()
                self._down(server, client)
                up.join()
            except OSError:
                pass
            finally:
                self.open -= {client, server}

    def _up(self, client, server):
        try:
            while data := client.recv(65536):
                if self.refuses:
                    client.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nConnection: close\r\n"
                                   b"Content-Length: %d\r\n\r\n%s" % (len(UNAUTHORIZED), UNAUTHORIZED))
                    break
                server.sendall(data)
        except OSError:
            pass
        self._end(client, server)

    def _down(self, server, client):
        server.settimeout(self.patience)
        is_stream, held = False, b""
        try:
            while data := server.recv(65536):
                is_stream = is_stream or b"text/event-stream" in data
                held += data
                if not is_stream or len(held) >= self.holds:
                    client.sendall(held)
                    held = b""
        except OSError:
            pass
        self._end(client, server)

    @staticmethod
    def _end(*connections):
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Stream(unittest.TestCase):
    def rig(self, body=""):
        rig = Rig(body, options=("--probe", "off"))
        self.addCleanup(rig.__exit__)
        middle = Middle(rig.emulator.port)
        self.addCleanup(middle.__exit__)
        return rig, middle

    def check(self, rig):
        hiring_id = rig.hire()
        self.assertEqual(rig.wait_for_end(hiring_id)["status"], "completed", rig.story())
        self.assertEqual(rig.runs(hiring_id), 1, rig.story())

    def test_a_401_in_the_middle(self):
        rig, middle = self.rig("sleep 1")
        worker = rig.worker(through=middle)
        worker.wait_for("ready")
        first = rig.hire()
        worker.wait_for("started", first)
        middle.refuses = True
        middle.cut()
        worker.wait_for("key_refused")
        worker.wait_for("finished", first)
        wait_until(lambda: worker.seen("retrying", first), "a report that is refused")
        middle.refuses = False
        self.assertEqual(rig.wait_for_end(first)["status"], "completed", worker)
        wait_until(lambda: len(worker.seen("ready")) == 2, "the way back", 60)
        self.check(rig)
        self.assertEqual(len(worker.seen("key_refused")), 1)
        self.assertEqual(worker.stop(), 0)

    def test_a_proxy_that_buffers(self):
        rig, middle = self.rig()
        middle.holds = 1 << 20
        worker = rig.worker(through=middle)
        for _ in range(3):
            self.check(rig)  # by asking for it
        self.assertEqual(worker.seen("ready"), [])
        middle.holds = 0
        middle.cut()
        worker.wait_for("ready", timeout=60)
        self.check(rig)

    def test_a_proxy_that_cuts_idle_streams(self):
        rig, middle = self.rig()
        middle.patience = 0.5
        worker = rig.worker(through=middle)
        worker.wait_for("ready")
        for _ in range(8):
            self.check(rig)
        wait_until(lambda: len(worker.seen("reconnecting")) >= 2 and len(worker.seen("ready")) >= 2, "a second stream", 60)
        self.assertTrue(rig.emulator.books()["balanced"])

    def test_a_marketplace_that_restarts_again_and_again(self):
        with tempfile.TemporaryDirectory() as folder, Rig("sleep 0.2", data=f"{folder}/world.db", options=("--probe", "off")) as rig:
            worker = rig.worker()
            for times in range(1, 4):
                wait_until(lambda times=times: len(worker.seen("ready")) == times, "ready", 60)
                hiring_id = rig.hire()
                worker.wait_for("started", hiring_id)
                rig.emulator.kill()
                worker.wait_for("finished", hiring_id)
                rig.emulator.start()
                self.assertEqual(rig.wait_for_end(hiring_id)["status"], "completed", worker)
                self.assertEqual(rig.runs(hiring_id), 1)
            self.assertTrue(rig.emulator.books()["balanced"])


if __name__ == "__main__":
    unittest.main()
