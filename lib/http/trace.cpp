// SPDX-License-Identifier: MIT
#include "http/trace.hpp"

#include "base/text.hpp"
#include "json/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::http {
namespace {

constexpr std::string_view k_mask = "[redacted]";
constexpr std::size_t k_most_body = 4096;

bool is_secret_header(std::string_view name) {
  constexpr std::array<std::string_view, 7> k_names{"Authorization",   "Proxy-Authorization", "Cookie",
                                                    "Set-Cookie",      "X-API-Key",           "Api-Key",
                                                    "X-Webhook-Secret"};
  return std::ranges::any_of(k_names, [name](std::string_view one) { return iequals(one, name); });
}

/// "apiKey", "api_key", "repo_access_token", "client_secret" …
bool is_secret_member(std::string_view name) {
  std::string plain = lower(name);
  std::erase(plain, '_');
  constexpr std::array<std::string_view, 6> k_ends{"apikey",   "token",      "secret",
                                                   "password", "privatekey", "secretkey"};
  return std::ranges::any_of(k_ends, [&plain](std::string_view end) { return plain.ends_with(end); });
}

void mask_members(json::Value& value) {
  if (value.is_array())
    std::ranges::for_each(value.array_ref(), mask_members);
  if (!value.is_object())
    return;
  for (json::Member& member : value.object_ref())
    if (member.value.is_string() && is_secret_member(member.name))
      member.value = json::Value(k_mask);
    else
      mask_members(member.value);
}

std::string body_text(std::string_view body) {
  Result<json::Value> value = json::parse(body);
  if (!value)
    return std::string(body);
  mask_members(*value);
  return json::write(*value);
}

std::string lines(std::string_view arrow, std::string_view first, const std::vector<Header>& headers,
                  std::string_view body, const Redactor& redactor) {
  std::string text = fmt::format("{} {}\n", arrow, printable(redactor.apply(first)));
  for (const Header& header : headers)
    text += fmt::format("{} {}: {}\n", arrow, printable(header.name),
                        is_secret_header(header.name) ? std::string(k_mask)
                                                      : printable(redactor.apply(header.value)));
  if (body.empty())
    return text;
  const std::string shown = printable(redactor.apply(body_text(body)), true);
  return text + fmt::format("{}\n{} {}\n", arrow, arrow, shorten(shown, k_most_body));
}

/// What is left of the requests a service allows, in words; nothing when it does not say.
std::string quota(const Response& response) {
  const std::string_view left = response.header("x-ratelimit-remaining");
  const std::string_view all = response.header("x-ratelimit-limit");
  if (left.empty() || all.empty())
    return {};
  return fmt::format("* {} of {} requests are left\n", printable(left), printable(all));
}

} // namespace

std::string trace_request(const Request& request, const Redactor& redactor) {
  std::vector<Header> headers = request.headers;
  if (request.credential)
    headers.push_back({request.credential->header, request.credential->prefix + std::string(k_mask)});
  return lines(">", fmt::format("{} {}", request.method, request.url), headers, request.body, redactor);
}

std::string trace_response(const Response& response, const Redactor& redactor) {
  return lines("<", fmt::format("HTTP {}", response.status), response.headers, response.body, redactor) +
         quota(response);
}

} // namespace agr::http
