// SPDX-License-Identifier: MIT
#include "process/handover.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>

using namespace agr;
using namespace agr::process;

TEST_CASE("a secret can be taken as often as it was put there, and then there is none") {
  const auto end = hand_over(Secret("t0k3n"), 2);
  REQUIRE(end);
  for (int i = 0; i < 2; ++i) {
    const auto taken = take_secret(end->get());
    REQUIRE(taken);
    CHECK(taken->reveal() == "t0k3n");
  }
  CHECK_FALSE(take_secret(end->get()));
}

TEST_CASE("no secret is none, and what is no such end holds none") {
  CHECK_FALSE(take_secret(hand_over(Secret()).value().get()));
  const Fd file(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  CHECK_FALSE(take_secret(file.get()));
  CHECK_FALSE(take_secret(-1));
}

TEST_CASE("it cannot be opened again by its place in /proc, as a pipe could") {
  const auto end = hand_over(Secret("t0k3n"));
  const auto path = fmt::format("/proc/self/fd/{}", end.value().get());
  CHECK(::open(path.c_str(), O_RDONLY | O_CLOEXEC) < 0);
}

TEST_CASE("what would not fit is refused") {
  CHECK_FALSE(hand_over(Secret(std::string(100'000, 'x'))));
}
