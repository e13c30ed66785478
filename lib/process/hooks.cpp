// SPDX-License-Identifier: MIT
#include "process/hooks.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::process {
namespace {

constexpr std::size_t k_most_variables = 1000;

constexpr auto k_our_prefixes = std::to_array<std::string_view>({"AGR_", "AGRENTING_", "AGENTSGETHIRED_"});
/// With these a value is code: for the loader, or for every shell.
constexpr auto k_loader_prefixes = std::to_array<std::string_view>({"LD_", "GLIBC_"});
constexpr auto k_loader_names =
    std::to_array<std::string_view>({"BASH_ENV", "ENV", "GCONV_PATH", "IFS", "PS4", "SHELLOPTS"});

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

bool is_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && is_letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

/// Why the line is not taken; empty when it is.
std::string_view fault_of(std::string_view line) {
  const auto name = name_of(line);
  const auto begins = [name](std::string_view prefix) { return name.starts_with(prefix); };
  if (line.find('=') == std::string_view::npos || !is_name(name))
    return "is not NAME=VALUE";
  if (std::ranges::any_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; }))
    return "holds a control character";
  if (std::ranges::any_of(k_our_prefixes, begins) || name == "PWD")
    return "sets a variable of agr";
  if (std::ranges::any_of(k_loader_prefixes, begins) || std::ranges::count(k_loader_names, name) > 0)
    return "sets a variable that makes programs run code";
  return {};
}

} // namespace

Result<std::vector<std::string>> variables_of(std::string_view printed) {
  if (printed.ends_with('\n'))
    printed.remove_suffix(1);
  std::vector<std::string> lines;
  if (!printed.empty())
    lines = split(printed, '\n');
  if (lines.size() > k_most_variables)
    return fail({Kind::config, fmt::format("more than {} variables", k_most_variables)});
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (const auto fault = fault_of(lines[i]); !fault.empty())
      return fail({Kind::config, fmt::format("line {} {}", i + 1, fault)}); // its text may be a secret
  return lines;
}

std::vector<std::string> merged(std::vector<std::string> environment, const std::vector<std::string>& more) {
  for (const auto& variable : more) {
    std::erase_if(environment, [&](const std::string& known) { return name_of(known) == name_of(variable); });
    environment.push_back(variable);
  }
  return environment;
}

} // namespace agr::process
