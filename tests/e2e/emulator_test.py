# SPDX-License-Identifier: MIT
"""The emulator as a process: its ready file, its options, its end, and what `exec` gives and leaves."""

import json
import os
import pathlib
import signal
import socket
import stat
import tempfile
import unittest

from harness import AGR, Emulator, Home, Process, agr, wait_until

SHOW = 'import json, os; print(json.dumps(dict(os.environ)))'


def alive(pid):
    """Whether a process runs; a zombie does not."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Run(unittest.TestCase):
    def test_the_ready_file_is_private_and_complete(self):
        with Emulator() as emulator:
            file = emulator.home.path / "ready.json"
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
            self.assertEqual(emulator.ready["pid"], emulator.process.pid)
            agrenting = emulator.ready["agrenting"]
            self.assertEqual({a["did"] for a in agrenting["agents"]}, {"did:example:alice", "did:example:coder"})
            for agent in agrenting["agents"]:
                self.assertEqual(set(agent), {"id", "did", "name", "api_key", "capabilities", "base_price"})
            tokens = {agrenting[name] for name in ("user_token", "read_only_token", "capped_token")}
            self.assertEqual(len(tokens), 3)
            self.assertEqual([set(a) for a in emulator.ready["agentsgethired"]["agents"]], [{"id", "name", "api_key"}] * 2)

    def test_a_signal_to_stop_is_a_clean_end(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Emulator() as emulator:
                emulator.process.signal(number)
                self.assertEqual(emulator.process.wait(), 0)

    def test_the_same_seed_is_the_same_world(self):
        worlds = []
        for seed in (7, 7, 8):
            with Emulator("--seed", seed) as emulator:
                worlds.append({**emulator.ready, "url": "", "pid": 0})
        self.assertEqual(worlds[0], worlds[1])
        self.assertNotEqual(worlds[0], worlds[2])

    def test_a_kept_world_survives_being_killed(self):
        with Home() as home:
            data = home.path / "world.db"
            with Emulator("--seed", 5, data=data) as emulator:
                before = emulator.books()
                emulator.kill()
            self.assertEqual(stat.S_IMODE(data.stat().st_mode), 0o600)
            with Emulator(data=data, port=emulator.port) as again:
                self.assertEqual(again.books(), before)
                self.assertEqual(again.user_token, emulator.user_token)
                self.assertEqual(again.url, emulator.url)

    def test_what_cannot_be_started_says_so(self):
        with Emulator() as emulator, Home() as home:
            letter = home.path / "letter.txt"
            letter.write_text("x" * 5000)
            cases = [(("--port", emulator.port), 69, "Address already in use"),
                     (("--port", 70000), 64, "--port"),
                     (("--port", "eleven"), 64, "eleven"),
                     (("--probe", "maybe"), 64, "strict"),
                     (("--seed", -1), 64, "--seed"),
                     (("--data", letter), 1, "is not a database"),
                     (("--data", home.path / "none" / "world.db"), 1, "No such file"),
                     (("--port", 0, "--ready-file", home.path / "none" / "ready.json"), 1, "No such file")]
            for options, code, words in cases:
                with self.subTest(options=options):
                    run = agr("emulator", "run", *options)
                    self.assertEqual(run.code, code, run)
                    self.assertIn(words, run.err)

    def test_a_kept_world_keeps_its_clock(self):
        def clock(emulator):
            return emulator.request("GET", "/__emulator/clock")[1]["time"]
        with Home() as home:
            data = home.path / "world.db"
            with Emulator("--clock", "virtual", data=data) as emulator:
                self.assertEqual(emulator.request("POST", "/__emulator/clock", {"advance_ms": 90_000})[0], 200)
                emulator.kill()
            with Emulator("--clock", "virtual", data=data) as again:
                self.assertEqual(clock(again), "2026-01-01T00:01:30.000Z")
                self.assertEqual(again.request("POST", "/__emulator/reset", {})[0], 200)
                self.assertEqual(clock(again), "2026-01-01T00:00:00.000Z")
                again.kill()
            with Emulator("--clock", "virtual", data=data) as reset:
                self.assertEqual(clock(reset), "2026-01-01T00:00:00.000Z")
            run = agr("emulator", "run", "--data", data)
            self.assertEqual(run.code, 64, run)
            self.assertIn("--clock virtual", run.err)
        with Home() as home, Emulator(data=home.path / "world.db") as real:
            real.kill()
            run = agr("emulator", "run", "--clock", "virtual", "--data", home.path / "world.db")
            self.assertEqual(run.code, 64, run)
            self.assertIn("--clock real", run.err)

    def test_a_virtual_clock_moves_only_when_told(self):
        with Emulator("--clock", "virtual") as emulator:
            def clock():
                return emulator.request("GET", "/__emulator/clock")[1]["time"]
            self.assertEqual(clock(), "2026-01-01T00:00:00.000Z")
            self.assertEqual(emulator.request("POST", "/__emulator/clock", {"advance_ms": 90_000})[0], 200)
            self.assertEqual(clock(), "2026-01-01T00:01:30.000Z")
            self.assertEqual(emulator.request("GET", "/__emulator/health")[1]["time"], clock())
            for wrong in ({}, {"advance_ms": -1}, {"advance_ms": "soon"}, []):
                self.assertEqual(emulator.request("POST", "/__emulator/clock", wrong)[0], 400)
            self.assertTrue(emulator.books()["balanced"])
        with Emulator() as emulator:
            self.assertEqual(emulator.request("POST", "/__emulator/clock", {"advance_ms": 1})[0], 409)

    def test_an_event_stream_has_neither_length_nor_chunks(self):
        with Emulator() as emulator, socket.create_connection(("127.0.0.1", emulator.port), 20) as wire:
            wire.sendall(f"GET /mcp/hirer/sse HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                         f"{emulator.user_token}\r\n\r\n".encode())
            seen = b""
            while b"event: endpoint" not in seen:
                piece = wire.recv(4096)
                self.assertTrue(piece, seen)
                seen += piece
            head = seen.split(b"\r\n\r\n")[0].lower()
            self.assertIn(b"text/event-stream", head)
            self.assertIn(b"connection: close", head)
            self.assertNotIn(b"content-length", head)
            self.assertNotIn(b"transfer-encoding", head)


class Exec(unittest.TestCase):
    def test_the_command_gets_a_world_of_its_own(self):
        run = agr("emulator", "exec", "--", "python3", "-c", SHOW,
                  env={"AGRENTING_AGENT_KEY": "the-callers-own", "AGR_PROFILE": "work", "KEPT": "yes"})
        self.assertEqual(run.code, 0, run)
        env = run.json
        self.assertEqual(env["KEPT"], "yes")
        self.assertEqual({env["AGRENTING_URL"], env["AGENTSGETHIRED_URL"]}, {env["AGR_EMULATOR_URL"]})
        self.assertNotIn("AGRENTING_AGENT_KEY", env)
        self.assertNotIn("AGR_PROFILE", env)
        for name in ("AGR_CONFIG", "AGR_STATE", "AGR_EMULATOR_READY"):
            self.assertFalse(os.path.exists(env[name]), f"{name} was left behind")

    def test_its_files_are_private_and_its_keys_work(self):
        script = ('stat -c %a "$AGR_CONFIG" "$AGR_EMULATOR_READY" "$(dirname "$AGR_CONFIG")" "$AGR_STATE" && '
                  f'{AGR} balance --json=total && unset AGRENTING_API_KEY && {AGR} balance --json=total')
        run = agr("emulator", "exec", "--", "sh", "-c", script)
        self.assertEqual(run.code, 0, run)
        self.assertEqual(run.out.split()[:4], ["600", "600", "700", "700"])
        self.assertEqual(run.out.count('"1000.00"'), 2, run)

    def test_a_proxy_of_the_callers_is_not_asked(self):
        run = agr("emulator", "exec", "--", AGR, "balance", env={"http_proxy": "http://127.0.0.1:1"})
        self.assertEqual(run.code, 0, run)

    def test_the_two_profiles_are_two_agents(self):
        run = agr("emulator", "exec", "--", "sh", "-c",
                  f'{AGR} me --json=id; {AGR} me --profile second --json=id; cat "$AGR_EMULATOR_READY"')
        ids = [a["id"] for a in json.loads(run.out[run.out.index('{\n  "url"'):])["agentsgethired"]["agents"]]
        before = run.out[:run.out.index('{\n  "url"')]
        self.assertLess(before.index(ids[0]), before.index(ids[1]))

    def test_the_code_is_the_commands(self):
        for script, code in (("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -TERM $$", 143)):
            with self.subTest(script=script):
                self.assertEqual(agr("emulator", "exec", "--", "sh", "-c", script).code, code)
        self.assertEqual(agr("emulator", "exec", "--", "/no/such/program").code, 64)
        self.assertEqual(agr("emulator", "exec").code, 64)

    def test_signals_reach_the_command_and_nothing_is_left(self):
        for number, code in ((signal.SIGTERM, 41), (signal.SIGINT, 42)):
            with self.subTest(number=number), Home() as home, tempfile.TemporaryDirectory() as temporary:
                started = home.path / "started"
                script = f"trap 'exit 41' TERM; trap 'exit 42' INT; touch {started}; while :; do sleep 0.05; done"
                process = Process("emulator", "exec", "--", "sh", "-c", script, home=home, env={"TMPDIR": temporary})
                with process:
                    wait_until(started.exists, "the command")
                    self.assertEqual(len(os.listdir(temporary)), 1)
                    process.signal(number)
                    self.assertEqual(process.wait(), code)
                self.assertEqual(os.listdir(temporary), [])

    def test_what_a_killed_one_left_is_removed_by_the_next(self):
        with Home() as home, tempfile.TemporaryDirectory() as temporary:
            env = {"TMPDIR": temporary}
            started = home.path / "started"
            # Ends by itself once the home is gone: nobody else ends it after its parent was killed.
            wait = f"exec 2>/dev/null; touch {started}; while [ -d {home.path} ]; do sleep 0.05; done"
            with Process("emulator", "exec", "--", "sh", "-c", wait, home=home, env=env) as killed:
                wait_until(started.exists, "the command")
                (left,) = os.listdir(temporary)
                killed.kill()
            self.assertEqual(os.listdir(temporary), [left])
            started.unlink()
            with Process("emulator", "exec", "--", "sh", "-c", wait, home=home, env=env):
                wait_until(started.exists, "the command")
                (living,) = os.listdir(temporary)
                self.assertNotEqual(living, left)
                self.assertEqual(agr("emulator", "exec", "--", "true", home=home, env=env).code, 0)
                self.assertEqual(os.listdir(temporary), [living])

    def test_what_the_command_leaves_running_is_ended(self):
        with Home() as home:
            pids = home.path / "pids"
            script = (f"sleep 1000 & echo $! >> {pids}; "
                      f"setsid sh -c 'echo $$ >> {pids}; trap \"\" TERM; while :; do sleep 0.05; done' & "
                      f"while [ $(wc -l < {pids}) -lt 2 ]; do sleep 0.01; done")
            run = agr("emulator", "exec", "--", "sh", "-c", script, home=home)
            self.assertEqual(run.code, 0, run)
            for pid in pids.read_text().split():
                self.assertFalse(alive(pid), pid)


if __name__ == "__main__":
    unittest.main()
