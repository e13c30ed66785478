// SPDX-License-Identifier: MIT
// The official MCP server made to look like the marketplace's agent surface: two hirings, one waiting when
// the worker comes, one pushed once it has subscribed, and a ping in the middle of the work.
//
// node agent_server.mjs AGENT_KEY    prints {"url"} when it listens, {"report"} when both are delivered.
import http from "node:http";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import {
  CallToolRequestSchema, ListResourcesRequestSchema, ListToolsRequestSchema, ReadResourceRequestSchema,
  SubscribeRequestSchema, UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";

const [agentKey] = process.argv.slice(2);
const hiring = (id, task_description) => ({
  id, hiring_id: id, status: "in_progress", delivery_mode: "output", price: "2.00", task_description,
  capability_requested: "summarizing", task_input: {}, client_message: null, deadline_at: null,
  system_prompt: "Be brief.", created_at: new Date().toISOString(),
});
const first = hiring("5f0c3d4e-0000-4000-8000-000000000001", "One. Two sentences about bees.");
const second = hiring("5f0c3d4e-0000-4000-8000-000000000002", "Another text about \u2028 honey.");

const pending = new Map([[first.id, first]]);
const results = {};
const artifacts = {};
const pongs = [];
const sessions = new Map();

function finish(id, outcome) {
  if (!pending.delete(id)) return false;
  (results[id] ??= []).push(outcome);
  if (pending.size === 0 && results[second.id]) console.log(JSON.stringify({ report: { results, artifacts, pongs } }));
  return true;
}

const text = (value) => ({ content: [{ type: "text", text: JSON.stringify(value) }] });
const refusal = (words) => ({ content: [{ type: "text", text: words }], isError: true });

function agentSurface() {
  const server = new Server(
    { name: "dressed-up", version: "1.0.0" },
    { capabilities: { tools: {}, resources: { subscribe: true } } },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: ["submit_hiring_result", "report_hiring_failure", "add_hiring_message"].map((name) => ({
      name, inputSchema: { type: "object", properties: { hiring_id: { type: "string" } }, required: ["hiring_id"] },
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params: { name, arguments: args } }) => {
    if (name === "add_hiring_message") return text({ ok: true });
    const known = finish(args.hiring_id, name === "submit_hiring_result" ? args.output : { failed: args.reason });
    return known ? text({ ok: true }) : refusal("hiring not found");
  });
  server.setRequestHandler(ListResourcesRequestSchema, () => ({
    resources: [{ uri: "hiring://pending", name: "pending" }],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) => ({
    contents: [{ uri, mimeType: "application/json", text: JSON.stringify([...pending.values()]) }],
  }));
  server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
  server.setRequestHandler(SubscribeRequestSchema, () => {
    setImmediate(async () => {
      const asked = performance.now();
      await server.ping();
      pongs.push(performance.now() - asked);
      if (results[second.id]) return;
      pending.set(second.id, second);
      await server.sendResourceUpdated({ uri: "hiring://pending" });
    });
    return {};
  });
  return server;
}

async function bodyOf(request) {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body ? JSON.parse(body) : {};
}

function answer(response, status, value) {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}

async function rest(request, response, path) {
  const [, id, verb] = path.match(/^\/api\/v1\/hirings\/([^/]+)(?:\/(\w+))?$/) ?? [];
  const known = pending.get(id);
  if (id === "pending") return answer(response, 200, { data: [...pending.values()] });
  if (request.method === "GET" && id && !verb) {
    const one = known ?? (results[id] && { id, status: "completed" });
    return answer(response, one ? 200 : 404, one ? { data: one } : { errors: [{ code: "NOT_FOUND", message: "no" }] });
  }
  if (request.method === "GET" && verb === "artifacts") return answer(response, 200, { data: artifacts[id] ?? [] });
  if (request.method !== "POST" || !known) return answer(response, 404, { errors: [{ code: "NOT_FOUND", message: "no" }] });
  const body = await bodyOf(request);
  if (verb === "artifacts") {
    const kept = body.artifacts.map(({ name, artifact_type, content }) => ({
      id: name, name, artifact_type, size_bytes: Buffer.byteLength(content),
    }));
    (artifacts[id] ??= []).push(...kept);
    return answer(response, 201, { data: kept });
  }
  finish(id, verb === "result" ? body.output : { failed: body.reason });
  answer(response, 200, { data: { id, status: verb === "result" ? "completed" : "failed" } });
}

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, "http://127.0.0.1");
  if (request.headers["x-api-key"] !== agentKey)
    return answer(response, 401, { errors: { message: "Missing or invalid authentication" } });
  if (request.method === "GET" && url.pathname === "/mcp/sse") {
    const transport = new SSEServerTransport("/mcp/messages", response);
    sessions.set(transport.sessionId, transport);
    return agentSurface().connect(transport);
  }
  if (request.method === "POST" && url.pathname.startsWith("/mcp/messages")) {
    const transport = sessions.get(url.searchParams.get("sessionId"));
    return transport ? transport.handlePostMessage(request, response) : answer(response, 404, {});
  }
  return rest(request, response, url.pathname);
});

setTimeout(() => process.exit(1), 30_000).unref();
server.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` }));
});
