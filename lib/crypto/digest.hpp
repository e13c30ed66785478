// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace agr::crypto {

/// SHA-256 (FIPS 180-4) of the bytes: 32 raw bytes, `hex` makes them readable.
std::string sha256(std::string_view bytes);

/// HMAC-SHA-256 (RFC 2104): 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);

/// Whether two texts are the same, in a time that depends on their lengths only: for keys and signatures.
bool equal_constant_time(std::string_view a, std::string_view b);

} // namespace agr::crypto
