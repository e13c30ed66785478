// SPDX-License-Identifier: MIT
#include "base/url.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace agr;

/// An address that was read reads the same when written, and what it resolves to does too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto check = [](const Result<Url>& url) {
    if (!url)
      return;
    const Result<Url> again = Url::parse(url->to_string());
    if (!again || again->to_string() != url->to_string() || !same_origin(*again, *url))
      std::abort();
  };
  check(Url::parse(text));
  check(Url::parse("https://market.example/mcp/sse?a=b")->resolve(text));
  return 0;
}
