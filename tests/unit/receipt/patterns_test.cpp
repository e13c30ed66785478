// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "receipt/networks.hpp"
#include "receipt/patterns.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace agr;
using namespace agr::receipt;

TEST_CASE("base58 decodes as Bitcoin's") {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""}, {"1", "00"}, {"111", "000000"}, {"2g", "61"}, {"a3gV", "626262"}, {"1112", "00000001"}};
  for (const auto& [text, bytes] : cases) {
    CAPTURE(text);
    REQUIRE(base58_decode(text));
    CHECK(hex(*base58_decode(text)) == bytes);
  }
  for (const std::string text : {"0", "O", "I", "l", "a b", "é"}) {
    CAPTURE(text);
    CHECK_FALSE(base58_decode(text));
  }
  CHECK_FALSE(base58_decode(std::string(129, 'z')));
}

TEST_CASE("both spellings of a network lead to one id") {
  const std::pair<std::string, std::string> cases[] = {
      {"base", "eip155:8453"},
      {"eip155:8453", "eip155:8453"},
      {"avalanche-fuji", "eip155:43113"},
      {"solana", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"},
      {"newchain:anything-at/all=", "newchain:anything-at/all="}};
  for (const auto& [name, id] : cases) {
    CAPTURE(name);
    CHECK(canonical_network(name) == id);
  }
  for (const std::string name : {"", "Base", "ab:1", "toolongspace:1", "EIP155:1", "eip155:", ":1"}) {
    CAPTURE(name);
    CHECK_FALSE(canonical_network(name));
  }
}

TEST_CASE("decimals are known for USDC only") {
  CHECK(token_decimals("eip155:8453", "") == 6);
  CHECK(token_decimals("stellar:pubnet", "") == 7);
  CHECK(token_decimals("eip155:8453", "0x833589FCD6EDB6E08F4C7C32D4F71B54BDA02913") == 6);
  CHECK_FALSE(token_decimals("eip155:8453", "0x1111111111111111111111111111111111111111"));
  CHECK_FALSE(token_decimals("eip155:1", ""));
  CHECK_FALSE(token_decimals("newchain:1", ""));
}

TEST_CASE("hexadecimal addresses ignore case, the others do not") {
  CHECK(same_address("0xAbC", "0xabc"));
  CHECK_FALSE(same_address("EPjF", "epjf"));
  CHECK_FALSE(same_address("0xabc", "0xabd"));
}
