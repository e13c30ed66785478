// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/api.hpp"
#include "base/secret.hpp"
#include "cmd/agrenting/hirer.hpp"
#include "cmd/frame/command.hpp"

#include <optional>
#include <string>

namespace agr::cmd {

/// What the person who hires asked for; what they left open is filled in from the agent.
struct Wish {
  agrenting::HireRequest hire;
  std::optional<Decimal> price;
  std::string deadline; ///< as written
  std::string key;      ///< --key
  std::string best_of;  ///< --best-of: the capability to choose an agent by
};

/// Reads and checks everything that can be known without asking. Errors: Kind::usage.
Result<Wish> wish_of(const Invocation& given, Context& context);

/// The token for the repository, which is not kept anywhere: from a helper, from standard input, or none,
/// and then the service takes the one it has stored.
Result<Secret> repo_token_of(const Invocation& given, Context& context);

/// The same for the same command on the same account, whatever the agent's price has become meanwhile.
std::string fingerprint_of(const Wish& wish, const agrenting::Endpoint& endpoint, const std::string& profile);

/// Chooses the agent where that was asked for, and takes price and capability from it where none was given.
Result<agrenting::HireRequest> resolve(const Wish& wish, Context& context, const Hirer& hirer);

/// The options of a wish.
std::vector<Option> wish_options();

} // namespace agr::cmd
