// SPDX-License-Identifier: MIT
#include "emulator/agrenting/mcp_server.hpp"

#include "base/text.hpp"
#include "base/version.hpp"
#include "emulator/agrenting/agents.hpp"
#include "emulator/agrenting/probe.hpp"
#include "emulator/agrenting/settings.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::emulator::agrenting {
namespace {

constexpr std::string_view k_protocol = "2024-11-05";
// What may be spoken without a session, the newest last.
constexpr std::array<std::string_view, 4> k_revisions = {"2024-11-05", "2025-03-26", "2025-06-18",
                                                         "2025-11-25"};

Response accepted() {
  return {202};
}

json::Value parsed(std::string_view text) {
  return json::parse(text).value_or(json::Value());
}

template <class Row>
const Row* find_named(std::span<const Row> rows, std::string_view name) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

Result<RpcReply> call_method(Turn& turn, const Server& server, std::string_view name, const RpcCall& call) {
  const Method* method = find_named(server.methods, name);
  if (!method)
    return rpc_refusal(k_method_not_found, fmt::format("Method not found: {}", printable(name)));
  return method->handler(turn, call);
}

/// A refusal is an answer too; a fault is not.
Result<std::variant<json::Value, Parked>> answer_to(Turn& turn, const Server& server,
                                                    const RpcMessage& message, const RpcCall& call) {
  auto reply = call_method(turn, server, message.method, call);
  if (!reply && !is_refusal(reply.error()))
    return fail(std::move(reply).error());
  if (!reply)
    return rpc_error(message.id, reply.error());
  if (auto* parked = std::get_if<Parked>(&*reply))
    return *parked;
  return rpc_result(message.id, std::get<json::Value>(std::move(*reply)));
}

Result<Reply> answer_request(Turn& turn, const Server& server, const RpcMessage& message,
                             const RpcCall& call) {
  AGR_TRY_ASSIGN(const auto answer, answer_to(turn, server, message, call));
  if (const auto* parked = std::get_if<Parked>(&answer))
    return *parked;
  const auto& body = std::get<json::Value>(answer);
  if (!call.session.empty())
    AGR_TRY(send(turn, call.session, body));
  return json_response(200, body);
}

Response unreadable(const Error& error) {
  return json_response(400, rpc_error(nullptr, error));
}

/// Arguments under the names other documented clients use.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> k_aliases = {
    {{"did", "agent_did"},
     {"capability_requested", "capability"},
     {"price", "max_price"},
     {"client_idempotency_key", "idempotency_key"},
     {"message", "content"},
     {"text", "content"}}};

json::Value with_canonical_names(json::Value arguments) {
  for (const auto& [alias, name] : k_aliases)
    if (arguments[name].is_null() && !arguments[alias].is_null())
      arguments.set(name, json::Value(arguments[alias]));
  return arguments;
}

Result<void> check_arguments(const Tool& tool, const json::Value& arguments) {
  const json::Value schema = parsed(tool.input);
  for (const json::Value& name : schema["required"].items())
    if (arguments[name.text()].is_null())
      return rpc_refusal(k_invalid_params, fmt::format("Missing required argument: {}", name.text()));
  return {};
}

Result<RpcReply> run_tool(Turn& turn, const Tool& tool, const RpcCall& call) {
  const json::Value arguments = with_canonical_names(call.params["arguments"]);
  AGR_TRY(require_scope(call.caller, tool.scope));
  AGR_TRY(check_arguments(tool, arguments));
  return tool.handler(turn, call, arguments);
}

Result<void> note_message(Turn& turn, const Server& server, const Session& session, const Principal& caller) {
  AGR_TRY_ASSIGN(const bool first, mark_used(turn, session));
  if (first)
    AGR_TRY(server.on_first_message(turn, session, caller));
  return caller.is_agent() ? mark_seen(turn, caller.id) : Result<void>{};
}

Result<std::vector<Tool>> served_tools(Turn& turn, const Server& server) {
  std::vector<Tool> tools(server.tools.begin(), server.tools.end());
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  if (settings.newer_tools)
    tools.insert(tools.end(), server.newer_tools.begin(), server.newer_tools.end());
  return tools;
}

