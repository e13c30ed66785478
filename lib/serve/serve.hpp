// SPDX-License-Identifier: MIT
#pragma once

#include "net/certificate.hpp"
#include "serve/agent.hpp"
#include "serve/log.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::serve {

/// The agents of one process, and what is common to them.
struct Options {
  std::vector<AgentOptions> agents = {};
  std::string state = {};                    ///< the state folder
  std::vector<std::string> environment = {}; ///< of this process
  std::vector<std::string> supervisor = {};  ///< command that supervises the folder appended to it
  int max_jobs = 0;                          ///< handlers of all agents at the same time; 0: no limit
  /// The agents as they are to be now, asked at SIGHUP, on another thread. An error changes nothing.
  std::function<Result<std::vector<AgentOptions>>()> reload = {};
  /// Where /live, /ready, /status.json and /metrics are answered; nowhere when the port is negative.
  struct Address {
    std::string ip = "127.0.0.1";
    int port = -1;
  };
  Address health = {};
  /// Where marketplaces post hirings; nowhere when the port is negative.
  Address webhook = {};
  /// What the webhooks' listener proves itself with, asked at the start and at SIGHUP, as `reload`; none:
  /// plain HTTP.
  std::function<Result<net::Certificate>()> certificate = {};
  LogFormat log_format = LogFormat::text;
  std::function<void(std::string_view)> log = {}; ///< gets whole lines
};

/// Works until told to stop. Gives the exit code: that of the first agent that did not end well, else 0.
/// Errors, before anything was begun: Kind::locked when an agent is being served already, Kind::internal
/// when a journal cannot be opened, Kind::unavailable when an address cannot be listened on, Kind::config
/// when the certificate cannot be used.
Result<int> run(const Options& options, const Clock& clock, Random& random);

} // namespace agr::serve
