// SPDX-License-Identifier: MIT
#include "agentsgethired/service.hpp"

#include "agentsgethired/envelope.hpp"
#include "agentsgethired/errors.hpp"
#include "http/errors.hpp"

#include <set>

namespace agr::agentsgethired {
namespace {

constexpr int k_most_pages = 1000;

} // namespace

Result<std::string> Service::body(const Operation& operation, const Call& call) const {
  AGR_TRY_ASSIGN(auto request, encode(m_endpoint, operation, call));
  auto response = m_send(std::move(request));
  if (!response)
    return fail(explain(std::move(response).error(), m_endpoint, operation));
  if (!response->ok())
    return fail(explain(http::error_of(*response, operation.attempt), m_endpoint, operation));
  return std::move(response->body);
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
