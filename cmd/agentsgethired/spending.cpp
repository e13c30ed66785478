// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired/spending.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::cmd {
namespace {

constexpr auto k_day = std::chrono::hours(24);

std::optional<Decimal> lower_of(std::optional<Decimal> a, std::optional<Decimal> b) {
  return a && b ? std::min(*a, *b) : (a ? a : b);
}

/// The words of an option, each of which the configuration's list must have; without any, that list.
Result<std::vector<std::string>> narrowed(const std::vector<std::string>& allowed, const Invocation& given,
                                          std::string_view option, const Context& context) {
  const auto& wanted = given.all(option);
  if (wanted.empty())
    return allowed;
  for (const auto& word : wanted)
    if (!allowed.empty() &&
        std::ranges::none_of(allowed, [&](const std::string& item) { return iequals(item, word); }))
      return fail({Kind::money,
                   fmt::format("{} {} is more than the configuration allows: {}", option, printable(word),
                               join(allowed, ", ")),
                   fmt::format("the list is under [settle] in {}", context.paths().config)});
  return wanted;
}

} // namespace

std::vector<Option> policy_options() {
  return {
      {"--max-total", "DECIMAL", "Pay no more than this in one run", Option::Type::money},
      {"--max-each", "DECIMAL", "Hold back settlements over more than this", Option::Type::money},
      {"--max-day", "DECIMAL", "Pay no more than this from here in 24 hours", Option::Type::money},
      {.names = "--rail",
       .value = "RAIL",
       .help = "Only settlements of this rail",
       .repeats = true,
       .choices = {"stripe", "x402", "mpp"}},
      {.names = "--contract", .value = "ID", .help = "Only settlements of this contract", .repeats = true},
      {.names = "--currency",
       .value = "CODE",
       .help = "Hold back other currencies (USD and USDC)",
       .repeats = true},
      {.names = "--payee",
       .value = "WHO",
       .help = "Hold back other payees: an address, an account or an agent's id",
       .repeats = true},
      {"--allow-over", "", "Also pay more than a contract's frozen amount, all its settlements together"}};
}

Result<settle::Policy> policy_of(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const config::Settings* settings, context.settings());
  const auto& allowed = settings->spending;
  settle::Policy policy;
  policy.max_total = lower_of(allowed.max_total, given.money("--max-total"));
  policy.max_each = lower_of(allowed.max_each, given.money("--max-each"));
  policy.max_day = lower_of(allowed.max_day, given.money("--max-day"));
  AGR_TRY_ASSIGN(policy.rails, narrowed(allowed.rails, given, "--rail", context));
  AGR_TRY_ASSIGN(policy.payees, narrowed(allowed.payees, given, "--payee", context));
  AGR_TRY_ASSIGN(const auto currencies, narrowed(allowed.currencies, given, "--currency", context));
  if (!currencies.empty())
    policy.currencies = currencies;
  policy.contracts = given.all("--contract");
  policy.allow_over = given.has("--allow-over");
  return policy;
}

Result<settle::Purses> spent_lately(settle::Journal& journal, Context& context) {
  const auto since = context.env.clock.now() - k_day;
  AGR_TRY_ASSIGN(const auto lines, journal.lines(false));
  settle::Purses spent;
  for (const auto& line : lines)
    if (line.state != settle::State::refused && line.updated > since) {
      auto& purse = spent[settle::purse_of(line.obligation.currency)];
      purse = purse + line.obligation.amount;
    }
  return spent;
}

} // namespace agr::cmd
