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

/// The whole buffer: a string that was moved from is empty and may still hold the old characters.
void wipe(std::string& text) {
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

std::string backslash_before(std::string_view marked, std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (marked.find(c) != std::string_view::npos)
      out += '\\';
    out += c;
  }
  return out;
}

/// What is left of `text` in base64 when `offset` (0 to 2) unknown bytes stand before it and any follow:
/// the characters that hold its bits and no one else's.
std::string base64_inside(std::string_view text, std::size_t offset) {
  const std::string encoded = base64(std::string(offset, '\0').append(text));
  const std::size_t first = (offset * 8 + 5) / 6;
  const std::size_t last = (offset + text.size()) * 8 / 6;
  return encoded.substr(first, last - first);
}

std::string with_url_alphabet(std::string text) {
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

/// Every text a secret may hide behind.
std::vector<std::string> forms_of(const std::string& text) {
  std::vector<std::string> forms{text, percent_encode(text), backslash_before("\"\\", text),
                                 backslash_before("\"\\/", text)};
  std::string lower_hex = forms[1];
  for (std::size_t at = lower_hex.find('%'); at != std::string::npos; at = lower_hex.find('%', at + 1))
    lower_hex.replace(at, 3, lower(lower_hex.substr(at, 3)));
  forms.push_back(std::move(lower_hex));
  forms.push_back(base64(text));
  forms.push_back(base64url(text));
  for (const std::size_t offset : {0U, 1U, 2U}) {
    forms.push_back(base64_inside(text, offset));
    forms.push_back(with_url_alphabet(forms.back()));
  }
  return forms;
}

bool is_token_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

struct Shape {
  std::string_view prefix;
  std::size_t least; // characters after the prefix
};

constexpr std::array k_shapes{Shape{"ap_", 20},  Shape{"ah_", 8},          Shape{"ai_", 8},
                              Shape{"ghp_", 20}, Shape{"github_pat_", 20}, Shape{"gho_", 20},
                              Shape{"ghs_", 20}, Shape{"sk_sandbox_", 8}};

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Whether a word begins at `at`. The end of an escape (\n, \u000a, %20) is no part of a word.
bool starts_word(std::string_view text, std::size_t at) {
  if (at == 0 || !is_token_char(text[at - 1]) || text[at - 1] == '-')
    return true;
  const auto escape = [&](std::size_t length, std::string_view lead) {
    if (at < length || !text.substr(at - length).starts_with(lead))
      return false;
    const std::string_view digits = text.substr(at - length + lead.size(), length - lead.size());
    return std::all_of(digits.begin(), digits.end(), is_hex);
  };
  return escape(3, "%") || escape(6, "\\u") || (at >= 2 && text[at - 2] == '\\');
}

/// The length of a token of a known shape that begins at `at`, 0 when there is none.
std::size_t token_at(std::string_view text, std::size_t at, const Shape& shape) {
  if (!text.substr(at).starts_with(shape.prefix))
    return 0;
  std::size_t end = at + shape.prefix.size();
  while (end < text.size() && is_token_char(text[end]))
    ++end;
  return end - at >= shape.prefix.size() + shape.least ? end - at : 0;
}

std::string mask_token_shapes(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto fits = [&](const Shape& shape) { return token_at(text, at, shape) > 0; };
    const auto* shape =
        starts_word(text, at) ? std::find_if(k_shapes.begin(), k_shapes.end(), fits) : k_shapes.end();
    if (shape != k_shapes.end()) {
      out.append(shape->prefix).append(k_mask);
      at += token_at(text, at, *shape);
    } else {
      out += text[at++];
    }
  }
  return out;
}

} // namespace

Secret::Secret(Secret&& other) noexcept : m_text(std::move(other.m_text)) {
  wipe(other.m_text);
}

Secret& Secret::operator=(const Secret& other) {
  return *this = Secret(other);
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(m_text);
    m_text = std::move(other.m_text);
    wipe(other.m_text);
  }
  return *this;
}

Secret::~Secret() {
  wipe(m_text);
}

std::string Secret::masked() const {
  if (m_text.size() <= 12)
    return "********";
  return m_text.substr(0, 7) + "..." + m_text.substr(m_text.size() - 4);
}

void Redactor::add(const Secret& secret) {
  if (secret.reveal().size() < k_shortest_needle)
    return;
  for (std::string& form : forms_of(secret.reveal()))
    if (std::find(m_needles.begin(), m_needles.end(), form) == m_needles.end())
      m_needles.push_back(std::move(form));
  std::sort(m_needles.begin(), m_needles.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
}

std::string Redactor::apply(std::string_view text) const {
  std::string out(text);
  for (const std::string& needle : m_needles)
    for (std::size_t at = out.find(needle); at != std::string::npos;
         at = out.find(needle, at + k_mask.size()))
      out.replace(at, needle.size(), k_mask);
  return mask_token_shapes(out);
}

} // namespace agr
