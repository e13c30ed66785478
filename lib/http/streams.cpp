// SPDX-License-Identifier: MIT
#include "http/streams.hpp"

#include "http/prepare.hpp"

#include <fmt/format.h>

#include <utility>

namespace agr::http {

Streams::Streams(net::Loop& loop, Trust trust)
    : m_loop(loop), m_trust(std::move(trust)), m_multi(loop, [this] { collect(); }) {}

StreamId Streams::open(Request request, StreamHandlers handlers) {
  const StreamId id{++m_last_id};
  const auto stream = std::make_shared<Stream>(Stream{.handlers = std::move(handlers), .url = request.url});
  m_streams[id] = stream;
  Result<Request> prepared = prepare(std::move(request));
  if (prepared) {
    start(id, *stream, std::move(*prepared));
  } else {
    stream->end = fail(prepared.error());
    note(id);
  }
  return id;
}

void Streams::start(StreamId id, Stream& stream, Request request) {
  const Millis wait = request.timeout;
  stream.head_timer = m_loop.after(wait, [this, id, wait] { give_up_on_head(id, wait); });
  stream.running.easy.reset(curl_easy_init());
  CURL* easy = stream.running.easy.get();
  stream.running.transfer =
      std::make_unique<Transfer>(easy, std::move(request), m_trust, taps_for(id, stream));
  m_by_handle[easy] = id;
  m_multi.add(easy);
}

StreamTaps Streams::taps_for(StreamId id, Stream& stream) {
  return {[this, id, &stream] {
            m_loop.cancel(stream.head_timer);
            stream.head = stream.running.transfer->take_head();
            note(id);
          },
          [this, id, &stream](std::string_view bytes) {
            stream.bytes += bytes;
            note(id);
          }};
}

void Streams::give_up_on_head(StreamId id, Millis waited) {
  Stream& stream = *m_streams.at(id);
  release(stream);
  stream.end = fail({Kind::unavailable,
                     fmt::format("the stream {} did not begin within {}", stream.url, for_people(waited))});
  note(id);
}

void Streams::collect() {
  for (const Multi::Finished& one : m_multi.take_finished()) {
    const StreamId id = m_by_handle.at(one.easy);
    Stream& stream = *m_streams.at(id);
    Result<Response> outcome = stream.running.transfer->finish(one.code);
    stream.end = outcome ? Result<void>{} : Result<void>(fail(outcome.error()));
    if (outcome && !outcome->ok())
      stream.head = std::move(*outcome); // a 2xx was told when it began
    release(stream);
    note(id);
  }
}

void Streams::release(Stream& stream) {
  m_loop.cancel(stream.head_timer);
  if (!stream.running.easy)
    return;
  m_multi.remove(stream.running.easy.get());
  m_by_handle.erase(stream.running.easy.get());
  stream.running.take_back();
}

void Streams::note(StreamId id) {
  m_lively.push_back(id);
  if (m_lively.size() > 1)
    return; // it is on its way already
  m_loop.post([weak = weak_from_this()] {
    if (const std::shared_ptr<Streams> self = weak.lock())
      self->tell();
  });
}

void Streams::tell() {
  for (const StreamId id : std::exchange(m_lively, {}))
    if (const auto found = m_streams.find(id); found != m_streams.end())
      tell(id, *std::shared_ptr<Stream>(found->second));
}

/// Each handler may cancel the stream, so `over` is asked before the next.
void Streams::tell(StreamId id, Stream& stream) {
  if (const std::optional<Response> head = std::exchange(stream.head, {}))
    stream.handlers.on_open(*head);
  if (const std::string bytes = std::exchange(stream.bytes, {}); !bytes.empty() && !stream.over)
    stream.handlers.on_bytes(bytes);
  if (!stream.end || stream.over)
    return;
  stream.over = true;
  m_streams.erase(id);
  stream.handlers.on_end(std::move(*stream.end));
}

void Streams::cancel(StreamId id) {
  const auto found = m_streams.find(id);
  if (found == m_streams.end())
    return;
  found->second->over = true;
  release(*found->second);
  m_streams.erase(id);
}

void Streams::shut() {
  while (!m_streams.empty())
    cancel(m_streams.begin()->first);
}

} // namespace agr::http
