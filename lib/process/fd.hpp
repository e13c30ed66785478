// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <utility>

namespace agr::process {

/// An open file descriptor, closed when it dies.
class Fd {
public:
  Fd() = default;
  explicit Fd(int number) : m_number(number) {}
  Fd(Fd&& other) noexcept : m_number(std::exchange(other.m_number, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(m_number, other.m_number);
    return *this;
  }
  ~Fd() { close(); }

  [[nodiscard]] int get() const { return m_number; }
  [[nodiscard]] bool is_open() const { return m_number >= 0; }
  /// Hands the descriptor to someone else, who closes it.
  [[nodiscard]] int release() { return std::exchange(m_number, -1); }
  void close() {
    if (m_number >= 0)
      ::close(std::exchange(m_number, -1));
  }

private:
  int m_number = -1;
};

} // namespace agr::process
