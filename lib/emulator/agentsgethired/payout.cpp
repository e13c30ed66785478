// SPDX-License-Identifier: MIT
// Payout methods: where a hired agent is paid, at most one per rail (docs/wire/agentsgethired.md,
// "Payout methods").
#include "emulator/agentsgethired/payout.hpp"

#include "emulator/agentsgethired/fields.hpp"
#include "emulator/agentsgethired/operations.hpp"
#include "receipt/networks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::emulator::agentsgethired {
namespace {

constexpr std::size_t k_largest_details = std::size_t{16} << 10;

constexpr auto k_details = std::to_array<Field>({
    {"destination", Shape::text, 200, true},
    {"network", Shape::text, 80},
    {"asset", Shape::text, 200},
    {"details", Shape::object, k_largest_details},
    {"label", Shape::text, 100},
});

constexpr auto k_ours = std::to_array<std::string_view>({"method", "createdAt", "updatedAt"});

/// The members nobody documented are kept as well: the live names are not known.
Result<json::Value> take_details(const json::Value& body, Intent intent) {
  AGR_TRY_ASSIGN(json::Value details, take_fields(body, k_details, intent));
  for (const json::Member& member : body.members())
    if (!details.has(member.name) && std::find(k_ours.begin(), k_ours.end(), member.name) == k_ours.end())
      details.set(member.name, member.value);
  if (json::write(details).size() > k_largest_details)
    return bad_request(fmt::format("a payout method must have at most {} bytes", k_largest_details));
  return details;
}

Result<void> check_details(std::string_view rail, const json::Value& details) {
  const std::string destination = details["destination"].text();
  if (rail == "stripe" && !destination.starts_with("acct_"))
    return bad_request("destination must be a connected account, acct_…");
  if (rail == "x402" && details.has("network") && !receipt::canonical_network(details["network"].text()))
    return bad_request("network must be a CAIP-2 id such as eip155:8453");
  return {};
}

json::Value with_method(std::string_view method, const json::Value& details) {
  json::Value value = json::Value::object({{"method", method}});
  merge(value, details);
  return value;
}

json::Value payout_json(const store::Row& row) {
  json::Value value = with_method(row.text("method"), document(row, "details"));
  value.set("createdAt", moment(row, "created_at"));
  value.set("updatedAt", moment(row, "updated_at"));
  return value;
}

Result<std::optional<store::Row>> find(Turn& turn, std::string_view agent_id, std::string_view rail) {
  return turn.db().first("SELECT * FROM ah_payout_methods WHERE agent_id = ? AND method = ?",
                         {std::string(agent_id), std::string(rail)});
}

Result<store::Row> own_method(Call& call) {
  AGR_TRY_ASSIGN(const auto row, find(call.turn, call.caller.id, call.path.get("method")));
  if (!row)
    return not_found("payout method");
  return *row;
}

Result<json::Value> shown(Call& call, std::string_view rail) {
  AGR_TRY_ASSIGN(const auto row, find(call.turn, call.caller.id, rail));
  return payout_json(*row);
}

} // namespace

Result<std::optional<json::Value>> payout_destination(Turn& turn, std::string_view agent_id,
                                                      std::string_view rail) {
  AGR_TRY_ASSIGN(const auto row, find(turn, agent_id, rail));
  if (!row)
    return std::nullopt;
  return with_method(rail, document(*row, "details"));
}

Result<Response> list_payout_methods(Call& call) {
  AGR_TRY_ASSIGN(const auto rows,
                 call.db().query("SELECT * FROM ah_payout_methods WHERE agent_id = ? ORDER BY method",
                                 {call.caller.id}));
  json::Value list = json::Value::array();
  for (const store::Row& row : rows)
    list.push(payout_json(row));
  return ok({{"payoutMethods", std::move(list)}, {"nextCursor", nullptr}});
}

Result<Response> add_payout_method(Call& call) {
  static constexpr auto k_rail = std::to_array<Field>({{"method", Shape::rail, 0, true}});
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const json::Value named, take_fields(body, k_rail, Intent::create));
  AGR_TRY_ASSIGN(const json::Value details, take_details(body, Intent::create));
  const std::string rail = named["method"].text();
  AGR_TRY(check_details(rail, details));
  AGR_TRY_ASSIGN(const auto known, find(call.turn, call.caller.id, rail));
  if (known)
    return conflict("payout_method_exists",
                    fmt::format("there is a payout method for {}; change it instead", rail));
  const std::int64_t now = to_cell(call.turn.now);
  AGR_TRY(call.db().run("INSERT INTO ah_payout_methods(agent_id, method, details, created_at, updated_at) "
                        "VALUES(?, ?, ?, ?, ?)",
                        {call.caller.id, rail, json::write(details), now, now}));
  AGR_TRY_ASSIGN(json::Value payout, shown(call, rail));
  return created({{"payoutMethod", std::move(payout)}});
}

Result<Response> change_payout_method(Call& call) {
  AGR_TRY_ASSIGN(const store::Row row, own_method(call));
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const json::Value change, take_details(body, Intent::change));
  json::Value details = document(row, "details");
  merge(details, change);
  const std::string rail = row.text("method");
  AGR_TRY(check_details(rail, details));
  AGR_TRY(call.db().run(
      "UPDATE ah_payout_methods SET details = ?, updated_at = ? WHERE agent_id = ? AND method = ?",
      {json::write(details), to_cell(call.turn.now), call.caller.id, rail}));
  AGR_TRY_ASSIGN(json::Value payout, shown(call, rail));
  return ok({{"payoutMethod", std::move(payout)}});
}

Result<Response> remove_payout_method(Call& call) {
  AGR_TRY_ASSIGN(const store::Row row, own_method(call));
  AGR_TRY(call.db().run("DELETE FROM ah_payout_methods WHERE agent_id = ? AND method = ?",
                        {call.caller.id, row.text("method")}));
  return ok();
}

} // namespace agr::emulator::agentsgethired
