// SPDX-License-Identifier: MIT
#include "crypto/hasher.hpp"

#include <openssl/evp.h>

#include <array>

namespace agr::crypto {

struct Hasher::State {
  State() : digest(EVP_MD_CTX_new()) { begin(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(digest); }
  void begin() const { EVP_DigestInit_ex(digest, EVP_sha256(), nullptr); }

  EVP_MD_CTX* digest;
};

Hasher::Hasher() : m_state(std::make_unique<State>()) {}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::add(std::string_view bytes) {
  EVP_DigestUpdate(m_state->digest, bytes.data(), bytes.size());
}

std::string Hasher::take() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(m_state->digest, bytes.data(), &size);
  m_state->begin();
  return {bytes.begin(), bytes.begin() + size};
}

} // namespace agr::crypto
