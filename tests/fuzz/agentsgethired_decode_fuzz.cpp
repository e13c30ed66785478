// SPDX-License-Identifier: MIT
#include "agentsgethired/envelope.hpp"
#include "agentsgethired/profile.hpp"
#include "agentsgethired/types.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace agr;
using namespace agr::agentsgethired;

namespace {

/// Whatever arrives, the views read it without harm, and only two statuses ever count as paid.
void check_objects(std::string_view body) {
  const auto one = decode_one(operations::k_settlement, body);
  if (!one)
    return;
  const Settlement settlement(*one);
  if (settlement.is_paid() && (settlement.is_draft() || settlement.status().empty()))
    std::abort();
  if (settlement.money().known() && settlement.money().to_string().empty())
    std::abort();
  (void)Contract(*one).accepted_at();
  (void)Application(*one).contract_id();
}

/// A list that was read holds what it says, and the same is read from it again.
void check_lists(std::string_view body) {
  const auto page = decode_list(operations::k_roles, body);
  if (!page)
    return;
  const auto again = decode_list(operations::k_roles, json::write(json::Value(page->items)));
  if (!again || again->items.size() != page->items.size())
    std::abort();
}

/// A key that is accepted can go into a header, and never stays in what is shown.
void check_registration(std::string_view body) {
  const auto registered = decode_registered(body);
  if (registered &&
      (key_shape(registered->key.reveal()) == KeyShape::impossible || registered->agent.has("apiKey")))
    std::abort();
  (void)decode_brief(body);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  check_objects(body);
  check_lists(body);
  check_registration(body);
  return 0;
}
