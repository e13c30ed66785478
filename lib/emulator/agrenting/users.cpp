// SPDX-License-Identifier: MIT
#include "emulator/agrenting/users.hpp"

#include "emulator/agrenting/vault.hpp"

namespace agr::emulator::agrenting {

const std::string_view k_user_schema = R"sql(
CREATE TABLE IF NOT EXISTS agrenting_users(
  id TEXT PRIMARY KEY, name TEXT NOT NULL, github_token TEXT, github_set_at INTEGER,
  github_used_at INTEGER) WITHOUT ROWID;
)sql";

namespace {

std::string place_of(const std::string& user) {
  return "github/" + user;
}

} // namespace

Result<void> add_user(Turn& turn, const std::string& id, const std::string& name) {
  AGR_TRY(turn.db().run("INSERT INTO agrenting_users(id, name) VALUES(?, ?)", {id, name}));
  return {};
}

Account available(const std::string& owner) {
  return {"agrenting", Purpose::available, owner};
}
Account escrow(const std::string& user) {
  return {"agrenting", Purpose::escrow, user};
}
Account earnings(const std::string& owner) {
  return {"agrenting", Purpose::earnings, owner};
}
Account fees() {
  return {"agrenting", Purpose::fees};
}
Account outside() {
  return {"agrenting", Purpose::outside};
}

Result<Decimal> spendable(Turn& turn, const std::string& owner) {
  AGR_TRY_ASSIGN(const Decimal deposited, balance_of(turn.world, available(owner)));
  AGR_TRY_ASSIGN(const Decimal earned, balance_of(turn.world, earnings(owner)));
  return deposited + earned;
}

Result<json::Value> balance_view(Turn& turn, const std::string& owner) {
  AGR_TRY_ASSIGN(const Decimal free, spendable(turn, owner));
  AGR_TRY_ASSIGN(const Decimal held, balance_of(turn.world, escrow(owner)));
  return json::Value::object(
      {{"available", free}, {"escrow", held}, {"held", held}, {"total", free + held}, {"currency", "USD"}});
}

Result<std::optional<GithubToken>> github_token(Turn& turn, const std::string& user) {
  AGR_TRY_ASSIGN(const auto row,
                 turn.db().first("SELECT github_token, github_set_at, github_used_at FROM agrenting_users "
                                 "WHERE id = ? AND github_token IS NOT NULL",
                                 {user}));
  if (!row)
    return std::nullopt;
  AGR_TRY_ASSIGN(std::string secret, unseal(turn.world, place_of(user), row->text("github_token")));
  GithubToken token{std::move(secret), time_from_cell(row->integer("github_set_at")), {}};
  if (!row->is_null("github_used_at"))
    token.last_used_at = time_from_cell(row->integer("github_used_at"));
  return token;
}

Result<void> set_github_token(Turn& turn, const std::string& user, const std::string& token) {
  AGR_TRY_ASSIGN(const std::string sealed, seal(turn, place_of(user), token));
  AGR_TRY(
      turn.db().run("UPDATE agrenting_users SET github_token = ?, github_set_at = ?, github_used_at = NULL "
                    "WHERE id = ?",
                    {sealed, to_cell(turn.now), user}));
  return {};
}

Result<void> clear_github_token(Turn& turn, const std::string& user) {
  AGR_TRY(turn.db().run("UPDATE agrenting_users SET github_token = NULL, github_set_at = NULL, "
                        "github_used_at = NULL WHERE id = ?",
                        {user}));
  return {};
}

Result<void> note_github_token_use(Turn& turn, const std::string& user) {
  AGR_TRY(
      turn.db().run("UPDATE agrenting_users SET github_used_at = ? WHERE id = ?", {to_cell(turn.now), user}));
  return {};
}

} // namespace agr::emulator::agrenting
