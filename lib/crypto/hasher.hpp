// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace agr::crypto {

/// SHA-256 of bytes that come in pieces.
class Hasher {
public:
  Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  void add(std::string_view bytes);
  /// 32 raw bytes over all that was added; begins anew.
  std::string take();

private:
  struct State;
  std::unique_ptr<State> m_state;
};

} // namespace agr::crypto
