// SPDX-License-Identifier: MIT
#include "receipt/rules.hpp"

#include "base/text.hpp"
#include "receipt/networks.hpp"

#include <fmt/format.h>

namespace agr::receipt {
namespace {

/// Whether a dollar token can stand for the currency owed; says so when it is only taken to.
bool is_dollars(const Case& c) {
  if (iequals(c.obligation.currency, "USDC"))
    return true;
  if (!iequals(c.obligation.currency, "USD"))
    return false;
  if (c.report.find("currency_assumed") == nullptr)
    c.warn("currency_assumed", "the settlement is in USD and the token is USDC: taken as equal");
  return true;
}

} // namespace

void Case::fail(std::string_view code, std::string message) const {
  report.findings.push_back({std::string(code), Level::fail, std::move(message)});
}

void Case::warn(std::string_view code, std::string message) const {
  report.findings.push_back({std::string(code), Level::warn, std::move(message)});
}

std::string quoted(std::string_view text) {
  return fmt::format("\"{}\"", shorten(printable(text), 48));
}

void check_testnet(const Case& c, std::string_view network) {
  const Network* known = find_network(network);
  if (known != nullptr && known->testnet && c.report.find("receipt_testnet") == nullptr)
    c.warn("receipt_testnet", fmt::format("{} is a test network: no real money moved", known->id));
}

std::optional<int> dollar_decimals(const Case& c, std::string_view network, std::string_view asset) {
  const auto decimals = token_decimals(network, asset);
  return decimals && is_dollars(c) ? decimals : std::nullopt;
}

bool check_amount(const Case& c, std::string_view units, std::optional<int> decimals, std::string_view code) {
  if (!decimals)
    return false;
  const auto expected = c.obligation.amount.in_units(*decimals);
  if (expected && *expected == units)
    return true;
  c.fail(code, fmt::format("{} units were paid, but {} {} are {} units", quoted(units),
                           c.obligation.amount.to_string(), c.obligation.currency,
                           expected.value_or("no whole number of")));
  return false;
}

void check_terms(const Case& c, const Terms& terms) {
  const Destination& frozen = c.obligation.destination;
  const auto compare = [&](std::string_view what, std::string_view agreed, std::string_view expected,
                           bool same) {
    if (expected.empty())
      c.warn("terms_unverified", fmt::format("the contract does not say which {} is expected", what));
    else if (!same)
      c.fail("requirements_mismatch", fmt::format("the payment names the {} {}, but the contract says {}",
                                                  what, quoted(agreed), quoted(expected)));
  };
  compare("payee", terms.payee, frozen.address, same_address(terms.payee, frozen.address));
  if (!terms.asset.empty() && !(frozen.asset.empty() && token_decimals(terms.network, terms.asset)))
    compare("asset", terms.asset, frozen.asset, same_address(terms.asset, frozen.asset));
  if (!terms.network.empty())
    compare("network", terms.network, frozen.network,
            canonical_network(terms.network) == canonical_network(frozen.network));
}

void check_proven(const Case& c, bool proven) {
  const bool known_wrong =
      c.report.find("receipt_amount") != nullptr || c.report.find("requirements_mismatch") != nullptr;
  if (!proven && !known_wrong)
    c.warn("amount_unverified", fmt::format("nothing in the receipt proves that {} {} were paid",
                                            c.obligation.amount.to_string(), c.obligation.currency));
}

} // namespace agr::receipt
