// SPDX-License-Identifier: MIT
#include "agentsgethired/requests.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace agr::agentsgethired {
namespace {

Result<std::string> path_of(const Operation& operation, const std::vector<std::string>& ids) {
  std::string path(operation.path);
  for (const auto& id : ids) {
    // "." and ".." would be taken as steps in the path, encoded or not.
    if (id.empty() || id == "." || id == "..")
      return fail(
          {.kind = Kind::usage, .message = fmt::format("{} failed: \"{}\" is no id", operation.attempt, id)});
    const auto gap = path.find("{}");
    path.replace(gap, 2, percent_encode(id));
  }
  return path;
}

std::string query_of(const Call& call) {
  std::string text;
  for (const auto& [name, value] : call.query)
    text += fmt::format("{}{}={}", text.empty() ? "?" : "&", percent_encode(name), percent_encode(value));
  return text;
}

std::string without_slash(std::string url) {
  while (url.ends_with('/'))
    url.pop_back();
  return url;
}

} // namespace

Result<http::Request> encode(const Endpoint& endpoint, const Operation& operation, const Call& call) {
  if (operation.needs_key && !endpoint.credential)
    return fail({.kind = Kind::auth,
                 .message = fmt::format("{} needs a key, and none for AgentsGetHired is configured",
                                        operation.attempt),
                 .hint = "run agr register, or agr login agentsgethired, or set AGENTSGETHIRED_API_KEY"});
  AGR_TRY_ASSIGN(const auto path, path_of(operation, call.ids));
  const std::string_view wanted =
      operation.one.empty() ? "text/markdown, text/plain;q=0.9, */*;q=0.1" : "application/json";
  http::Request request{.method = std::string(operation.method),
                        .url = without_slash(endpoint.url) + path + query_of(call),
                        .headers = {{"Accept", std::string(wanted)}}};
  if (operation.needs_key)
    request.credential = endpoint.credential;
  if (!call.body.is_null()) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = json::write(call.body);
  }
  if (!call.idempotency_key.empty())
    request.headers.push_back({"Idempotency-Key", call.idempotency_key});
  request.timeout = call.timeout.value_or(request.timeout);
  request.follow = call.before_moving ? http::Follow::hand_back : http::Follow::www_pair;
  request.repeat = operation.method == "GET" ? http::Repeat::safe : http::Repeat::never;
  return request;
}

} // namespace agr::agentsgethired
