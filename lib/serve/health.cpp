// SPDX-License-Identifier: MIT
#include "serve/health.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace agr::serve {
namespace {

std::string_view trouble_of(const WorkerStatus& status) {
  if (status.draining)
    return "is draining";
  if (status.paused)
    return "is paused: its handler cannot be run";
  return status.ready ? "" : "is not online";
}

double seconds(Millis time) {
  return static_cast<double>(time.count()) / 1000;
}

Millis age_of_reports(const WorkerStatus& status, Time now) {
  return status.oldest_report ? std::max(now - *status.oldest_report, Millis(0)) : Millis(0);
}

json::Value agent_value(const AgentHealth& agent, Time now) {
  const auto& status = agent.status;
  const auto count = [](std::uint64_t number) { return static_cast<long long>(number); };
  return json::Value::object(
      {{"name", agent.name},
       {"ready", trouble_of(status).empty()},
       {"trouble", trouble_of(status)},
       {"waiting", status.waiting},
       {"running", status.running},
       {"held", status.held},
       {"reporting", status.reporting},
       {"oldest_report_ms", static_cast<long long>(age_of_reports(status, now).count())},
       {"last_error", status.last_error},
       {"done", count(status.done)},
       {"failed", count(status.failed)},
       {"handed_back", count(status.handed_back)},
       {"report_retries", count(status.retries)}});
}

std::string label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"')
      out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

/// One family: its head, then a line for each agent and kind.
class Metrics {
public:
  explicit Metrics(const Health& health) : m_health(health) {}

  template <class Value>
  void whole(std::string_view name, std::string_view type, std::string_view help, Value value) {
    head(name, type, help);
    m_text += fmt::format("{} {}\n", name, value);
  }
  template <class Read>
  void each(std::string_view name, std::string_view type, std::string_view help, Read read) {
    head(name, type, help);
    for (const auto& agent : m_health.agents)
      m_text += fmt::format("{}{{agent=\"{}\"}} {}\n", name, label(agent.name), read(agent.status));
  }
  struct Kind {
    std::string_view name;
    std::uint64_t (*read)(const WorkerStatus&);
  };
  void each(std::string_view name, std::string_view type, std::string_view help, std::string_view kind,
            std::initializer_list<Kind> kinds) {
    head(name, type, help);
    for (const auto& agent : m_health.agents)
      for (const auto& [value, read] : kinds)
        m_text += fmt::format("{}{{agent=\"{}\",{}=\"{}\"}} {}\n", name, label(agent.name), kind, value,
                              read(agent.status));
  }
  void webhooks() {
    if (m_health.webhooks.empty())
      return;
    head("agr_webhooks_total", "counter", "Webhooks answered.");
    for (const auto& [status, count] : m_health.webhooks)
      m_text += fmt::format("agr_webhooks_total{{status=\"{}\"}} {}\n", status, count);
  }
  [[nodiscard]] const std::string& text() const { return m_text; }

private:
  void head(std::string_view name, std::string_view type, std::string_view help) {
    m_text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
  }
  const Health& m_health;
  std::string m_text;
};

std::uint64_t number(int count) {
  return static_cast<std::uint64_t>(count);
}

} // namespace

bool is_ready(const Health& health) {
  return troubles(health).empty() && !health.agents.empty();
}

std::string troubles(const Health& health) {
  std::string text;
  for (const auto& agent : health.agents)
    if (const auto trouble = trouble_of(agent.status); !trouble.empty())
      text += fmt::format("agent {} {}\n", printable(agent.name), trouble);
  if (health.left > 0)
    text += fmt::format("{} agents had to stop; the log says why\n", health.left);
  return text;
}

json::Value status_of(const Health& health) {
  auto agents = json::Value::array();
  for (const auto& agent : health.agents)
    agents.push(agent_value(agent, health.now));
  return json::Value::object({{"ready", is_ready(health)},
                              {"time", rfc3339(health.now)},
                              {"handlers", health.handlers},
                              {"stopped_agents", health.left},
                              {"loop_lag_ms", static_cast<long long>(health.lag.count())},
                              {"agents", std::move(agents)}});
}

std::string metrics_of(const Health& health) {
  using Status = WorkerStatus;
  Metrics metrics(health);
  metrics.whole("agr_agents", "gauge", "Agents this process serves.", health.agents.size());
  metrics.whole("agr_agents_stopped", "gauge", "Agents that had to stop.", health.left);
  metrics.whole("agr_handlers", "gauge", "Handlers that run.", health.handlers);
  metrics.whole("agr_loop_lag_seconds", "gauge",
                "Longest time one thing kept the loop busy since the last scrape.", seconds(health.lag));
  metrics.each("agr_agent_ready", "gauge", "Whether the agent is online and takes work.",
               [](const Status& s) { return trouble_of(s).empty() ? 1 : 0; });
  metrics.each("agr_hirings", "gauge", "Open hirings.", "state",
               {{"waiting", [](const Status& s) { return number(s.waiting); }},
                {"running", [](const Status& s) { return number(s.running); }},
                {"held", [](const Status& s) { return number(s.held); }},
                {"reporting", [](const Status& s) { return number(s.reporting); }}});
  metrics.each("agr_hirings_closed_total", "counter", "Hirings that ended.", "how",
               {{"done", [](const Status& s) { return s.done; }},
                {"failed", [](const Status& s) { return s.failed; }},
                {"handed_back", [](const Status& s) { return s.handed_back; }}});
  metrics.each("agr_report_retries_total", "counter", "Reports that did not get through at once.",
               [](const Status& s) { return s.retries; });
  metrics.each("agr_oldest_report_seconds", "gauge",
               "Age of the oldest hiring whose report is not acknowledged.",
               [&](const Status& s) { return seconds(age_of_reports(s, health.now)); });
  metrics.webhooks();
  return metrics.text();
}

HealthAnswer answer_health(std::string_view method, std::string_view target, const Health& health) {
  if (method != "GET" && method != "HEAD")
    return {.status = 405, .body = "only GET and HEAD\n"};
  const auto path = target.substr(0, target.find('?'));
  if (path == "/live")
    return {.body = "alive\n"};
  if (path == "/ready")
    return is_ready(health) ? HealthAnswer{.body = "ready\n"}
                            : HealthAnswer{.status = 503, .body = troubles(health)};
  if (path == "/status.json")
    return {.type = "application/json", .body = json::write(status_of(health)) + "\n"};
  if (path == "/metrics")
    return {.type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics_of(health)};
  return {.status = 404, .body = "there are /live, /ready, /status.json and /metrics\n"};
}

} // namespace agr::serve
