// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace agr::cmd {

/// A remote as git names it, as an address others can clone over https: "git@github.com:me/repo.git" becomes
/// "https://github.com/me/repo.git". A password or token inside it is left out. Errors: Kind::usage for a
/// local folder and anything else nobody else can reach.
Result<std::string> shareable_remote(std::string_view remote);

/// Where the repository around the present folder comes from (`git config --get remote.origin.url`).
Result<std::string> remote_of_this_folder();

} // namespace agr::cmd
