// SPDX-License-Identifier: MIT
#include "settle/policy.hpp"

#include "base/text.hpp"
#include "receipt/networks.hpp"
#include "settle/checks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::settle {
namespace {

bool names(const std::vector<std::string>& list, std::string_view word) {
  return std::ranges::any_of(list, [&](const std::string& item) { return iequals(item, word); });
}

bool may_be_paid(const std::vector<std::string>& payees, const Obligation& owed, std::string_view agent_id) {
  const auto address = payee_of(owed.destination);
  return payees.empty() || std::ranges::any_of(payees, [&](const std::string& payee) {
           return payee == agent_id || (!address.empty() && receipt::same_address(payee, address));
         });
}

Decimal in(const Purses& purses, const std::string& purse) {
  const auto found = purses.find(purse);
  return found == purses.end() ? Decimal() : found->second;
}

Objection over(std::string code, std::string_view what, Decimal sum, const std::string& currency,
               Decimal limit) {
  return {std::move(code),
          fmt::format("{} {} {}, the limit is {}", what, sum.money(), printable(currency), limit.money())};
}

} // namespace

std::string purse_of(std::string_view currency) {
  std::string upper(currency);
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return 'a' <= c && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return upper == "USDC" ? "USD" : upper;
}

bool selects(const Policy& policy, std::string_view rail, std::string_view contract_id) {
  return (policy.rails.empty() || names(policy.rails, rail)) &&
         (policy.contracts.empty() ||
          std::ranges::find(policy.contracts, contract_id) != policy.contracts.end());
}

std::optional<Objection> Judge::objection(const Obligation& owed, std::string_view agent_id) {
  if (!may_be_paid(m_policy.payees, owed, agent_id))
    return Objection{"payee", "its payee is not on the list of those who may be paid"};
  if (!names(m_policy.currencies, owed.currency))
    return Objection{"currency", fmt::format("{} is not among the currencies that may be paid ({})",
                                             printable(owed.currency), join(m_policy.currencies, ", "))};
  if (owed.rail != "stripe" && !m_policy.receipts)
    return Objection{"needs_receipt",
                     fmt::format("{} needs the receipt of a payment made elsewhere", owed.rail)};
  const auto purse = purse_of(owed.currency);
  if (auto met = limit_met(owed, purse))
    return met;
  m_run[purse] = in(m_run, purse) + owed.amount;
  return {};
}

std::optional<Objection> Judge::limit_met(const Obligation& owed, const std::string& purse) const {
  const auto run = in(m_run, purse) + owed.amount;
  const auto day = in(m_spent, purse) + run;
  if (m_policy.max_each && owed.amount > *m_policy.max_each)
    return over("max_each", "it pays", owed.amount, owed.currency, *m_policy.max_each);
  if (m_policy.max_total && run > *m_policy.max_total)
    return over("max_total", "with it this run would pay", run, purse, *m_policy.max_total);
  if (m_policy.max_day && day > *m_policy.max_day)
    return over("max_day", "with it 24 hours would pay", day, purse, *m_policy.max_day);
  return {};
}

} // namespace agr::settle
