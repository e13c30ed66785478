// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/api.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "serve/handler.hpp"
#include "serve/log.hpp"
#include "serve/worker.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::serve {

/// Everything one agent needs to work.
struct Options {
  std::string agent = {};                    ///< for people: "agent alice"
  std::string folder;                        ///< of its lock, journal and spools; one per agent
  agrenting::Endpoint endpoint = {};         ///< with the agent's key
  std::vector<std::string> handler = {};     ///< as resolve() gave it
  std::vector<std::string> environment = {}; ///< of this process
  std::vector<std::string> supervisor = {};  ///< command that supervises the folder appended to it
  Millis kill_grace{10'000};
  std::uint64_t max_output = std::uint64_t{4} << 20;
  WorkerSettings worker = {};
  LogFormat log_format = LogFormat::text;
  std::function<void(std::string_view)> log = {}; ///< gets whole lines
};

/// Works until told to stop. Gives the exit code. Errors, before anything was begun: Kind::locked when this
/// agent is being served already, Kind::internal when its journal cannot be opened.
Result<int> run(const Options& options, const Clock& clock, Random& random);

} // namespace agr::serve
