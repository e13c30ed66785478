// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "crypto/seal.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace agr;

namespace {

const std::string k_key(crypto::k_seal_key_size, '\0');
const std::string k_nonce(crypto::k_seal_nonce_size, '\0');

} // namespace

TEST_CASE("sealing gives the published answers (the GCM paper, cases 13 and 14)") {
  CHECK(hex(crypto::seal(k_key, k_nonce, "", "")) ==
        std::string(24, '0') + "530f8afbc74536b9a963b4f1c4cb738b");
  CHECK(hex(crypto::seal(k_key, k_nonce, "", std::string(16, '\0'))) ==
        std::string(24, '0') + "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST_CASE("what was sealed comes back, and only under its key and context, unchanged") {
  for (const std::string& plain : {std::string(), std::string("ghp_x"), std::string(100'000, '\xff')}) {
    const std::string sealed = crypto::seal(k_key, k_nonce, "user 1", plain);
    CHECK(crypto::unseal(k_key, "user 1", sealed) == plain);
    CHECK_FALSE(crypto::unseal(k_key, "user 2", sealed));
    CHECK_FALSE(crypto::unseal(std::string(32, 'k'), "user 1", sealed));
    for (const std::size_t at : {std::size_t{0}, std::size_t{12}, sealed.size() - 1}) {
      std::string broken = sealed;
      broken[at] = static_cast<char>(broken[at] ^ 1);
      CHECK_FALSE(crypto::unseal(k_key, "user 1", broken));
    }
    CHECK_FALSE(crypto::unseal(k_key, "user 1", sealed.substr(0, sealed.size() - 1)));
  }
  CHECK_FALSE(crypto::unseal(k_key, "", ""));
}

TEST_CASE("keys and nonces have their size") {
  CHECK_THROWS_AS(crypto::seal("short", k_nonce, "", "x"), std::invalid_argument);
  CHECK_THROWS_AS(crypto::seal(k_key, "short", "", "x"), std::invalid_argument);
  CHECK_THROWS_AS(crypto::unseal("short", "", "x"), std::invalid_argument);
}
