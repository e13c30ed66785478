// SPDX-License-Identifier: MIT
#include "emulator/agentsgethired/variants.hpp"

#include <fmt/format.h>

namespace agr::emulator::agentsgethired {
namespace {

constexpr std::string_view k_www = "www.";
constexpr Millis k_minute{60'000};

void make_numbers(json::Value& value) {
  if (value.is_array())
    for (json::Value& item : value.array_ref())
      make_numbers(item);
  if (!value.is_object())
    return;
  for (json::Member& member : value.object_ref()) {
    const bool is_amount = member.name == "amount" || member.name == "paymentAmount";
    if (is_amount && member.value.is_string())
      member.value = json::Number{member.value.text()};
    else if (member.name != "providerReceipt") // somebody else's words stay as they came
      make_numbers(member.value);
  }
}

bool is_control(const Request& request) {
  return request.path.starts_with("/__emulator/");
}

} // namespace

std::optional<Response> other_host(const Request& request, const Settings& settings) {
  const std::string host(request.header("Host").value_or(""));
  const bool has_www = host.starts_with(k_www);
  const bool leaves = settings.redirects == (has_www ? "from_www" : "to_www");
  if (!leaves || is_control(request))
    return std::nullopt;
  const std::string to = has_www ? host.substr(k_www.size()) : std::string(k_www) + host;
  const std::string query = request.query.empty() ? "" : "?" + request.query;
  return Response{static_cast<int>(settings.redirect_status),
                  {{"Location", fmt::format("{}://{}{}{}", request.scheme, to, request.path, query)}}};
}

Result<void> count_request(const Call& call, const Settings& settings) {
  if (settings.rate_limit == 0 || is_control(call.request))
    return {};
  const std::int64_t minute = to_cell(call.turn.now) / k_minute.count();
  AGR_TRY_ASSIGN(
      const auto row,
      call.db().first("INSERT INTO ah_request_counts(caller, minute, count) VALUES(?1, ?2, 1) "
                      "ON CONFLICT DO UPDATE SET count = IIF(minute = ?2, count + 1, 1), minute = ?2 "
                      "RETURNING count",
                      {call.caller.id, minute}));
  if (row->integer("count") <= settings.rate_limit)
    return {};
  auto refusal =
      refuse(429, "rate_limited", fmt::format("at most {} requests a minute", settings.rate_limit));
  refusal.value().retry_after = Millis((minute + 1) * k_minute.count() - to_cell(call.turn.now));
  return refusal;
}

Response in_wanted_form(Response response, const Settings& settings) {
  if (settings.amounts != "number")
    return response;
  auto body = json::parse(response.body);
  if (!body)
    return response;
  make_numbers(*body);
  response.body = json::write(*body);
  return response;
}

} // namespace agr::emulator::agentsgethired
