// SPDX-License-Identifier: MIT
#include "receipt/networks.hpp"

#include "base/text.hpp"
#include "receipt/patterns.hpp"

#include <algorithm>
#include <array>

namespace agr::receipt {
namespace {

constexpr bool k_testnet = true;

constexpr auto k_networks = std::to_array<Network>({
    {"eip155:8453", "base", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", 6, false},
    {"eip155:84532", "base-sepolia", "0x036CbD53842c5426634e7929541eC2318f3dCF7e", 6, k_testnet},
    {"eip155:137", "polygon", "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359", 6, false},
    {"eip155:80002", "polygon-amoy", "", 0, k_testnet},
    {"eip155:42161", "", "0xaf88d065e77c8cC2239327C5EDb3A432268e5831", 6, false},
    {"eip155:421614", "", "0x75faf114eafb1BDbe2F0316DF893fd58CE46AA4d", 6, k_testnet},
    {"eip155:143", "monad", "0x754704Bc059F8C67012fEd69BC8A327a5aafb603", 6, false},
    {"eip155:43114", "avalanche", "", 0, false},
    {"eip155:43113", "avalanche-fuji", "", 0, k_testnet},
    {"eip155:1", "ethereum", "", 0, false},
    {"eip155:11155111", "sepolia", "", 0, k_testnet},
    {"eip155:1329", "sei", "", 0, false},
    {"eip155:1328", "sei-testnet", "", 0, k_testnet},
    {"eip155:2741", "abstract", "", 0, false},
    {"eip155:11124", "abstract-testnet", "", 0, k_testnet},
    {"eip155:4689", "iotex", "", 0, false},
    {"eip155:3338", "peaq", "", 0, false},
    {"eip155:1514", "story", "", 0, false},
    {"eip155:41923", "educhain", "", 0, false},
    {"eip155:324705682", "skale-base-sepolia", "", 0, k_testnet},
    {"eip155:4326", "megaeth", "", 0, false},
    {"eip155:988", "stable", "", 0, false},
    {"eip155:2201", "stable-testnet", "", 0, k_testnet},
    {"eip155:4217", "", "0x20C000000000000000000000b9537d11c60E8b50", 6, false},      // Tempo
    {"eip155:42431", "", "0x20C000000000000000000000b9537d11c60E8b50", 6, k_testnet}, // Tempo
    {"solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", "solana", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", 6,
     false},
    {"solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1", "solana-devnet",
     "4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU", 6, k_testnet},
    {"algorand:wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=", "", "31566704", 6, false},
    {"stellar:pubnet", "", "CCW67TSZV3SSS2HXMBQ5JFGCKJNXKZM7UQUWUZPUTHXSTZLEO7SJMI75", 7, false},
    {"stellar:testnet", "", "CBIELTK6YBZJU5UP2WWQEUCYKLPU6AUNZ2BQ4WWFEIE3USCIHMXQDAMA", 7, k_testnet},
    {"aptos:1", "", "0xbae207659db88bea0cbead6da0ed00aac12edcdda169e591cd41c94180b46f3b", 6, false},
    {"aptos:2", "", "0x69091fbab5f7d635ee7ac5098cf0c1efbe31d68fec0f2cd565e8d168daf52832", 6, k_testnet},
    {"keeta:21378", "", "", 0, false},
    {"hedera:mainnet", "", "", 0, false},
    {"hedera:testnet", "", "", 0, k_testnet},
    {"sui:mainnet", "", "", 0, false},
});

struct NamespaceRule {
  std::string_view name;
  bool (*matches)(std::string_view transaction);
};

constexpr auto k_rules = std::to_array<NamespaceRule>({
    {"eip155", is_evm_hash},
    {"aptos", is_evm_hash},
    {"solana", is_solana_signature},
    {"algorand", is_algorand_id},
    {"stellar", is_stellar_hash},
    {"keeta", is_keeta_hash},
    {"hedera", is_hedera_id},
    {"sui", is_sui_digest},
});

// Looser than CAIP-2 itself: Algorand's reference holds "=".
bool is_caip2_shaped(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon < 3 || colon > 8)
    return false;
  const std::string_view space = text.substr(0, colon);
  const std::size_t reference = text.size() - colon - 1;
  return reference >= 1 && reference <= 64 && std::all_of(space.begin(), space.end(), [](char c) {
           return c == '-' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

} // namespace

const Network* find_network(std::string_view name) {
  const auto found = std::find_if(k_networks.begin(), k_networks.end(), [&](const Network& network) {
    return network.id == name || (!name.empty() && network.v1_name == name);
  });
  return found == k_networks.end() ? nullptr : &*found;
}

std::optional<std::string> canonical_network(std::string_view name) {
  if (const Network* known = find_network(name))
    return std::string(known->id);
  return is_caip2_shaped(name) ? std::optional{std::string(name)} : std::nullopt;
}

Fit transaction_fit(std::string_view network, std::string_view transaction) {
  const std::string_view space = network.substr(0, network.find(':'));
  const auto rule =
      std::find_if(k_rules.begin(), k_rules.end(), [&](const NamespaceRule& r) { return r.name == space; });
  if (rule == k_rules.end())
    return Fit::unusual;
  if (rule->matches(transaction))
    return Fit::matches;
  // A facilitator that settles in batches answers with a UUID instead of a hash.
  return space == "eip155" && is_uuid(transaction) ? Fit::unusual : Fit::wrong;
}

std::optional<int> token_decimals(std::string_view network, std::string_view asset) {
  const Network* known = find_network(network);
  const bool is_usdc =
      known != nullptr && !known->usdc.empty() && (asset.empty() || same_address(asset, known->usdc));
  return is_usdc ? std::optional{known->usdc_decimals} : std::nullopt;
}

bool same_address(std::string_view a, std::string_view b) {
  return a == b || (a.starts_with("0x") && b.starts_with("0x") && iequals(a, b));
}

std::string canonical_reference(std::string_view reference) {
  return is_evm_hash(reference) || is_stellar_hash(reference) ? lower(reference) : std::string(reference);
}

} // namespace agr::receipt
