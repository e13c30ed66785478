// SPDX-License-Identifier: MIT
#include "crypto/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <stdexcept>

namespace agr::crypto {
namespace {

const unsigned char* unsigned_bytes(std::string_view bytes) {
  // A null pointer means "no key" to OpenSSL, not "an empty one".
  return reinterpret_cast<const unsigned char*>(bytes.empty() ? "" : bytes.data());
}

unsigned char* unsigned_bytes(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

// Fails only when memory runs out or the library is broken: as bad as a failing new.
void require(bool worked) {
  if (!worked)
    throw std::runtime_error("OpenSSL could not compute SHA-256");
}

} // namespace

std::string sha256(std::string_view bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  require(EVP_Digest(unsigned_bytes(bytes), bytes.size(), unsigned_bytes(digest), nullptr, EVP_sha256(),
                     nullptr) == 1);
  return digest;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::string code(SHA256_DIGEST_LENGTH, '\0');
  require(HMAC(EVP_sha256(), unsigned_bytes(key), static_cast<int>(key.size()), unsigned_bytes(message),
               message.size(), unsigned_bytes(code), nullptr) != nullptr);
  return code;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(unsigned_bytes(a), unsigned_bytes(b), a.size()) == 0;
}

} // namespace agr::crypto
