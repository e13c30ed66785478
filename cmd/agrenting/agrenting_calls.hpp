// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/answer.hpp"
#include "agrenting/api.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the commands that hire share: who asks, one question and its answer, lists over pages.
namespace agr::cmd {

/// Agrenting as the user of this run. Errors: Kind::auth without a token.
Result<agrenting::Endpoint> hirer(Context& context);
/// Agrenting as one of the profile's agents, the only one when no name is given.
Result<agrenting::Endpoint> as_agent(Context& context, const std::string& name);

/// Sends one request and reads the answer; `attempted` says what was tried: "reading hiring 42".
template <class T>
Result<T> ask(Context& context, http::Request request, Result<T> (*read)(const json::Value&),
              std::string_view attempted) {
  AGR_TRY_ASSIGN(const http::Response response, context.send(std::move(request)));
  return agrenting::decode(response, read, attempted);
}

/// Which part of a list is wanted next.
struct NextPage {
  long long number = 1; ///< from 1
  long long size = 0;
  long long offset = 0; ///< items had so far
  std::string cursor = {};
};

/// Follows pages until `limit` items are there, or all of them. `fetch` gives one Page for a NextPage.
template <class T, class Fetch>
Result<std::vector<T>> collect(std::optional<long long> limit, Fetch fetch) {
  constexpr long long k_largest_page = 100;
  std::vector<T> items;
  NextPage next;
  next.size = std::clamp<long long>(limit.value_or(k_largest_page), 1, k_largest_page);
  json::Value first_before;
  for (;;) {
    AGR_TRY_ASSIGN(agrenting::Page<T> page, fetch(next));
    // A service that ignores what page was asked for would be asked for ever.
    if (page.items.empty() || page.items.front().raw == first_before)
      return items;
    first_before = page.items.front().raw;
    std::move(page.items.begin(), page.items.end(), std::back_inserter(items));
    const auto had = static_cast<long long>(items.size());
    if (limit && had >= *limit)
      items.resize(static_cast<std::size_t>(*limit));
    if (!page.has_more || had >= limit.value_or(had + 1))
      return items;
    next = {next.number + 1, next.size, had, std::move(page.cursor)};
  }
}

/// The objects as they came.
template <class T>
json::Value raw_list(const std::vector<T>& items) {
  json::Value list = json::Value::array();
  for (const T& item : items)
    list.push(item.raw);
  return list;
}

/// Agents with this capability, or all when empty, at most `limit`.
Result<std::vector<agrenting::Agent>> find_agents(Context& context, const agrenting::Endpoint& endpoint,
                                                  agrenting::AgentFilter filter,
                                                  std::optional<long long> limit);
/// One agent. Errors: Kind::not_found with the DID that was probably meant.
Result<agrenting::Agent> find_agent(Context& context, const agrenting::Endpoint& endpoint,
                                    const std::string& did);
/// Adds the DID that was probably meant to an error about an unknown agent; leaves others as they are.
Error with_near_miss(Error error, Context& context, const agrenting::Endpoint& endpoint,
                     const std::string& did);

Result<agrenting::Hiring> find_hiring(Context& context, const agrenting::Endpoint& endpoint,
                                      const std::string& id);

} // namespace agr::cmd
