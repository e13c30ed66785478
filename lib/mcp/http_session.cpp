// SPDX-License-Identifier: MIT
#include "mcp/http_session.hpp"

#include "base/text.hpp"
#include "mcp/failures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace agr::mcp {
namespace {

constexpr std::string_view k_revision = "2025-11-25";
constexpr int k_not_found = 404;

/// What an address answers that speaks something older, or nothing at all.
bool means_foreign(int status) {
  constexpr std::array k_statuses{400, 404, 405, 406, 411};
  return std::ranges::find(k_statuses, status) != k_statuses.end();
}

} // namespace

HttpSession::HttpSession(Settings settings) : m_settings(std::move(settings)) {}

std::vector<Action> HttpSession::start(Millis now) {
  m_now = now;
  m_stage = Stage::initializing;
  request({0, "initialize", initialize_params(m_settings, k_revision)});
  return collect();
}

std::vector<Action> HttpSession::on(const Input& input, Millis now) {
  m_now = now;
  if (!over())
    std::visit([this](const auto& what) { take(what); }, input);
  else if (const auto* call = std::get_if<Call>(&input))
    m_actions.emplace_back(Reply{call->id, fail(not_sent(label_of(*call), "the session is over"))});
  return collect();
}

std::vector<Action> HttpSession::collect() {
  std::vector<Action> actions = std::exchange(m_actions, {});
  std::optional<Millis> next;
  for (const auto& [tag, sent] : m_sent)
    if (sent.kind == PostKind::request)
      next = std::min(next.value_or(sent.deadline), sent.deadline);
  if (next && !over())
    actions.emplace_back(WaitUntil{*next});
  return actions;
}

std::vector<std::pair<std::string, std::string>> HttpSession::headers() const {
  std::vector<std::pair<std::string, std::string>> headers;
  if (!m_session_id.empty())
    headers.emplace_back("Mcp-Session-Id", m_session_id);
  if (!m_revision.empty())
    headers.emplace_back("MCP-Protocol-Version", m_revision);
  return headers;
}

// ---- the GET stream ------------------------------------------------------------------------------------

/// A service without such a stream answers 405, which is no failure: there are no pushes then.
void HttpSession::take(const Opened& opened) {
  m_parser = sse::Parser();
  m_listening = opened.status == 200 && is_media_type(opened.content_type, "text/event-stream");
}

void HttpSession::take(const Bytes& bytes) {
  if (!m_listening)
    return;
  for (const sse::Event& event : m_parser.feed(bytes.bytes))
    if (event.type == "message" && !event.data.empty())
      if (const Result<Message> message = read_message(event.data))
        take_unasked(*message);
}

void HttpSession::take(const Ended&) {
  m_listening = false;
}

void HttpSession::take_unasked(const Message& message) {
  if (message.shape == Shape::notification)
    m_actions.emplace_back(Notification{message.method, message.params});
  else if (message.shape == Shape::request && message.method == "ping")
    post(PostKind::pong, result_text(message.id, json::Value::object()), {});
  else if (message.shape == Shape::request)
    post(PostKind::answer, error_text(message.id, k_method_not_found, "Method not found"), {});
}

// ---- posts ---------------------------------------------------------------------------------------------

void HttpSession::take(const Call& call) {
  if (ready())
    request(call);
  else
    m_queued.push_back(call);
}

void HttpSession::request(const Call& call) {
  const std::string id = std::to_string(++m_last_id);
  Sent sent{PostKind::request, id, call.id, label_of(call),
            m_now + call.timeout.value_or(m_settings.request_wait)};
  post(PostKind::request, request_text(id, call.method, call.params), std::move(sent));
}

void HttpSession::post(PostKind kind, std::string body, Sent sent) {
  const PostTag tag = ++m_last_tag;
  sent.kind = kind;
  m_sent[tag] = std::move(sent);
  m_actions.emplace_back(Post{tag, kind, m_settings.stream_url, std::move(body), headers()});
}

