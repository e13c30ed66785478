// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "base/time.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Whether a payment receipt is well-formed and fits what is owed. Nothing here asks a chain or a
/// processor: a receipt that passes is "well-formed", never "paid". The client runs these checks before
/// it sends a receipt and the emulator before it accepts one (docs/wire/agentsgethired.md, "Receipts").
namespace agr::receipt {

/// How a settlement is paid.
enum class Rail { stripe, x402, mpp };

std::string_view name_of(Rail rail);
/// "stripe", "x402" or "mpp", as the marketplace spells them.
std::optional<Rail> parse_rail(std::string_view name);

/// Where the money was to go, as frozen into the contract. Members that are unknown stay empty.
struct Destination {
  std::string network; ///< CAIP-2 or an x402 v1 name: "eip155:8453", "base"
  std::string asset;   ///< token address
  std::string address; ///< wallet, account or recipient
};

/// What a receipt must be a receipt for.
struct Obligation {
  Rail rail = Rail::stripe;
  Decimal amount;
  std::string currency;
  std::string settlement_id;
  Destination destination;
  std::optional<Time> accepted_at;
  /// Settlements this receipt must not be meant for; naming one of them is a failure, not a warning.
  std::vector<std::string> other_settlements;
};

enum class Level {
  fail, ///< must not be sent or accepted
  warn, ///< a person should look; `amount_unverified` asks for confirmation
};

/// One thing that was noticed. `code` is stable and part of the wire contract.
struct Finding {
  std::string code;
  Level level = Level::fail;
  std::string message;
};

struct Report {
  json::Value receipt;      ///< the decoded object, or null
  std::optional<Rail> rail; ///< what the receipt itself looks like
  std::string reference;    ///< transaction or reference in one canonical spelling: compare it for reuse
  std::vector<Finding> findings;

  [[nodiscard]] bool ok() const { return first_failure() == nullptr; }
  [[nodiscard]] const Finding* first_failure() const;
  [[nodiscard]] const Finding* find(std::string_view code) const;
};

/// Checks a receipt given as header value (with or without "Header-Name:"), base64 in either alphabet, or
/// JSON text. `requirements` is what the payer agreed to (x402 PaymentRequirements or the request of an
/// MPP challenge): without it a receipt that names no amount leaves the amount unproven.
Report check(std::string_view text, const Obligation& obligation, const json::Value* requirements, Time now);

/// Whether a text has the shape of a Stripe object id (tr_, po_, pi_, py_, ch_, txn_, acct_).
bool is_stripe_id(std::string_view text);

} // namespace agr::receipt
