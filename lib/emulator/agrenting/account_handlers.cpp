// SPDX-License-Identifier: MIT
#include "emulator/agrenting/agents.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/handlers.hpp"
#include "emulator/agrenting/payments.hpp"
#include "emulator/agrenting/users.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::emulator::agrenting {
namespace {

std::string_view type_of(std::string_view reason) {
  if (reason == "hold")
    return "escrow_hold";
  if (reason == "release")
    return "earning";
  return reason == "refund" ? "escrow_refund" : reason;
}

json::Value transaction_from(const World& world, const store::Row& row) {
  const std::string reason = row.text("reason");
  return json::Value::object({{"id", world.uuid_for(fmt::format("entry/{}", row.integer("entry")))},
                              {"type", type_of(reason)},
                              {"amount", from_units(row.integer("amount"))},
                              {"currency", "USD"},
                              {"status", "completed"},
                              {"created_at", rfc3339(time_from_cell(row.integer("at")))},
                              {"task_id", row.text("subject")},
                              {"description", fmt::format("{} {}", reason, row.text("subject"))}});
}

Result<std::vector<store::Row>> own_lines(Turn& turn, const std::string& owner) {
  return turn.db().query("SELECT l.entry, SUM(l.amount) AS amount, e.at, e.reason, e.subject "
                         "FROM ledger_lines l JOIN ledger_entries e ON e.id = l.entry "
                         "WHERE l.account IN ('agrenting/available/' || ?1 || '/USD', "
                         "'agrenting/earnings/' || ?1 || '/USD') GROUP BY l.entry ORDER BY l.entry DESC",
                         {owner});
}

json::Value token_view(const store::Row& row) {
  json::Value scopes = json::Value::array();
  for (const std::string& scope : split(row.text("scopes"), ' '))
    scopes.push(scope);
  return json::Value::object({{"id", row.text("id")},
                              {"name", row.text("name")},
                              {"scopes", std::move(scopes)},
                              {"max_price_per_hire", row.maybe_text("cap")},
                              {"created_at", rfc3339(time_from_cell(row.integer("created_at")))}});
}

Result<std::vector<std::string>> read_scopes(const json::Value& list, const Principal& caller) {
  if (!list.is_array() || list.items().empty())
    return invalid("scopes", "scopes must be a list of at least one scope");
  std::vector<std::string> scopes;
  for (const json::Value& item : list.items()) {
    const std::string scope = item.text();
    if (std::find(k_scopes.begin(), k_scopes.end(), scope) == k_scopes.end())
      return invalid("scopes", fmt::format("\"{}\" is not a scope", printable(scope)));
    if (!caller.may(scope))
      return refuse(403, "FORBIDDEN", fmt::format("Token missing required scope: {}", scope));
    scopes.push_back(scope);
  }
  return scopes;
}

/// A token never gives more than the one it was made with.
Result<std::optional<Decimal>> read_cap(const json::Value& value, const Principal& caller) {
  if (value.is_null())
    return caller.cap;
  const auto cap = value.as_decimal();
  if (!cap || cap->is_negative())
    return invalid("max_price_per_hire", "max_price_per_hire must be a decimal, 0 or more");
  return caller.cap ? std::min(*cap, *caller.cap) : *cap;
}

Result<std::string> mint_user_token(Turn& turn, const std::string& user, const Grant& grant, bool sandbox) {
  AGR_TRY_ASSIGN(const std::string bytes, turn.world.fresh_bytes());
  std::string token = sandbox ? sandbox_key_from(bytes) : user_token_from(bytes);
  AGR_TRY(store_user_token(turn, token, user, grant));
  return token;
}

Result<Reply> rotate_agent_key(Turn& turn, const Call& call) {
  AGR_TRY(turn.db().run("DELETE FROM agrenting_credentials WHERE owner = ? AND kind = 'agent'",
                        {call.caller.id}));
  AGR_TRY_ASSIGN(std::string bytes, turn.world.fresh_bytes());
  const std::string key = agent_key_from(std::move(bytes));
  AGR_TRY(store_agent_key(turn, key, call.caller.id));
  return success(turn, 200, json::Value::object({{"api_key", key}}));
}

Result<Reply> rotate_user_token(Turn& turn, const Call& call) {
  AGR_TRY(revoke(turn, call.caller.credential));
  AGR_TRY_ASSIGN(const std::string token,
                 mint_user_token(turn, call.caller.id, {"rotated", call.caller.scopes, call.caller.cap},
                                 call.caller.is_sandbox));
  return success(turn, 200, json::Value::object({{"api_key", token}, {"token", token}}));
}

} // namespace

