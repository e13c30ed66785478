// SPDX-License-Identifier: MIT
#include "mcp/failures.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::mcp {

bool is_2xx(int status) {
  return status >= 200 && status < 300;
}

bool is_media_type(std::string_view content_type, std::string_view essence) {
  return iequals(trim(content_type.substr(0, content_type.find(';'))), essence);
}

std::string quote(std::string_view text) {
  return printable(shorten(text, 300));
}

/// "tools/call submit_hiring_result", "resources/read hiring://pending"
std::string label_of(const Call& call) {
  const std::string subject = call.params.first_of({"name", "uri"}).text();
  return subject.empty() ? call.method : fmt::format("{} {}", call.method, quote(subject));
}

Error rpc_failure(std::string_view label, const RpcError& error) {
  const Kind kind = error.code == k_resource_not_found ? Kind::not_found : Kind::failed;
  return {kind, fmt::format("{} was refused: {}", label, quote(error.message)), "",
          std::to_string(error.code)};
}

Error bad_status(std::string_view what, int status) {
  return {Kind::unavailable, fmt::format("{} was answered with HTTP {}", what, status), "", "", status};
}

Error lost(std::string_view label, std::string_view why) {
  return {Kind::outcome_unknown, fmt::format("{} was sent, but its answer never came: {}", label, why),
          "look at what it was to change before repeating it"};
}

Error not_sent(std::string_view label, std::string_view why) {
  return {Kind::unavailable, fmt::format("{} was not sent: {}", label, why)};
}

bool is_known_revision(std::string_view revision) {
  constexpr std::array<std::string_view, 4> k_known{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"};
  return std::ranges::find(k_known, revision) != k_known.end();
}

Error unknown_revision(std::string_view revision) {
  return {
      Kind::protocol,
      fmt::format("the service speaks MCP revision \"{}\", which this agr does not know", quote(revision)),
      "update agr"};
}

json::Value initialize_params(const Settings& settings, std::string_view revision) {
  json::Value params =
      json::Value::object({{"protocolVersion", revision}, {"capabilities", json::Value::object()}});
  params.set("clientInfo",
             json::Value::object({{"name", settings.client_name}, {"version", settings.client_version}}));
  return params;
}

} // namespace agr::mcp
