# SPDX-License-Identifier: MIT
"""What every end-to-end test stands on: the binary, a throw-away home, an emulator, a worker.

The binary is the one named by $AGR, else build/dev/agr. Nothing of the caller's home or keys is visible
to it. Every process started here dies with the test, whatever happens to the test.
"""

import atexit
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
AGR = os.environ.get("AGR") or str(ROOT / "build" / "dev" / "agr")
INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")
PATIENCE = 20.0  # seconds a healthy machine never needs; only a failing test waits this long


def wait_until(condition, what="the condition", timeout=PATIENCE):
    """Polls until `condition()` gives something true and returns that."""
    deadline = time.monotonic() + timeout
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:.0f} s in vain for {what}")
        time.sleep(0.01)


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Home:
    """A throw-away home: HOME, AGR_CONFIG and AGR_STATE point into it, and it is gone afterwards."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="agr-test-"))
        self.config_file = self.path / ".agentsgethired"
        self.state = self.path / "state"
        atexit.register(self.remove)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    def write_config(self, text, mode=0o600):
        self.config_file.write_text(text)
        self.config_file.chmod(mode)
        return self.config_file

    def script(self, name, text):
        """An executable file; `text` needs its own #! line."""
        path = self.path / name
        path.write_text(text)
        path.chmod(0o755)
        return str(path)

    def env(self, extra=None):
        env = {name: os.environ[name] for name in INHERITED if name in os.environ}
        env.update(HOME=str(self.path), AGR_CONFIG=str(self.config_file), AGR_STATE=str(self.state))
        env.update(extra or {})
        return env


class Run:
    """A finished command: `code`, `out`, `err`; a signal's exit is 128+n as a shell says it."""

    def __init__(self, args, code, out, err):
        self.args, self.out, self.err = args, out, err
        self.code = code if code >= 0 else 128 - code

    @property
    def json(self):
        """stdout as one JSON value."""
        return json.loads(self.out)

    @property
    def lines(self):
        """stdout as rows of tab-separated cells."""
        return [line.split("\t") for line in self.out.splitlines()]

    @property
    def error(self):
        """The error object of a `--json` failure: the last line of stderr that is one."""
        for line in reversed(self.err.splitlines()):
            if line.startswith("{"):
                return json.loads(line)
        raise AssertionError(f"no error object on stderr:\n{self}")

    def __str__(self):
        return f"$ agr {' '.join(self.args)}\nexit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def agr(*args, home=None, env=None, stdin="", timeout=60):
    """Runs one command to its end. Without `home` it gets a new empty one."""
    if home is None:
        with Home() as throw_away:
            return agr(*args, home=throw_away, env=env, stdin=stdin, timeout=timeout)
    args = [str(a) for a in args]
    done = subprocess.run([AGR, *args], input=stdin, env=home.env(env), cwd=home.path, timeout=timeout,
                          text=True, encoding="utf-8", errors="replace", capture_output=True,
                          preexec_fn=die_with_parent)
    return Run(args, done.returncode, done.stdout, done.stderr)


class Process:
    """A running `agr`, its stderr collected line by line while it runs."""

    def __init__(self, *args, home, env=None):
        self.args = [str(a) for a in args]
        self.err = []
        self.popen = subprocess.Popen([AGR, *self.args], env=home.env(env), cwd=home.path, text=True,
                                      encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                      preexec_fn=die_with_parent)
        self.pid = self.popen.pid
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        atexit.register(self.kill)

    def _read(self):
        for line in self.popen.stderr:
            self.err.append(line.rstrip("\n"))

    @property
    def running(self):
        return self.popen.poll() is None

    def signal(self, number):
        if self.running:
            self.popen.send_signal(number)

    def wait(self, timeout=PATIENCE):
        """Its exit code, as a shell says it."""
        code = self.popen.wait(timeout)
        self._reader.join(timeout)
        return code if code >= 0 else 128 - code

    def stop(self, timeout=PATIENCE):
        self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def __str__(self):
        return f"$ agr {' '.join(self.args)}\n" + "\n".join(self.err)


