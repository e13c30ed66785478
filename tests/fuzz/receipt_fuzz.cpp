// SPDX-License-Identifier: MIT
#include "receipt/receipt.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace agr;

/// A receipt that passes names what was paid and is for the rail it was given for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Time now = *parse_rfc3339("2026-01-15T12:00:00Z");
  for (const receipt::Rail rail : {receipt::Rail::x402, receipt::Rail::mpp}) {
    receipt::Obligation obligation;
    obligation.rail = rail;
    obligation.amount = Decimal::from_cents(4500);
    obligation.currency = "USDC";
    obligation.settlement_id = "s1";
    const receipt::Report report = receipt::check(text, obligation, nullptr, now);
    if (report.ok() && (report.reference.empty() || report.rail != rail || !report.receipt.is_object()))
      std::abort();
  }
  return 0;
}
