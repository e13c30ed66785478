// SPDX-License-Identifier: MIT
#include "emulator/guard.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "emulator/refusal.hpp"

#include <fmt/format.h>

namespace agr::emulator {
namespace {

/// Names under "localhost" are this machine for everybody (RFC 6761): redirects between hosts need two.
bool is_loopback(const std::string& address) {
  const auto url = Url::parse(address);
  return url && (url->is_loopback() || url->host.ends_with(".localhost"));
}

Result<void> refuse_value(std::string_view header, std::string_view value) {
  return refuse(403, "FORBIDDEN",
                fmt::format("{} \"{}\" is not this machine; use localhost, 127.0.0.1 or [::1]", header,
                            printable(value.substr(0, 200))));
}

} // namespace

Result<void> guard(const Request& request) {
  const std::string_view host = request.header("Host").value_or("");
  if (!is_loopback(fmt::format("http://{}", host)))
    return refuse_value("Host", host);
  const auto origin = request.header("Origin");
  if (origin && !is_loopback(std::string(*origin)))
    return refuse_value("Origin", *origin);
  if (request.body.size() > k_max_body)
    return refuse(413, "PAYLOAD_TOO_LARGE", fmt::format("the body is larger than {} bytes", k_max_body));
  return {};
}

} // namespace agr::emulator
