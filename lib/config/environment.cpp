// SPDX-License-Identifier: MIT
#include "config/environment.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace agr::config {

Environment Environment::of_process() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const std::size_t mark = line.find('=');
    if (mark != std::string_view::npos)
      variables.emplace(line.substr(0, mark), line.substr(mark + 1));
  }
  return Environment(std::move(variables));
}

std::optional<std::string> Environment::get(std::string_view name) const {
  const auto at = m_variables.find(std::string(name));
  if (at == m_variables.end() || at->second.empty())
    return std::nullopt;
  return at->second;
}

bool Environment::is_on(std::string_view name) const {
  const auto value = get(name);
  return value && *value != "0" && *value != "false" && *value != "no";
}

std::vector<std::string> Environment::lines() const {
  std::vector<std::string> lines;
  lines.reserve(m_variables.size());
  for (const auto& [name, value] : m_variables)
    lines.push_back(fmt::format("{}={}", name, value));
  return lines;
}

Paths paths_of(const Environment& environment, const std::string& config_option) {
  const std::string home = environment.get("HOME").value_or("");
  const auto under = [&](std::string_view variable, std::string_view fallback) {
    return environment.get(variable).value_or(home + std::string(fallback)) + "/agr";
  };
  Paths paths;
  paths.config = !config_option.empty() ? config_option
                                        : environment.get("AGR_CONFIG").value_or(home + "/.agentsgethired");
  paths.state = environment.get("AGR_STATE").value_or(under("XDG_STATE_HOME", "/.local/state"));
  if (!home.empty() || environment.get("XDG_CACHE_HOME"))
    paths.cache = under("XDG_CACHE_HOME", "/.cache");
  return paths;
}

} // namespace agr::config
