// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "json/value.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace agr;

/// What was read writes to something that reads as the same, in every form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = json::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!value)
    return value.error().kind == Kind::protocol ? 0 : (std::abort(), 0);
  const std::string ascii = json::write_ascii(*value);
  for (const char c : ascii)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E)
      std::abort();
  for (const std::string& text : {json::write(*value), ascii, json::write_pretty(*value)}) {
    const auto again = json::parse(text);
    if (!again || !(*again == *value))
      std::abort();
  }
  return 0;
}
