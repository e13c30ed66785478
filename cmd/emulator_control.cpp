// SPDX-License-Identifier: MIT
#include "cmd/emulator_control.hpp"

#include "base/url.hpp"
#include "cmd/context.hpp"
#include "emulator/faults.hpp"
#include "http/errors.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using output::Style;

constexpr std::string_view k_usual_url = "http://127.0.0.1:8402";

// Reaching it

std::string url_of(const Invocation& given, Context& context) {
  return given.maybe("--url").value_or(
      context.env.environment.get("AGR_EMULATOR_URL").value_or(std::string(k_usual_url)));
}

Error not_there(Error error, const std::string& url) {
  if (error.kind == Kind::unavailable)
    return {Kind::unavailable, fmt::format("no emulator answers at {}", url),
            "start one with agr emulator run, or name its address with --url"};
  return error;
}

Error refusal_of(const http::Response& response) {
  Error error = http::error_of(response, "steer the emulator");
  if (response.status == 400)
    error.kind = Kind::usage;
  return error;
}

Result<http::Response> ask(const Invocation& given, Context& context, std::string_view method,
                           std::string_view path, const json::Value& body = {}) {
  const std::string url = url_of(given, context);
  AGR_TRY_ASSIGN(const Url parsed, Url::parse(url));
  http::Request request{.method = std::string(method), .url = parsed.origin() + std::string(path)};
  if (!body.is_null()) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = json::write(body);
  }
  auto response = context.send(std::move(request));
  if (!response)
    return fail(not_there(std::move(response).error(), parsed.origin()));
  if (response->header("X-AGR-Emulator").empty())
    return fail({Kind::usage, fmt::format("{} is not an emulator", parsed.origin()),
                 "name the address of one with --url"});
  if (!response->ok())
    return fail(refusal_of(*response));
  return response;
}

Result<json::Value> ask_for_json(const Invocation& given, Context& context, std::string_view method,
                                 std::string_view path, const json::Value& body = {}) {
  AGR_TRY_ASSIGN(const http::Response response, ask(given, context, method, path, body));
  return json::parse(response.body);
}

std::vector<Option> with_url(std::vector<Option> options) {
  options.push_back({"--url", "URL",
                     "The emulator's address (otherwise AGR_EMULATOR_URL, which `emulator exec` sets, or "
                     "http://127.0.0.1:8402)"});
  return options;
}

// Faults

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
  AGR_TRY_ASSIGN(json::Value added, ask_for_json(given, context, "POST", "/__emulator/faults", rule));
  return Reply{.value = std::move(added), .view = output::detail_of(fault_columns())};
}

Result<Reply> run_fault_list(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(json::Value answer, ask_for_json(given, context, "GET", "/__emulator/faults"));
  return Reply{.value = answer["faults"], .view = output::list_of(fault_columns(), "No faults.")};
}

Result<Reply> run_fault_clear(const Invocation& given, Context& context) {
  const auto id = given.integer("ID");
  AGR_TRY(
      ask(given, context, "DELETE", id ? fmt::format("/__emulator/faults/{}", *id) : "/__emulator/faults"));
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

std::vector<Command> fault_commands() {
  return {
      {.name = "emulator fault add",
       .effect = Effect::local,
       .summary = "Let requests to the emulator go wrong",
       .about = fault_help(),
       .arguments = {{"FAULT", "what happens"},
                     {"METHOD", "of the requests it happens to", Argument::Count::maybe},
                     {"PATH", "of the requests it happens to", Argument::Count::maybe}},
       .options = with_url(
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
       .options = with_url({}),
       .examples = {{"How often each acted", "agr emulator fault list --json=id,fault,fired"}},
       .run = run_fault_list},
      {.name = "emulator fault clear",
       .effect = Effect::local,
       .summary = "Take fault rules away",
       .arguments = {{"ID", "one rule; without it all", Argument::Count::maybe}},
       .options = with_url({}),
       .examples = {{"All of them", "agr emulator fault clear"}},
       .run = run_fault_clear}};
}

} // namespace

std::vector<Command> emulator_control_commands() {
  return fault_commands();
}

} // namespace agr::cmd
