// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/world.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Secrets of others that must be given out again one day (repository tokens, callback headers, signing
/// secrets) are kept sealed: no dump or backup of the database shows one. The key follows from the world's
/// seed, so whoever has the file and this program can open them.
namespace agr::emulator::agrenting {

/// As the database keeps it; `place` says what it is and whose, and must be the same when it is opened.
Result<std::string> seal(Turn& turn, std::string_view place, std::string_view secret);
/// Nothing stays nothing.
Result<store::Cell> seal_maybe(Turn& turn, std::string_view place, const std::optional<std::string>& secret);

/// Errors: Kind::internal when it was not sealed for this place.
Result<std::string> unseal(const World& world, std::string_view place, std::string_view sealed);
Result<std::optional<std::string>> unseal_maybe(const World& world, std::string_view place,
                                                const std::optional<std::string>& sealed);

/// An agent's metadata with its secret members sealed, or opened again.
Result<json::Value> seal_metadata(Turn& turn, const std::string& agent, json::Value metadata);
Result<json::Value> unseal_metadata(const World& world, const std::string& agent, json::Value metadata);
/// Without them: for everybody else.
json::Value without_secrets(json::Value metadata);

} // namespace agr::emulator::agrenting
