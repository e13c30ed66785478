// SPDX-License-Identifier: MIT
#include "cmd/agrenting/waiting.hpp"

#include "base/text.hpp"
#include "cmd/agrenting/follow.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

using agrenting::Ending;
using agrenting::Hiring;
using output::Style;

void tell(Context& context, const Hiring& hiring) {
  context.progress(fmt::format("{}  {}  {}", rfc3339(context.env.clock.now()), printable(hiring.id),
                               printable(hiring.status)));
}

bool is_passing(const Error& error) {
  return error.kind == Kind::unavailable || error.kind == Kind::rate_limited ||
         error.kind == Kind::outcome_unknown;
}

/// What MCP says of a hiring is short: what it leaves out is asked for once at the end.
Result<Hiring> wait_for_pushes(Context& context, const Hirer& hirer, Hiring hiring,
                               std::optional<Millis> limit) {
  const auto news = [&](const agrenting::Watcher::News& one) {
    tell(context, one.hiring);
    hiring = one.hiring;
  };
  AGR_TRY_ASSIGN(const bool ended,
                 follow(context, hirer, {.ids = {hiring.id}, .told = {hiring}}, limit, {.news = news}));
  if (!ended)
    return hiring;
  auto whole = find_hiring(context, hirer, hiring.id);
  const bool lags = !whole || agrenting::ending_of(*whole) == Ending::none;
  return lags ? hiring : whole;
}

} // namespace

Result<Hiring> wait_for_end(Context& context, const Hirer& hirer, Hiring hiring,
                            std::optional<Millis> limit) {
  constexpr int k_bearable = 5;
  const Clock& clock = context.env.clock;
  const Millis start = clock.steady();
  int failures = 0;
  std::optional<Millis> retry_after;
  tell(context, hiring);
  const bool rest_only = hirer.chosen && !hirer.by_mcp();
  if (!rest_only && agrenting::ending_of(hiring) == Ending::none)
    return wait_for_pushes(context, hirer, std::move(hiring), limit);
  for (int looks = 0; agrenting::ending_of(hiring) == Ending::none; ++looks) {
    Millis pause = agrenting::next_look(looks, std::exchange(retry_after, std::nullopt));
    if (limit) {
      const Millis left = *limit - (clock.steady() - start);
      if (left <= Millis{0})
        return hiring;
      pause = std::min(pause, left);
    }
    context.env.clock.sleep(pause);
    auto seen = find_hiring(context, hirer, hiring.id);
    if (!seen && (!is_passing(seen.error()) || ++failures > k_bearable))
      return fail(std::move(seen).error());
    if (!seen) {
      retry_after = seen.error().retry_after;
      continue;
    }
    failures = 0;
    if (!agrenting::is_news(agrenting::standing_of(hiring), agrenting::standing_of(*seen)))
      continue;
    hiring = std::move(*seen);
    tell(context, hiring);
  }
  return hiring;
}

int exit_of_wait(Context& context, const Hiring& hiring) {
  const auto result = agrenting::verdict(hiring);
  if (result)
    return 0;
  if (context.globals.mode == output::Mode::table) {
    context.say(result.error().message);
    if (!result.error().hint.empty())
      context.say("hint: " + result.error().hint);
  }
  return exit_code(result.error().kind);
}

output::View view_of(const Hiring& hiring) {
  output::View view = output::detail_of({{"Hiring", "id|hiring_id", Style::id},
                                         {"Status", "status", Style::status},
                                         {"Agent", "agent_name|agent.name"},
                                         {"DID", "agent_did|agent.did", Style::id},
                                         {"Capability", "capability_requested|capability"},
                                         {"Price", "price", Style::money},
                                         {"Delivery", "delivery_mode|task_input.delivery_mode"},
                                         {"Task", "task_description|task.description", Style::prose},
                                         {"Message", "client_message", Style::prose},
                                         {"Hired", "inserted_at|created_at", Style::time},
                                         {"Started", "started_at", Style::time},
                                         {"Completed", "completed_at", Style::time},
                                         {"Failed", "failed_at", Style::time},
                                         {"Reason", "failed_reason", Style::prose},
                                         {"Deadline", "deadline_at", Style::time},
                                         {"Key", "idempotency_key"}});
  std::string body;
  for (const agrenting::Artifact& artifact : hiring.artifacts)
    body += fmt::format("artifact  {}  {}\n", printable(artifact.id), printable(artifact.name));
  if (const std::string words = agrenting::text_of_output(hiring.output); !words.empty())
    body += printable(words, true) + (words.ends_with('\n') ? "" : "\n");
  view.body = std::move(body);
  return view;
}

json::Value complete_value(const Hiring& hiring) {
  json::Value value = hiring.raw;
  value.set("id", hiring.id);
  value.set("status", hiring.status);
  value.set("final", agrenting::ending_of(hiring) != Ending::none);
  return value;
}

} // namespace agr::cmd
