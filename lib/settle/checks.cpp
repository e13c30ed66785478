// SPDX-License-Identifier: MIT
#include "settle/checks.hpp"

#include "base/text.hpp"
#include "receipt/networks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::settle {
namespace {

using agentsgethired::Contract;
using agentsgethired::Settlement;
using receipt::Rail;

tl::unexpected<Error> not_payable(const Settlement& settlement, std::string why, std::string hint = {}) {
  return fail(
      {.kind = Kind::conflict,
       .message = fmt::format("settlement {} cannot be executed: {}", printable(settlement.id()), why),
       .hint = std::move(hint)});
}

receipt::Destination destination_of(const json::Value& frozen) {
  if (frozen.is_string())
    return {.network = {}, .asset = {}, .address = frozen.text()};
  const auto& details = frozen["details"];
  const auto pick = [&](std::initializer_list<std::string_view> names) {
    const auto outer = frozen.first_of(names).text();
    return outer.empty() ? details.first_of(names).text() : outer;
  };
  const auto network = pick({"network"});
  const auto chain = pick({"chainId"});
  return {.network = network.empty() && !chain.empty() ? "eip155:" + chain : network,
          .asset =
              frozen.has("asset") ? frozen["asset"].text() : details.first_of({"asset", "currency"}).text(),
          .address = pick({"destination", "address", "payTo", "recipient"})};
}

/// The destination to pay: the contract's frozen one; the settlement's copy when the contract shows none.
const json::Value& frozen_destination(const Settlement& settlement, const Contract& contract) {
  return contract.destination().is_null() ? settlement.destination() : contract.destination();
}

Result<void> check_state(const Settlement& settlement, const Contract& contract) {
  if (settlement.is_paid())
    return not_payable(settlement, fmt::format("it is already {}", settlement.status()));
  if (!settlement.is_draft() && settlement.status() != "failed")
    return not_payable(settlement,
                       fmt::format("its status is \"{}\", not draft", printable(settlement.status())));
  if (contract.status() == "cancelled")
    return not_payable(settlement, "its contract is cancelled");
  const auto rail = receipt::parse_rail(settlement.rail());
  if (!rail)
    return not_payable(settlement, fmt::format("it is paid by \"{}\", a rail agr does not know",
                                               printable(settlement.rail())));
  if (!contract.rail().empty() && contract.rail() != settlement.rail())
    return not_payable(settlement, fmt::format("it is paid by {}, but its contract says {}",
                                               settlement.rail(), printable(contract.rail())));
  return {};
}

Result<void> check_terms(const Settlement& settlement, const Contract& contract) {
  const auto money = settlement.money();
  if (!money.known() || money.amount->is_zero() || money.amount->is_negative())
    return not_payable(settlement, "it names no amount and currency that can be paid");
  if (!contract.destination().is_null() && !settlement.destination().is_null() &&
      !same_destination(contract.destination(), settlement.destination()))
    return not_payable(settlement, "it names another payee than the contract's frozen destination",
                       "compare `agr contracts show` and `agr settle show` before anybody is paid");
  return {};
}

std::vector<receipt::Finding> look_for_surprises(const Settlement& settlement, const Contract& contract) {
  std::vector<receipt::Finding> found;
  const auto warn = [&](std::string code, std::string message) {
    found.push_back({.code = std::move(code), .level = receipt::Level::warn, .message = std::move(message)});
  };
  const auto money = settlement.money();
  const auto agreed = contract.money();
  if (!agreed.currency.empty() && agreed.currency != money.currency)
    warn("settlement_currency", fmt::format("the settlement is in {}, the contract in {}",
                                            printable(money.currency), printable(agreed.currency)));
  else if (agreed.amount && *money.amount > *agreed.amount)
    warn("settlement_over", fmt::format("the settlement pays {}, the contract agreed on {}",
                                        money.to_string(), agreed.to_string()));
  if (frozen_destination(settlement, contract).is_null())
    warn("destination_hidden", "the service does not show where the money goes");
  return found;
}

receipt::Obligation as_checked(Rail rail, const Settlement& settlement, const Contract& contract) {
  const auto money = settlement.money();
  return {.rail = rail,
          .amount = *money.amount,
          .currency = money.currency,
          .settlement_id = settlement.id(),
          .destination = destination_of(frozen_destination(settlement, contract)),
          .accepted_at = contract.accepted_at(),
          .other_settlements = {}};
}

/// Adds what the receipt proves to the order, or says why it may not be sent.
Result<void> add_receipt(Order& order, const receipt::Obligation& owed, const Evidence& evidence, Time now) {
  if (evidence.text.empty())
    return fail(
        {.kind = Kind::usage,
         .message = fmt::format("settlement {} is paid by {}: the receipt of the payment is needed",
                                printable(owed.settlement_id), name_of(owed.rail)),
         .hint =
             "pay the frozen destination first, then hand in what the payment answered with --receipt FILE"});
  const auto report =
      receipt::check(evidence.text, owed, evidence.requirements ? &*evidence.requirements : nullptr, now);
  if (const auto* failure = report.first_failure())
    return fail({.kind = Kind::usage,
                 .message = fmt::format("the receipt does not fit settlement {}: {}",
                                        printable(owed.settlement_id), failure->message),
                 .hint = "nothing was sent; keep the receipt, and do not pay again before this is understood",
                 .code = failure->code});
  order.line.obligation.receipt_reference = report.reference;
  order.line.receipt = evidence.text;
  order.line.body = json::write(json::Value::object(
      {{evidence.field, evidence.raw ? json::Value(trim(evidence.text)) : report.receipt}}));
  order.warnings.insert(order.warnings.end(), report.findings.begin(), report.findings.end());
  return {};
}

} // namespace

