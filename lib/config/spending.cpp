// SPDX-License-Identifier: MIT
#include "config/spending.hpp"

#include "config/members.hpp"

#include <fmt/format.h>

#include <array>

namespace agr::config {
namespace {

struct Reader {
  const Document& document;
  const std::string& file;

  [[nodiscard]] Result<std::optional<Decimal>> amount(const std::string& name) const {
    if (!document.has({"settle", name}))
      return std::optional<Decimal>();
    const auto amount = Decimal::parse(document.text({"settle", name}).value_or(""));
    if (!amount)
      return fail({Kind::config, fmt::format("{}: {} under [settle] is no amount", file, name),
                   fmt::format("write it as text: {} = \"50.00\"", name)});
    return std::optional(*amount);
  }

  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& name) const {
    auto texts = document.texts({"settle", name});
    if (document.has({"settle", name}) && texts.empty())
      return fail({Kind::config,
                   fmt::format("{}: {} under [settle] is no list of words, or an empty one", file, name),
                   fmt::format("write it as {} = [\"…\"], or leave it out", name)});
    return texts;
  }
};

} // namespace

Result<Spending> spending_in(const Document& document, const std::string& file) {
  static const std::array<std::string, 7> k_members{"max_total",  "max_each", "max_day",        "rails",
                                                    "currencies", "payees",   "receipt_command"};
  const Reader read{document, file};
  AGR_TRY(check_members(document, {"settle"}, k_members, file + ": [settle]"));
  Spending spending;
  AGR_TRY_ASSIGN(spending.max_total, read.amount("max_total"));
  AGR_TRY_ASSIGN(spending.max_each, read.amount("max_each"));
  AGR_TRY_ASSIGN(spending.max_day, read.amount("max_day"));
  AGR_TRY_ASSIGN(spending.rails, read.list("rails"));
  AGR_TRY_ASSIGN(spending.currencies, read.list("currencies"));
  AGR_TRY_ASSIGN(spending.payees, read.list("payees"));
  AGR_TRY_ASSIGN(spending.receipt_command, read.list("receipt_command"));
  return spending;
}

} // namespace agr::config
