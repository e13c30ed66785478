// SPDX-License-Identifier: MIT
#include "receipt/patterns.hpp"

#include "receipt/receipt.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace agr::receipt {
namespace {

constexpr std::string_view k_base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::string_view k_digits = "0123456789";
constexpr std::string_view k_hex = "0123456789abcdefABCDEF";

bool only(std::string_view text, std::string_view alphabet) {
  return !text.empty() && text.find_first_not_of(alphabet) == std::string_view::npos;
}

bool only(std::string_view text, std::string_view alphabet, std::size_t size) {
  return text.size() == size && only(text, alphabet);
}

/// Numbers joined by dots, exactly `parts` of them.
bool dotted(std::string_view text, int parts) {
  for (; parts > 1; --parts) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos || !only(text.substr(0, dot), k_digits))
      return false;
    text.remove_prefix(dot + 1);
  }
  return only(text, k_digits);
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

} // namespace

bool is_evm_hash(std::string_view text) {
  return text.starts_with("0x") && only(text.substr(2), k_hex, 64);
}
bool is_stellar_hash(std::string_view text) {
  return only(text, k_hex, 64);
}
bool is_keeta_hash(std::string_view text) {
  return only(text, "0123456789ABCDEF", 64);
}
bool is_lightning_hash(std::string_view text) {
  return only(text, "0123456789abcdef", 64);
}
bool is_algorand_id(std::string_view text) {
  return only(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 52);
}

bool is_solana_signature(std::string_view text) {
  const auto bytes = base58_decode(text);
  return bytes && bytes->size() == 64;
}

bool is_hedera_id(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && dotted(text.substr(0, at), 3) && dotted(text.substr(at + 1), 2);
}

bool is_sui_digest(std::string_view text) {
  return (text.size() == 43 || text.size() == 44) && only(text, k_base58);
}

bool is_payment_intent(std::string_view text) {
  return text.starts_with("pi_") && is_word(text.substr(3));
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36)
    return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : k_hex.find(text[i]) == std::string_view::npos)
      return false;
  }
  return true;
}

bool is_stripe_id(std::string_view text) {
  constexpr auto k_prefixes = std::to_array<std::string_view>({"tr", "po", "pi", "py", "ch", "txn", "acct"});
  const std::size_t underscore = text.find('_');
  return underscore != std::string_view::npos && is_word(text.substr(underscore + 1)) &&
         std::find(k_prefixes.begin(), k_prefixes.end(), text.substr(0, underscore)) != k_prefixes.end();
}

std::optional<std::string> base58_decode(std::string_view text) {
  constexpr std::size_t k_longest = 128;
  if (text.size() > k_longest)
    return std::nullopt;
  std::vector<unsigned> little_endian;
  for (const char c : text) {
    const std::size_t digit = k_base58.find(c);
    if (digit == std::string_view::npos)
      return std::nullopt;
    auto carry = static_cast<unsigned>(digit);
    for (unsigned& byte : little_endian) {
      carry += byte * 58;
      byte = carry & 0xFFU;
      carry >>= 8;
    }
    for (; carry != 0; carry >>= 8)
      little_endian.push_back(carry & 0xFFU);
  }
  const std::size_t zeros = std::min(text.find_first_not_of('1'), text.size());
  std::string bytes(zeros, '\0');
  std::transform(little_endian.rbegin(), little_endian.rend(), std::back_inserter(bytes),
                 [](unsigned byte) { return static_cast<char>(byte); });
  return bytes;
}

} // namespace agr::receipt
