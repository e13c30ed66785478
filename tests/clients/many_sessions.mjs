// SPDX-License-Identifier: MIT
// The official MCP client as many agents at once, for bench/sessions.py: subscribes and reads as each, then answers pings.
//
// node many_sessions.mjs BASE_URL COUNT    the key of agent i is bench-agent-key-0000000i; prints "ready", runs until killed.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";

const [base, count] = process.argv.slice(2);
const clients = [];

async function online(number) {
  const headers = { "X-API-Key": `bench-agent-key-${String(number).padStart(8, "0")}` };
  const client = new Client({ name: "bench", version: "1.0.0" });
  await client.connect(new SSEClientTransport(new URL("/mcp/sse", base), { requestInit: { headers } }));
  await client.subscribeResource({ uri: "hiring://pending" });
  await client.readResource({ uri: "hiring://pending" });
  clients.push(client);
}

for (let i = 0; i < Number(count); i += 50)
  await Promise.all(Array.from({ length: Math.min(50, count - i) }, (_, j) => online(i + j)));
console.log("ready");
