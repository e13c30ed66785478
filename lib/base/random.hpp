// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace agr {

/// Where randomness comes from. Keys and ids come from the system's; tests and the emulator seed theirs.
class Random {
public:
  virtual ~Random() = default;
  virtual void fill(char* bytes, std::size_t size) = 0;

  std::string bytes(std::size_t size);
  std::uint64_t number();
  /// Uniform in [0, bound); 0 when bound is 0.
  std::uint64_t below(std::uint64_t bound);
  /// A lower-case UUID, version 4.
  std::string uuid();
};

/// getrandom(2).
Random& system_random();

/// The same numbers for the same seed, on every machine. Not for secrets.
class SeededRandom final : public Random {
public:
  explicit SeededRandom(std::uint64_t seed) : m_state(seed) {}
  void fill(char* bytes, std::size_t size) override;

private:
  std::uint64_t m_state;
};

} // namespace agr
