// SPDX-License-Identifier: MIT
#include "http/redirect.hpp"

#include "base/text.hpp"
#include "base/url.hpp"

#include <fmt/format.h>

namespace agr::http {
namespace {

constexpr int k_most = 5;
constexpr int k_see_other = 303;

Error refused(const Request& request, std::string_view target, std::string_view why) {
  return {Kind::protocol,
          fmt::format("{} {} was redirected to {}, which is not followed: {}", request.method, request.url,
                      printable(shorten(target, 200)), why),
          "if the service has moved there, configure the new address"};
}

bool keeps_method(int status) {
  return status == 307 || status == 308;
}

/// Hosts that differ by a leading "www." and nothing else.
bool is_www_pair(const Url& a, const Url& b) {
  return a.scheme == b.scheme && a.port == b.port && a.is_safe_for_credentials() && a.path == b.path &&
         a.query == b.query && (a.host == "www." + b.host || b.host == "www." + a.host);
}

Request to_see_other(Request request) {
  if (request.method != "HEAD")
    request.method = "GET";
  request.body.clear();
  request.repeat = Repeat::safe;
  std::erase_if(request.headers, [](const Header& header) { return iequals(header.name, "Content-Type"); });
  return request;
}

Result<Request> follow_same_origin(Request request, int status, const Url& target) {
  if (status == k_see_other)
    request = to_see_other(std::move(request));
  else if (!request.reads_only() && !keeps_method(status))
    return fail(refused(request, target.to_string(),
                        fmt::format("HTTP {} does not say what becomes of a {}", status, request.method)));
  request.url = target.to_string();
  return request;
}

Result<Request> follow_pair(Request request, int status, const Url& target, int followed) {
  if (followed > 0)
    return fail(refused(request, target.to_string(), "it leads to another host once more"));
  if (status == k_see_other)
    request = to_see_other(std::move(request));
  request.url = target.to_string();
  if (request.credential)
    request.credential->origin = target.origin();
  return request;
}

} // namespace

bool is_redirect(const Response& response) {
  const int status = response.status;
  return (status >= 301 && status <= k_see_other) || keeps_method(status);
}

Result<Request> follow(const Request& request, const Response& response, int followed) {
  const std::string_view location = trim(response.header("Location"));
  if (location.empty())
    return fail({Kind::protocol, fmt::format("{} {} was redirected (HTTP {}), but not said where to",
                                             request.method, request.url, response.status)});
  AGR_TRY_ASSIGN(const Url from, Url::parse(request.url));
  const Result<Url> target = from.resolve(location);
  if (!target)
    return fail(refused(request, location, "it is no web address"));
  if (request.follow == Follow::none || request.follow == Follow::hand_back)
    return fail(refused(request, target->to_string(), "this request follows none"));
  if (followed >= k_most)
    return fail(refused(request, target->to_string(), fmt::format("{} in a row are enough", k_most)));
  if (same_origin(from, *target))
    return follow_same_origin(request, response.status, *target);
  if (request.follow == Follow::www_pair && is_www_pair(from, *target))
    return follow_pair(request, response.status, *target, followed);
  return fail(refused(request, target->to_string(), "it is another origin, where the key does not go"));
}

} // namespace agr::http
