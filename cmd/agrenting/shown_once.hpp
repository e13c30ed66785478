// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/types.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"

#include <string>

/// Credentials a service shows once: a token, a signing secret.
namespace agr::cmd {

/// Where one goes: into a private file when a path is given, else into the answer on standard output.
class ShownOnce {
public:
  /// Makes the place before anything is asked for. Errors: Kind::conflict when the file is there already.
  static Result<ShownOnce> prepare(const std::string& path);

  /// The object with the credential as `member`, or with `file` naming where it was put. When it cannot be
  /// put there, it is shown after all: there is no other copy.
  json::Value keep(agrenting::Issued issued, std::string_view member, Context& context) const;

private:
  std::string m_path;
};

/// The option that names the file.
Option secret_file_option();

} // namespace agr::cmd
