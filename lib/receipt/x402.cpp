// SPDX-License-Identifier: MIT
// x402: the settlement response a facilitator answers a payment with (docs/wire/agentsgethired.md,
// "x402 receipts"). One exists for failures too, so "success" comes first.
#include "receipt/networks.hpp"
#include "receipt/rules.hpp"

#include <fmt/format.h>

namespace agr::receipt {
namespace {

/// Hedera's scheme has its own name for the member.
std::string transaction_of(const json::Value& receipt, std::string_view network) {
  if (network.starts_with("hedera:"))
    return receipt.first_of({"transactionId", "transaction"}).text();
  return receipt["transaction"].text();
}

void check_transaction(const Case& c, std::string_view network) {
  const json::Value& member = c.receipt.first_of({"transaction", "transactionId"});
  const std::string transaction = transaction_of(c.receipt, network);
  if (!member.is_string() || transaction.empty())
    return c.fail("receipt_tx", "the receipt names no transaction");
  c.report.reference = canonical_reference(transaction);
  switch (transaction_fit(network, transaction)) {
  case Fit::wrong:
    return c.fail("receipt_tx",
                  fmt::format("{} is not a transaction id of {}", quoted(transaction), network));
  case Fit::unusual:
    return c.warn("receipt_tx",
                  fmt::format("{} is an unusual transaction id for {}", quoted(transaction), network));
  case Fit::matches:
    return;
  }
}

void check_network(const Case& c, std::string_view network) {
  const std::string& frozen = c.obligation.destination.network;
  if (frozen.empty())
    c.warn("receipt_network", fmt::format("paid on {}, but the contract names no network", network));
  else if (canonical_network(frozen) != network)
    c.fail("receipt_network", fmt::format("paid on {}, but the contract says {}", network, quoted(frozen)));
  check_testnet(c, network);
}

bool check_receipt_amount(const Case& c, std::string_view network) {
  const json::Value& amount = c.receipt["amount"];
  if (amount.is_null())
    return false;
  return check_amount(c, amount.text(), dollar_decimals(c, network, c.obligation.destination.asset),
                      "receipt_amount");
}

/// Version 1 calls the amount maxAmountRequired; the exact scheme pays it in full in both.
bool check_requirements(const Case& c, std::string_view network) {
  if (c.requirements == nullptr)
    return false;
  const json::Value& agreed = *c.requirements;
  const std::string agreed_network =
      canonical_network(agreed["network"].text()).value_or(agreed["network"].text());
  check_terms(c, {agreed["asset"].text(), agreed["payTo"].text(), agreed_network});
  return check_amount(c, agreed.first_of({"amount", "maxAmountRequired"}).text(),
                      dollar_decimals(c, network, agreed["asset"].text()), "requirements_mismatch");
}

} // namespace

void check_x402(const Case& c) {
  if (c.receipt["success"].as_bool() != true)
    return c.fail("receipt_not_success", "the receipt says that the payment did not succeed");
  const auto network = canonical_network(c.receipt["network"].text());
  if (!network)
    return c.fail("receipt_network", fmt::format("{} is not a network", quoted(c.receipt["network"].text())));
  check_transaction(c, *network);
  check_network(c, *network);
  const bool stated = check_receipt_amount(c, *network);
  const bool agreed = check_requirements(c, *network);
  check_proven(c, stated || agreed);
}

} // namespace agr::receipt
