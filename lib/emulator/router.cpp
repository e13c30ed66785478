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

/// The part behind the slash that `rest` begins with; what is left begins with a slash or is empty.
std::string_view take_part(std::string_view& rest) {
  if (rest.starts_with('/'))
    rest.remove_prefix(1);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view part = rest.substr(0, slash);
  rest.remove_prefix(slash);
  return part;
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

// Every route is tried for every request, so a part that differs ends the comparison before anything is
// copied.
std::optional<Params> match_path(std::string_view pattern, std::string_view path) {
  Params params;
  for (;;) {
    const std::string_view expected = take_part(pattern);
    const std::string_view actual = take_part(path);
    const bool is_variable = expected.starts_with(':');
    if (is_variable ? actual.empty() : expected != actual)
      return std::nullopt;
    if (is_variable)
      params.add(std::string(expected.substr(1)), decoded(actual));
    if (pattern.empty() || path.empty())
      return pattern == path ? std::optional(std::move(params)) : std::nullopt;
  }
}

} // namespace agr::emulator
