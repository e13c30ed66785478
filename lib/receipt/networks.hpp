// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agr::receipt {

/// A network payments run on (docs/wire/agentsgethired.md, "Networks").
struct Network {
  std::string_view id;      ///< CAIP-2
  std::string_view v1_name; ///< what x402 version 1 calls it; empty when it has no such name
  std::string_view usdc;    ///< address of the USDC token; empty when not known
  int usdc_decimals = 0;
  bool testnet = false;
};

/// The entry for a CAIP-2 id or a version 1 name, or nullptr.
const Network* find_network(std::string_view name);

/// The CAIP-2 id for either spelling; nothing when the text is neither a known name nor CAIP-2-shaped.
std::optional<std::string> canonical_network(std::string_view name);

/// How well a transaction id suits a network.
enum class Fit {
  matches,
  unusual, ///< not provably wrong: the namespace is unknown, or a batch id on an EVM chain
  wrong,
};

Fit transaction_fit(std::string_view canonical_network, std::string_view transaction);

/// Decimals of a token, when it is one we know. An empty asset stands for the network's USDC.
std::optional<int> token_decimals(std::string_view canonical_network, std::string_view asset);

/// Addresses and hashes in hexadecimal are compared ignoring case, all others exactly.
bool same_address(std::string_view a, std::string_view b);

/// One spelling per transaction, so that reuse is noticed whatever the case of its digits.
std::string canonical_reference(std::string_view reference);

} // namespace agr::receipt
