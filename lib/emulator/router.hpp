// SPDX-License-Identifier: MIT
#pragma once

#include "base/text.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agr::emulator {

/// Named text values of a request: the ":name" segments of its path, or its query.
class Params {
public:
  /// a=1&b=x%20y; what cannot be decoded is kept as it came.
  static Params from_query(std::string_view query);

  void add(std::string name, std::string value) { m_values.emplace_back(std::move(name), std::move(value)); }
  /// The first of that name, or an empty text.
  [[nodiscard]] std::string get(std::string_view name) const { return find(name).value_or(""); }
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;

private:
  std::vector<std::pair<std::string, std::string>> m_values;
};

/// Compares "/agents/:did/hire" with a path, segment by segment, and decodes what ":did" stands for.
std::optional<Params> match_path(std::string_view pattern, std::string_view path);

/// The outcome of looking a request up: its row; or the methods that the path has instead; or neither.
template <class Route>
struct Match {
  const Route* route = nullptr;
  Params params = {};
  std::vector<std::string> allowed = {};
};

/// Looks a request up in a table of rows that have at least `method` and `pattern`. The first row that fits
/// wins, so literals stand above variables. HEAD is served by the row for GET.
template <class Route>
Match<Route> find_route(std::span<const Route> table, std::string_view method, std::string_view path) {
  Match<Route> match;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const Route& route : table) {
    auto params = match_path(route.pattern, path);
    if (!params)
      continue;
    if (route.method == wanted)
      return {&route, std::move(*params)};
    if (std::find(match.allowed.begin(), match.allowed.end(), route.method) == match.allowed.end())
      match.allowed.emplace_back(route.method);
  }
  return match;
}

} // namespace agr::emulator
