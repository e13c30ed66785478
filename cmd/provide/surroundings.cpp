// SPDX-License-Identifier: MIT
#include "cmd/provide/surroundings.hpp"

#include "base/text.hpp"
#include "serve/handler.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace agr::cmd {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

fs::path resolved(const std::string& path) {
  std::error_code code;
  auto real = fs::weakly_canonical(path, code);
  return code ? fs::path(path) : real;
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  const auto [in_folder, in_path] = std::ranges::mismatch(folder, path);
  return in_folder == folder.end();
}

std::string search_path(const Serving& serving) {
  return serving.environment.get("PATH").value_or("/usr/bin:/bin");
}

/// A hook that is not in the folder is none; one that is there has to be a program.
Words hook_in(const std::string& folder, const char* name) {
  const auto path = fmt::format("{}/{}", folder, name);
  return ::access(path.c_str(), F_OK) == 0 ? Words{path} : Words{};
}

/// Files that the handler's command names, its program first.
Words files_in(const Words& command) {
  Words files;
  std::error_code code;
  for (const auto& word : command)
    if (word.starts_with('/') && fs::is_regular_file(word, code))
      files.push_back(word);
  return files;
}

} // namespace

Result<void> Surroundings::add(const config::Handling& handling, serve::AgentOptions& agent) {
  AGR_TRY_ASSIGN(agent.hooks, hooks_of(handling));
  agent.max_disk = handling.max_disk.value_or(agent.max_disk);
  if (const auto bytes = m_serving.given.integer("--max-disk"))
    agent.max_disk = static_cast<std::uint64_t>(std::max(*bytes, 0LL));
  if (handling.isolate || m_serving.given.has("--isolate")) {
    AGR_TRY_ASSIGN(agent.sandbox, sandbox_of(handling, agent));
  } else if (m_serving.given.has("--isolate-network") || m_serving.given.has("--isolate-path")) {
    return fail({Kind::usage, "--isolate-network and --isolate-path say more about --isolate",
                 "add --isolate, or isolate = true in the configuration"});
  }
  return {};
}

Result<process::Hooks> Surroundings::hooks_of(const config::Handling& handling) {
  process::Hooks hooks{
      .environment = handling.environment, .before = handling.pre_handler, .after = handling.post_handler};
  const auto folder = m_serving.given.maybe("--hooks").value_or(handling.hooks_folder);
  if (!folder.empty()) {
    std::error_code code;
    if (!fs::is_directory(folder, code))
      return fail({Kind::usage, fmt::format("{} is no folder of hooks", printable(folder))});
    hooks = {.environment = hook_in(folder, "environment"),
             .before = hook_in(folder, "pre-handler"),
             .after = hook_in(folder, "post-handler")};
  }
  for (auto* hook : {&hooks.environment, &hooks.before, &hooks.after})
    if (!hook->empty()) {
      AGR_TRY_ASSIGN(*hook, serve::resolve(std::move(*hook), search_path(m_serving)));
    }
  return hooks;
}

Result<process::Sandbox> Surroundings::sandbox_of(const config::Handling& handling,
                                                  const serve::AgentOptions& agent) {
  if (agent.handler.front() == m_serving.program)
    return fail({Kind::usage, "a handler that is agr itself needs what a sandbox hides",
                 "leave --isolate and isolate = true to agents with handlers of your own"});
  if (!m_bubblewrap)
    m_bubblewrap = process::find_bubblewrap(search_path(m_serving));
  AGR_TRY_ASSIGN(auto bubblewrap, *m_bubblewrap);
  process::Sandbox sandbox{.bubblewrap = std::move(bubblewrap),
                           .network = handling.isolate_network || m_serving.given.has("--isolate-network"),
                           .readable = handling.isolate_paths};
  std::ranges::copy(m_serving.given.all("--isolate-path"), std::back_inserter(sandbox.readable));
  for (const auto& path : sandbox.readable)
    AGR_TRY(check_shown(path));
  for (auto& file : files_in(agent.handler)) {
    AGR_TRY(check_shown(file));
    sandbox.readable.push_back(std::move(file));
  }
  sandbox.readable.push_back(m_serving.program); // for agr submit
  return sandbox;
}

/// Neither a folder that holds what handlers must not see nor anything inside of it.
Result<void> Surroundings::check_shown(const std::string& path) const {
  std::error_code code;
  if (!path.starts_with('/') || !fs::exists(path, code))
    return fail({Kind::config, fmt::format("{} cannot be shown to an isolated handler", printable(path)),
                 "give the absolute path of something that is there"});
  const auto shown = resolved(path);
  for (const auto& secret : {m_serving.paths.config, m_serving.paths.state})
    if (is_inside(resolved(secret), shown) || is_inside(shown, resolved(secret)))
      return fail({Kind::config,
                   fmt::format("an isolated handler would see {} by {}", secret, printable(path)),
                   "name only what the handler needs, and keep it elsewhere"});
  return {};
}

} // namespace agr::cmd
