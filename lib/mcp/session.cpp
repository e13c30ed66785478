// SPDX-License-Identifier: MIT
#include "mcp/session.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "mcp/failures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace agr::mcp {
namespace {

constexpr std::string_view k_revision = "2024-11-05";
constexpr int k_not_found = 404;
constexpr std::size_t k_most_early = 16;

Error foreign_endpoint(const Url& stream, const Url& endpoint) {
  return {Kind::protocol,
          fmt::format("the stream at {} wants messages posted to {}; the key does not go to another origin",
                      stream.origin(), endpoint.origin()),
          "the service or a proxy before it announces a wrong address; ask its operator"};
}

} // namespace

Session::Session(Settings settings) : m_settings(std::move(settings)) {}

std::vector<Action> Session::on(const Input& input, Millis now) {
  m_now = now;
  std::visit([this](const auto& what) { take(what); }, input);
  return collect();
}

std::vector<Action> Session::collect() {
  m_counters.oversized = m_parser.dropped();
  std::vector<Action> actions = std::exchange(m_pongs, {});
  std::move(m_actions.begin(), m_actions.end(), std::back_inserter(actions));
  m_actions.clear();
  if (const std::optional<Millis> deadline = next_deadline())
    actions.emplace_back(WaitUntil{*deadline});
  return actions;
}

// ---- the stream --------------------------------------------------------------------------------------

void Session::take(const Opened& opened) {
  if (m_stage != Stage::opening)
    return;
  if (opened.status != 200)
    return die(opened.error.value_or(bad_status("opening the stream", opened.status)));
  if (!is_media_type(opened.content_type, "text/event-stream"))
    return die({Kind::protocol,
                fmt::format("the stream at {} was answered with \"{}\" instead of text/event-stream",
                            m_settings.stream_url, quote(opened.content_type)),
                "a proxy or login page may stand before the service; open the address in a browser"});
  m_stage = Stage::awaiting_endpoint;
  m_stage_deadline = m_now + m_settings.endpoint_wait;
  m_last_life = m_now;
}

void Session::take(const Bytes& bytes) {
  if (m_stage == Stage::opening || over())
    return;
  show_life();
  for (const sse::Event& event : m_parser.feed(bytes.bytes))
    if (!over())
      take_event(event);
}

void Session::take(const Ended& ended) {
  if (!over())
    die(ended.error.value_or(Error{Kind::unavailable, "the service closed the stream"}));
}

void Session::take_event(const sse::Event& event) {
  if (event.type == "endpoint")
    return adopt_endpoint(event.data);
  if (event.type != "message" || event.data.empty())
    return;
  if (Result<Message> message = read_message(event.data))
    take_message(std::move(*message));
  else
    ++m_counters.unreadable;
}

void Session::adopt_endpoint(const std::string& reference) {
  const Result<Url> stream = Url::parse(m_settings.stream_url);
  if (!stream)
    return die(stream.error());
  const Result<Url> endpoint = stream->resolve(reference);
  if (!endpoint)
    return die({Kind::protocol,
                fmt::format("the stream names \"{}\" as the place to post to, which is no web address",
                            quote(reference))});
  if (!same_origin(*stream, *endpoint))
    return die(foreign_endpoint(*stream, *endpoint));
  m_endpoint = endpoint->to_string();
  for (const Message& request : std::exchange(m_early, {}))
    answer(request);
  if (m_stage != Stage::awaiting_endpoint)
    return;
  m_stage = Stage::initializing;
  request(Purpose::initialize, {0, "initialize", initialize_params(m_settings, k_revision)});
}

void Session::take_message(Message message) {
  switch (message.shape) {
  case Shape::request:
    return answer(message);
  case Shape::notification:
    m_actions.emplace_back(Notification{std::move(message.method), std::move(message.params)});
    return;
  case Shape::response:
    m_answers_on_stream = true;
    return settle(message);
  }
}

void Session::answer(const Message& request) {
  if (m_endpoint.empty()) {
    if (m_early.size() < k_most_early)
      m_early.push_back(request);
    return;
  }
  if (request.method != "ping")
    return post(PostKind::answer, error_text(request.id, k_method_not_found, "Method not found"));
  ++m_counters.pings;
  post(PostKind::pong, result_text(request.id, json::Value::object()));
}