Result<Reply> show_balance(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(json::Value view, balance_view(turn, call.caller.id));
  return success(turn, 200, std::move(view));
}

Result<Reply> list_transactions(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const auto rows, own_lines(turn, call.caller.id));
  const std::string wanted = call.query.get("type");
  AGR_TRY_ASSIGN(const json::Value pending, pending_deposits_of(turn, call.caller.id));
  json::Value::Array all;
  if (wanted.empty() || wanted == "deposit")
    all = pending.items();
  for (const store::Row& row : rows)
    if (wanted.empty() || type_of(row.text("reason")) == wanted)
      all.push_back(transaction_from(turn.world, row));
  return listed(turn, all, call.query);
}

Result<Reply> authenticate(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const auto agent, agent_by_id(turn, call.caller.id));
  AGR_TRY_ASSIGN(const SessionToken session, open_session(turn, call.caller.id));
  return success(turn, 200,
                 json::Value::object({{"session_token", session.token},
                                      {"token", session.token},
                                      {"expires_at", rfc3339(session.expires_at)},
                                      {"agent", json::Value::object({{"id", call.caller.id},
                                                                     {"name", agent ? agent->name : ""}})}}));
}

Result<Reply> log_out(Turn& turn, const Call& call) {
  AGR_TRY(call.caller.is_session ? revoke(turn, call.caller.credential)
                                 : revoke_sessions(turn, call.caller.id));
  return success(turn, 200, nullptr);
}

Result<Reply> rotate_key(Turn& turn, const Call& call) {
  return call.caller.is_user() ? rotate_user_token(turn, call) : rotate_agent_key(turn, call);
}

Result<Reply> list_tokens(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const auto rows,
                 turn.db().query("SELECT * FROM agrenting_credentials WHERE owner = ? AND kind = 'user' "
                                 "ORDER BY created_at, id",
                                 {call.caller.id}));
  json::Value::Array all;
  for (const store::Row& row : rows)
    all.push_back(token_view(row));
  return listed(turn, all, call.query);
}

Result<Reply> create_token(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(const json::Value body, read_body(call.request));
  Grant grant{body["name"].text()};
  AGR_TRY_ASSIGN(grant.scopes, read_scopes(body["scopes"], call.caller));
  AGR_TRY_ASSIGN(grant.cap, read_cap(body["max_price_per_hire"], call.caller));
  AGR_TRY_ASSIGN(const std::string token,
                 mint_user_token(turn, call.caller.id, grant, body["sandbox"].as_bool().value_or(false)));
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT * FROM agrenting_credentials WHERE hash = ?", {hash_of(token)}));
  json::Value view = row ? token_view(*row) : json::Value::object();
  view.set("token", token);
  return success(turn, 201, std::move(view));
}

Result<Reply> delete_token(Turn& turn, const Call& call) {
  AGR_TRY_ASSIGN(
      const int deleted,
      turn.db().run("DELETE FROM agrenting_credentials WHERE id = ? AND owner = ? AND kind = 'user'",
                    {call.path.get("id"), call.caller.id}));
  if (deleted == 0)
    return refuse(404, "NOT_FOUND", "Token not found");
  return success(turn, 200, nullptr);
}

Result<Reply> show_health(Turn&, const Call&) {
  return json_response(200, json::Value::object({{"status", "ok"}}));
}

} // namespace agr::emulator::agrenting
