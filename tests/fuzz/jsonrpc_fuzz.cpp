// SPDX-License-Identifier: MIT
#include "mcp/message.hpp"
#include "mcp/session.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

using namespace agr;

namespace {

/// What is understood once is understood the same when it is written again.
void check_message(std::string_view text) {
  const Result<mcp::Message> message = mcp::read_message(text);
  if (!message || message->shape != mcp::Shape::request)
    return;
  const auto again = mcp::read_message(mcp::request_text(message->id, message->method, message->params));
  if (!again || again->id != message->id || again->method != message->method)
    std::abort();
}

/// Whatever a service sends, the key stays on its origin and every call is answered exactly once.
void check_session(std::string_view wire) {
  mcp::Session session({.stream_url = "https://market.example/mcp/sse"});
  int answers = 0;
  Millis now{0};
  const auto on = [&](const mcp::Input& input) {
    for (const mcp::Action& action : session.on(input, ++now)) {
      answers += std::holds_alternative<mcp::Reply>(action) ? 1 : 0;
      if (const auto* post = std::get_if<mcp::Post>(&action))
        if (!post->url.starts_with("https://market.example/"))
          std::abort();
    }
  };
  on(mcp::Opened{200, "text/event-stream"});
  on(mcp::Call{1, "tools/list"});
  on(mcp::Bytes{"event: endpoint\ndata: /m\n\ndata: {\"id\":1,\"result\":{}}\n\n"});
  on(mcp::Posted{2, 202});
  on(mcp::Bytes{wire});
  on(mcp::Posted{3, 200, "application/json", std::string(wire)});
  on(mcp::Timer{});
  on(mcp::Ended{});
  if (answers != 1)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_message(text);
  check_session(text);
  return 0;
}
