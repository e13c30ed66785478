// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agr::crypto {

inline constexpr std::size_t k_seal_key_size = 32;
inline constexpr std::size_t k_seal_nonce_size = 12;

/// Encrypts with AES-256-GCM (NIST SP 800-38D): the nonce, the ciphertext, the tag of 16 bytes. `context` is
/// not encrypted but bound to it. A nonce must never be used twice with the same key. Throws
/// std::invalid_argument when key or nonce have another size.
std::string seal(std::string_view key, std::string_view nonce, std::string_view context,
                 std::string_view plain);

/// What was sealed, or nothing when key or context are others or a bit was changed.
std::optional<std::string> unseal(std::string_view key, std::string_view context, std::string_view sealed);

} // namespace agr::crypto
