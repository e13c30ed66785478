// SPDX-License-Identifier: MIT
#include "emulator/agrenting/vault.hpp"

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "crypto/seal.hpp"

#include <fmt/format.h>

#include <array>

namespace agr::emulator::agrenting {
namespace {

constexpr std::array<std::string_view, 2> k_secret_members = {"callback_auth_header", "webhook_secret"};

std::string key_of(const World& world) {
  return world.bytes_for("agrenting/vault");
}

/// Differs by call and by secret: a world that is restored counts once more from the same number.
std::string nonce_for(const std::string& key, const std::string& counted, std::string_view secret) {
  return crypto::hmac_sha256(key, counted + std::string(secret)).substr(0, crypto::k_seal_nonce_size);
}

std::string place_of(const std::string& agent, std::string_view member) {
  return fmt::format("agent/{}/{}", agent, member);
}

} // namespace

Result<std::string> seal(Turn& turn, std::string_view place, std::string_view secret) {
  const std::string key = key_of(turn.world);
  AGR_TRY_ASSIGN(const std::string counted, turn.world.fresh_bytes());
  return base64(crypto::seal(key, nonce_for(key, counted, secret), place, secret));
}

Result<store::Cell> seal_maybe(Turn& turn, std::string_view place, const std::optional<std::string>& secret) {
  if (!secret)
    return store::Cell(nullptr);
  return seal(turn, place, *secret).map([](std::string sealed) { return store::Cell(std::move(sealed)); });
}

Result<std::string> unseal(const World& world, std::string_view place, std::string_view sealed) {
  const auto bytes = base64_decode(sealed);
  auto secret = bytes ? crypto::unseal(key_of(world), place, *bytes) : std::nullopt;
  if (!secret)
    return fail({Kind::internal, fmt::format("what is kept for {} cannot be opened", place)});
  return std::move(*secret);
}

Result<std::optional<std::string>> unseal_maybe(const World& world, std::string_view place,
                                                const std::optional<std::string>& sealed) {
  if (!sealed)
    return std::nullopt;
  return unseal(world, place, *sealed).map([](std::string secret) {
    return std::optional(std::move(secret));
  });
}

Result<json::Value> seal_metadata(Turn& turn, const std::string& agent, json::Value metadata) {
  for (const std::string_view name : k_secret_members)
    if (const auto secret = metadata[name].as_string()) {
      AGR_TRY_ASSIGN(std::string sealed, seal(turn, place_of(agent, name), *secret));
      metadata.set(name, std::move(sealed));
    }
  return metadata;
}

Result<json::Value> unseal_metadata(const World& world, const std::string& agent, json::Value metadata) {
  for (const std::string_view name : k_secret_members)
    if (const auto sealed = metadata[name].as_string()) {
      AGR_TRY_ASSIGN(std::string secret, unseal(world, place_of(agent, name), *sealed));
      metadata.set(name, std::move(secret));
    }
  return metadata;
}

json::Value without_secrets(json::Value metadata) {
  for (const std::string_view name : k_secret_members)
    metadata.remove(name);
  return metadata;
}

} // namespace agr::emulator::agrenting
