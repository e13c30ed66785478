// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "settle/audit.hpp"
#include "settle/obligation.hpp"
#include "store/database.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::settle {

/// How far a payment is. `intent` is written before its request and means the same as `unknown` to
/// whoever finds it: the request may have been sent.
enum class State {
  intent,
  executed, ///< the marketplace says it is done
  refused,  ///< the marketplace said no, or nothing was sent: certainly not done by this attempt
  unknown,  ///< nobody knows; read it back before anything is sent again
};

std::string_view name_of(State state);
constexpr bool is_open(State state) {
  return state == State::intent || state == State::unknown;
}

/// One payment in the journal.
struct Line {
  std::string key; ///< of the obligation; also the request's idempotency key
  Obligation obligation;
  std::string receipt = {};       ///< as it was handed in: proof of payment must survive us
  std::string body = {};          ///< the request's exact bytes; a repeat sends the same
  std::string status_before = {}; ///< the settlement's status when it was decided to pay
  State state = State::intent;
  int attempts = 0;           ///< requests sent or about to be
  std::string reference = {}; ///< the transfer or transaction the marketplace reported
  std::string note = {};      ///< why it is refused or unknown
  Time created = {};
  Time updated = {};
};

/// What a receipt command was asked for and answered. `answer` is empty while nobody knows whether it paid.
struct KeptReceipt {
  std::string answer;
  Time asked = {};
};

/// Every payment this machine ever tried, in one SQLite file; every change is synced before it returns,
/// together with a line of the audit log that says so. A settlement has at most one open line, which the
/// database itself enforces.
class Journal {
public:
  /// `path` may be ":memory:".
  static Result<Journal> open(const std::string& path);

  /// Writes the intent of a payment: a new line, or a refused or open one tried once more. Gives the line
  /// as stored. Errors: Kind::conflict when another payment of the same settlement is open.
  Result<Line> intend(const Line& line, Time now);
  /// Errors: Kind::internal when there is no such line.
  Result<void> note(const std::string& key, State state, std::string_view reference, std::string_view note,
                    Time now);

  /// The settlement's open line, or else its latest.
  Result<std::optional<Line>> find(const std::string& origin, const std::string& settlement_id);
  /// All lines, or only the open ones; oldest first.
  Result<std::vector<Line>> lines(bool only_open);
  /// The other settlement a receipt was already used for, if any.
  Result<std::optional<std::string>> receipt_used_by(const std::string& reference,
                                                     const std::string& settlement_id);

  /// A receipt command may pay, so that it is about to run is written down first, and what it answered
  /// before that is used. Asking again, or dropping what was asked, takes a person's word or the command's.
  Result<void> asked_receipt(const Obligation& owed, Time now);
  Result<void> got_receipt(const Obligation& owed, std::string_view answer, Time now);
  Result<void> drop_receipt(const Obligation& owed, std::string_view why, Time now);
  Result<std::optional<KeptReceipt>> receipt_of(const Obligation& owed);

  /// Adds a line that is about no single payment: `event` is one word, `about` an object.
  Result<void> remark(std::string_view event, const json::Value& about, Time now);
  /// The whole audit log, unverified.
  Result<std::vector<AuditLine>> audit_lines();
  /// Verifies the chain, and that the payments are as the log says. Gives the log. Errors: Kind::conflict.
  Result<std::vector<AuditLine>> audit();

private:
  explicit Journal(store::Database database) : m_database(std::move(database)) {}
  Result<void> append(std::string_view event, json::Value about, Time now);
  Result<void> adopt();
  Result<Line> line_with(const std::string& key);
  store::Database m_database;
};

} // namespace agr::settle
