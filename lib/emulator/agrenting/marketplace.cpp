// SPDX-License-Identifier: MIT
#include "emulator/agrenting/marketplace.hpp"

#include "base/text.hpp"
#include "emulator/agrenting/artifacts.hpp"
#include "emulator/agrenting/default_world.hpp"
#include "emulator/agrenting/documents.hpp"
#include "emulator/agrenting/envelope.hpp"
#include "emulator/agrenting/events.hpp"
#include "emulator/agrenting/lifecycle.hpp"
#include "emulator/agrenting/limits.hpp"
#include "emulator/agrenting/linear.hpp"
#include "emulator/agrenting/messages.hpp"
#include "emulator/agrenting/payments.hpp"
#include "emulator/agrenting/probe.hpp"
#include "emulator/agrenting/questions.hpp"
#include "emulator/agrenting/replays.hpp"
#include "emulator/agrenting/route.hpp"
#include "emulator/agrenting/sessions.hpp"
#include "emulator/agrenting/settings.hpp"
#include "emulator/agrenting/tasks.hpp"
#include "emulator/agrenting/users.hpp"
#include "emulator/agrenting/waits.hpp"
#include "emulator/agrenting/watches.hpp"
#include "emulator/agrenting/webhooks.hpp"
#include "emulator/masking.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

#include <array>

