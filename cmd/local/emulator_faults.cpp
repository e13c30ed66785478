// SPDX-License-Identifier: MIT
#include "cmd/local/emulator_control.hpp"
#include "emulator/faults.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using output::Style;

const std::vector<output::Column>& fault_columns() {
  static const std::vector<output::Column> k_columns{{"ID", "id", Style::number},
                                                     {"METHOD", "method"},
                                                     {"PATH", "path"},
                                                     {"FAULT", "fault"},
                                                     {"AFTER", "after", Style::number},
                                                     {"TIMES", "times", Style::number},
                                                     {"CHANCE", "chance"},
                                                     {"SEEN", "seen", Style::number},
                                                     {"FIRED", "fired", Style::number}};
  return k_columns;
}

/// "POST /path", "/path" or nothing.
Result<json::Value> request_of(const Invocation& given) {
  std::string method = given.text("METHOD");
  std::string path = given.text("PATH");
  if (path.empty() && (method.starts_with('/') || method == "*"))
    std::swap(method, path);
  return json::Value::object({{"method", method}, {"path", path}});
}

Result<Reply> run_fault_add(const Invocation& given, Context& context) {
  AGR_TRY(emulator::parse_fault(given.text("FAULT")));
  AGR_TRY_ASSIGN(json::Value rule, request_of(given));
  rule.set("fault", given.text("FAULT"));
  for (const auto& [option, member] :
       {std::pair{"--after", "after"}, {"--times", "times"}, {"--retry-after", "retry_after"}})
    if (const auto count = given.integer(option))
      rule.set(member, *count);
  for (const auto& [option, member] :
       {std::pair{"--chance", "chance"}, {"--principal", "principal"}, {"--containing", "containing"}})
    if (const auto text = given.maybe(option))
      rule.set(member, *text);
  AGR_TRY_ASSIGN(json::Value added, ask_emulator_json(given, context, "POST", "/__emulator/faults", rule));
  return Reply{.value = std::move(added), .view = output::detail_of(fault_columns())};
}

Result<Reply> run_fault_list(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(json::Value answer, ask_emulator_json(given, context, "GET", "/__emulator/faults"));
  return Reply{.value = answer["faults"], .view = output::list_of(fault_columns(), "No faults.")};
}

Result<Reply> run_fault_clear(const Invocation& given, Context& context) {
  const auto id = given.integer("ID");
  AGR_TRY(ask_emulator(
      given, context,
      {.method = "DELETE", .url = id ? fmt::format("/__emulator/faults/{}", *id) : "/__emulator/faults"}));
  return Reply{};
}

const std::string& fault_help() {
  static const std::string k_help = fmt::format(
      "The rule counts the requests it fits and acts on some of them. Of several rules that are due, the "
      "oldest acts. METHOD and PATH are as in `POST /api/settlements/:id/execute`: \":id\" stands for one "
      "segment, a \"*\" at the end for any rest; without them every request fits. FAULT is one of:\n\n{}\n"
      "`agr help emulator-world` says more.",
      emulator::fault_words());
  return k_help;
}

} // namespace

std::vector<Command> emulator_fault_commands() {
  return {
      {.name = "emulator fault add",
       .effect = Effect::local,
       .summary = "Let requests to the emulator go wrong",
       .about = fault_help(),
       .arguments = {{"FAULT", "what happens"},
                     {"METHOD", "of the requests it happens to", Argument::Count::maybe},
                     {"PATH", "of the requests it happens to", Argument::Count::maybe}},
       .options = with_emulator_url(
           {{"--after", "N", "Let the first N requests pass (0)", Option::Type::integer},
            {"--times", "N", "Act N times, 0 for ever (1; with --chance: for ever)", Option::Type::integer},
            {"--chance", "P", "Act with this probability, 0 to 1, drawn from the seed"},
            {"--principal", "WHO", "Only on requests of this id, or this kind: agent, buyer, user"},
            {"--containing", "TEXT", "Only on requests whose body, or events that, contain this"},
            {"--retry-after", "S", "With a status: say Retry-After", Option::Type::integer}}),
       .examples = {{"The next payment's answer is lost",
                     "agr emulator fault add drop_after_commit POST /api/settlements/:id/execute"},
                    {"A fifth of everything fails", "agr emulator fault add 503_before --chance 0.2"}},
       .run = run_fault_add},
      {.name = "emulator fault list",
       .effect = Effect::local,
       .summary = "See the fault rules and how often they acted",
       .options = with_emulator_url({}),
       .examples = {{"How often each acted", "agr emulator fault list --json=id,fault,fired"}},
       .run = run_fault_list},
      {.name = "emulator fault clear",
       .effect = Effect::local,
       .summary = "Take fault rules away",
       .arguments = {{"ID", "one rule; without it all", Argument::Count::maybe}},
       .options = with_emulator_url({}),
       .examples = {{"All of them", "agr emulator fault clear"}},
       .run = run_fault_clear}};
}

} // namespace agr::cmd
