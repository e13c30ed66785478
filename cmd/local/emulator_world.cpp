// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/frame/input.hpp"
#include "cmd/local/emulator_control.hpp"
#include "process/files.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace agr::cmd {
namespace {

using output::Style;

// The clock

/// "90s", "9m", "2h", "1d", "1500ms".
Result<Millis> duration_of(const std::string& text) {
  constexpr auto k_units = std::to_array<std::pair<std::string_view, long long>>(
      {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}});
  long long count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [name, millis] : k_units)
    if (error == std::errc{} && unit == name && count >= 0 && count <= 1'000'000'000'000 / millis)
      return Millis(count * millis);
  return fail({Kind::usage, fmt::format("\"{}\" is no duration", printable(text)),
               "a number with its unit: 500ms, 90s, 9m, 2h, 1d"});
}

Reply time_reply(json::Value answer) {
  return Reply{.value = std::move(answer), .view = output::detail_of({{"TIME", "time"}})};
}

Result<Reply> run_clock(const Invocation& given, Context& context) {
  return ask_emulator_json(given, context, "GET", "/__emulator/clock").map(time_reply);
}

Result<Reply> run_clock_advance(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const Millis by, duration_of(given.text("DURATION")));
  return ask_emulator_json(given, context, "POST", "/__emulator/clock",
                           json::Value::object({{"advance_ms", by.count()}}))
      .map(time_reply);
}

Result<Reply> run_clock_set(const Invocation& given, Context& context) {
  return ask_emulator_json(given, context, "POST", "/__emulator/clock",
                           json::Value::object({{"set", given.text("TIME")}}))
      .map(time_reply);
}

// The whole world

Result<Reply> run_snapshot(const Invocation& given, Context& context) {
  std::string image;
  AGR_TRY(ask_emulator(given, context,
                       {.url = "/__emulator/snapshot", .sink = [&](std::string_view piece) -> Result<void> {
                          image += piece;
                          return {};
                        }}));
  AGR_TRY(process::write_durably(given.text("FILE"), image));
  context.say(fmt::format("The world is in {}.", given.text("FILE")));
  return Reply{};
}

Result<Reply> run_restore(const Invocation& given, Context& context) {
  constexpr std::size_t k_largest = std::size_t{256} << 20;
  http::Request request{.method = "POST", .url = "/__emulator/restore"};
  AGR_TRY_ASSIGN(request.body, read_input(given.text("FILE"), context, k_largest));
  AGR_TRY(ask_emulator(given, context, std::move(request)));
  context.say("The world is as it was.");
  return Reply{};
}

Result<Reply> run_reset(const Invocation& given, Context& context) {
  AGR_TRY(ask_emulator(given, context, {.method = "POST", .url = "/__emulator/reset"}));
  context.say("The world is new: the ids and keys it began with are good again.");
  return Reply{};
}

// Looking in

Result<Reply> run_log(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(json::Value answer, ask_emulator_json(given, context, "GET",
                                                       fmt::format("/__emulator/log?after={}",
                                                                   given.integer("--after").value_or(0))));
  return Reply{.value = answer["requests"],
               .view = output::list_of({{"NUMBER", "number", Style::number},
                                        {"AT", "at"},
                                        {"METHOD", "method"},
                                        {"PATH", "path"},
                                        {"STATUS", "status", Style::number},
                                        {"WHO", "principal"},
                                        {"FAULT", "fault"}},
                                       "No requests yet.")};
}

Result<Reply> run_books(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(json::Value books, ask_emulator_json(given, context, "GET", "/__emulator/books"));
  const bool balanced = books["balanced"].as_bool() == true;
  context.say(balanced ? "The books balance." : "The books do not balance.");
  return Reply{.value = std::move(books),
               .view = output::list_of({{"MARKETPLACE", "marketplace"},
                                        {"ACCOUNT", "purpose"},
                                        {"OWNER", "owner"},
                                        {"BALANCE", "balance", Style::money},
                                        {"CURRENCY", "currency"}},
                                       "No money has moved.", "accounts"),
               .exit = balanced ? 0 : exit_code(Kind::failed)};
}

// Settings

/// NAME=VALUE; what reads as JSON is that, all else a text.
Result<json::Value> settings_of(const std::vector<std::string>& words) {
  json::Value members = json::Value::object();
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == 0 || equals == std::string::npos)
      return fail({Kind::usage, fmt::format("\"{}\" is not NAME=VALUE", printable(word))});
    const std::string value = word.substr(equals + 1);
    members.set(word.substr(0, equals), json::parse(value).value_or(json::Value(value)));
  }
  return members;
}

