// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agr {

/// A credential. It has no output operator and is wiped when it dies; the one way to its text is a call
/// whose name can be searched for.
class Secret {
public:
  Secret() = default;
  explicit Secret(std::string text) : m_text(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  [[nodiscard]] const std::string& reveal() const { return m_text; }
  [[nodiscard]] bool empty() const { return m_text.empty(); }
  /// First seven and last four characters; short ones vanish altogether.
  [[nodiscard]] std::string masked() const;

private:
  std::string m_text;
};

/// Takes known secrets out of any text that leaves the program, in the encodings they may arrive in:
/// plain, base64 (both alphabets, also as part of something longer), percent-encoded and JSON-escaped.
/// Also masks words that look like the marketplaces' or GitHub's tokens, known or not.
class Redactor {
public:
  void add(const Secret& secret);
  [[nodiscard]] std::string apply(std::string_view text) const;

private:
  std::vector<std::string> m_needles; // longest first
};

} // namespace agr
