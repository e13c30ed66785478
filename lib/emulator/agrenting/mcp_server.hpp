// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agrenting/credentials.hpp"
#include "emulator/agrenting/rpc.hpp"
#include "emulator/agrenting/sessions.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace agr::emulator::agrenting {

/// One JSON-RPC request on its way to its method.
struct RpcCall {
  const Principal& caller;
  std::string session; ///< empty when it came without one
  std::string origin;
  json::Value id;
  json::Value params;
};

/// The result, or the promise that the request is answered later.
using RpcReply = std::variant<json::Value, Parked>;

struct Method {
  std::string_view name;
  Result<RpcReply> (*handler)(Turn&, const RpcCall&);
};

struct Tool {
  std::string_view name;
  std::string_view description;
  std::string_view scope; ///< a user token must have it; empty for none
  std::string_view hints; ///< JSON object: the annotations
  std::string_view input; ///< JSON schema of the arguments
  /// The payload of the result. A refusal becomes isError with its message, unless it is a JSON-RPC one.
  Result<RpcReply> (*handler)(Turn&, const RpcCall&, const json::Value& arguments);
};

/// One of the two MCP servers.
struct Server {
  Surface surface;
  std::span<const Method> methods;
  std::span<const Tool> tools;
  std::span<const Tool> newer_tools; ///< served where the setting says so
  Result<void> (*on_first_message)(Turn&, const Session&, const Principal&);
};

extern const Server k_agent_server;
extern const Server k_hirer_server;

/// Takes what a client posted to its session: requests are answered in the body and on the stream,
/// notifications and responses with an empty 202 (docs/wire/agrenting.md, "Sessions").
Result<Reply> take_message(Turn& turn, const Server& server, const Session& session, const Principal& caller,
                           std::string_view body);

/// The same without a session: the answer is in the body alone.
Result<Reply> take_single_call(Turn& turn, const Server& server, const Principal& caller,
                               const Request& request);

// Methods both servers have.
Result<RpcReply> pong(Turn& turn, const RpcCall& call);
json::Value initialize_result(const RpcCall& call, json::Value capabilities);
Result<RpcReply> list_tools(Turn& turn, const Server& server);
Result<RpcReply> call_tool(Turn& turn, const Server& server, const RpcCall& call);

/// {contents: [{uri, mimeType, text}]} with the payload as text.
json::Value resource_contents(std::string_view uri, const json::Value& payload);
tl::unexpected<Error> no_such_resource(std::string_view uri);

} // namespace agr::emulator::agrenting
