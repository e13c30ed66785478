// SPDX-License-Identifier: MIT
#pragma once

#include "json/value.hpp"
#include "serve/worker.hpp"

#include <map>
#include <string>
#include <vector>

/// How a serve-agent looks from outside (docs/serve-agent.md, "Health"). Pure.
namespace agr::serve {

struct AgentHealth {
  std::string name;
  WorkerStatus status;
};

struct Health {
  std::vector<AgentHealth> agents = {};
  int left = 0;     ///< agents that had to stop
  int handlers = 0; ///< running, of all agents
  Millis lag{0};    ///< the longest time the loop was kept busy by one thing since this was last asked
  std::map<int, std::uint64_t> webhooks = {}; ///< POSTs answered, by status
  Time now{};
};

/// Every agent is online and takes work.
bool is_ready(const Health& health);
/// Why it is not, one line each; empty when it is.
std::string troubles(const Health& health);
json::Value status_of(const Health& health);
/// In Prometheus' text format, version 0.0.4.
std::string metrics_of(const Health& health);

struct HealthAnswer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body = {};
};

/// /live, /ready, /status.json and /metrics, asked with GET or HEAD.
HealthAnswer answer_health(std::string_view method, std::string_view target, const Health& health);

} // namespace agr::serve
