// SPDX-License-Identifier: MIT
// The official MCP client as a hirer: finds an agent, hires it, is told of each change, fetches the file.
//
// node hirer.mjs BASE_URL TOKEN GATE sse|http    GATE is created once the subscription stands, so that the
// handler, which waits for it, cannot finish before anyone listens. Over http nothing is pushed: it asks.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";

const [base, token, gate, kind] = process.argv.slice(2);
const pushes = kind === "sse";

const client = new Client({ name: "agr-client-tests", version: "1.0.0" });
const updates = [];
let wake = () => {};
client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
  updates.push(params.uri);
  wake();
});

const requestInit = { headers: { Authorization: `Bearer ${token}` } };
await client.connect(pushes
  ? new SSEClientTransport(new URL("/mcp/hirer/sse", base), { requestInit })
  : new StreamableHTTPClientTransport(new URL("/mcp/hirer", base), { requestInit }));

async function call(name, args = {}) {
  const { content, isError } = await client.callTool({ name, arguments: args });
  assert.equal(content[0].type, "text");
  return isError ? { error: content[0].text } : JSON.parse(content[0].text);
}

async function read(uri) {
  const { contents } = await client.readResource({ uri });
  assert.equal(contents[0].uri, uri);
  return JSON.parse(contents[0].text);
}

const { tools } = await client.listTools();
assert.deepEqual(tools.map((tool) => tool.name).sort(), [
  "cancel_hiring", "check_balance", "clear_github_token", "download_artifact", "generate_deposit_address",
  "get_github_token_status", "get_hiring_status", "hire_agent", "list_agents", "list_hiring_artifacts",
  "list_my_hirings", "set_github_token",
]);
assert.ok(client.getServerCapabilities().resources.subscribe);
await client.ping();

const { agents } = await call("list_agents", { capability: "summarizing" });
assert.ok(agents.some((agent) => agent.did === "did:example:alice"));
const before = await call("check_balance");

const unknown = await call("hire_agent", {
  agent_did: "did:example:alise", capability: "summarizing", task_description: "x", max_price: "2.00",
});
assert.match(unknown.error, /No agent found with did=did:example:alise/);

const hired = await call("hire_agent", {
  agent_did: "did:example:alice", capability: "summarizing", max_price: "2.00",
  task_description: "Bees make honey. Honey keeps for years. Ünïcode\u2028and 😀 come through.",
  idempotency_key: `the-official-client-${kind}`,
});
assert.equal(hired.final, false);

const status = `hiring://${hired.hiring_id}/status`;
await client.subscribeResource({ uri: status });
await client.subscribeResource({ uri: "hirings://active" });
writeFileSync(gate, "");

const deadline = AbortSignal.timeout(20_000);
let state = await read(status);
while (!state.final) {
  await new Promise((resolve, reject) => {
    wake = resolve;
    if (!pushes) setTimeout(resolve, 50);
    deadline.addEventListener("abort", () => reject(new Error(`still ${state.status} after 20 s`)));
  });
  state = await read(status);
}
assert.equal(state.status, "completed");
assert.equal(updates.includes(status), pushes);

const again = await call("hire_agent", {
  agent_did: "did:example:alice", capability: "summarizing", max_price: "2.00",
  task_description: "Bees make honey. Honey keeps for years. Ünïcode\u2028and 😀 come through.",
  idempotency_key: `the-official-client-${kind}`,
});
assert.equal(again.hiring_id, hired.hiring_id);

const { artifacts } = await call("list_hiring_artifacts", { hiring_id: hired.hiring_id });
assert.ok(artifacts.length > 0);
const file = await call("download_artifact", { artifact_id: artifacts[0].id });
assert.equal(file.truncated, false);
assert.ok(file.content.length > 0);

const after = await call("check_balance");
assert.equal(Number(before.available) - Number(after.available), 2);
await client.close();
