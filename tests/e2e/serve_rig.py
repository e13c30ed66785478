# SPDX-License-Identifier: MIT
"""An emulator, a home that survives workers, and a handler that leaves a trace of every run."""

import socket
import threading
import time
import urllib.parse

from harness import Emulator, Home, Worker, wait_until

DID = "did:example:alice"


class Rig:
    """Hire, start and kill workers on the same state, and see what came of it."""

    def __init__(self, body="", data=None, options=()):
        self.home = Home()
        self.emulator = Emulator(*options, data=data).start()
        self.runs_file = self.home.path / "runs"
        self.handler = self.home.script("handler", f"#!/bin/sh\necho $AGR_HIRING_ID >>{self.runs_file}\n{body}\necho done\n")
        self.workers = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill_workers()
        self.emulator.kill()
        self.emulator.home.remove()
        self.home.remove()

    def worker(self, *options, through=None, env=None):
        env = dict(env or {})
        if through:
            env["AGRENTING_URL"] = through.url
        if "--poll-interval" not in options:
            options = ("--poll-interval", "0.2", *options)
        worker = Worker(self.emulator, self.handler, *options, home=self.home, env=env)
        self.workers.append(worker)
        return worker

    def kill_workers(self):
        for worker in self.workers:
            worker.kill()

    def hire(self, task="count to three"):
        """The id of a new hiring, once the agent is free for one."""
        def accepted():
            time.sleep(0.05)  # the hirer has 100 requests a minute
            status, body = self.emulator.request(
                "POST", f"/api/v1/agents/{urllib.parse.quote(DID)}/hire",
                {"task_description": task, "capability_requested": "summarizing", "price": "2.00"},
                {"Authorization": f"Bearer {self.emulator.user_token}"})
            assert status in (200, 201, 409, 429, 503), (status, body)
            return body["data"]["hiring"]["id"] if status in (200, 201) else None
        return wait_until(accepted, "a free agent", 70)

    def hiring(self, hiring_id):
        """As its agent reads it, who may ask as often as it likes."""
        status, body = self.emulator.request("GET", f"/api/v1/hirings/{hiring_id}",
                                             headers={"X-API-Key": self.emulator.agent()["api_key"]})
        assert status == 200, body
        return body["data"].get("hiring", body["data"])

    def status(self, hiring_id):
        return self.hiring(hiring_id)["status"]

    def wait_for_end(self, hiring_id):
        """The hiring, once it is over."""
        def over():
            hiring = self.hiring(hiring_id)
            return hiring if hiring["status"] not in ("queued", "in_progress") else None
        try:
            return wait_until(over, f"the end of {hiring_id}", 60)
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), *map(str, self.workers)])) from None

    def runs(self, hiring_id):
        text = self.runs_file.read_text() if self.runs_file.exists() else ""
        return text.split().count(hiring_id)

    def story(self):
        return "\n".join(map(str, self.workers))


class Proxy:
    """A wire to the emulator with somebody on it: `on_result(phase)`, settable, is called when a result comes by, before
    it goes on and again before its answer goes back. When it returns False, the wire is cut there."""

    def __init__(self, emulator):
        self.target = ("127.0.0.1", emulator.port)
        self.on_result = lambda phase: True
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, socket.create_connection(self.target) as server:
            answering = threading.Event()
            up = threading.Thread(target=self._up, args=(client, server, answering), daemon=True)
            up.start()
            self._down(client, server, answering)
            up.join()

    def _up(self, client, server, answering):
        self._pump(client, server, lambda data: self._request(data, answering))

    def _request(self, data, answering):
        if not data.startswith(b"POST ") or b"/result HTTP" not in data.split(b"\r\n", 1)[0]:
            return True
        answering.set()
        return self.on_result("request")

    def _down(self, client, server, answering):
        self._pump(server, client, lambda data: not answering.is_set() or self.on_result("answer"))

    @staticmethod
    def _pump(source, sink, may_pass):
        try:
            while data := source.recv(65536):
                if not may_pass(data):
                    break
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