class Emulator:
    """Both marketplaces. `data` keeps the world in a file, so that `kill` and `start` find it again."""

    def __init__(self, *options, data=None, port=0):
        self.home = Home()
        self.options = [*options, *(["--data", str(data)] if data else [])]
        self.port = port
        self.process = None

    def start(self):
        ready_file = self.home.path / "ready.json"
        ready_file.unlink(missing_ok=True)
        self.process = Process("emulator", "run", "--port", self.port, "--ready-file", ready_file,
                               *self.options, home=self.home)

        def ready():
            if not self.process.running:
                raise AssertionError(f"the emulator ended with {self.process.wait()}\n{self.process}")
            return ready_file.exists() and ready_file.read_text()

        self.ready = json.loads(wait_until(ready, "the emulator's ready file"))
        self.url = self.ready["url"].rstrip("/")
        self.port = int(self.url.rsplit(":", 1)[1])
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()
        self.home.remove()

    def kill(self):
        if self.process:
            self.process.kill()

    def stop(self):
        return self.process.stop()

    @property
    def user_token(self):
        return self.ready["agrenting"]["user_token"]

    def agent(self, did="did:example:alice"):
        """An Agrenting agent of the ready file, by DID."""
        return next(a for a in self.ready["agrenting"]["agents"] if a["did"] == did)

    def hired_agent(self, index=0):
        """An AgentsGetHired agent of the ready file."""
        return self.ready["agentsgethired"]["agents"][index]

    def env(self, **extra):
        """What a client needs: both addresses, the hirer's token, the first AgentsGetHired key."""
        return {"AGRENTING_URL": self.url, "AGENTSGETHIRED_URL": self.url,
                "AGRENTING_API_KEY": self.user_token,
                "AGENTSGETHIRED_API_KEY": self.hired_agent()["api_key"], **extra}

    def request(self, method, path, body=None, headers=None):
        """Plain HTTP past `agr`: (status, body as JSON when it is some, else text)."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json",
                                                                 **(headers or {})}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                status, raw = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, raw = error.code, error.read()
        text = raw.decode(errors="replace")
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def books(self):
        """The double-entry ledger as the emulator's control surface shows it."""
        status, books = self.request("GET", "/__emulator/books")
        assert status == 200, books
        return books

    def hiring(self, hiring_id):
        """A hiring as its hirer reads it."""
        status, body = self.request("GET", f"/api/v1/hirings/{hiring_id}",
                                    headers={"Authorization": f"Bearer {self.user_token}"})
        assert status == 200, body
        return body["data"].get("hiring", body["data"])


class Worker(Process):
    """`agr serve-agent` with its events, one JSON object per line of stderr. The agent is the ready file's
    with that DID, or with None the one in the home's configuration."""

    def __init__(self, emulator, handler, *options, home, did="did:example:alice", env=None):
        key = {"AGRENTING_AGENT_KEY": emulator.agent(did)["api_key"]} if did else {}
        super().__init__("serve-agent", "--handler", handler, "--log", "json", *options, home=home,
                         env={"AGRENTING_URL": emulator.url, **key, **(env or {})})

    @property
    def events(self):
        return [json.loads(line) for line in list(self.err) if line.startswith("{")]

    def seen(self, name, hiring_id=None):
        return [e for e in self.events
                if e.get("event") == name and hiring_id in (None, e.get("hiring_id"))]

    def wait_for(self, name, hiring_id=None, timeout=PATIENCE):
        """The first event of that name, once there is one."""
        def found():
            events = self.seen(name, hiring_id)
            if not events and not self.running:
                raise AssertionError(f"serve-agent ended before {name!r}\n{self}")
            return events

        try:
            return wait_until(found, f"event {name!r}", timeout)[0]
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self}") from None
