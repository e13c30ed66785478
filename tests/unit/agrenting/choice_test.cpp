// SPDX-License-Identifier: MIT
#include "agrenting/choice.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace agr;
using namespace agr::agrenting;

namespace {

Agent agent(std::string did, std::string availability, std::string reputation, std::string price,
            std::string status = "active") {
  Agent one;
  one.did = std::move(did);
  one.capabilities = {"coding", "Summarizing"};
  one.availability = std::move(availability);
  one.reputation = std::move(reputation);
  if (!price.empty())
    one.price = *Decimal::parse(price);
  one.status = std::move(status);
  return one;
}

} // namespace

TEST_CASE("free before unknown, then reputation, then price, then name") {
  struct Case {
    std::vector<Agent> agents;
    const char* best;
  };
  const Case cases[] = {
      {{agent("a", "", "5.0", "1"), agent("b", "available", "1.0", "9")}, "b"},
      {{agent("a", "busy", "5.0", "1"), agent("b", "", "1.0", "9")}, "b"},
      {{agent("a", "available", "4.9", "1"), agent("b", "available", "10.0", "9")}, "b"},
      {{agent("a", "available", "4.90", "3"), agent("b", "available", "4.9", "2")}, "b"},
      {{agent("b", "available", "4.9", "2"), agent("a", "available", "4.9", "2")}, "a"},
      {{agent("a", "available", "", "2"), agent("b", "available", "0.1", "2")}, "b"},
      {{agent("a", "available", "5", "2", "suspended"), agent("b", "available", "1", "2")}, "b"},
      {{agent("a", "available", "5", ""), agent("b", "available", "1", "2")}, "b"},
  };
  for (const Case& c : cases) {
    const auto choice = choose(c.agents, "summarizing", {});
    REQUIRE(choice);
    CHECK(choice->agent.did == c.best);
  }
}

TEST_CASE("the reason names what the others lacked") {
  const std::vector<Agent> agents{agent("a", "available", "4.90", "2.00"), agent("b", "busy", "5", "1"),
                                  agent("c", "offline", "5", "1"), agent("d", "available", "5", "9")};
  const auto choice = choose(agents, "coding", Decimal::parse("5").value());
  REQUIRE(choice);
  CHECK(choice->why ==
        "available, reputation 4.90, 2.00 USD; best of 4 (1 busy, 1 offline, 1 above 5.00 USD)");
  const auto none = choose(agents, "singing", {});
  CHECK(none.error().kind == Kind::not_found);
  CHECK(none.error().message.find("4 without the capability") != std::string::npos);
  CHECK(choose({}, "x", {}).error().message.find("there is none") != std::string::npos);
}
