// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace agr::mcp {

/// Told apart by what is there: method and id, method alone, no method.
enum class Shape { request, notification, response };

struct RpcError {
  long long code = 0;
  std::string message;
  json::Value data;
};

/// One JSON-RPC 2.0 message. Unknown members are ignored.
struct Message {
  Shape shape = Shape::notification;
  /// The id as a JSON token: `1`, `"1"` and `1.0` are three different ids. Empty on notifications.
  std::string id;
  std::string method;
  json::Value params;
  json::Value result;
  std::optional<RpcError> error; ///< set on a response that failed
};

inline constexpr int k_method_not_found = -32601;
inline constexpr int k_resource_not_found = -32002;

/// Reads one message; an array (a batch) is none. Errors: Kind::protocol.
Result<Message> read_message(std::string_view text);

// Writing, one line of ASCII each. `id` is a JSON token and goes out as it is; null params are left out.

std::string request_text(std::string_view id, std::string_view method, const json::Value& params = {});
std::string notification_text(std::string_view method, const json::Value& params = {});
std::string result_text(std::string_view id, const json::Value& result);
std::string error_text(std::string_view id, int code, std::string_view message);

} // namespace agr::mcp
