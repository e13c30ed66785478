// SPDX-License-Identifier: MIT
#pragma once

#include "base/time.hpp"
#include "store/database.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::store {

/// Something a person asked for that must happen at most once, written down before it is attempted. The key
/// goes with every attempt, so that the service recognises a repeat; the request is kept as it was sent,
/// because a repeat must be the same to the letter.
struct Intent {
  std::string key;
  std::string kind;        ///< "hire"
  std::string fingerprint; ///< of what the person asked: the same words make the same one
  std::string summary;     ///< for people: "hire did:example:alice for 2.00"
  std::string request;     ///< what was sent
  Time begun;
};

/// The journal of intents: `begun` until the answer is known, then `done` or `refused`. What is still open
/// after a crash is found again by its fingerprint and goes on under its old key.
class Intents {
public:
  /// Every line is synced before the call returns.
  static Result<Intents> open(const std::string& path);

  /// Writes an intent down. A key that is there already is opened again with this request.
  Result<void> begin(const Intent& intent);
  /// The newest open intent of that fingerprint.
  Result<std::optional<Intent>> find_open(std::string_view kind, std::string_view fingerprint);
  /// All open ones, oldest first.
  Result<std::vector<Intent>> open_ones();
  /// It happened; `answer` is the id of what came of it. The request is forgotten.
  Result<void> done(std::string_view key, std::string_view answer);
  /// It certainly did not happen and will not. The request is forgotten.
  Result<void> refused(std::string_view key, std::string_view reason);

private:
  explicit Intents(Database database) : m_database(std::move(database)) {}
  Result<void> close(std::string_view key, std::string_view state, std::string_view answer);
  Database m_database;
};

} // namespace agr::store