bool is_known(std::string_view revision) {
  return std::find(k_revisions.begin(), k_revisions.end(), revision) != k_revisions.end();
}

bool is_unknown_revision(const Request& request) {
  const auto named = request.header("MCP-Protocol-Version");
  return named && !is_known(*named);
}

/// A stream speaks the one revision that the marketplace names; a single call what the client asks for.
std::string revision_for(const RpcCall& call) {
  const std::string asked = call.params["protocolVersion"].text();
  if (!call.session.empty())
    return std::string(k_protocol);
  return is_known(asked) ? asked : std::string(k_revisions.back());
}

} // namespace

Result<Reply> take_message(Turn& turn, const Server& server, const Session& session, const Principal& caller,
                           std::string_view body) {
  AGR_TRY(note_message(turn, server, session, caller));
  const auto message = parse_rpc(body);
  if (!message)
    return unreadable(message.error());
  if (message->kind == RpcMessage::Kind::request)
    return answer_request(turn, server, *message,
                          {caller, session.id, session.origin, message->id, message->params});
  if (message->kind == RpcMessage::Kind::response && message->succeeded && caller.is_agent())
    AGR_TRY(on_pong(turn, caller.id, message->id.text()));
  return accepted();
}

Result<Reply> take_single_call(Turn& turn, const Server& server, const Principal& caller,
                               const Request& request) {
  const auto message = parse_rpc(request.body);
  if (!message)
    return unreadable(message.error());
  // What a client of a newer revision asks first: an ordinary error makes it fall back.
  if (message->method == "server/discover" || is_unknown_revision(request))
    return json_response(
        400, rpc_error(message->id, rpc_refusal(k_invalid_request, "Unsupported revision").value()));
  if (message->kind != RpcMessage::Kind::request)
    return accepted();
  return answer_request(turn, server, *message, {caller, "", request.origin(), message->id, message->params});
}

Result<RpcReply> pong(Turn&, const RpcCall&) {
  return json::Value::object();
}

json::Value initialize_result(const RpcCall& call, json::Value capabilities) {
  return json::Value::object(
      {{"protocolVersion", revision_for(call)},
       {"capabilities", std::move(capabilities)},
       {"serverInfo", json::Value::object({{"name", "agrenting"}, {"version", k_version}})}});
}

Result<RpcReply> list_tools(Turn& turn, const Server& server) {
  AGR_TRY_ASSIGN(const auto served, served_tools(turn, server));
  json::Value tools = json::Value::array();
  for (const Tool& tool : served)
    tools.push(json::Value::object({{"name", tool.name},
                                    {"description", tool.description},
                                    {"inputSchema", parsed(tool.input)},
                                    {"annotations", parsed(tool.hints)}}));
  return json::Value::object({{"tools", std::move(tools)}});
}

Result<RpcReply> call_tool(Turn& turn, const Server& server, const RpcCall& call) {
  const std::string name = call.params["name"].text();
  AGR_TRY_ASSIGN(const auto served, served_tools(turn, server));
  const Tool* tool = find_named(std::span<const Tool>(served), name);
  if (!tool)
    return rpc_refusal(k_invalid_params, fmt::format("Unknown tool: {}", printable(name)));
  auto reply = run_tool(turn, *tool, call);
  if (!reply && is_refusal(reply.error()) && !is_rpc_refusal(reply.error()))
    return tool_failure(reply.error().message);
  if (reply && std::holds_alternative<json::Value>(*reply))
    return tool_result(std::get<json::Value>(*reply));
  return reply;
}

json::Value resource_contents(std::string_view uri, const json::Value& payload) {
  const json::Value item =
      json::Value::object({{"uri", uri}, {"mimeType", "application/json"}, {"text", json::write(payload)}});
  return json::Value::object({{"contents", json::Value::array({item})}});
}

tl::unexpected<Error> no_such_resource(std::string_view uri) {
  return rpc_refusal(k_resource_not_found, fmt::format("Hiring not found: {}", printable(uri)));
}

} // namespace agr::emulator::agrenting
