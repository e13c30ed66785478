// SPDX-License-Identifier: MIT
#include "base/random.hpp"

#include "base/text.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace agr {
namespace {

class SystemRandom final : public Random {
public:
  void fill(char* bytes, std::size_t size) override {
    while (size > 0) {
      const ssize_t got = getrandom(bytes, size, 0);
      if (got < 0 && errno == EINTR)
        continue;
      // Without randomness there is no safe key or id: nothing sensible can go on.
      if (got <= 0)
        throw std::runtime_error("the system gave no random bytes");
      bytes += got;
      size -= static_cast<std::size_t>(got);
    }
  }
};

} // namespace

std::string Random::bytes(std::size_t size) {
  std::string out(size, '\0');
  fill(out.data(), out.size());
  return out;
}

std::uint64_t Random::number() {
  std::uint64_t value = 0;
  const std::string raw = bytes(sizeof value);
  std::memcpy(&value, raw.data(), sizeof value);
  return value;
}

std::uint64_t Random::below(std::uint64_t bound) {
  if (bound == 0)
    return 0;
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  for (;;)
    if (const std::uint64_t candidate = number(); candidate < limit)
      return candidate % bound;
}

std::string Random::uuid() {
  std::string raw = bytes(16);
  raw[6] = static_cast<char>((raw[6] & 0x0F) | 0x40);
  raw[8] = static_cast<char>((raw[8] & 0x3F) | 0x80);
  std::string text = hex(raw);
  for (const std::size_t at : {8U, 13U, 18U, 23U})
    text.insert(at, 1, '-');
  return text;
}

Random& system_random() {
  static SystemRandom random;
  return random;
}

void SeededRandom::fill(char* bytes, std::size_t size) {
  while (size > 0) {
    // splitmix64
    std::uint64_t z = (m_state += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    z ^= z >> 31;
    for (int i = 0; i < 8 && size > 0; ++i, --size, z >>= 8)
      *bytes++ = static_cast<char>(z & 0xFF);
  }
}

} // namespace agr
