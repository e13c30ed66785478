// SPDX-License-Identifier: MIT
#include "http/lanes.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace agr;
using namespace agr::http;

namespace {

constexpr Lane k_all[] = {Lane::urgent, Lane::report, Lane::handshake, Lane::normal, Lane::bulk};

std::vector<int> started(Lanes& lanes) {
  std::vector<int> all;
  while (const auto id = lanes.next())
    all.push_back(static_cast<int>(*id));
  return all;
}

using Ids = std::vector<int>;

} // namespace

TEST_CASE("in one lane: in order, as many as there are places") {
  for (const auto lane : k_all) {
    Lanes lanes({.normal = 2, .urgent = 2, .report = 2, .handshake = 2, .bulk = 2});
    for (int i = 1; i <= 5; ++i)
      lanes.join(lane, RequestId(static_cast<std::uint64_t>(i)));
    CHECK(started(lanes) == Ids{1, 2});
    lanes.leave(lane);
    CHECK(started(lanes) == Ids{3});
    lanes.withdraw(lane, RequestId{4});
    lanes.leave(lane);
    CHECK(started(lanes) == Ids{5});
  }
}

TEST_CASE("a lane that is full of stalled requests holds up no other lane") {
  for (const auto full : k_all) {
    Lanes lanes({.normal = 1, .urgent = 1, .report = 1, .handshake = 1, .bulk = 1});
    for (int i = 1; i <= 100; ++i)
      lanes.join(full, RequestId(static_cast<std::uint64_t>(i)));
    CHECK(started(lanes) == Ids{1});
    for (const auto other : k_all) {
      if (other == full)
        continue;
      lanes.join(other, RequestId{1000});
      CHECK(started(lanes) == Ids{1000});
    }
  }
}

TEST_CASE("who comes at the same time starts in the order of lanes") {
  Lanes lanes({});
  int id = 0;
  for (const auto lane : {Lane::bulk, Lane::normal, Lane::handshake, Lane::report, Lane::urgent})
    lanes.join(lane, RequestId(static_cast<std::uint64_t>(++id)));
  CHECK(started(lanes) == Ids{5, 4, 3, 2, 1});
}