void HttpSession::take(const Posted& posted) {
  const auto found = m_sent.find(posted.tag);
  if (found == m_sent.end())
    return;
  const Sent sent = std::move(found->second);
  m_sent.erase(found);
  if (posted.status == 0)
    return give_up(sent, posted.error.value_or(lost(sent.label, "the connection broke")));
  if (!is_2xx(posted.status))
    return take_refused(sent, posted);
  if (sent.kind == PostKind::request)
    return take_answer(sent, posted);
  if (sent.kind == PostKind::notification && m_stage == Stage::confirming) {
    m_stage = Stage::ready;
    m_actions.emplace_back(Ready{m_server});
    for (const Call& call : std::exchange(m_queued, {}))
      request(call);
  }
}

/// The response among what came; whatever else came with it is taken on the way.
std::optional<Message> HttpSession::read_answer(const Sent& sent, const Posted& posted) {
  std::vector<std::string> texts{posted.body};
  if (is_media_type(posted.content_type, "text/event-stream")) {
    texts.clear();
    for (sse::Event& event : sse::Parser().feed(posted.body))
      texts.push_back(std::move(event.data));
  }
  std::optional<Message> answer;
  for (const std::string& text : texts) {
    Result<Message> message = read_message(text);
    if (message && message->shape == Shape::response && message->id == sent.id)
      answer = std::move(*message);
    else if (message && message->shape != Shape::response)
      take_unasked(*message);
  }
  return answer;
}

void HttpSession::take_answer(const Sent& sent, const Posted& posted) {
  const std::optional<Message> answer = read_answer(sent, posted);
  if (!answer)
    return give_up(sent, lost(sent.label, "what came back was no answer to it"));
  if (m_stage == Stage::initializing)
    return take_initialized(*answer, posted);
  m_actions.emplace_back(
      Reply{sent.call, answer->error ? Result<json::Value>(fail(rpc_failure(sent.label, *answer->error)))
                                     : Result<json::Value>(answer->result)});
}

void HttpSession::take_initialized(const Message& response, const Posted& posted) {
  if (response.error)
    return die(rpc_failure("initialize", *response.error));
  const std::string revision = response.result["protocolVersion"].text();
  if (!revision.empty() && !is_known_revision(revision))
    return die(unknown_revision(revision));
  m_server = response.result;
  m_revision = revision;
  m_session_id = posted.session_id;
  m_stage = Stage::confirming;
  post(PostKind::notification, notification_text("notifications/initialized"), {});
}

void HttpSession::take_refused(const Sent& sent, const Posted& posted) {
  Error error = posted.error.value_or(bad_status("a message to the service", posted.status));
  const bool gone = posted.status == k_not_found && !m_session_id.empty();
  if (m_stage == Stage::initializing)
    m_foreign = means_foreign(posted.status);
  if (gone)
    error = {Kind::unavailable, "the service no longer knows this session (HTTP 404)"};
  if (posted.status >= 500)
    error.kind = Kind::outcome_unknown; // it broke somewhere on the way, before or after the effect
  give_up(sent, error);
  if (gone && !over())
    die(std::move(error));
}

void HttpSession::give_up(const Sent& sent, Error error) {
  if (m_stage != Stage::ready && sent.kind != PostKind::pong)
    return die(std::move(error));
  if (sent.kind != PostKind::request)
    return;
  if (!sent.label.empty() && error.message.find(sent.label) == std::string::npos)
    error.message = fmt::format("{} failed: {}", sent.label, error.message);
  m_actions.emplace_back(Reply{sent.call, fail(std::move(error))});
}

void HttpSession::take(const Timer&) {
  for (auto at = m_sent.begin(); at != m_sent.end() && !over();) {
    if (at->second.kind != PostKind::request || at->second.deadline > m_now) {
      ++at;
      continue;
    }
    const Sent sent = std::move(at->second);
    at = m_sent.erase(at);
    give_up(sent, lost(sent.label, "the time for it ran out"));
  }
}

void HttpSession::die(Error error) {
  m_stage = Stage::over;
  for (const auto& [tag, sent] : std::exchange(m_sent, {}))
    if (sent.kind == PostKind::request && sent.call != 0)
      m_actions.emplace_back(Reply{sent.call, fail(lost(sent.label, error.message))});
  for (const Call& call : std::exchange(m_queued, {}))
    m_actions.emplace_back(Reply{call.id, fail(not_sent(label_of(call), error.message))});
  m_actions.emplace_back(Failed{std::move(error)});
}

} // namespace agr::mcp