// ---- answers -----------------------------------------------------------------------------------------

void Session::settle(const Message& response) {
  const auto found = m_waiting.find(response.id);
  if (found == m_waiting.end())
    return; // the twin of an answer we have, or one we no longer wait for
  const Waiter waiter = std::move(found->second);
  m_waiting.erase(found);
  if (waiter.purpose == Purpose::initialize)
    return take_initialized(response);
  if (waiter.purpose == Purpose::call)
    m_actions.emplace_back(Reply{
        waiter.call, response.error ? Result<json::Value>(fail(rpc_failure(waiter.label, *response.error)))
                                    : Result<json::Value>(response.result)});
}

void Session::take_initialized(const Message& response) {
  if (response.error)
    return die(rpc_failure("initialize", *response.error));
  const json::Value& revision = response.result["protocolVersion"];
  if (!revision.is_null() && !is_known_revision(revision.text()))
    return die(unknown_revision(revision.text()));
  m_server = response.result;
  m_stage = Stage::confirming;
  m_stage_deadline = m_now + m_settings.request_wait;
  post(PostKind::notification, notification_text("notifications/initialized"));
}

void Session::become_ready() {
  m_stage = Stage::ready;
  m_actions.emplace_back(Ready{std::move(m_server)});
  for (const Call& call : std::exchange(m_queued, {}))
    request(Purpose::call, call);
}

// ---- posts -------------------------------------------------------------------------------------------

void Session::take(const Call& call) {
  if (over())
    m_actions.emplace_back(Reply{call.id, fail(not_sent(label_of(call), "the session is over"))});
  else if (m_stage == Stage::ready)
    request(Purpose::call, call);
  else
    m_queued.push_back(call);
}

void Session::request(Purpose purpose, const Call& call) {
  const std::string id = std::to_string(++m_last_id);
  m_waiting[id] = {purpose, call.id, label_of(call), m_now + call.timeout.value_or(m_settings.request_wait)};
  post(PostKind::request, request_text(id, call.method, call.params), id);
}

void Session::post(PostKind kind, std::string body, std::string id) {
  const PostTag tag = ++m_last_tag;
  m_sent[tag] = {kind, std::move(id), kind == PostKind::pong ? body : std::string{}};
  std::vector<Action>& queue = kind == PostKind::pong ? m_pongs : m_actions;
  queue.emplace_back(Post{tag, kind, m_endpoint, std::move(body)});
}

void Session::take(const Posted& posted) {
  const auto found = m_sent.find(posted.tag);
  if (found == m_sent.end() || over())
    return;
  const Sent sent = std::move(found->second);
  m_sent.erase(found);
  if (posted.status == 0)
    return take_unanswered(sent, posted);
  if (take_body(sent, posted))
    return;
  if (!is_2xx(posted.status))
    return take_refused(sent, posted);
  if (sent.kind == PostKind::notification && m_stage == Stage::confirming)
    become_ready();
}

/// Whether the body was the JSON-RPC answer to this very request.
bool Session::take_body(const Sent& sent, const Posted& posted) {
  if (sent.kind != PostKind::request || !is_media_type(posted.content_type, "application/json"))
    return false;
  const Result<Message> message = read_message(posted.body);
  if (!message || message->shape != Shape::response || message->id != sent.id)
    return false;
  if (sent.id != m_probe)
    settle(*message);
  else if (!m_answers_on_stream)
    show_life(); // a service that only ever answers here has shown all the life it can
  return true;
}

void Session::take_unanswered(const Sent& sent, const Posted& posted) {
  const Error error = posted.error.value_or(Error{Kind::outcome_unknown, "the connection broke"});
  if (sent.kind == PostKind::pong && !sent.body.empty()) {
    post(PostKind::pong, sent.body);
    m_sent[m_last_tag].body.clear(); // once is enough
  } else if (sent.kind == PostKind::notification) {
    die(error);
  } else if (sent.kind == PostKind::request && error.kind != Kind::outcome_unknown) {
    give_up_request(sent.id, error); // else the answer may still come on the stream
  }
}

