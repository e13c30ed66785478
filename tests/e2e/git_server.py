# SPDX-License-Identifier: MIT
"""A real git server over HTTP: git-http-backend behind a small server that asks for a token."""

import base64
import http.server
import os
import pathlib
import subprocess
import tempfile
import threading


def git(*words, cwd=None, env=None, stdin=None):
    """Runs git with nobody's configuration and gives its output."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C",
                   **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                      for what, value in (("NAME", "Hirer"), ("EMAIL", "hirer@example.com"))}, **(env or {})}
    done = subprocess.run(["git", *map(str, words)], cwd=cwd, env=environment, input=stdin, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout.strip()


class GitServer:
    """Repositories under one folder, each at URL/NAME.git, for whoever shows `token` as his password. What is asked is
    in `asked`: method, path, the password. `before`, settable, is called with method and path; what it gives, when it
    is not None, is the status answered instead."""

    def __init__(self, folder, token="t0k3n/with+odd=characters"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.token = token
        self.may_push = True
        self.asked = []
        self.before = lambda method, path: None
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                server._answer(self)

            do_POST = do_GET

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()

    def create(self, name, files=None, branch="main"):
        """A new repository with one commit of these files, or none; its address."""
        path = self.folder / f"{name}.git"
        git("init", "--quiet", "--bare", f"--initial-branch={branch}", path)
        git("config", "http.receivepack", "true", cwd=path)
        if files:
            self.commit(name, files, branch, "first")
        return f"{self.url}/{name}.git"

    def commit(self, name, files, branch="main", message="more"):
        """One more commit, as somebody else would push it."""
        path = self.folder / f"{name}.git"
        with tempfile.TemporaryDirectory() as tree:
            git("clone", "--quiet", path, tree)
            git("checkout", "--quiet", "-B", branch, cwd=tree)
            for file, text in files.items():
                target = pathlib.Path(tree) / file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
            git("add", "--all", cwd=tree)
            git("commit", "--quiet", "-m", message, cwd=tree)
            git("push", "--quiet", "origin", branch, cwd=tree)

    def git(self, name, *words):
        return git(*words, cwd=self.folder / f"{name}.git")

    def branches(self, name):
        lines = self.git(name, "for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads").splitlines()
        return dict(line.split() for line in lines)

    def pushes(self):
        return [each for each in self.asked if each[0] == "POST" and each[1].endswith("/git-receive-pack")]

    def _password(self, request):
        header = request.headers.get("Authorization", "")
        if not header.startswith("Basic "):
            return None
        return base64.b64decode(header[6:]).decode().split(":", 1)[1]

    def _answer(self, request):
        path, _, query = request.path.partition("?")
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        if request.headers.get("Transfer-Encoding", "") == "chunked":
            body = b""
            while size := int(request.rfile.readline(), 16):
                body += request.rfile.read(size)
                request.rfile.readline()
            request.rfile.readline()
        password = self._password(request)
        self.asked.append((request.command, path, password))
        status = self.before(request.command, path)
        if status is None and password != self.token:
            status = 401
        if status is None and not self.may_push and ("receive-pack" in path or "receive-pack" in query):
            status = 403
        if status is not None:
            return self._refuse(request, status)
        self._run(request, path, query, body)

    @staticmethod
    def _refuse(request, status):
        code, _, location = str(status).partition(" ")
        request.send_response(int(code))
        if int(code) == 401:
            request.send_header("WWW-Authenticate", 'Basic realm="git"')
        if location:
            request.send_header("Location", location)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _run(self, request, path, query, body):
        environment = {"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.folder), "GIT_HTTP_EXPORT_ALL": "1",
                       "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": request.command,
                       "REMOTE_USER": "agent", "CONTENT_TYPE": request.headers.get("Content-Type", ""),
                       "CONTENT_LENGTH": str(len(body)), "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent",
                       "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
        for header, name in (("Content-Encoding", "HTTP_CONTENT_ENCODING"), ("Git-Protocol", "GIT_PROTOCOL")):
            if value := request.headers.get(header):
                environment[name] = value
        done = subprocess.run(["git", "http-backend"], env=environment, input=body, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = [line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line]
        status = next((value for name, value in headers if name == "Status"), "200 OK")
        try:
            request.send_response(int(status.split()[0]))
            for name, value in headers:
                if name != "Status":
                    request.send_header(name, value)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(content)
        except OSError:
            pass
