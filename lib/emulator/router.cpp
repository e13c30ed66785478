// SPDX-License-Identifier: MIT
#include "emulator/router.hpp"

namespace agr::emulator {
namespace {

std::string decoded(std::string_view text) {
  return percent_decode(text).value_or(std::string(text));
}

std::string decoded_form(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return decoded(spaced);
}

} // namespace

Params Params::from_query(std::string_view query) {
  Params params;
  for (const std::string& pair : split(query, '&')) {
    if (pair.empty())
      continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = std::string_view(pair).substr(std::min(equals + 1, pair.size()));
    params.add(decoded_form(std::string_view(pair).substr(0, equals)), decoded_form(value));
  }
  return params;
}

std::optional<std::string> Params::find(std::string_view name) const {
  const auto found =
      std::find_if(m_values.begin(), m_values.end(), [&](const auto& pair) { return pair.first == name; });
  if (found == m_values.end())
    return std::nullopt;
  return found->second;
}

std::optional<Params> match_path(std::string_view pattern, std::string_view path) {
  const auto expected = split(pattern, '/');
  const auto actual = split(path, '/');
  if (expected.size() != actual.size())
    return std::nullopt;
  Params params;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const bool is_variable = expected[i].starts_with(':');
    if (is_variable && actual[i].empty())
      return std::nullopt;
    if (is_variable)
      params.add(expected[i].substr(1), decoded(actual[i]));
    else if (expected[i] != actual[i])
      return std::nullopt;
  }
  return params;
}

} // namespace agr::emulator