Result<Order> assess(const std::string& origin, const Settlement& settlement, const Contract& contract) {
  AGR_TRY(check_state(settlement, contract));
  AGR_TRY(check_terms(settlement, contract));
  Order order{.line = {.key = {},
                       .obligation = {.origin = origin,
                                      .contract_id = contract.id(),
                                      .settlement_id = settlement.id(),
                                      .rail = settlement.rail(),
                                      .amount = *settlement.money().amount,
                                      .currency = settlement.money().currency,
                                      .destination = frozen_destination(settlement, contract),
                                      .receipt_reference = {}},
                       .body = "{}",
                       .status_before = settlement.status()},
              .warnings = look_for_surprises(settlement, contract)};
  order.line.key = key_of(order.line.obligation);
  return order;
}

Result<Order> prepare(const std::string& origin, const Settlement& settlement, const Contract& contract,
                      const Evidence& evidence, Time now) {
  AGR_TRY_ASSIGN(auto order, assess(origin, settlement, contract));
  const auto rail = receipt::parse_rail(settlement.rail()).value_or(Rail::stripe);
  if (rail != Rail::stripe)
    AGR_TRY(add_receipt(order, as_checked(rail, settlement, contract), evidence, now));
  else if (!evidence.text.empty())
    return fail({.kind = Kind::usage,
                 .message = fmt::format("settlement {} is paid by stripe, which takes no receipt",
                                        printable(settlement.id()))});
  order.line.key = key_of(order.line.obligation);
  return order;
}

bool same_destination(const json::Value& a, const json::Value& b) {
  const auto one = destination_of(a);
  const auto two = destination_of(b);
  return receipt::same_address(one.address, two.address) && one.network == two.network &&
         receipt::same_address(one.asset, two.asset);
}

std::string payee_of(const json::Value& destination) {
  return destination_of(destination).address;
}

Result<void> check_reuse(Journal& journal, const Line& line) {
  const auto& owed = line.obligation;
  AGR_TRY_ASSIGN(const auto other, journal.receipt_used_by(owed.receipt_reference, owed.settlement_id));
  if (other)
    return fail({.kind = Kind::conflict,
                 .message = fmt::format("this receipt was already handed in for settlement {}", *other),
                 .hint = "one payment settles one settlement",
                 .code = "receipt_reused"});
  return {};
}

Result<void> may_create(std::span<const Settlement> present, bool another) {
  const auto draft = std::ranges::find_if(present, &Settlement::is_draft);
  if (another || draft == present.end())
    return {};
  return fail(
      {.kind = Kind::conflict,
       .message = fmt::format("the contract already has a draft settlement: {} over {}",
                              printable(draft->id()), printable(draft->money().to_string())),
       .hint = fmt::format("pay it with `agr settle execute {}`, or add --another if a second one is owed",
                           printable(draft->id()))});
}

} // namespace agr::settle
