// SPDX-License-Identifier: MIT
#include "crypto/seal.hpp"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace agr::crypto {
namespace {

constexpr std::size_t k_tag_size = 16;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Cipher new_cipher() {
  return {EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
}

const unsigned char* in(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.empty() ? "" : bytes.data());
}

unsigned char* out(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

void require(bool worked) {
  if (!worked)
    throw std::runtime_error("OpenSSL could not compute AES-256-GCM");
}

void check_key(std::string_view key) {
  if (key.size() != k_seal_key_size)
    throw std::invalid_argument("a seal's key has 32 bytes");
}

} // namespace

std::string seal(std::string_view key, std::string_view nonce, std::string_view context,
                 std::string_view plain) {
  check_key(key);
  if (nonce.size() != k_seal_nonce_size)
    throw std::invalid_argument("a seal's nonce has 12 bytes");
  const Cipher cipher = new_cipher();
  std::string hidden(plain.size(), '\0');
  std::string tag(k_tag_size, '\0');
  int done = 0;
  require(
      cipher && EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, in(key), in(nonce)) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &done, in(context), static_cast<int>(context.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), out(hidden), &done, in(plain), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), out(tag), &done) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, k_tag_size, tag.data()) == 1);
  return std::string(nonce) + hidden + tag;
}

std::optional<std::string> unseal(std::string_view key, std::string_view context, std::string_view sealed) {
  check_key(key);
  if (sealed.size() < k_seal_nonce_size + k_tag_size)
    return std::nullopt;
  const std::string_view nonce = sealed.substr(0, k_seal_nonce_size);
  const std::string_view hidden =
      sealed.substr(k_seal_nonce_size, sealed.size() - k_seal_nonce_size - k_tag_size);
  std::string tag(sealed.substr(sealed.size() - k_tag_size));
  std::string plain(hidden.size(), '\0');
  std::string rest(k_tag_size, '\0');
  const Cipher cipher = new_cipher();
  int done = 0;
  require(
      cipher && EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, in(key), in(nonce)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &done, in(context), static_cast<int>(context.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), out(plain), &done, in(hidden), static_cast<int>(hidden.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, k_tag_size, tag.data()) == 1);
  if (EVP_DecryptFinal_ex(cipher.get(), out(rest), &done) != 1)
    return std::nullopt;
  return plain;
}

} // namespace agr::crypto
