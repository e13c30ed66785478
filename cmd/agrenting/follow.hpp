// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/watcher.hpp"
#include "cmd/agrenting/hirer.hpp"

#include <functional>
#include <optional>

namespace agr::cmd {

/// What is told while hirings are followed.
struct FollowTaps {
  std::function<void(const agrenting::Watcher::News&)> news;
  std::function<void(const agrenting::Watcher::Written&)> written = {};
};

/// Follows hirings until all of them have ended or `limit` has passed: by pushes over MCP, across lost
/// sessions; over REST while there is no session, or for good when there is no MCP to be had or REST was
/// chosen. Whether they ended. Errors: what makes following them senseless.
Result<bool> follow(Context& context, const Hirer& hirer, agrenting::Watcher::Settings settings,
                    std::optional<Millis> limit, FollowTaps taps);

} // namespace agr::cmd
