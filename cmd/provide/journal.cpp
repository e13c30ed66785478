// SPDX-License-Identifier: MIT
#include "cmd/provide/journal.hpp"

#include "cmd/frame/context.hpp"
#include "serve/holding.hpp"
#include "serve/journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace agr::cmd {
namespace {

using output::Style;
namespace fs = std::filesystem;

constexpr long long k_lines = 100;
constexpr long long k_days = 30;

std::string_view report_name(serve::Report report) {
  return report == serve::Report::none ? "" : serve::name_of(report);
}

json::Value time_value(Time time) {
  return time == Time{} ? json::Value() : json::Value(rfc3339(time));
}

std::string folder_name(const std::string& journal) {
  return fs::path(journal).parent_path().filename().string();
}

json::Value line_value(const serve::Journal::Line& line, const std::string& agent) {
  const auto& entry = line.entry;
  return json::Value::object(
      {{"hiring_id", entry.id},
       {"agent", agent},
       {"round", entry.round},
       {"state", serve::name_of(entry.state)},
       {"open", serve::is_open(entry.state)},
       {"attempt", entry.attempt},
       {"report", report_name(entry.report)},
       {"reason", entry.reason},
       {"tries", entry.tries},
       {"last_error", entry.last_error},
       {"confirmed", entry.confirmed},
       {"dispatch_id", entry.dispatch.id},
       {"deadline_at", entry.deadline ? json::Value(rfc3339(*entry.deadline)) : json::Value()},
       {"seen_at", time_value(entry.seen_at)},
       {"changed_at", time_value(line.changed_at)}});
}

Result<json::Value> lines_of(Context& context, std::size_t limit, const std::string& id) {
  std::vector<std::pair<Time, json::Value>> found;
  for (const auto& path : serve::journals_in(context.paths().state)) {
    AGR_TRY_ASSIGN(auto journal, serve::Journal::open(path));
    AGR_TRY_ASSIGN(const auto lines, journal.lines(limit, id));
    for (const auto& line : lines)
      found.emplace_back(line.changed_at, line_value(line, folder_name(path)));
  }
  std::ranges::sort(found, std::greater<>(), [](const auto& one) { return one.first; });
  auto list = json::Value::array();
  for (std::size_t i = 0; i < std::min(limit, found.size()); ++i)
    list.push(std::move(found[i].second));
  return list;
}

Result<Reply> run_list(const Invocation& given, Context& context) {
  const auto limit = given.integer("--limit").value_or(k_lines);
  if (limit < 1)
    return fail({Kind::usage, "--limit takes 1 or more"});
  AGR_TRY_ASSIGN(auto lines, lines_of(context, static_cast<std::size_t>(limit), ""));
  return Reply{.value = std::move(lines),
               .view = output::list_of({{"HIRING", "hiring_id", Style::id},
                                        {"ROUND", "round"},
                                        {"STATE", "state"},
                                        {"REPORT", "report"},
                                        {"TRIES", "tries"},
                                        {"CHANGED", "changed_at", Style::time},
                                        {"WHY", "reason|last_error"}},
                                       "The journal is empty.")};
}

Result<Reply> run_show(const Invocation& given, Context& context) {
  const auto id = given.text("HIRING");
  AGR_TRY_ASSIGN(auto lines, lines_of(context, k_lines, id));
  if (lines.items().empty())
    return fail({Kind::not_found, fmt::format("no journal on this machine has hiring {}", id),
                 "agr serve-agent journal list"});
  return Reply{.value = std::move(lines),
               .view = output::list_of({{"ROUND", "round"},
                                        {"STATE", "state"},
                                        {"ATTEMPT", "attempt"},
                                        {"REPORT", "report"},
                                        {"TRIES", "tries"},
                                        {"SEEN", "seen_at", Style::time},
                                        {"CHANGED", "changed_at", Style::time},
                                        {"WHY", "reason"},
                                        {"LAST ERROR", "last_error"}},
                                       "")};
}

Result<Reply> run_verify(const Invocation&, Context& context) {
  auto list = json::Value::array();
  bool is_sound = true;
  for (const auto& path : serve::journals_in(context.paths().state)) {
    std::string fault;
    auto journal = serve::Journal::open(path);
    const auto faults = journal ? journal->faults() : fail(journal.error());
    fault = faults ? *faults : faults.error().message;
    // Each line must be readable, not the file alone.
    if (const auto open = journal && fault.empty() ? journal->open_entries() : std::vector<serve::Entry>();
        !open)
      fault = open.error().message;
    is_sound = is_sound && fault.empty();
    list.push(json::Value::object(
        {{"agent", folder_name(path)}, {"file", path}, {"sound", fault.empty()}, {"fault", fault}}));
  }
  return Reply{.value = std::move(list),
               .view = output::list_of({{"AGENT", "agent"}, {"SOUND", "sound"}, {"FAULT", "fault"}},
                                       "There is no journal on this machine."),
               .exit = is_sound ? 0 : 1};
}

/// Room is given back only where no serve-agent works, because that takes the file for itself.
Result<json::Value> compact_one(const process::LockTable& locks, const std::string& path, Time before) {
  AGR_TRY_ASSIGN(auto journal, serve::Journal::open(path));
  AGR_TRY_ASSIGN(const int dropped, journal.compact(before));
  const auto hold = serve::hold_agent(locks, fs::path(path).parent_path().string(), folder_name(path));
  if (hold)
    AGR_TRY(journal.shrink());
  std::error_code code;
  const auto bytes = fs::file_size(path, code);
  return json::Value::object({{"agent", folder_name(path)},
                              {"dropped", dropped},
                              {"shrunk", hold.has_value()},
                              {"bytes", static_cast<long long>(code ? 0 : bytes)}});
}

Result<Reply> run_compact(const Invocation& given, Context& context) {
  const auto days = given.integer("--older-than").value_or(k_days);
  if (days < 0)
    return fail({Kind::usage, "--older-than takes 0 days or more"});
  const Time before = context.env.clock.now() - std::chrono::hours(24 * std::min(days, 36'500LL));
  AGR_TRY_ASSIGN(const auto locks, serve::agent_locks(context.paths().state));
  auto list = json::Value::array();
  for (const auto& path : serve::journals_in(context.paths().state)) {
    AGR_TRY_ASSIGN(auto one, compact_one(locks, path, before));
    list.push(std::move(one));
  }
  return Reply{.value = std::move(list),
               .view = output::list_of(
                   {{"AGENT", "agent"}, {"DROPPED", "dropped"}, {"SHRUNK", "shrunk"}, {"BYTES", "bytes"}},
                   "There is no journal on this machine.")};
}

} // namespace

std::vector<Command> journal_commands() {
  return {{.name = "serve-agent journal list",
           .effect = Effect::local,
           .summary = "List the hirings the agents of this machine worked on, the latest first",
           .options = {{"--limit", "N", "At most this many (100)", Option::Type::integer}},
           .examples = {{"What is not delivered yet",
                         "agr serve-agent journal list --json | jq '.[] | select(.open)'"}},
           .run = run_list},
          {.name = "serve-agent journal show",
           .effect = Effect::local,
           .summary = "See everything written down about one hiring",
           .about = "One line for each time the hiring was dispatched to this machine.",
           .arguments = {{"HIRING", "the hiring's id"}},
           .examples = {{"For a script", "agr serve-agent journal show ID --json"}},
           .run = run_show},
          {.name = "serve-agent journal verify",
           .effect = Effect::local,
           .summary = "Check that the journals can be read",
           .about = "Exits with 1 when one of them cannot. serve-agent may run meanwhile.",
           .examples = {{"After a bad disk", "agr serve-agent journal verify"}},
           .run = run_verify},
          {.name = "serve-agent journal compact",
           .effect = Effect::local,
           .summary = "Drop the lines of hirings that were closed long ago",
           .about =
               "A running serve-agent does the same every day for what is older than 30 days. Where none "
               "runs, the file gets smaller, too. Open hirings are never dropped.",
           .options = {{"--older-than", "DAYS", "Closed before this many days (30)", Option::Type::integer}},
           .examples = {{"Keep a week", "agr serve-agent journal compact --older-than 7"}},
           .run = run_compact}};
}

} // namespace agr::cmd