namespace agr::emulator::agrenting {
namespace {

const std::array k_schemas = {k_user_schema,     k_agent_schema,    k_credential_schema,   k_hiring_schema,
                              k_message_schema,  k_artifact_schema, k_session_schema,      k_probe_schema,
                              k_wait_schema,     k_webhook_schema,  k_replay_schema,       k_limit_schema,
                              k_setting_schema,  k_task_schema,     k_subscription_schema, k_linear_schema,
                              k_payment_schema,  k_document_schema, k_question_schema,     k_watch_schema,
                              k_lifecycle_schema};

bool owns(std::string_view path) {
  return path.starts_with("/api/v1/") || path.starts_with("/mcp/") ||
         path.starts_with("/__emulator/agrenting/") || path == "/health" || path == "/health/readiness";
}

bool is_admitted(Admits admits, Role role) {
  switch (admits) {
  case Admits::anyone:
    return true;
  case Admits::user:
    return role == Role::user;
  case Admits::agent:
    return role == Role::agent;
  case Admits::either:
    return role != Role::nobody;
  }
  return false;
}

Result<bool> is_limited(Turn& turn, const Principal& caller, Rate rate) {
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  return settings.rate_limits && (caller.is_user() || settings.agent_limits || rate != Rate::general);
}

Result<void> check_payments(Turn& turn, const Route& route) {
  if (route.rate != Rate::money && route.rate != Rate::withdrawal)
    return {};
  AGR_TRY_ASSIGN(const Settings settings, settings_of(turn));
  return settings.payments_fail ? refuse(402, "PAYMENT_FAILED", "Payment failed: the payment was declined")
                                : Result<void>{};
}

Result<void> admit(Turn& turn, const Route& route, const Principal& caller) {
  if (!is_admitted(route.admits, caller.role))
    return unauthorized();
  AGR_TRY_ASSIGN(const bool limited, is_limited(turn, caller, route.rate));
  if (limited)
    AGR_TRY(count_request(turn, caller, route.rate));
  AGR_TRY(require_scope(caller, route.scope));
  return check_payments(turn, route);
}

tl::unexpected<Error> no_such_route(const Request& request, const std::vector<std::string>& allowed) {
  const std::string what = fmt::format("{} {}", request.method, printable(without_keys(request.path)));
  return allowed.empty() ? refuse(404, "ROUTE_NOT_FOUND", "No such route: " + what)
                         : refuse(405, "METHOD_NOT_ALLOWED", "No such method here: " + what);
}

Result<void> add_rate_headers(Turn& turn, const Principal& caller, Rate rate, Response& response) {
  AGR_TRY_ASSIGN(const bool limited, is_limited(turn, caller, rate));
  if (!limited)
    return {};
  AGR_TRY_ASSIGN(const auto share, share_of(turn, caller, rate));
  if (!share)
    return {};
  response.headers.push_back({"x-ratelimit-limit", std::to_string(share->limit)});
  response.headers.push_back({"x-ratelimit-remaining", std::to_string(share->left)});
  return {};
}

Result<Reply> answer(Turn& turn, const Route& route, const Call& call) {
  AGR_TRY(check_not_under_way(turn, call));
  AGR_TRY_ASSIGN(auto earlier, earlier_answer(turn, call));
  if (earlier)
    return std::move(*earlier);
  AGR_TRY_ASSIGN(Reply reply, route.handler(turn, call));
  if (const auto* response = std::get_if<Response>(&reply))
    AGR_TRY(remember_answer(turn, call, *response));
  return reply;
}

/// Clients are given /mcp/hirer and ask for /mcp/hirer/; a redirect would lose their credentials.
Match<Route> route_of(const Request& request) {
  std::string_view path = request.path;
  if (path.starts_with("/mcp/") && path.ends_with('/'))
    path.remove_suffix(1);
  return find_route(routes(), request.method, path);
}

Result<Reply> serve(Turn& turn, const Request& request) {
  auto match = route_of(request);
  if (!match.route)
    return no_such_route(request, match.allowed);
  AGR_TRY_ASSIGN(Principal caller, recognise(turn, request));
  AGR_TRY(admit(turn, *match.route, caller));
  const Call call{request, std::move(match.params), Params::from_query(request.query), std::move(caller)};
  AGR_TRY_ASSIGN(Reply reply, answer(turn, *match.route, call));
  if (auto* response = std::get_if<Response>(&reply))
    AGR_TRY(add_rate_headers(turn, call.caller, match.route->rate, *response));
  return reply;
}

void add_error_headers(const Request& request, const Error& error, Response& response) {
  if (response.status == 401)
    response.headers.push_back({"WWW-Authenticate", "Bearer realm=\"agrenting\""});
  if (response.status == 405)
    response.headers.push_back({"Allow", join(route_of(request).allowed, ", ")});
  if (error.retry_after)
    response.headers.push_back(
        {"retry-after", std::to_string(std::chrono::ceil<std::chrono::seconds>(*error.retry_after).count())});
}

Result<Response> explain(Turn& turn, const Request& request, const Error& error) {
  AGR_TRY_ASSIGN(Response response, failure(turn, error));
  AGR_TRY(remember_failure(turn, request, error, response));
  add_error_headers(request, error, response);
  const auto match = route_of(request);
  if (const auto caller = recognise(turn, request))
    AGR_TRY(add_rate_headers(turn, *caller, match.route ? match.route->rate : Rate::general, response));
  return response;
}

Result<std::optional<Who>> who_asks(Turn& turn, const Request& request) {
  const auto caller = recognise(turn, request);
  if (!caller || caller->role == Role::nobody)
    return std::nullopt;
  return Who{caller->is_user() ? "user" : "agent", caller->id};
}

Result<void> seed(Turn& turn) {
  return seed_default_world(turn);
}

Result<void> resume(Turn& turn) {
  AGR_TRY(forget_all_sessions(turn));
  AGR_TRY(forget_all_probes(turn));
  AGR_TRY(forget_all_waits(turn));
  AGR_TRY(forget_all_watches(turn));
  AGR_TRY(resume_webhooks(turn));
  return resume_hirings(turn);
}

/// A timer that concerns a hiring that is still open.
Result<void> on_hiring_timer(Turn& turn, const Timer& timer) {
  AGR_TRY_ASSIGN(auto hiring, hiring_by_id(turn, timer.subject));
  if (!hiring || !is_open(hiring->status))
    return {};
  if (timer.kind == k_deadline_timer)
    return fail_hiring(turn, *hiring, "Deadline exceeded", Blame::automatic);
  if (timer.kind == k_dispatch_timer)
    return begin_probe(turn, *hiring, Inquiry::hire);
  AGR_TRY(set_timer(turn, timer, turn.now + k_health_interval));
  return begin_probe(turn, *hiring, Inquiry::health);
}

Result<void> on_timer(Turn& turn, const Timer& timer) {
  if (timer.kind == k_ping_timer)
    return on_ping_overdue(turn, timer.subject);
  if (timer.kind == k_head_timer)
    return on_head_overdue(turn, timer.subject);
  if (timer.kind == k_presence_timer)
    return check_presence(turn, timer.subject);
  if (timer.kind == k_wait_timer)
    return on_wait_over(turn, timer.subject);
  if (timer.kind == k_watch_timer)
    return on_watch_over(turn, timer.subject);
  if (timer.kind == k_session_timer)
    return forget_session(turn, timer.subject);
  if (timer.kind == k_webhook_timer)
    return redeliver(turn, timer.subject);
  return on_hiring_timer(turn, timer);
}

Result<void> on_event(Turn& turn, const Event& event) {
  if (const auto* closed = std::get_if<StreamClosed>(&event))
    return on_stream_closed(turn, closed->stream);
  if (const auto* head = std::get_if<HeadAnswered>(&event))
    return on_head_answered(turn, *head);
  return on_webhook_answered(turn, std::get<WebhookAnswered>(event));
}

constexpr std::array k_questions{k_ping_timer, k_head_timer};

} // namespace

const Marketplace k_marketplace = {
    .name = "agrenting",
    .schemas = k_schemas,
    .invariants = hiring_invariants(),
    .audits = hiring_audits(),
    .seed = seed,
    .resume = resume,
    .owns = owns,
    .handle = serve,
    .explain = explain,
    .on_timer = on_timer,
    .questions = k_questions,
    .on_event = on_event,
    .describe = describe_default_world,
    .who = who_asks,
};

} // namespace agr::emulator::agrenting
