// SPDX-License-Identifier: MIT
#include "process/spool.hpp"

#include "json/value.hpp"
#include "process/files.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>

namespace agr::process {
namespace {

constexpr std::array<std::string_view, 10> k_how_names{
    "exited",  "signalled", "timed_out",     "output_limit", "disk_full",
    "stopped", "lost",      "never_started", "disk_limit",   "step_failed"};

json::Value time_value(Time time) {
  return static_cast<long long>(time.time_since_epoch().count());
}

Time time_of(const json::Value& value) {
  return Time(Millis(value.as_integer().value_or(0)));
}

json::Value list_value(const std::vector<std::string>& texts) {
  auto list = json::Value::array();
  for (const auto& text : texts)
    list.push(text);
  return list;
}

std::vector<std::string> list_of(const json::Value& value) {
  std::vector<std::string> texts;
  for (const auto& item : value.items())
    texts.push_back(item.text());
  return texts;
}

json::Value to_json(const Hooks& hooks) {
  return json::Value::object({{"environment", list_value(hooks.environment)},
                              {"before", list_value(hooks.before)},
                              {"after", list_value(hooks.after)}});
}

Hooks hooks_of(const json::Value& value) {
  return Hooks{.environment = list_of(value["environment"]),
               .before = list_of(value["before"]),
               .after = list_of(value["after"])};
}

json::Value to_json(const std::vector<Step>& steps) {
  auto list = json::Value::array();
  for (const auto& step : steps)
    list.push(json::Value::object({{"argv", list_value(step.argv)},
                                   {"environment", list_value(step.environment)},
                                   {"takes_secret", step.takes_secret}}));
  return list;
}

std::vector<Step> steps_of(const json::Value& value) {
  std::vector<Step> steps;
  for (const auto& item : value.items())
    steps.push_back(Step{.argv = list_of(item["argv"]),
                         .environment = list_of(item["environment"]),
                         .takes_secret = item["takes_secret"].as_bool().value_or(false)});
  return steps;
}

json::Value to_json(const Command& command) {
  auto value =
      json::Value::object({{"argv", list_value(command.argv)},
                           {"environment", list_value(command.environment)},
                           {"folder", command.folder},
                           {"sandbox", list_value(command.sandbox)},
                           {"hooks", to_json(command.hooks)},
                           {"before", to_json(command.before)},
                           {"after", to_json(command.after)},
                           {"takes_secret", command.takes_secret},
                           {"straggler_grace_ms", static_cast<long long>(command.straggler_grace.count())},
                           {"after_time_ms", static_cast<long long>(command.after_time.count())},
                           {"kill_grace_ms", static_cast<long long>(command.kill_grace.count())},
                           {"max_output", static_cast<long long>(command.max_output)},
                           {"max_disk", static_cast<long long>(command.max_disk)}});
  if (command.deadline)
    value.set("deadline_ms", time_value(*command.deadline));
  return value;
}

Command command_of(const json::Value& value) {
  Command command{.argv = list_of(value["argv"]),
                  .environment = list_of(value["environment"]),
                  .folder = value["folder"].text(),
                  .sandbox = list_of(value["sandbox"]),
                  .hooks = hooks_of(value["hooks"]),
                  .before = steps_of(value["before"]),
                  .after = steps_of(value["after"]),
                  .takes_secret = value["takes_secret"].as_bool().value_or(false),
                  .straggler_grace = Millis(value["straggler_grace_ms"].as_integer().value_or(0)),
                  .kill_grace = Millis(value["kill_grace_ms"].as_integer().value_or(0)),
                  .after_time = Millis(value["after_time_ms"].as_integer().value_or(0)),
                  .max_output = static_cast<std::uint64_t>(value["max_output"].as_integer().value_or(0)),
                  .max_disk = static_cast<std::uint64_t>(value["max_disk"].as_integer().value_or(0))};
  if (value.has("deadline_ms"))
    command.deadline = time_of(value["deadline_ms"]);
  return command;
}

json::Value to_json(const Ending& ending) {
  return json::Value::object({{"how", name_of(ending.how)},
                              {"code", ending.code},
                              {"signal", ending.signal},
                              {"message", ending.message},
                              {"hook", ending.hook},
                              {"started_ms", time_value(ending.started)},
                              {"finished_ms", time_value(ending.finished)},
                              {"output_bytes", static_cast<long long>(ending.output_bytes)}});
}

How how_of(std::string_view name) {
  for (std::size_t i = 0; i < k_how_names.size(); ++i)
    if (k_how_names.at(i) == name)
      return static_cast<How>(i);
  return How::lost;
}

Ending ending_of(const json::Value& value) {
  return Ending{.how = how_of(value["how"].text()),
                .code = static_cast<int>(value["code"].as_integer().value_or(0)),
                .signal = static_cast<int>(value["signal"].as_integer().value_or(0)),
                .message = value["message"].text(),
                .hook = value["hook"].text(),
                .started = time_of(value["started_ms"]),
                .finished = time_of(value["finished_ms"]),
                .output_bytes = static_cast<std::uint64_t>(value["output_bytes"].as_integer().value_or(0))};
}

json::Value to_json(const Claim& claim) {
  if (!claim.supervisor)
    return json::Value::object({{"void", true}});
  return json::Value::object({{"pid", static_cast<long long>(claim.supervisor->pid)},
                              {"start", static_cast<long long>(claim.supervisor->start)},
                              {"boot", claim.supervisor->boot}});
}

Claim claim_of(const json::Value& value) {
  if (value["void"].as_bool().value_or(false))
    return {};
  return Claim{.supervisor =
                   Identity{.pid = static_cast<pid_t>(value["pid"].as_integer().value_or(0)),
                            .start = static_cast<std::uint64_t>(value["start"].as_integer().value_or(0)),
                            .boot = value["boot"].text()}};
}

bool is_there(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0 || errno != ENOENT;
}

/// The file as JSON; nothing when it is not there.
Result<std::optional<json::Value>> read_json(const std::string& path) {
  if (!is_there(path))
    return std::nullopt;
  AGR_TRY_ASSIGN(const auto text, read_file(path));
  auto value = json::parse(text);
  if (!value)
    return fail(Error{.kind = Kind::internal,
                      .message = fmt::format("{} is damaged: {}", path, value.error().message)});
  return std::move(*value);
}

} // namespace

std::string_view name_of(How how) {
  return k_how_names.at(static_cast<std::size_t>(how));
}

std::string Spool::path(std::string_view file) const {
  return fmt::format("{}/{}", m_folder, file);
}

Result<void> Spool::fill(const Command& command, std::string_view input) const {
  AGR_TRY(write_private(path("input.json"), input));
  return write_private(path("command.json"), json::write(to_json(command)));
}

Result<Command> Spool::command() const {
  AGR_TRY_ASSIGN(const auto value, read_json(path("command.json")));
  if (!value || !(*value)["argv"].is_array() || (*value)["argv"].items().empty())
    return fail(Error{.kind = Kind::internal, .message = fmt::format("{} names no command", m_folder)});
  return command_of(*value);
}

Result<void> Spool::refill(const Command& command) const {
  return write_durably(path("command.json"), json::write(to_json(command)));
}

Result<bool> Spool::claim(const Claim& claim) const {
  return create_once(path("claim"), json::write(to_json(claim)));
}

std::string Spool::claim_of_rest(int number) const {
  return path(fmt::format("claim.{}", number));
}

Result<bool> Spool::claim_rest(const Claim& claim) const {
  int number = 1;
  while (is_there(claim_of_rest(number)))
    ++number;
  return create_once(claim_of_rest(number), json::write(to_json(claim)));
}

Result<std::optional<Claim>> Spool::claimed() const {
  auto latest = path("claim");
  for (int number = 1; is_there(claim_of_rest(number)); ++number)
    latest = claim_of_rest(number);
  AGR_TRY_ASSIGN(const auto value, read_json(latest));
  return value ? std::optional(claim_of(*value)) : std::nullopt;
}

Result<void> Spool::note_begun() const {
  return write_durably(path("begun"), "");
}

bool Spool::has_begun() const {
  return is_there(path("begun"));
}

Result<void> Spool::note_ended(const Ending& ending) const {
  return write_durably(path("ended.json"), json::write(to_json(ending)));
}

Result<std::optional<Ending>> Spool::ended() const {
  AGR_TRY_ASSIGN(const auto value, read_json(path("ended.json")));
  return value ? std::optional(ending_of(*value)) : std::nullopt;
}

Result<void> Spool::conclude(const Ending& ending) const {
  return write_durably(path("status.json"), json::write(to_json(ending)));
}

Result<std::optional<Ending>> Spool::ending() const {
  AGR_TRY_ASSIGN(const auto value, read_json(path("status.json")));
  return value ? std::optional(ending_of(*value)) : std::nullopt;
}

} // namespace agr::process
