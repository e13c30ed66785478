// SPDX-License-Identifier: MIT
#include "http/async.hpp"

#include "http/requests.hpp"
#include "http/streams.hpp"

namespace agr::http {

Async::Async(net::Loop& loop, const Trust& trust, const LaneLimits& limits) {
  start_curl();
  m_requests = std::make_shared<Requests>(loop, trust, limits);
  m_streams = std::make_shared<Streams>(loop, trust);
}

Async::~Async() {
  m_streams->shut();
  m_requests->shut();
}

RequestId Async::send(Request request, Done done, Lane lane) {
  return m_requests->send(std::move(request), std::move(done), lane);
}

StreamId Async::open(Request request, StreamHandlers handlers) {
  return m_streams->open(std::move(request), std::move(handlers));
}

void Async::cancel(RequestId request) {
  m_requests->cancel(request);
}
void Async::cancel(StreamId stream) {
  m_streams->cancel(stream);
}

} // namespace agr::http
