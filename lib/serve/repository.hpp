// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "process/spool.hpp"
#include "serve/step.hpp"

#include <string>
#include <vector>

/// What push mode puts around a handler (docs/serve-agent.md, "Push mode").
namespace agr::serve {

struct PushSettings {
  bool to_default = false;  ///< onto the repository's default branch, when that takes it
  std::string author = {};  ///< "Name <address>"
  std::string program = {}; ///< of which `__repository` and `__git-credential` are commands
};

/// A hirer's repository, as the marketplace shows it to the agent just now.
struct Repository {
  std::string address;
  Secret token;
};

/// Whether the hirer wants the work in his repository.
bool is_push(const json::Value& hiring);

/// Adds to the command what fetches the repository into its folder and brings the work back. Errors:
/// Kind::usage when the address is none a token may go to.
Result<void> add_repository(process::Command& command, const PushSettings& settings,
                            const process::Spool& spool, const StartHandler& start,
                            const Repository& repository);

/// The token and where it may go, for the steps added; empty when there is none.
Secret packed(const Repository& repository);

/// The file in the spool that says what was pushed.
std::string delivery_file(const process::Spool& spool);

/// The result as the hirer gets it: what the handler wrote and, in push mode, the commit. Without secrets.
Result<json::Value> output_of(const process::Spool& spool, std::string_view text, const Redactor& redactor);

} // namespace agr::serve
