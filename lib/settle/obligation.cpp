// SPDX-License-Identifier: MIT
#include "settle/obligation.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"

#include <algorithm>

namespace agr::settle {
namespace {

json::Value sorted(const json::Value& value) {
  if (value.is_array()) {
    auto items = json::Value::array();
    for (const auto& item : value.items())
      items.push(sorted(item));
    return items;
  }
  if (!value.is_object())
    return value;
  auto members = value.members();
  std::ranges::sort(members, {}, &json::Member::name);
  for (auto& member : members)
    member.value = sorted(member.value);
  return json::Value(std::move(members));
}

} // namespace

std::string key_of(const Obligation& obligation) {
  const auto amount = obligation.amount.in_units(18).value_or(obligation.amount.to_string());
  const auto named = json::Value::object({{"agr", "settlement-1"},
                                          {"origin", obligation.origin},
                                          {"contract", obligation.contract_id},
                                          {"settlement", obligation.settlement_id},
                                          {"rail", obligation.rail},
                                          {"amount", amount},
                                          {"currency", obligation.currency},
                                          {"destination", sorted(obligation.destination)},
                                          {"receipt", obligation.receipt_reference}});
  return hex(crypto::sha256(json::write(named)));
}

} // namespace agr::settle
