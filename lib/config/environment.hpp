// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::config {

/// The environment variables, as values: tests bring their own.
class Environment {
public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string> variables) : m_variables(std::move(variables)) {}
  static Environment of_process();

  /// The value, or nothing when unset or empty.
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  [[nodiscard]] bool is_on(std::string_view name) const; ///< set, and not "0", "false" or "no"
  void set(std::string name, std::string value) { m_variables[std::move(name)] = std::move(value); }
  [[nodiscard]] const std::map<std::string, std::string>& all() const { return m_variables; }
  /// "NAME=value", as a child is given them.
  [[nodiscard]] std::vector<std::string> lines() const;

private:
  std::map<std::string, std::string> m_variables;
};

/// Where things live on this machine: `agr help files`.
struct Paths {
  std::string config; ///< ~/.agentsgethired, AGR_CONFIG or --config
  std::string state;  ///< $XDG_STATE_HOME/agr or AGR_STATE: journals, spools, intents
  std::string cache;  ///< $XDG_CACHE_HOME/agr, may be deleted at any time; empty when there is no place
};

/// `config_option` is --config, empty when not given.
Paths paths_of(const Environment& environment, const std::string& config_option);

} // namespace agr::config
