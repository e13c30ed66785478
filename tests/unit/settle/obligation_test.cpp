// SPDX-License-Identifier: MIT
#include "settle/obligation.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace agr;
using namespace agr::settle;

namespace {

Obligation owed() {
  return {.origin = "https://agentsgethired.com",
          .contract_id = "c1",
          .settlement_id = "s1",
          .rail = "x402",
          .amount = *Decimal::parse("45"),
          .currency = "USDC",
          .destination = *json::parse(R"({"destination":"0xAB","details":{"a":1,"b":[2]}})"),
          .receipt_reference = "0xab"};
}

} // namespace

TEST_CASE("the key is the same for the same obligation, however it is spelled") {
  const auto key = key_of(owed());
  CHECK(key.size() == 64);
  auto same = owed();
  same.amount = *Decimal::parse("45.00");
  same.destination = *json::parse(R"({"details":{"b":[2],"a":1},"destination":"0xAB"})");
  CHECK(key_of(same) == key);
}

TEST_CASE("the key differs as soon as anything owed differs") {
  std::set<std::string> keys{key_of(owed())};
  const auto add = [&](void (*change)(Obligation&)) {
    auto other = owed();
    change(other);
    keys.insert(key_of(other));
  };
  add([](Obligation& o) { o.origin = "http://127.0.0.1:1"; });
  add([](Obligation& o) { o.contract_id = "c2"; });
  add([](Obligation& o) { o.settlement_id = "s2"; });
  add([](Obligation& o) { o.rail = "mpp"; });
  add([](Obligation& o) { o.amount = *Decimal::parse("45.000000000000000001"); });
  add([](Obligation& o) { o.currency = "USD"; });
  add([](Obligation& o) { o.destination = *json::parse(R"({"destination":"0xAC"})"); });
  add([](Obligation& o) { o.destination = {}; });
  add([](Obligation& o) { o.receipt_reference = "0xac"; });
  // Moving a character over a border between members is another obligation, too.
  add([](Obligation& o) { o.contract_id = "c1s", o.settlement_id = "1"; });
  CHECK(keys.size() == 11);
}