void Session::take_refused(const Sent& sent, const Posted& posted) {
  Error error = posted.error.value_or(bad_status("a message to the service", posted.status));
  const bool gone = posted.status == k_not_found;
  if (gone)
    error = {Kind::unavailable, "the service no longer knows this session (HTTP 404)"};
  if (posted.status >= 500)
    error.kind = Kind::outcome_unknown; // it broke somewhere on the way, before or after the effect
  if (sent.kind == PostKind::request)
    give_up_request(sent.id, error);
  if (!over() && (gone || sent.kind == PostKind::notification))
    die(error);
}

void Session::give_up_request(const std::string& id, Error error) {
  const auto found = m_waiting.find(id);
  if (found == m_waiting.end())
    return;
  const Waiter waiter = std::move(found->second);
  if (waiter.purpose != Purpose::call)
    return die(std::move(error));
  m_waiting.erase(found);
  error.message = fmt::format("{} failed: {}", waiter.label, error.message);
  m_actions.emplace_back(Reply{waiter.call, fail(std::move(error))});
}

// ---- time --------------------------------------------------------------------------------------------

void Session::take(const Timer&) {
  if (m_stage == Stage::opening || over())
    return;
  if (m_stage == Stage::awaiting_endpoint && m_now >= m_stage_deadline)
    return die({Kind::unavailable,
                fmt::format("the stream opened but did not say where to post within {}",
                            for_people(m_settings.endpoint_wait)),
                "a proxy that buffers event streams does this; try without it"});
  if (m_stage == Stage::confirming && m_now >= m_stage_deadline)
    return die({Kind::unavailable, "the service did not take the end of the handshake"});
  expire();
  if (!over())
    probe_when_idle();
}

void Session::expire() {
  for (auto at = m_waiting.begin(); at != m_waiting.end();) {
    if (at->second.deadline > m_now) {
      ++at;
      continue;
    }
    const Waiter waiter = at->second;
    if (waiter.purpose == Purpose::initialize)
      return die({Kind::unavailable, "the service did not answer initialize in time"});
    if (waiter.purpose == Purpose::probe)
      return die({Kind::unavailable, "the stream fell silent and a ping went unanswered"});
    at = m_waiting.erase(at);
    m_actions.emplace_back(Reply{waiter.call, fail(lost(waiter.label, "the time for it ran out"))});
  }
}

void Session::probe_when_idle() {
  if (m_endpoint.empty() || !m_probe.empty() || m_now < m_last_life + m_settings.idle_after)
    return;
  request(Purpose::probe, {0, "ping", {}, m_settings.pong_wait});
  m_probe = std::to_string(m_last_id);
}

void Session::show_life() {
  m_last_life = m_now;
  m_waiting.erase(m_probe);
  m_probe.clear();
}

std::optional<Millis> Session::next_deadline() const {
  if (m_stage == Stage::opening || over())
    return std::nullopt;
  std::optional<Millis> next;
  const auto consider = [&next](Millis at) { next = next ? std::min(*next, at) : at; };
  if (m_stage == Stage::awaiting_endpoint || m_stage == Stage::confirming)
    consider(m_stage_deadline);
  for (const auto& [id, waiter] : m_waiting)
    consider(waiter.deadline);
  if (!m_endpoint.empty() && m_probe.empty())
    consider(m_last_life + m_settings.idle_after);
  return next;
}

void Session::die(Error error) {
  m_stage = Stage::over;
  for (const auto& [id, waiter] : std::exchange(m_waiting, {}))
    if (waiter.purpose == Purpose::call)
      m_actions.emplace_back(Reply{waiter.call, fail(lost(waiter.label, error.message))});
  for (const Call& call : std::exchange(m_queued, {}))
    m_actions.emplace_back(Reply{call.id, fail(not_sent(label_of(call), error.message))});
  if (const std::optional<Millis> retry = m_parser.retry())
    error.retry_after = std::max(*retry, error.retry_after.value_or(Millis{0}));
  m_actions.emplace_back(Failed{std::move(error)});
}

} // namespace agr::mcp
