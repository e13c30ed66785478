// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <memory>
#include <string>

namespace agr::net {

/// What a server proves itself with over TLS: a chain of certificates, its own first, and the key to it.
/// Copies name the same one.
class Certificate {
public:
  /// Both in PEM. Errors: Kind::config when one of them cannot be read, the key is locked with a
  /// passphrase, or it belongs to another certificate.
  static Result<Certificate> from_pem(const std::string& chain, const Secret& key);

  struct Impl;
  /// For the rest of this room only.
  [[nodiscard]] const std::shared_ptr<Impl>& impl() const { return m_impl; }

private:
  explicit Certificate(std::shared_ptr<Impl> impl) : m_impl(std::move(impl)) {}
  std::shared_ptr<Impl> m_impl;
};

} // namespace agr::net
