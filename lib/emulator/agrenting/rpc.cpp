// SPDX-License-Identifier: MIT
#include "emulator/agrenting/rpc.hpp"

#include "base/text.hpp"
#include "emulator/message.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <charconv>

namespace agr::emulator::agrenting {
namespace {

constexpr int k_internal_error = -32603;

RpcMessage::Kind kind_of(const json::Value& message) {
  if (!message.has("method"))
    return RpcMessage::Kind::response;
  return message.has("id") ? RpcMessage::Kind::request : RpcMessage::Kind::notification;
}

bool is_well_formed(const json::Value& message, RpcMessage::Kind kind) {
  const json::Value& id = message["id"];
  if (kind == RpcMessage::Kind::response)
    return message.has("id") && (message.has("result") || message.has("error"));
  const bool id_fits = kind == RpcMessage::Kind::notification || id.is_string() || id.is_number();
  const json::Value& params = message["params"];
  return id_fits && message["method"].is_string() && (params.is_null() || params.is_object());
}

int code_of(const Error& error) {
  int code = k_internal_error;
  if (is_rpc_refusal(error))
    std::from_chars(error.code.data(), error.code.data() + error.code.size(), code);
  return code;
}

json::Value text_content(std::string text, bool is_error) {
  const json::Value item = json::Value::object({{"type", "text"}, {"text", std::move(text)}});
  return json::Value::object({{"content", json::Value::array({item})}, {"isError", is_error}});
}

} // namespace

tl::unexpected<Error> rpc_refusal(int code, std::string message) {
  return refuse(200, std::to_string(code), std::move(message));
}

bool is_rpc_refusal(const Error& error) {
  return error.code.starts_with("-32");
}

Result<RpcMessage> parse_rpc(std::string_view body) {
  json::ReadLimits limits;
  limits.bytes = k_max_body;
  const auto message = json::parse(body, limits);
  if (!message)
    return rpc_refusal(k_parse_error, "Parse error: " + printable(message.error().message));
  const RpcMessage::Kind kind = kind_of(*message);
  if (!message->is_object() || !is_well_formed(*message, kind))
    return rpc_refusal(k_invalid_request, "Invalid Request: not one JSON-RPC 2.0 message");
  return RpcMessage{kind, (*message)["id"], (*message)["method"].text(), (*message)["params"],
                    message->has("result")};
}

json::Value rpc_result(const json::Value& id, json::Value result) {
  return json::Value::object({{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}});
}

json::Value rpc_error(const json::Value& id, const Error& error) {
  const json::Value body = json::Value::object({{"code", code_of(error)}, {"message", error.message}});
  return json::Value::object({{"jsonrpc", "2.0"}, {"id", id}, {"error", body}});
}

json::Value tool_result(const json::Value& payload) {
  return text_content(json::write(payload), false);
}

json::Value tool_failure(std::string_view message) {
  return text_content(std::string(message), true);
}

} // namespace agr::emulator::agrenting
