// SPDX-License-Identifier: MIT
#include "emulator/agrenting/marketplace.hpp"

namespace agr::emulator::agrenting {
namespace {

Result<void> nothing(Turn&) {
  return {};
}
bool owns(std::string_view path) {
  return path.starts_with("/api/v1/") || path.starts_with("/mcp/");
}
Result<Reply> serve(Turn&, const Request&) {
  return json_response(200, json::Value::object({{"status", "ok"}}));
}
Result<Response> explain(Turn&, const Request&, const Error& error) {
  return json_response(error.http_status.value_or(500), json::Value::object({{"error", error.message}}));
}
Result<void> on_timer(Turn&, const Timer&) {
  return {};
}
Result<void> on_event(Turn&, const Event&) {
  return {};
}
json::Value describe(const World&) {
  return json::Value::object();
}

} // namespace

const Marketplace k_marketplace = {"agrenting", {},      {},       nothing,  nothing, owns,
                                   serve,       explain, on_timer, on_event, describe};

} // namespace agr::emulator::agrenting
