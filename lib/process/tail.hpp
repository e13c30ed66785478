// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace agr::process {

/// Keeps the last bytes of an endless text in bounded memory.
class Tail {
public:
  explicit Tail(std::size_t limit) : m_limit(limit) {}

  void add(std::string_view bytes) {
    m_text.append(bytes);
    if (m_text.size() > 2 * m_limit)
      m_text.erase(0, m_text.size() - m_limit);
  }
  [[nodiscard]] std::string_view text() const {
    const std::string_view all = m_text;
    return all.size() > m_limit ? all.substr(all.size() - m_limit) : all;
  }

private:
  std::size_t m_limit;
  std::string m_text;
};

} // namespace agr::process
