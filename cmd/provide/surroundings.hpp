// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/provide/serving.hpp"

namespace agr::cmd {

/// Gives an agent what surrounds its handler: hooks, disk limit, sandbox. Whether sandboxes work here is
/// tried at most once. Errors: Kind::config when a handler that is to be isolated cannot be, or would see
/// keys all the same; Kind::usage for a hook that is no program.
class Surroundings {
public:
  explicit Surroundings(const Serving& serving) : m_serving(serving) {}

  Result<void> add(const config::Handling& handling, serve::AgentOptions& agent);

private:
  Result<process::Hooks> hooks_of(const config::Handling& handling);
  Result<process::Sandbox> sandbox_of(const config::Handling& handling, const serve::AgentOptions& agent);
  [[nodiscard]] Result<void> check_shown(const std::string& path) const;

  const Serving& m_serving;
  std::optional<Result<std::string>> m_bubblewrap;
};

} // namespace agr::cmd
