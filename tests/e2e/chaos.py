# SPDX-License-Identifier: MIT
"""A wire that does everything a wire can do to its users, the same for the same seed: delays, splits, cuts in the
middle, silence without an end, and on event streams duplicated and reordered events."""

import random
import socket
import threading
import time

LIFESPAN = (0.2, 4.0)  # seconds after which any connection is cut, streams too
SILENCE = 2.0  # seconds until a half-open connection is cut after all, so that tests end


class Chaos:
    """Listens on `url` and passes on to an emulator. `calm` ends the chaos for connections made from then on."""

    def __init__(self, port, seed):
        self.target = ("127.0.0.1", port)
        self.chance = random.Random(seed)
        self.calm = False
        self.done = {}  # how often each thing was done
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
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
            with self.lock:
                seed = self.chance.random()
            threading.Thread(target=self._serve, args=(client, random.Random(seed)), daemon=True).start()

    def _count(self, what):
        with self.lock:
            self.done[what] = self.done.get(what, 0) + 1

    def _serve(self, client, chance):
        fate = "none" if self.calm else chance.choices(
            ["none", "refuse", "cut request", "cut answer", "split", "delay", "half-open", "stream"],
            [10, 5, 8, 12, 12, 12, 5, 36])[0]
        self._count(fate)
        try:
            if fate == "refuse":
                return client.close()
            with client, socket.create_connection(self.target) as server:
                self._die_young(client, chance)
                up = threading.Thread(target=self._pump, args=(client, server, fate, "request", chance), daemon=True)
                up.start()
                self._pump(server, client, fate, "answer", random.Random(chance.random()))
                up.join()
        except OSError:
            pass

    def _die_young(self, client, chance):
        def cut():
            self._count("died young")
            self._shut(client)
        if not self.calm:
            timer = threading.Timer(chance.uniform(*LIFESPAN), cut)
            timer.daemon = True
            timer.start()

    @staticmethod
    def _shut(end):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _pump(self, source, sink, fate, direction, chance):
        left = chance.randrange(1, 3000) if fate == f"cut {direction}" else None
        try:
            while data := source.recv(65536):
                if fate == "half-open" and chance.random() < 0.5:
                    time.sleep(SILENCE)
                    break
                if left is not None:
                    sink.sendall(data[:left])
                    left -= len(data)
                    if left <= 0:
                        break
                elif fate == "split":
                    self._split(sink, data, chance)
                else:
                    if fate == "delay":
                        time.sleep(chance.uniform(0, 0.2))
                    sink.sendall(self._stir(data, chance) if (fate, direction) == ("stream", "answer") else data)
        except OSError:
            pass
        for end in (source, sink):
            self._shut(end)

    @staticmethod
    def _split(sink, data, chance):
        sink.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while data and len(data) < 20_000:
            size = chance.randrange(1, 400)
            sink.sendall(data[:size])
            data = data[size:]
        sink.sendall(data)

    def _stir(self, data, chance):
        """Whole events of a stream, some twice, some in another order; anything else as it is."""
        if not data.startswith((b"event:", b"data:", b":")) or not data.endswith(b"\n"):
            return data
        events = data.rstrip(b"\n").split(b"\n\n")
        events += [event for event in events if chance.random() < 0.4]
        if len(events) > 1:
            chance.shuffle(events)
        self._count("stirred")
        return b"\n\n".join(events) + b"\n\n"
