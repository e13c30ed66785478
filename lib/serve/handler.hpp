// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "process/sandbox.hpp"
#include "process/spool.hpp"
#include "serve/repository.hpp"
#include "serve/step.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The contract between serve-agent and the program that does the work (man/topics/handlers.md).
namespace agr::serve {

struct HandlerSettings {
  std::vector<std::string> command = {}; ///< as resolve() gave it
  /// What handlers inherit: free of keys of ours. One for all agents.
  std::shared_ptr<const std::vector<std::string>> environment = {};
  std::string spool = {}; ///< the folder of all spools
  Millis kill_grace{10'000};
  std::uint64_t max_output = 0; ///< bytes
  std::uint64_t max_disk = 0;   ///< bytes; 0: any number
  process::Hooks hooks = {};
  std::optional<process::Sandbox> sandbox = {}; ///< without what belongs to one attempt
  bool holds_lost = false;                      ///< WorkerSettings::on_crash is hold
  PushSettings push = {};
  bool pushes_itself = false; ///< the handler is handed the token and sees to the repository
};

/// Words of a command line, parted by blanks, with '…', "…" and \ as in a shell. Nothing else of a shell:
/// no variables, no globs, no pipes. Errors: Kind::usage.
Result<std::vector<std::string>> split_command(std::string_view text);

/// The same command with its program as an absolute path, found on `path` ("/usr/bin:/bin") when it has no
/// slash. Errors: Kind::usage when there is no such program.
Result<std::vector<std::string>> resolve(std::vector<std::string> command, std::string_view path);

/// The variables a handler may inherit: none of ours, which may hold keys.
std::vector<std::string> inheritable(std::span<const std::string> environment);

/// Masks what looks like a secret by the name of its variable (…KEY, …TOKEN, …SECRET, …PASSWORD).
void learn_secrets(Redactor& redactor, std::span<const std::string> environment);

/// The same for what an environment hook added to an attempt.
void learn_secrets(Redactor& redactor, const process::Spool& spool);

/// Where one attempt at a hiring lives.
process::Spool spool_of(const std::string& spools, std::string_view id, int attempt);
std::string artifacts_folder(const process::Spool& spool);
/// The only part of a spool, beside work and artifacts, that an isolated handler may write to.
std::string submissions_folder(const process::Spool& spool);

/// Makes the folder of an attempt and everything the handler finds in it. `repository` counts in push mode.
/// Errors: Kind::usage for one that cannot be used.
Result<process::Spool> prepare(const HandlerSettings& settings, const StartHandler& start,
                               const Repository& repository = {});

/// For an attempt whose handler has ended, and of which only what comes after it is left.
Result<process::Spool> prepare_rest(const HandlerSettings& settings, const StartHandler& start,
                                    const Repository& repository);

/// The end of what the handler wrote to stderr, without secrets.
std::string last_words(const process::Spool& spool, const Redactor& redactor);

} // namespace agr::serve
