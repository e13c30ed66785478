// SPDX-License-Identifier: MIT
#include "emulator/masking.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace agr::emulator {
namespace {

constexpr std::size_t k_shortest_key = 16;
constexpr std::array<std::string_view, 10> k_prefixes = {"ap_",  "ah_",  "ai_",         "sk_",   "ghp_",
                                                         "gho_", "ghs_", "github_pat_", "sess_", "whsec_"};

void mask(std::string& part) {
  const auto found = std::find_if(k_prefixes.begin(), k_prefixes.end(),
                                  [&](std::string_view prefix) { return part.starts_with(prefix); });
  if (found != k_prefixes.end() && part.size() >= k_shortest_key)
    part = std::string(*found) + "...";
}

} // namespace

std::string without_keys(std::string_view path) {
  auto parts = split(path, '/');
  std::for_each(parts.begin(), parts.end(), mask);
  return join(parts, "/");
}

} // namespace agr::emulator
