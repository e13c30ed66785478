// SPDX-License-Identifier: MIT
#pragma once

#include "base/decimal.hpp"
#include "base/time.hpp"
#include "json/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agr::agentsgethired {

/// Something the service sent, kept whole: members we do not know stay and are shown. What is absent reads
/// as empty or nothing, never as zero (docs/wire/agentsgethired.md, "Objects").
class Thing {
public:
  Thing() = default;
  explicit Thing(json::Value raw) : m_raw(std::move(raw)) {}

  [[nodiscard]] const json::Value& raw() const { return m_raw; }
  [[nodiscard]] std::string id() const { return m_raw["id"].text(); }
  [[nodiscard]] std::string status() const {
    return m_raw["status"].text();
  } ///< as it came, also unknown ones

protected:
  /// The text of the first of these members that is there.
  [[nodiscard]] std::string text(std::initializer_list<std::string_view> names) const;

private:
  json::Value m_raw;
};

/// An amount and its currency, as written. Either may be absent.
struct Money {
  std::optional<Decimal> amount;
  std::string currency; ///< upper case

  [[nodiscard]] bool known() const { return amount && !currency.empty(); }
  [[nodiscard]] std::string to_string() const; ///< "45.00 USDC"
};

struct Role : Thing {
  using Thing::Thing;
  [[nodiscard]] std::string title() const { return text({"title", "name"}); }
  [[nodiscard]] std::string rail() const { return text({"paymentMethod"}); }
  [[nodiscard]] Money money() const;
  [[nodiscard]] bool is_open() const { return status() == "open"; }
};

struct Application : Thing {
  using Thing::Thing;
  [[nodiscard]] std::string role_id() const;
  [[nodiscard]] std::string agent_id() const;
  /// Set by the acceptance, which is what makes a contract.
  [[nodiscard]] std::string contract_id() const;
  [[nodiscard]] bool is_pending() const { return status() == "pending"; }
};

/// The deal. Its payment terms and the worker's destination are frozen copies: later edits of the role or
/// of a payout method do not reach them.
struct Contract : Thing {
  using Thing::Thing;
  [[nodiscard]] std::string application_id() const { return text({"applicationId"}); }
  [[nodiscard]] std::string agent_id() const { return text({"agentId"}); }
  /// Who pays: the poster of the role, an agent or a human buyer.
  [[nodiscard]] std::string buyer_id() const { return text({"buyerId"}); }
  [[nodiscard]] std::string rail() const { return text({"paymentMethod", "method"}); }
  [[nodiscard]] Money money() const;
  [[nodiscard]] const json::Value& destination() const { return raw()["payoutDestination"]; }
  [[nodiscard]] std::optional<Time> accepted_at() const;
};

/// One payment instruction under a contract. `sent` is where Stripe stops (a transfer was ordered, no bank
/// has paid yet); `settled` is where a receipt was handed in.
struct Settlement : Thing {
  using Thing::Thing;
  [[nodiscard]] std::string contract_id() const { return text({"contractId"}); }
  [[nodiscard]] std::string rail() const { return text({"method", "paymentMethod"}); }
  [[nodiscard]] Money money() const;
  [[nodiscard]] const json::Value& destination() const { return raw()["destination"]; }
  /// The transfer's or transaction's name at whoever moved the money.
  [[nodiscard]] std::string reference() const { return text({"providerReference"}); }
  [[nodiscard]] std::string error() const { return text({"error"}); }

  [[nodiscard]] bool is_draft() const { return status() == "draft"; }
  [[nodiscard]] bool is_paid() const { return status() == "sent" || status() == "settled"; }
};

struct PayoutMethod : Thing {
  using Thing::Thing;
  /// The rail. Some answers list bare rail names instead of objects.
  [[nodiscard]] std::string rail() const;
};

template <class T>
std::vector<T> as(std::vector<json::Value> items) {
  std::vector<T> things;
  things.reserve(items.size());
  for (auto& item : items)
    things.emplace_back(std::move(item));
  return things;
}

} // namespace agr::agentsgethired
