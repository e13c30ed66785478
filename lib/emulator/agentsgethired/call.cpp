// SPDX-License-Identifier: MIT
#include "emulator/agentsgethired/call.hpp"

#include "base/text.hpp"

namespace agr::emulator::agentsgethired {
namespace {

/// A caller that names no type is believed to send JSON.
bool claims_json(const Request& request) {
  const auto header = request.header("Content-Type");
  if (!header)
    return true;
  const std::string_view type = trim(header->substr(0, header->find(';')));
  return iequals(type, "application/json") || lower(type).ends_with("+json");
}

} // namespace

Result<json::Value> Call::body() const {
  if (trim(request.body).empty())
    return json::Value::object();
  if (!claims_json(request))
    return refuse(415, "not_json", "send the body as application/json");
  auto value = json::parse(request.body);
  if (!value)
    return bad_request("the body is not JSON: " + value.error().message);
  if (!value->is_object())
    return bad_request("the body must be a JSON object");
  return value;
}

Response success(int status, Members members) {
  json::Value body = json::Value::object({{"ok", true}});
  for (const auto& [name, value] : members)
    body.set(name, value);
  return json_response(status, body);
}

json::Value document(const store::Row& row, std::string_view column) {
  return json::parse(row.text(column)).value_or(json::Value());
}

json::Value moment(const store::Row& row, std::string_view column) {
  return row.is_null(column) ? json::Value() : json::Value(rfc3339(time_from_cell(row.integer(column))));
}

} // namespace agr::emulator::agentsgethired
