// SPDX-License-Identifier: MIT
#include "crypto/digest.hpp"
#include "crypto/hasher.hpp"

#include <doctest/doctest.h>

using namespace agr;

TEST_CASE("pieces hash to the same as the whole, however they are cut") {
  const std::string text = "The quick brown fox jumps over the lazy dog";
  crypto::Hasher hasher;
  CHECK(hasher.take() == crypto::sha256(""));
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    hasher.add(std::string_view(text).substr(0, cut));
    hasher.add(std::string_view(text).substr(cut));
    CHECK(hasher.take() == crypto::sha256(text));
  }
}