Result<Reply> run_settings(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const json::Value members, settings_of(given.all("NAME=VALUE")));
  const std::string path = fmt::format("/__emulator/{}/settings", given.text("MARKETPLACE"));
  AGR_TRY_ASSIGN(json::Value answer, members.members().empty()
                                         ? ask_emulator_json(given, context, "GET", path)
                                         : ask_emulator_json(given, context, "PATCH", path, members));
  // Agrenting answers in its own envelope here too.
  return Reply{.value = answer.has("data") ? answer["data"] : answer, .view = output::whole_of({})};
}

std::vector<Command> clock_commands() {
  return {
      {.name = "emulator clock",
       .effect = Effect::local,
       .summary = "See what time it is on the emulator",
       .options = with_emulator_url({}),
       .examples = {{"The time", "agr emulator clock"}},
       .run = run_clock},
      {.name = "emulator clock advance",
       .effect = Effect::local,
       .summary = "Let time pass on an emulator started with --clock virtual",
       .about =
           "Everything that falls due on the way happens in its order and at its time: probes, "
           "deadlines, retries, delayed answers, expiring links. An agent that is asked whether it is there "
           "gets the seconds it would have had.",
       .arguments = {{"DURATION", "500ms, 90s, 9m, 2h or 1d"}},
       .options = with_emulator_url({}),
       .examples = {{"Let nine minutes pass", "agr emulator clock advance 9m"}},
       .run = run_clock_advance},
      {.name = "emulator clock set",
       .effect = Effect::local,
       .summary = "Let time pass until a moment, with --clock virtual",
       .arguments = {{"TIME", "RFC 3339, not before the emulator's now"}},
       .options = with_emulator_url({}),
       .examples = {{"Noon", "agr emulator clock set 2026-01-01T12:00:00Z"}},
       .run = run_clock_set}};
}

std::vector<Command> whole_world_commands() {
  return {
      {.name = "emulator snapshot",
       .effect = Effect::local,
       .summary = "Write the emulator's whole world to a file",
       .about = "Agents, money, timers, fault rules, settings and the time: everything but open connections "
                "and the request log. The file holds no key in clear and is for you alone (0600).",
       .arguments = {{"FILE", "where to"}},
       .options = with_emulator_url({}),
       .examples = {{"Before a try", "agr emulator snapshot before.db"}},
       .run = run_snapshot},
      {.name = "emulator restore",
       .effect = Effect::local,
       .summary = "Put the emulator back into a world written before",
       .about = "All connections that wait are ended; a virtual clock goes back to the snapshot's time.",
       .arguments = {{"FILE", "a snapshot, or - for standard input"}},
       .options = with_emulator_url({}),
       .examples = {{"Try again", "agr emulator restore before.db"}},
       .run = run_restore},
      {.name = "emulator reset",
       .effect = Effect::local,
       .summary = "Make the emulator's world new",
       .about = "As if it had just been started with its seed: the ready file's ids and keys are good, all "
                "else is gone, fault rules too.",
       .options = with_emulator_url({}),
       .examples = {{"Between two tests", "agr emulator reset"}},
       .run = run_reset}};
}

std::vector<Command> looking_commands() {
  return {{.name = "emulator log",
           .effect = Effect::local,
           .summary = "See the latest requests to the emulator",
           .about = "Method, path, status, kind of caller and the fault that was met, of the latest 10,000. "
                    "Neither keys nor bodies nor queries are kept.",
           .options = with_emulator_url({{"--after", "N", "Only those after line N", Option::Type::integer}}),
           .examples = {{"What failed", "agr emulator log --json=path,status"}},
           .run = run_log},
          {.name = "emulator books",
           .effect = Effect::local,
           .summary = "See every account of the emulator's ledger",
           .about =
               "The ledger is double-entry and checked after every request; what would break it is undone. "
               "Ends with 1 when the books do not balance.",
           .options = with_emulator_url({}),
           .examples = {{"In a test", "agr emulator books --json=balanced"}},
           .run = run_books},
          {.name = "emulator settings",
           .effect = Effect::local,
           .summary = "See or change how a marketplace of the emulator behaves",
           .about = "What the services' documents leave open or contradict each other about. `agr help "
                    "emulator-world` explains each setting.",
           .arguments = {{"MARKETPLACE", "agentsgethired or agrenting"},
                         {"NAME=VALUE", "what to change", Argument::Count::any}},
           .options = with_emulator_url({}),
           .examples = {{"What there is", "agr emulator settings agentsgethired"},
                        {"The newer kind of keys", "agr emulator settings agentsgethired era=identity"}},
           .run = run_settings}};
}

} // namespace

std::vector<Command> emulator_world_commands() {
  std::vector<Command> all;
  for (auto* some : {clock_commands, whole_world_commands, looking_commands})
    for (Command& command : some())
      all.push_back(std::move(command));
  return all;
}

} // namespace agr::cmd
