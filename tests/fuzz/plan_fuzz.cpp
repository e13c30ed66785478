// SPDX-License-Identifier: MIT
#include "settle/plan.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace agr;

/// A plan that is taken is one agr made: it has the hash it claims, and every line the key of what it pays.
/// The hash is put in here, or no input would ever get past it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto file = json::parse({reinterpret_cast<const char*>(data), size});
  if (!file || !file->is_object())
    return 0;
  file->set("kind", "agr settlement plan");
  file->set("version", 1);
  file->set("hash", settle::file_hash(*file));
  const auto plan = settle::plan_from(*file);
  if (!plan)
    return 0;
  for (const auto& line : plan->payable())
    if (line.key != settle::key_of(line.owed) || line.owed.settlement_id.empty())
      std::abort();
  return 0;
}
