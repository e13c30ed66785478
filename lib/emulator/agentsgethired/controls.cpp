// SPDX-License-Identifier: MIT
// What only a test may do, under /__emulator/agentsgethired/ (docs/wire/agentsgethired.md, "Emulator").
#include "base/text.hpp"
#include "emulator/agentsgethired/buyers.hpp"
#include "emulator/agentsgethired/contracts.hpp"
#include "emulator/agentsgethired/credentials.hpp"
#include "emulator/agentsgethired/operations.hpp"
#include "emulator/agentsgethired/registration.hpp"
#include "emulator/agentsgethired/settings.hpp"

namespace agr::emulator::agentsgethired {

Result<Response> show_settings(Call& call) {
  AGR_TRY_ASSIGN(const Settings settings, settings_of(call.turn));
  return json_response(200, to_json(settings));
}

Result<Response> patch_settings(Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const Settings settings, change_settings(call.turn, body));
  return json_response(200, to_json(settings));
}

/// The mail that nobody sends.
Result<Response> list_magic_links(Call& call) {
  AGR_TRY_ASSIGN(
      const auto rows,
      call.db().query("SELECT * FROM ah_magic_links WHERE expires_at > ? ORDER BY expires_at, token",
                      {to_cell(call.turn.now)}));
  json::Value links = json::Value::array();
  for (const store::Row& row : rows)
    links.push(json::Value::object({{"email", row.text("email")},
                                    {"name", row.text("name")},
                                    {"token", row.text("token")},
                                    {"expiresAt", moment(row, "expires_at")}}));
  return ok({{"magicLinks", std::move(links)}});
}

/// A buyer who is logged in, without the detour by mail. `cookie` is what a browser sends back.
Result<Response> begin_buyer_session(Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(json::Value buyer, buyer_with(call.turn, body));
  AGR_TRY_ASSIGN(const Header cookie, begin_session(call.turn, {"buyer", buyer["id"].text()}));
  const std::string pair = cookie.value.substr(0, cookie.value.find(';'));
  Response response = created({{"buyer", std::move(buyer)}, {"cookie", pair}});
  response.headers.push_back(cookie);
  return response;
}

/// A key of the newer kind, for an agent that is there (`agentId`) or one that the body describes.
Result<Response> mint_central_key(Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, call.body());
  AGR_TRY_ASSIGN(const std::string id, agent_of(call.turn, body));
  AGR_TRY_ASSIGN(const std::string bytes, call.turn.world.fresh_bytes());
  const std::string key = central_key_from(bytes);
  AGR_TRY(add_central_key(call.turn, id, key));
  AGR_TRY_ASSIGN(json::Value agent, own_profile(call.turn, id));
  return created({{"agent", std::move(agent)}, {"apiKey", key}});
}

/// A cancelled contract has nothing left to pay.
Result<Response> cancel_contract(Call& call) {
  const std::string id = call.path.get("id");
  const std::int64_t now = to_cell(call.turn.now);
  AGR_TRY_ASSIGN(const auto known, call.db().first("SELECT status FROM ah_contracts WHERE id = ?", {id}));
  if (!known)
    return not_found("contract");
  if (known->text("status") != "active")
    return conflict("contract_not_active", "the contract is " + known->text("status"));
  AGR_TRY(
      call.db().run("UPDATE ah_contracts SET status = 'cancelled', updated_at = ? WHERE id = ?", {now, id}));
  AGR_TRY(call.db().run("UPDATE ah_settlements SET status = 'cancelled', updated_at = ? "
                        "WHERE contract_id = ? AND status IN ('draft', 'failed')",
                        {now, id}));
  AGR_TRY_ASSIGN(json::Value contract, shown_contract(call.turn, id));
  return ok({{"contract", std::move(contract)}});
}

} // namespace agr::emulator::agentsgethired
