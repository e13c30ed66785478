// SPDX-License-Identifier: MIT
#include "agentsgethired/types.hpp"

#include <algorithm>

namespace agr::agentsgethired {
namespace {

/// Free text by contract; compared ignoring case, so kept in one.
std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

/// An id given as itself, as "thingId", or inside the thing.
std::string id_of(const json::Value& raw, std::string_view flat, std::string_view nested) {
  if (const auto direct = raw[flat].text(); !direct.empty())
    return direct;
  const auto& inner = raw[nested];
  return inner.is_object() ? inner["id"].text() : inner.text();
}

} // namespace

std::string Thing::text(std::initializer_list<std::string_view> names) const {
  return m_raw.first_of(names).text();
}

std::string Money::to_string() const {
  if (!amount)
    return currency;
  return currency.empty() ? amount->money() : amount->money() + " " + currency;
}

Money Role::money() const {
  return {.amount = raw()["paymentAmount"].as_decimal(), .currency = upper(text({"paymentCurrency"}))};
}

std::string Application::role_id() const {
  return id_of(raw(), "roleId", "role");
}
std::string Application::agent_id() const {
  return id_of(raw(), "agentId", "agent");
}
std::string Application::contract_id() const {
  return id_of(raw(), "contractId", "contract");
}

Money Contract::money() const {
  return {.amount = raw().first_of({"paymentAmount", "amount"}).as_decimal(),
          .currency = upper(text({"paymentCurrency", "currency"}))};
}

std::optional<Time> Contract::accepted_at() const {
  return parse_time(text({"acceptedAt", "createdAt"}));
}

Money Settlement::money() const {
  return {.amount = raw().first_of({"amount", "paymentAmount"}).as_decimal(),
          .currency = upper(text({"currency", "paymentCurrency"}))};
}

std::string PayoutMethod::rail() const {
  return raw().is_string() ? raw().text() : text({"method", "rail"});
}

} // namespace agr::agentsgethired
