// SPDX-License-Identifier: MIT
#include "cmd/provide/serve_check.hpp"

#include "agrenting/answer.hpp"
#include "base/text.hpp"
#include "cmd/frame/foreground.hpp"
#include "cmd/provide/delivering.hpp"
#include "serve/handler.hpp"
#include "serve/journal.hpp"

#include <fmt/format.h>
#include <time.h>

#include <filesystem>
#include <optional>
#include <set>

namespace agr::cmd {
namespace {

constexpr Millis k_most_skew{60'000};

/// A worker and a hirer in a marketplace that exists for this one hiring. $1 is agr, the rest are options for
/// serve-agent.
constexpr const char* k_rehearsal = R"(
log="$AGR_STATE.log"
agr="$1"
shift
"$agr" serve-agent --name Alice --once --log json "$@" >/dev/null 2>"$log" &
worker=$!
until grep -q '"event":"ready"' "$log"; do kill -0 $worker || { cat "$log" >&2; exit 1; }; sleep 0.05; done
"$agr" hire did:example:alice "A rehearsal: is the handler fit for work?" --yes --wait=60 --json >/dev/null 2>>"$log"
code=$?
[ $code -eq 0 ] || cat "$log" >&2
exit $code
)";

class Checks {
public:
  void add(std::string_view what, const std::string& agent, const Result<std::string>& outcome) {
    m_list.push(json::Value::object({{"check", what},
                                     {"agent", agent},
                                     {"ok", outcome.has_value()},
                                     {"note", outcome ? *outcome : outcome.error().message}}));
    if (!outcome && m_code == 0)
      m_code = exit_code(outcome.error().kind);
  }
  [[nodiscard]] Reply reply() && {
    return Reply{
        .value = std::move(m_list),
        .view = output::list_of({{"CHECK", "check"}, {"AGENT", "agent"}, {"OK", "ok"}, {"NOTE", "note"}}, ""),
        .exit = m_code};
  }

private:
  json::Value m_list = json::Value::array();
  int m_code = 0;
};

/// Sun, 06 Nov 1994 08:49:37 GMT
std::optional<Time> time_of_date(const std::string& text) {
  std::tm parts{};
  if (::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr)
    return {};
  return Time(std::chrono::seconds(::timegm(&parts)));
}

Result<std::string> check_clock(const http::Response& response, Time now) {
  const auto theirs = time_of_date(std::string(response.header("date")));
  if (!theirs)
    return "the marketplace does not tell its time";
  const auto skew = std::chrono::abs(now - *theirs);
  if (skew > k_most_skew)
    return fail({Kind::failed,
                 fmt::format("this machine's clock is {} off; deadlines would be missed", for_people(skew))});
  return "right to a minute";
}

void check_marketplace(Checks& checks, const serve::AgentOptions& agent, Context& context) {
  const auto response = context.send(agrenting::pending_hirings(agent.endpoint));
  if (!response)
    return checks.add("key", agent.name, fail(response.error()));
  const auto document = agrenting::document_of(*response, "the list of pending work");
  checks.add("key", agent.name,
             document ? Result<std::string>("accepted by " + agent.endpoint.base) : fail(document.error()));
  checks.add("clock", agent.name, check_clock(*response, context.env.clock.now()));
}

Result<std::string> check_journal(const serve::AgentOptions& agent) {
  const auto path = agent.folder + "/journal.db";
  std::error_code code;
  if (!std::filesystem::exists(path, code))
    return "none yet";
  AGR_TRY_ASSIGN(auto journal, serve::Journal::open(path));
  AGR_TRY_ASSIGN(const auto faults, journal.faults());
  if (!faults.empty())
    return fail({Kind::internal, faults, "agr serve-agent journal verify"});
  AGR_TRY_ASSIGN(const auto open, journal.open_entries());
  return fmt::format("sound, {} open hirings", open.size());
}

std::string quoted(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) {
    line += line.empty() ? "'" : " '";
    for (const char c : word)
      line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += "'";
  }
  return line;
}

/// The same handler, in the same sandbox.
std::vector<std::string> options_for(const serve::AgentOptions& agent) {
  std::vector<std::string> words{"--handler", quoted(agent.handler)};
  if (!agent.sandbox)
    return words;
  words.emplace_back("--isolate");
  if (agent.sandbox->network)
    words.emplace_back("--isolate-network");
  for (const auto& path : agent.sandbox->readable)
    words.insert(words.end(), {"--isolate-path", path});
  return words;
}

Result<std::string> rehearse(const serve::AgentOptions& agent, Context& context) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : context.env.environment.all())
    variables.push_back(fmt::format("{}={}", name, value));
  std::vector<std::string> words{context.env.program, "emulator", "exec",      "--",
                                 "/bin/sh",           "-c",       k_rehearsal, "rehearsal",
                                 context.env.program};
  const auto options = options_for(agent);
  words.insert(words.end(), options.begin(), options.end());
  net::Loop loop;
  AGR_TRY_ASSIGN(const int code, run_in_foreground(loop, words, serve::inheritable(variables)));
  if (code != 0)
    return fail(
        {Kind::failed, "the handler did not complete a hiring on the emulator; what happened is above"});
  return "completed a hiring on the emulator";
}

} // namespace

Result<Reply> check_serving(const std::vector<serve::AgentOptions>& agents, Context& context) {
  Checks checks;
  std::set<std::vector<std::string>> rehearsed;
  for (const auto& agent : agents) {
    checks.add("configuration", agent.name, "handler " + join(agent.handler, " "));
    if (agent.sandbox)
      checks.add("isolation", agent.name,
                 std::string(agent.sandbox->network ? "in a sandbox, with the network" : "in a sandbox"));
    checks.add("journal", agent.name, check_journal(agent));
    check_marketplace(checks, agent, context);
    if (agent.pushes_itself)
      checks.add("handler", agent.name,
                 check_hiclaw(agent, context.env.environment.get("PATH").value_or("/usr/bin:/bin")));
    else if (rehearsed.insert(options_for(agent)).second)
      checks.add("handler", agent.name, rehearse(agent, context));
  }
  return std::move(checks).reply();
}

} // namespace agr::cmd
