// SPDX-License-Identifier: MIT
#include "base/secret.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace agr {
namespace {

constexpr std::string_view k_mask = "[redacted]";
constexpr std::size_t k_shortest_needle = 6;

void wipe(std::string& text) { explicit_bzero(text.data(), text.size()); }

std::string json_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '/')
      out += '\\';
    out += c;
  }
  return out;
}

bool is_token_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

struct Shape {
  std::string_view prefix;
  std::size_t least; // characters after the prefix
};

constexpr std::array k_shapes{Shape{"ap_", 20},        Shape{"ah_", 8},  Shape{"ai_", 8},  Shape{"ghp_", 20},
                              Shape{"github_pat_", 20}, Shape{"gho_", 20}, Shape{"ghs_", 20}, Shape{"sk_sandbox_", 8}};

std::string mask_token_shapes(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const bool word_start = at == 0 || !is_token_char(text[at - 1]);
    const auto* shape = !word_start ? k_shapes.end()
                                    : std::find_if(k_shapes.begin(), k_shapes.end(), [&](const Shape& s) {
                                        return text.substr(at).starts_with(s.prefix);
                                      });
    if (shape != k_shapes.end()) {
      std::size_t end = at + shape->prefix.size();
      while (end < text.size() && is_token_char(text[end]))
        ++end;
      if (end - at - shape->prefix.size() >= shape->least) {
        out.append(shape->prefix).append(k_mask);
        at = end;
        continue;
      }
    }
    out += text[at++];
  }
  return out;
}

} // namespace

Secret::Secret(Secret&& other) noexcept : m_text(std::move(other.m_text)) { wipe(other.m_text); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(m_text);
    m_text = std::move(other.m_text);
    wipe(other.m_text);
  }
  return *this;
}

Secret::~Secret() { wipe(m_text); }

std::string Secret::masked() const {
  if (m_text.size() <= 12)
    return "********";
  return m_text.substr(0, 7) + "..." + m_text.substr(m_text.size() - 4);
}

void Redactor::add(const Secret& secret) {
  const std::string& text = secret.reveal();
  if (text.size() < k_shortest_needle)
    return;
  std::vector<std::string> forms{text, base64(text), base64url(text), percent_encode(text), json_escaped(text)};
  std::string unpadded = forms[1];
  unpadded.erase(std::find(unpadded.begin(), unpadded.end(), '='), unpadded.end());
  forms.push_back(unpadded);
  for (std::string& form : forms)
    if (std::find(m_needles.begin(), m_needles.end(), form) == m_needles.end())
      m_needles.push_back(std::move(form));
  std::stable_sort(m_needles.begin(), m_needles.end(),
                   [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string Redactor::apply(std::string_view text) const {
  std::string out(text);
  for (const std::string& needle : m_needles)
    for (std::size_t at = out.find(needle); at != std::string::npos; at = out.find(needle, at + k_mask.size()))
      out.replace(at, needle.size(), k_mask);
  return mask_token_shapes(out);
}

} // namespace agr
