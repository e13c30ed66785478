// SPDX-License-Identifier: MIT
// MPP: what a Payment-Receipt header holds (docs/wire/agentsgethired.md, "MPP receipts"). It never names
// an amount, so only the challenge the payer accepted can prove one.
#include "base/text.hpp"
#include "receipt/networks.hpp"
#include "receipt/patterns.hpp"
#include "receipt/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::receipt {
namespace {

constexpr std::chrono::minutes k_clock_skew{5};
constexpr std::string_view k_tempo = "eip155:4217";
constexpr std::string_view k_tempo_testnet = "eip155:42431";

struct Method {
  std::string_view name;
  bool (*matches)(std::string_view reference);
};

bool is_anything(std::string_view text) {
  return !text.empty();
}

constexpr auto k_methods = std::to_array<Method>({
    {"tempo", is_evm_hash},
    {"stripe", is_payment_intent},
    {"evm", is_evm_hash},
    {"solana", is_solana_signature},
    {"lightning", is_lightning_hash},
    {"stellar", is_stellar_hash},
    {"hedera", is_hedera_id},
    {"card", is_anything},
});

std::string method_of(const Case& c) {
  return c.receipt["method"].text();
}

/// "usdc" spans chains: the network member says which pattern holds.
Fit usdc_fit(const Case& c, std::string_view reference) {
  const auto network = canonical_network(c.receipt["network"].text());
  return network && c.receipt["type"].text() != "gateway" ? transaction_fit(*network, reference)
                                                          : Fit::unusual;
}

Fit reference_fit(const Case& c, std::string_view reference) {
  const std::string method = method_of(c);
  if (method == "usdc")
    return usdc_fit(c, reference);
  // A Tempo session pays from a channel, whose id takes the place of a transaction.
  if (method == "tempo" && c.receipt["channelId"].as_string() == reference)
    return Fit::matches;
  const auto known =
      std::find_if(k_methods.begin(), k_methods.end(), [&](const Method& m) { return m.name == method; });
  if (known == k_methods.end())
    return Fit::unusual;
  return known->matches(reference) ? Fit::matches : Fit::wrong;
}

void check_reference(const Case& c) {
  const std::string reference(c.receipt["reference"].as_string().value_or(""));
  if (reference.empty())
    return c.fail("receipt_reference", "the receipt has no reference");
  c.report.reference = canonical_reference(reference);
  switch (reference_fit(c, reference)) {
  case Fit::wrong:
    return c.fail("receipt_reference", fmt::format("{} is not a reference of the method {}",
                                                   quoted(reference), quoted(method_of(c))));
  case Fit::unusual:
    return c.warn("receipt_reference",
                  fmt::format("references of the method {} cannot be checked", quoted(method_of(c))));
  case Fit::matches:
    return;
  }
}

void check_time(const Case& c) {
  const std::string text(c.receipt["timestamp"].as_string().value_or(""));
  const auto time = parse_rfc3339(text);
  if (!time || text.find('T') == std::string::npos)
    return c.fail("receipt_time", fmt::format("{} is not an RFC 3339 time", quoted(text)));
  if (*time > c.now + k_clock_skew)
    return c.fail("receipt_time", fmt::format("the receipt is dated {}, which lies in the future", text));
  if (c.obligation.accepted_at && *time < *c.obligation.accepted_at)
    c.warn("receipt_time", "the receipt is older than the contract");
}

void check_external_id(const Case& c) {
  const json::Value& id = c.receipt["externalId"];
  if (id.is_null() || id.text() == c.obligation.settlement_id)
    return;
  const auto& others = c.obligation.other_settlements;
  if (std::find(others.begin(), others.end(), id.text()) != others.end())
    c.fail("receipt_external_id",
           fmt::format("the receipt is for another settlement, {}", quoted(id.text())));
  else
    c.warn("receipt_external_id",
           fmt::format("the receipt names {}, which is not this settlement", quoted(id.text())));
}

/// "evm" names its chain by number, "usdc" by CAIP-2; the other methods say nothing.
std::string network_of(const json::Value& object) {
  if (const auto chain = object["chainId"].as_integer())
    return fmt::format("eip155:{}", *chain);
  return canonical_network(object["network"].text()).value_or("");
}

void check_network(const Case& c) {
  const std::string network = network_of(c.receipt);
  const std::string& frozen = c.obligation.destination.network;
  if (!network.empty() && !frozen.empty() && canonical_network(frozen) != network)
    c.warn("receipt_network", fmt::format("paid on {}, but the contract says {}", network, quoted(frozen)));
  check_testnet(c, network);
  check_testnet(c, frozen);
}

int currency_decimals(std::string_view currency) {
  return iequals(currency, "JPY") ? 0 : 2;
}

/// Tempo's charge falls back to its test network when the challenge names no chain.
std::string agreed_network(const Case& c, const json::Value& agreed) {
  const std::string network = network_of(agreed["methodDetails"]);
  if (!network.empty())
    return network;
  return method_of(c) == "tempo" ? std::string(k_tempo_testnet) : network_of(c.receipt);
}

/// Card networks count in the smallest unit of the currency itself.
bool check_fiat(const Case& c, const json::Value& agreed) {
  const std::string currency = agreed["currency"].text();
  if (!iequals(currency, c.obligation.currency)) {
    c.fail("requirements_mismatch", fmt::format("the payment was made in {}, but the settlement is in {}",
                                                quoted(currency), c.obligation.currency));
    return false;
  }
  return check_amount(c, agreed["amount"].text(), currency_decimals(currency), "requirements_mismatch");
}

bool check_token(const Case& c, const json::Value& agreed) {
  const std::string network = agreed_network(c, agreed);
  const std::string asset = agreed["currency"].text();
  check_terms(c, {asset, agreed["recipient"].text(), network});
  check_testnet(c, network);
  // All of Tempo's tokens have the decimals of its USDC.
  const bool tempo = network == k_tempo || network == k_tempo_testnet;
  return check_amount(c, agreed["amount"].text(), dollar_decimals(c, network, tempo ? "" : asset),
                      "requirements_mismatch");
}

bool check_requirements(const Case& c) {
  if (c.requirements == nullptr)
    return false;
  const std::string method = method_of(c);
  return method == "stripe" || method == "card" ? check_fiat(c, *c.requirements)
                                                : check_token(c, *c.requirements);
}

bool is_method_name(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char ch) { return ch >= 'a' && ch <= 'z'; });
}

} // namespace

void check_mpp(const Case& c) {
  if (c.receipt["status"].as_string() != "success")
    return c.fail("receipt_not_success", "the receipt does not say \"success\"");
  if (!c.receipt["method"].is_string() || !is_method_name(method_of(c)))
    return c.fail("receipt_rail", fmt::format("{} is not an MPP method", quoted(method_of(c))));
  check_reference(c);
  check_time(c);
  check_external_id(c);
  check_network(c);
  check_proven(c, check_requirements(c));
}

} // namespace agr::receipt
