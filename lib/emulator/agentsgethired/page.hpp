// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agentsgethired/call.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace agr::emulator::agentsgethired {

/// The part of a list that is asked for: `limit` (1 to 100, otherwise 50) and an opaque `cursor`
/// (docs/wire/agentsgethired.md, "Lists").
struct Page {
  struct Place {
    std::int64_t at = 0; ///< the last row's moment, or its number where rows are numbered
    std::string id;
  };

  std::int64_t limit = 50;
  std::optional<Place> after = {};

  // What k_newest_first and k_oldest_first compare with.
  [[nodiscard]] std::int64_t before() const {
    return after ? after->at : std::numeric_limits<std::int64_t>::max();
  }
  [[nodiscard]] std::int64_t beyond() const { return after ? after->at : 0; }
  [[nodiscard]] std::string id() const { return after ? after->id : std::string(); }
  /// One row more than asked for tells whether there is a next page.
  [[nodiscard]] std::int64_t rows() const { return limit + 1; }
};

/// Refuses with 400 a limit or cursor that is none.
Result<Page> page_of(const Call& call);

/// Ends a query whose last values are before(), before(), id(), rows().
inline constexpr std::string_view k_newest_first =
    " AND (created_at < ? OR (created_at = ? AND id > ?)) ORDER BY created_at DESC, id LIMIT ?";
/// Ends a query over numbered rows whose last values are beyond(), rows().
inline constexpr std::string_view k_oldest_first = " AND number > ? ORDER BY number LIMIT ?";

/// {"ok":true, "<name>":[…], "nextCursor":…}. `place` is the column the order goes by.
Response page_response(std::string_view name, const Page& page, const std::vector<store::Row>& rows,
                       json::Value (*render)(const store::Row&), std::string_view place = "created_at");

} // namespace agr::emulator::agentsgethired
