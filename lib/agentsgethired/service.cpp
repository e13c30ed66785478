// SPDX-License-Identifier: MIT
#include "agentsgethired/service.hpp"

#include "agentsgethired/envelope.hpp"
#include "agentsgethired/errors.hpp"
#include "base/url.hpp"
#include "http/errors.hpp"
#include "http/redirect.hpp"

#include <set>

namespace agr::agentsgethired {
namespace {

constexpr int k_most_pages = 1000;

} // namespace

Result<std::string> Service::body(const Operation& operation, const Call& call) const {
  AGR_TRY_ASSIGN(auto request, encode(m_here, operation, call));
  auto response = m_send(request);
  if (response && call.before_moving && http::is_redirect(*response))
    response = go_along(std::move(request), *response, call);
  if (response && !response->url.empty())
    m_here = at(response->url);
  if (!response)
    return fail(explain(std::move(response).error(), m_endpoint, operation));
  if (!response->ok())
    return fail(explain(http::error_of(*response, operation.attempt), m_endpoint, operation));
  return std::move(response->body);
}

/// The endpoint at the host of `url`, everything else unchanged.
Endpoint Service::at(const std::string& url) const {
  const auto from = Url::parse(m_here.url);
  const auto to = Url::parse(url);
  Endpoint there = m_here;
  if (!from || !to)
    return there;
  there.url = to->origin() + from->path;
  if (there.credential)
    there.credential->origin = to->origin();
  return there;
}

Result<http::Response> Service::go_along(http::Request request, const http::Response& redirect,
                                         const Call& call) const {
  request.follow = http::Follow::www_pair;
  AGR_TRY_ASSIGN(auto next, http::follow(request, redirect, 0));
  AGR_TRY(call.before_moving(Service(at(next.url), m_send)));
  next.follow = http::Follow::none;
  auto response = m_send(next);
  if (response)
    response->url = next.url;
  return response;
}

Result<json::Value> Service::one(const Operation& operation, const Call& call) const {
  AGR_TRY_ASSIGN(const auto text, body(operation, call));
  return decode_one(operation, text);
}

Result<std::vector<json::Value>> Service::list(const Operation& operation, Call call,
                                               std::optional<long long> limit, const Keep& keep) const {
  std::vector<json::Value> items;
  std::set<std::string> seen;
  const auto query = call.query;
  for (int page_number = 0; page_number < k_most_pages; ++page_number) {
    AGR_TRY_ASSIGN(const auto text, body(operation, call));
    AGR_TRY_ASSIGN(auto page, decode_list(operation, text));
    for (auto& item : page.items)
      if (!keep || keep(item))
        items.push_back(std::move(item));
    const bool enough = limit && items.size() >= static_cast<std::size_t>(*limit);
    if (enough)
      items.resize(static_cast<std::size_t>(*limit));
    // A cursor that repeats would never end.
    if (enough || page.items.empty() || page.next.empty() || !seen.insert(page.next).second)
      break;
    call.query = query;
    call.query.emplace_back("cursor", page.next);
  }
  return items;
}

} // namespace agr::agentsgethired
