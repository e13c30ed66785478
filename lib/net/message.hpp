// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agr::net {

struct Header {
  std::string name;
  std::string value;
};

using Headers = std::vector<Header>;

/// The first header of that name, ignoring case; empty when absent.
std::string_view find_header(const Headers& headers, std::string_view name);

/// How a reader learns where a response ends.
enum class Framing {
  length,    ///< Content-Length
  until_end, ///< no length, no chunks: the body lasts until the connection closes
};

/// What the first lines of a response say.
struct ResponseHead {
  int status = 200;
  Headers headers = {};
  Framing framing = Framing::length;
  std::size_t length = 0;
  bool keep_alive = true;
};

/// Status line, headers and the empty line. Framing and Connection headers are this function's alone: those
/// among `headers` are left out, and so are headers with control characters. No Date and no Server: the
/// same answer is the same bytes.
std::string to_bytes(const ResponseHead& head);

} // namespace agr::net
