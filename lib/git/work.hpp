// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"
#include "git/git.hpp"
#include "git/plan.hpp"

#include <functional>

/// The two ends of work on a repository: before somebody works in the tree, and after. Both can be repeated.
///
/// Who works there may be anybody's fool. So what he could have changed is only ever read as content: his
/// `.git` is not looked at, and what talks to the server is a repository made afterwards
/// (docs/serve-agent.md, "Push mode").
namespace agr::git {

/// Where one attempt keeps its things: `folder` is ours, `tree` is where the work is done.
struct Place {
  std::string folder;
  std::string tree;
};

/// Waits before the next try when a server cannot be reached; false when there is to be none.
using Wait = std::function<bool(int tries)>;

/// Gets the repository's newest commit, without its history, and puts its files into the empty tree, with a
/// `.git` of their own. Makes sure that the token may push. Errors: Kind::unavailable when it may work later,
/// others when it will not.
Result<void> fetch(const Git& git, const Plan& plan, const Place& place, const Wait& wait);

/// Pushes the tree as one commit on top of what was fetched. The same tree at the same `time` is the same
/// commit, so that it may be pushed twice. Nothing changed, nothing pushed. Errors: as above.
Result<Delivery> publish(const Git& git, const Plan& plan, const Place& place, Time time, const Wait& wait);

} // namespace agr::git
