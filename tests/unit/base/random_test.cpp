// SPDX-License-Identifier: MIT
#include "base/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

using namespace agr;

namespace {

/// Gives the largest number there is, then the numbers of a seed.
class BiasedFirst final : public Random {
public:
  void fill(char* bytes, std::size_t size) override {
    if (std::exchange(m_first, false))
      std::fill(bytes, bytes + size, '\xFF');
    else
      m_rest.fill(bytes, size);
  }
  [[nodiscard]] bool used() const { return !m_first; }

private:
  bool m_first = true;
  SeededRandom m_rest{7};
};

} // namespace

TEST_CASE("the same seed gives the same numbers, on every machine") {
  SeededRandom a(42);
  SeededRandom b(42);
  SeededRandom c(43);
  CHECK(a.bytes(100) == b.bytes(100));
  CHECK(a.uuid() == b.uuid());
  CHECK(a.number() != c.number());
  CHECK(SeededRandom(0).number() == 0xE220A8397B1DCDAFU); // splitmix64's published first number
}

TEST_CASE("a UUID is one of version 4 and the next is another") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = system_random().uuid();
    CAPTURE(id);
    REQUIRE(id.size() == 36);
    for (const std::size_t at : {8U, 13U, 18U, 23U})
      CHECK(id[at] == '-');
    CHECK(id.find_first_not_of("0123456789abcdef-") == std::string::npos);
    CHECK(id[14] == '4');
    CHECK(std::string("89ab").find(id[19]) != std::string::npos);
    seen.insert(id);
  }
  CHECK(seen.size() == 1000);
}

TEST_CASE("below is uniform and stays below") {
  SeededRandom random(1);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60'000; ++i)
    ++counts.at(random.below(6));
  for (const int count : counts) {
    CHECK(count > 9'500);
    CHECK(count < 10'500);
  }
  CHECK(random.below(0) == 0);
  CHECK(random.below(1) == 0);
}

TEST_CASE("a number that would favour the small ones is drawn again") {
  BiasedFirst random;
  SeededRandom rest(7);
  CHECK(random.below(10) == rest.below(10));
  CHECK(random.used());
}
