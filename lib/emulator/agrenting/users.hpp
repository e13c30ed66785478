// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "emulator/ledger.hpp"
#include "emulator/world.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>

namespace agr::emulator::agrenting {

extern const std::string_view k_user_schema;

Result<void> add_user(Turn& turn, const std::string& id, const std::string& name);

/// The accounts of a user, or of an agent nobody owns.
Account available(const std::string& owner);
Account escrow(const std::string& user);
Account earnings(const std::string& owner);
Account fees();
Account outside();

/// What an owner may spend: deposits and earnings.
Result<Decimal> spendable(Turn& turn, const std::string& owner);
/// {available, escrow, held, total, currency}
Result<json::Value> balance_view(Turn& turn, const std::string& owner);

/// A user's stored repository token (docs/wire/agrenting.md, "GitHub token").
struct GithubToken {
  std::string token;
  Time set_at;
  std::optional<Time> last_used_at;
};
Result<std::optional<GithubToken>> github_token(Turn& turn, const std::string& user);
Result<void> set_github_token(Turn& turn, const std::string& user, const std::string& token);
Result<void> clear_github_token(Turn& turn, const std::string& user);
Result<void> note_github_token_use(Turn& turn, const std::string& user);

} // namespace agr::emulator::agrenting
