// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

/// The shapes of transaction ids (docs/wire/agentsgethired.md, "Networks").
namespace agr::receipt {

bool is_evm_hash(std::string_view text);         ///< 0x and 64 hexadecimal digits
bool is_stellar_hash(std::string_view text);     ///< 64 hexadecimal digits
bool is_keeta_hash(std::string_view text);       ///< 64 upper-case hexadecimal digits
bool is_lightning_hash(std::string_view text);   ///< 64 lower-case hexadecimal digits
bool is_solana_signature(std::string_view text); ///< base58 of 64 bytes
bool is_algorand_id(std::string_view text);      ///< 52 digits of base32
bool is_hedera_id(std::string_view text);        ///< 0.0.1234@1700000000.000000001
bool is_sui_digest(std::string_view text);       ///< base58 of 43 or 44 digits
bool is_payment_intent(std::string_view text);   ///< pi_…
bool is_uuid(std::string_view text);

/// Bitcoin's alphabet. Nothing on a foreign character or a text longer than 128.
std::optional<std::string> base58_decode(std::string_view text);

} // namespace agr::receipt
