// SPDX-License-Identifier: MIT
#pragma once

#include "base/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The token of a repository and the one way git gets it: it asks a helper (gitcredentials(7)), a program
/// that answers on its standard output. Pure.
namespace agr::git {

struct Credential {
  std::string origin; ///< the only one the token may go to: "https://github.com"
  Secret token;
};

/// As one secret, to be handed from process to process.
Secret pack(const Credential& credential);
std::optional<Credential> unpack(const Secret& packed);

/// What to answer to git's `get`, whose `question` is lines of name=value; empty when git asks for another
/// origin than the token's.
Secret answer_to(const Credential& credential, std::string_view question);

} // namespace agr::git
