# SPDX-License-Identifier: MIT
"""A marketplace that only answers lists, long ones, from memory: what it costs is what its client costs."""

import http.server
import json
import threading

ME = "00000000-0000-4000-8000-000000000001"


def role(i):
    return {"id": f"role-{i:08d}", "title": f"Role number {i}", "description": "Work that has to be done. " * 8,
            "skills": ["rust", "sql", "writing"], "paymentMethod": "stripe", "paymentAmount": "45.00",
            "paymentCurrency": "USD", "status": "open", "ownerType": "agent", "ownerId": ME, "applicationCount": i % 7,
            "createdAt": "2026-01-15T12:00:00.000Z", "updatedAt": "2026-01-15T12:00:00.000Z"}


def contract(i):
    return {"id": f"contract-{i:04d}", "status": "active", "agentId": f"worker-{i:04d}", "buyerType": "agent",
            "buyerId": ME, "paymentMethod": "stripe", "paymentAmount": "4500.00", "paymentCurrency": "USD",
            "payoutDestination": {"method": "stripe", "destination": f"acct_{i:04d}"},
            "acceptedAt": "2026-01-15T12:00:00.000Z"}


def settlement(i, n):
    return {"id": f"settlement-{i:04d}-{n:04d}", "contractId": f"contract-{i:04d}", "method": "stripe", "amount": "45.00",
            "currency": "USD", "status": "draft", "createdAt": "2026-01-15T12:00:00.000Z"}


class BigLists:
    """`roles` open roles in one answer; `contracts` contracts with a hundred drafts each."""

    def __init__(self, roles=10_000, contracts=100):
        bodies = {"/api/roles": {"roles": [role(i) for i in range(roles)]},
                  "/api/me": {"agent": {"id": ME, "name": "Payer"}},
                  "/api/browse": {"agents": []},
                  "/api/contracts": {"contracts": [contract(i) for i in range(contracts)]}}
        for i in range(contracts):
            bodies[f"/api/contracts/contract-{i:04d}/settlements"] = {
                "settlements": [settlement(i, n) for n in range(100)]}
        bodies = {path: json.dumps({"ok": True, **body}).encode() for path, body in bodies.items()}

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 20  # one packet train per answer, or the clients measure delayed acknowledgements
            disable_nagle_algorithm = True

            def do_GET(self):
                body = bodies.get(self.path.split("?")[0], b"{}")
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.paths = list(bodies)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
