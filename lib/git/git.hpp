// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "git/credential.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace agr::git {

/// The programs git work takes.
struct Tools {
  std::string git;    ///< path of git
  std::string helper; ///< path of the program that `__git-credential` is a command of
};

/// What of this environment git is to have: where programs, proxies and certificates are. Nothing of it
/// configures git, and no home directory is in it.
std::vector<std::string> environment_for(std::span<const std::string> inherited);

/// Runs git with nothing but the settings it is given here: no configuration of system, user or repository is
/// trusted, no hook, filter or other program is started, no redirect followed, nobody asked.
class Git {
public:
  /// The credential goes to remote(), and only through the helper.
  Git(Tools tools, std::vector<std::string> environment, std::optional<Credential> credential);

  struct Ran {
    int code = 0; ///< exit code; 128 + signal
    std::string output = {};
    std::string errors = {}; ///< the end of it; neither holds the token
  };

  /// A command that talks to nobody; its failure is an error (`attempted`: "record the work").
  /// The output is without the line break at its end.
  [[nodiscard]] Result<std::string> local(const std::vector<std::string>& words, std::string_view attempted,
                                          const std::string& input = "") const;
  /// A command that talks to the repository's server.
  [[nodiscard]] Result<Ran> remote(const std::vector<std::string>& words) const;

  /// The same git working on this repository and, when one is named, these files.
  [[nodiscard]] Git in(const std::string& repository, const std::string& tree = "") const;
  /// With one more variable.
  [[nodiscard]] Git with(std::string_view name, std::string_view value) const;

private:
  [[nodiscard]] Result<Ran> run(const std::vector<std::string>& words, const std::string& input,
                                bool with_credential) const;

  Tools m_tools;
  std::vector<std::string> m_environment;
  std::optional<Credential> m_credential;
  std::string m_folder = "/";
};

} // namespace agr::git
