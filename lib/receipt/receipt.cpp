// SPDX-License-Identifier: MIT
#include "receipt/receipt.hpp"

#include "base/text.hpp"
#include "receipt/networks.hpp"
#include "receipt/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::receipt {
namespace {

constexpr std::size_t k_max_bytes = 16384;
constexpr json::ReadLimits k_limits{.depth = 16, .bytes = k_max_bytes, .allow_duplicate_names = false};
constexpr auto k_rail_names = std::to_array<std::string_view>({"stripe", "x402", "mpp"});

std::string_view without_header_name(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return text;
  const std::string_view name = text.substr(0, colon);
  const bool is_name = std::all_of(name.begin(), name.end(), [](char c) {
    return c == '-' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
  return is_name ? trim(text.substr(colon + 1)) : text;
}

/// The JSON text inside, or nothing when the encoding is none we know.
std::optional<std::string> decode(std::string_view text) {
  text = without_header_name(text);
  if (text.starts_with('{'))
    return std::string(text);
  auto bytes = base64_decode(text);
  return bytes && !bytes->empty() ? bytes : std::nullopt;
}

std::optional<Rail> classify(const json::Value& receipt) {
  if (receipt.has("success") && receipt.has("network"))
    return Rail::x402;
  if (receipt.has("status") && receipt.has("method") && receipt.has("reference"))
    return Rail::mpp;
  return std::nullopt;
}

/// Reads the object into the report; false when it could not.
bool read(std::string_view text, Report& report) {
  const auto refuse = [&](std::string_view code, std::string message) {
    report.findings.push_back({std::string(code), Level::fail, std::move(message)});
    return false;
  };
  text = trim(text);
  if (text.empty() || text.size() > k_max_bytes)
    return refuse("receipt_size",
                  fmt::format("the receipt has {} bytes; it must have 1 to {}", text.size(), k_max_bytes));
  const auto decoded = decode(text);
  if (!decoded)
    return refuse("receipt_encoding", "the receipt is neither a JSON object nor base64");
  auto value = json::parse(*decoded, k_limits);
  if (!value)
    return refuse("receipt_json",
                  fmt::format("the receipt is not one JSON object: {}", value.error().message));
  if (!value->is_object())
    return refuse("receipt_json", "the receipt is JSON, but not an object");
  report.receipt = std::move(*value);
  return true;
}

std::string in_words(std::optional<Rail> rail) {
  return rail ? fmt::format("an {} receipt", name_of(*rail))
              : std::string("neither an x402 nor an mpp receipt");
}

} // namespace

std::string_view name_of(Rail rail) {
  return k_rail_names[static_cast<std::size_t>(rail)];
}

std::optional<Rail> parse_rail(std::string_view name) {
  const auto found = std::find(k_rail_names.begin(), k_rail_names.end(), name);
  if (found == k_rail_names.end())
    return std::nullopt;
  return static_cast<Rail>(found - k_rail_names.begin());
}

const Finding* Report::first_failure() const {
  const auto found =
      std::find_if(findings.begin(), findings.end(), [](const Finding& f) { return f.level == Level::fail; });
  return found == findings.end() ? nullptr : &*found;
}

const Finding* Report::find(std::string_view code) const {
  const auto found =
      std::find_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.code == code; });
  return found == findings.end() ? nullptr : &*found;
}

Report check(std::string_view text, const Obligation& obligation, const json::Value* requirements, Time now) {
  Report report;
  if (!read(text, report))
    return report;
  report.rail = classify(report.receipt);
  const Case c{report.receipt, obligation, requirements, now, report};
  if (report.rail != obligation.rail) {
    c.fail("receipt_rail", fmt::format("this is {}, but the settlement is paid by {}", in_words(report.rail),
                                       name_of(obligation.rail)));
    return report;
  }
  if (report.rail == Rail::x402)
    check_x402(c);
  else
    check_mpp(c);
  return report;
}

} // namespace agr::receipt
