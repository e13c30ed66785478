// SPDX-License-Identifier: MIT
#include "http/client.hpp"

#include "http/prepare.hpp"
#include "http/redirect.hpp"
#include "http/trace.hpp"

#include <fmt/format.h>

namespace agr::http {
namespace {

std::string reason_of(const Result<Response>& outcome) {
  return outcome ? fmt::format("HTTP {}", outcome->status) : outcome.error().message;
}

} // namespace

Client::Client(Transport& transport, Clock& clock, Random& random, Policy policy)
    : m_transport(transport), m_clock(clock), m_random(random), m_policy(std::move(policy)) {}

Result<Response> Client::send(Request request) {
  AGR_TRY_ASSIGN(request, prepare(std::move(request)));
  const RetryRule rule{.tries = m_policy.tries, .max_wait = m_policy.max_wait};
  Progress progress;
  for (int followed = 0;;) {
    Result<Response> outcome = exchange(request, progress);
    if (outcome && followed > 0)
      outcome->url = request.url;
    if (outcome && is_redirect(*outcome) && request.follow != Follow::hand_back) {
      AGR_TRY_ASSIGN(request, follow(request, *outcome, followed++));
      continue;
    }
    progress.now = m_clock.now();
    const std::optional<Millis> wait = retry_pause(request, outcome, progress, rule, m_random.number());
    if (!wait)
      return outcome;
    pause(*wait, request, outcome);
    progress.waited += *wait;
    ++progress.attempts;
  }
}

Result<Response> Client::exchange(Request request, Progress& progress) {
  if (request.sink)
    request.sink = [sink = request.sink, &progress](std::string_view piece) {
      progress.tasted = true;
      return sink(piece);
    };
  if (m_policy.trace)
    m_policy.trace(trace_request(request, {}));
  Result<Response> outcome = m_transport.exchange(request);
  if (m_policy.trace)
    m_policy.trace(outcome ? trace_response(*outcome, {}) : fmt::format("! {}\n", outcome.error().message));
  return outcome;
}

void Client::pause(Millis wait, const Request& request, const Result<Response>& outcome) {
  if (m_policy.notice)
    m_policy.notice(fmt::format("{} {}: {}; trying again in {}", request.method, request.url,
                                reason_of(outcome), for_people(wait)));
  m_clock.sleep(wait);
}

} // namespace agr::http
