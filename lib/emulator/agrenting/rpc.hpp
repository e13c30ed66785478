// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <string>
#include <string_view>

namespace agr::emulator::agrenting {

/// One JSON-RPC message, told apart by which members it has.
struct RpcMessage {
  enum class Kind { request, notification, response };
  Kind kind;
  json::Value id; ///< as it came: a string or a number
  std::string method;
  json::Value params;
  bool succeeded = false; ///< of a response: it carries a result
};

inline constexpr int k_parse_error = -32700;
inline constexpr int k_invalid_request = -32600;
inline constexpr int k_method_not_found = -32601;
inline constexpr int k_invalid_params = -32602;
inline constexpr int k_resource_not_found = -32002;

/// A refusal that is a JSON-RPC error and not the failure of a tool.
tl::unexpected<Error> rpc_refusal(int code, std::string message);
bool is_rpc_refusal(const Error& error);

/// Refuses with k_parse_error or k_invalid_request; a list of messages is such a one too.
Result<RpcMessage> parse_rpc(std::string_view body);

json::Value rpc_result(const json::Value& id, json::Value result);
/// Any refusal as a JSON-RPC error.
json::Value rpc_error(const json::Value& id, const Error& error);

/// {content: [{type: "text", text}], isError}
json::Value tool_result(const json::Value& payload);
json::Value tool_failure(std::string_view message);

} // namespace agr::emulator::agrenting
