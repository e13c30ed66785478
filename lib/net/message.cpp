// SPDX-License-Identifier: MIT
#include "net/message.hpp"

#include "base/text.hpp"

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::net {
namespace {

bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 4> k_ours{"Connection", "Content-Length", "Transfer-Encoding",
                                                   "Keep-Alive"};
  return std::any_of(k_ours.begin(), k_ours.end(),
                     [&](std::string_view ours) { return iequals(name, ours); });
}

// A line break in a value would be the start of another header.
bool fits_on_a_line(const Header& header) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; };
  return std::none_of(header.name.begin(), header.name.end(), is_control) &&
         std::none_of(header.value.begin(), header.value.end(), is_control);
}

bool may_have_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

std::string reason(int status) {
  namespace http = boost::beast::http;
  return std::string(http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status))));
}

} // namespace

std::string_view find_header(const Headers& headers, std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const Header& header) { return iequals(header.name, name); });
  return found == headers.end() ? std::string_view{} : std::string_view(found->value);
}

std::string to_bytes(const ResponseHead& head) {
  std::string bytes = fmt::format("HTTP/1.1 {} {}\r\n", head.status, reason(head.status));
  for (const Header& header : head.headers)
    if (!is_ours(header.name) && fits_on_a_line(header))
      bytes += fmt::format("{}: {}\r\n", header.name, header.value);
  if (head.framing == Framing::length && may_have_body(head.status))
    bytes += fmt::format("Content-Length: {}\r\n", head.length);
  if (!head.keep_alive || head.framing == Framing::until_end)
    bytes += "Connection: close\r\n";
  return bytes + "\r\n";
}

} // namespace agr::net
