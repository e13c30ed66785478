// SPDX-License-Identifier: MIT
#include "serve/link.hpp"

#include "base/text.hpp"
#include "base/version.hpp"
#include "http/errors.hpp"
#include "serve/offer.hpp"

#include <utility>

namespace agr::serve {
namespace {

constexpr std::string_view k_pending = "hiring://pending";
constexpr mcp::CallId k_subscribe = 1;
constexpr mcp::CallId k_read = 2;

std::string stream_url(const agrenting::Endpoint& endpoint) {
  auto base = endpoint.base;
  while (base.ends_with('/'))
    base.pop_back();
  return base + "/mcp/sse";
}

json::Value pending_uri() {
  return json::Value::object({{"uri", k_pending}});
}

bool is_final(const Error& error) {
  return error.http_status == 401 || error.http_status == 403 || error.kind == Kind::auth ||
         error.kind == Kind::config;
}

mcp::Opened opened_of(const http::Response& head) {
  mcp::Opened opened{.status = head.status, .content_type = std::string(head.header("content-type"))};
  if (!head.ok())
    opened.error = http::error_of(head, "open the stream of hirings");
  return opened;
}

mcp::Posted posted_of(mcp::PostTag tag, Result<http::Response> answer) {
  mcp::Posted posted{.tag = tag};
  if (!answer) {
    posted.error = std::move(answer).error();
    return posted;
  }
  posted.status = answer->status;
  posted.content_type = answer->header("content-type");
  if (!answer->ok())
    posted.error = http::error_of(*answer, "send a message to the marketplace");
  posted.body = std::move(answer->body);
  return posted;
}

} // namespace

Link::Link(net::Loop& loop, http::Async& async, const Clock& clock, Random& random, Doorkeeper& doorkeeper,
           agrenting::Endpoint endpoint, Tell tell)
    : m_loop(loop), m_async(async), m_clock(clock), m_random(random), m_doorkeeper(doorkeeper),
      m_endpoint(std::move(endpoint)), m_tell(std::move(tell)) {}

Link::~Link() {
  hang_up();
}

void Link::open() {
  m_visit = m_doorkeeper.ask([this] { connect(); });
}

void Link::connect() {
  const auto url = stream_url(m_endpoint);
  ++m_generation;
  m_session = std::make_unique<mcp::Session>(
      mcp::Settings{.stream_url = url, .client_version = std::string(k_version)});
  m_reading = m_changed = m_ready = m_brought_work = false;
  http::Request request{
      .url = url, .headers = {{"Accept", "text/event-stream"}}, .credential = m_endpoint.credential};
  m_stream = m_async.open(std::move(request),
                          {.on_open = [this](const http::Response& head) { feed(opened_of(head)); },
                           .on_bytes = [this](std::string_view bytes) { feed(mcp::Bytes{bytes}); },
                           .on_end =
                               [this](Result<void> how) {
                                 feed(mcp::Ended{how ? std::optional<Error>() : std::move(how).error()});
                               }});
}

void Link::feed(const mcp::Input& input) {
  if (!m_session)
    return;
  const auto generation = m_generation;
  for (const auto& action : m_session->on(input, m_clock.steady())) {
    act(action);
    if (!m_session || m_generation != generation)
      return;
  }
}

void Link::act(const mcp::Action& action) {
  std::visit([this](const auto& what) { act(what); }, action);
}

/// All that is said here (handshake, subscription, reads, pongs) may arrive twice without harm, so it may use
/// a connection that is already open: a pong must not wait for a new one.
void Link::act(const mcp::Post& post) {
  http::Request request{.method = "POST",
                        .url = post.url,
                        .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                        .body = post.body,
                        .credential = m_endpoint.credential,
                        .repeat = http::Repeat::keyed};
  m_async.send(
      std::move(request),
      [this, tag = post.tag, generation = m_generation](Result<http::Response> answer) {
        if (generation == m_generation)
          feed(posted_of(tag, std::move(answer)));
      },
      lane_of(post.kind));
}

http::Lane Link::lane_of(mcp::PostKind kind) const {
  if (kind == mcp::PostKind::pong)
    return http::Lane::urgent;
  return m_ready ? http::Lane::normal : http::Lane::handshake;
}

/// Subscribed first, then read: what changes in between is told.
void Link::act(const mcp::Ready&) {
  feed(mcp::Call{.id = k_subscribe, .method = "resources/subscribe", .params = pending_uri()});
}

void Link::act(const mcp::Reply& reply) {
  if (!reply.result) {
    if (!m_session->over()) // else Failed follows and says why
      lose(reply.result.error());
    return;
  }
  if (reply.call == k_subscribe)
    return read_pending();
  m_reading = false;
  take_pending(*reply.result);
}

void Link::act(const mcp::Notification& notification) {
  if (notification.method == "notifications/resources/updated")
    read_pending();
}

void Link::read_pending() {
  if (std::exchange(m_reading, true)) {
    m_changed = true;
    return;
  }
  m_changed = false;
  feed(mcp::Call{.id = k_read, .method = "resources/read", .params = pending_uri()});
}

void Link::take_pending(const json::Value& result) {
  auto listed = read_resource(result);
  if (!listed)
    return lose(listed.error());
  m_brought_work |= !listed->offers.empty();
  m_tell(std::move(*listed));
  if (!std::exchange(m_ready, true)) {
    m_ready_since = m_clock.steady();
    m_doorkeeper.passed(m_visit);
    m_tell(StreamUp{});
  }
  if (m_changed)
    read_pending();
}

void Link::act(const mcp::Failed& failed) {
  lose(failed.error);
}

void Link::act(const mcp::WaitUntil& wait) {
  m_loop.cancel(m_timer);
  m_timer = m_loop.after(std::max(wait.at - m_clock.steady(), Millis(0)), [this] { feed(mcp::Timer{}); });
}

void Link::use(agrenting::Endpoint endpoint) {
  m_endpoint = std::move(endpoint);
  hang_up();
}

void Link::close() {
  hang_up();
  ++m_generation;
}

void Link::hang_up() {
  m_doorkeeper.withdraw(m_visit);
  m_async.cancel(m_stream);
  m_loop.cancel(m_timer);
  m_session.reset();
}

void Link::lose(const Error& error) {
  if (!is_final(error))
    m_doorkeeper.lost(m_visit);
  hang_up();
  if (is_final(error))
    m_tell(LockedOut{error});
  if (m_ready)
    m_backoff.session_ended(m_clock.steady() - m_ready_since, m_brought_work);
  const auto wait = m_backoff.next(m_random.number(), error.retry_after.value_or(Millis(0)));
  m_tell(StreamDown{error, wait});
  m_timer = m_loop.after(wait, [this] { open(); });
}

} // namespace agr::serve
