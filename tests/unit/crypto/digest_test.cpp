// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "crypto/digest.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace agr;

TEST_CASE("SHA-256 gives the published digests") {
  struct Case {
    std::string message;
    std::string digest;
  };
  // FIPS 180-4 examples.
  for (const auto& [message, digest] :
       {Case{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        Case{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        Case{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        Case{std::string(1'000'000, 'a'),
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}}) {
    CHECK(hex(crypto::sha256(message)) == digest);
  }
}

TEST_CASE("HMAC-SHA-256 gives the codes of RFC 4231") {
  struct Case {
    std::string key;
    std::string message;
    std::string code;
  };
  for (const auto& [key, message, code] :
       {Case{std::string(20, '\x0b'), "Hi There",
             "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        Case{"Jefe", "what do ya want for nothing?",
             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        Case{std::string(20, '\xaa'), std::string(50, '\xdd'),
             "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        Case{std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
             "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        Case{"", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"}}) {
    CHECK(hex(crypto::hmac_sha256(key, message)) == code);
  }
}

TEST_CASE("comparison in constant time is still a comparison") {
  CHECK(crypto::equal_constant_time("", ""));
  CHECK(crypto::equal_constant_time("key", "key"));
  CHECK_FALSE(crypto::equal_constant_time("key", "kez"));
  CHECK_FALSE(crypto::equal_constant_time("key", "ke"));
  CHECK_FALSE(crypto::equal_constant_time("", "k"));
  CHECK_FALSE(crypto::equal_constant_time(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}
