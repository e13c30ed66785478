// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "sse/parser.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

using namespace agr;

/// However a stream is cut, the same events come out, all of them UTF-8.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view wire(reinterpret_cast<const char*>(data), size);
  constexpr sse::Limits k_small{.line = 64, .event = 96};
  sse::Parser whole(k_small);
  sse::Parser pieces(k_small);
  const std::vector<sse::Event> expected = whole.feed(wire);
  std::vector<sse::Event> events;
  for (std::size_t at = 0; at < size;) {
    const std::size_t length = 1 + data[at] % 7;
    for (sse::Event& event : pieces.feed(wire.substr(at, length)))
      events.push_back(std::move(event));
    at += length;
  }
  for (const sse::Event& event : expected)
    if (!is_utf8(event.data) || !is_utf8(event.type) || !is_utf8(event.id))
      std::abort();
  if (events != expected || whole.dropped() != pieces.dropped() || whole.retry() != pieces.retry())
    std::abort();
  return 0;
}
