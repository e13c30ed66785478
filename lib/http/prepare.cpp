// SPDX-License-Identifier: MIT
#include "http/prepare.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "base/version.hpp"

#include <fmt/format.h>

namespace agr::http {
namespace {

void set_default(Request& request, std::string_view name, std::string value) {
  if (request.header(name).empty())
    request.headers.push_back({std::string(name), std::move(value)});
}

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos;
}

Result<void> check_headers(const Request& request) {
  for (const Header& header : request.headers)
    if (header.name.empty() || has_line_break(header.name) || has_line_break(header.value))
      return fail(
          {Kind::usage, fmt::format("the header \"{}\" cannot be sent: it holds a line break or has no name",
                                    printable(shorten(header.name, 60)))});
  return {};
}

Result<void> check_credential(const Credential& credential, const Url& url) {
  if (has_line_break(credential.secret.reveal()))
    return fail({Kind::config, fmt::format("the key for {} holds a line break", credential.origin),
                 "save it again with agr login"});
  if (!url.is_safe_for_credentials())
    return fail({Kind::config, fmt::format("the key would travel to {} in the clear", url.origin()),
                 "use https, or http to this machine only"});
  const Result<Url> bound = Url::parse(credential.origin);
  if (!bound || !same_origin(*bound, url))
    return fail({Kind::config,
                 fmt::format("the key was saved for {} and is not sent to {}", printable(credential.origin),
                             url.origin()),
                 "save a key for this address with agr login, or correct the address"});
  return {};
}

} // namespace

Result<Request> prepare(Request request) {
  AGR_TRY_ASSIGN(const Url url, Url::parse(request.url));
  if (request.credential)
    AGR_TRY(check_credential(*request.credential, url));
  set_default(request, "User-Agent", fmt::format("agr/{}", k_version));
  set_default(request, "Accept", "application/json");
  if (!request.body.empty() || !request.body_file.empty())
    set_default(request, "Content-Type", "application/json");
  AGR_TRY(check_headers(request));
  return request;
}

} // namespace agr::http
