// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "process/identity.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::process {

/// What a program may see and change of this machine, made with bubblewrap: the system's programs and
/// libraries, a few files of /etc, a /tmp of its own, and what is listed here. Everything else is not there.
struct Sandbox {
  std::string bubblewrap = {};            ///< where bwrap is
  bool network = false;                   ///< else there is only a loopback of its own
  std::vector<std::string> readable = {}; ///< files and folders
  std::vector<std::string> writable = {}; ///< files and folders
  std::string temporary = {};             ///< the folder that is /tmp inside
};

/// The command that runs the words after it in such a sandbox. It reports on descriptor 3.
std::vector<std::string> sandbox_words(const Sandbox& sandbox);

/// Finds bwrap on `path` ("/usr/bin:/bin") and tries whether it works here. Errors: Kind::config, with what
/// mends it.
Result<std::string> find_bubblewrap(std::string_view path);

/// What bwrap said on descriptor 3.
class SandboxReport {
public:
  void add(std::string_view bytes);
  /// The process group inside, by its number outside; nothing before there is one and after it is gone.
  [[nodiscard]] std::optional<pid_t> group() const;
  /// The program was started, and ended by itself.
  [[nodiscard]] bool ran() const { return m_ran; }

private:
  void read_line(std::string_view line);

  std::string m_text;
  std::optional<Identity> m_first; // of the processes inside
  bool m_ran = false;
};

} // namespace agr::process
