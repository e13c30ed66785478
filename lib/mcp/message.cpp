// SPDX-License-Identifier: MIT
#include "mcp/message.hpp"

#include <fmt/format.h>

namespace agr::mcp {
namespace {

constexpr std::size_t k_max_bytes = std::size_t{10} << 20;

Error not_a_message(std::string_view why) {
  return {Kind::protocol, fmt::format("the text is not a JSON-RPC message: {}", why)};
}

std::string quoted(std::string_view text) {
  return json::write_ascii(text);
}

std::string with_params(std::string head, const json::Value& params) {
  if (!params.is_null())
    head += fmt::format(R"(,"params":{})", json::write_ascii(params));
  return head + "}";
}

Result<Message> read_response(const json::Value& value, Message message) {
  if (message.id.empty())
    return fail(not_a_message("it has neither method nor id"));
  message.shape = Shape::response;
  const json::Value& error = value["error"];
  if (error.is_object())
    message.error = RpcError{error["code"].as_integer().value_or(0), error["message"].text(), error["data"]};
  else if (value.has("result"))
    message.result = value["result"];
  else
    return fail(not_a_message("it has neither result nor error"));
  return message;
}

} // namespace

Result<Message> read_message(std::string_view text) {
  AGR_TRY_ASSIGN(const json::Value value, json::parse(text, {.bytes = k_max_bytes}));
  if (!value.is_object())
    return fail(not_a_message("it is no object"));
  Message message;
  const json::Value& id = value["id"];
  if (value.has("id") && (id.is_string() || id.is_number() || id.is_null()))
    message.id = json::write_ascii(id);
  else if (value.has("id"))
    return fail(not_a_message("its id is no string or number"));
  if (!value.has("method"))
    return read_response(value, std::move(message));
  if (!value["method"].is_string())
    return fail(not_a_message("its method is no string"));
  message.shape = message.id.empty() ? Shape::notification : Shape::request;
  message.method = value["method"].text();
  message.params = value["params"];
  return message;
}

std::string request_text(std::string_view id, std::string_view method, const json::Value& params) {
  return with_params(fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":{})", id, quoted(method)), params);
}

std::string notification_text(std::string_view method, const json::Value& params) {
  return with_params(fmt::format(R"({{"jsonrpc":"2.0","method":{})", quoted(method)), params);
}

std::string result_text(std::string_view id, const json::Value& result) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id, json::write_ascii(result));
}

std::string error_text(std::string_view id, int code, std::string_view message) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{{"code":{},"message":{}}}}})", id, code,
                     quoted(message));
}

} // namespace agr::mcp
