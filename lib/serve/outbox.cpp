// SPDX-License-Identifier: MIT
#include "serve/outbox.hpp"

#include "serve/journal.hpp"

#include <algorithm>
#include <filesystem>

namespace agr::serve {

Result<std::vector<Entry>> read_outbox(const std::string& state) {
  std::vector<Entry> outbox;
  std::error_code code;
  for (const auto& folder : std::filesystem::directory_iterator(state + "/agents", code)) {
    const auto path = folder.path() / "journal.db";
    if (!std::filesystem::exists(path, code))
      continue;
    AGR_TRY_ASSIGN(auto journal, Journal::open(path.string()));
    AGR_TRY_ASSIGN(auto entries, journal.open_entries());
    std::ranges::copy_if(entries, std::back_inserter(outbox), [](const Entry& entry) {
      return entry.state == State::finished || entry.state == State::submitting;
    });
  }
  std::ranges::sort(outbox, {}, &Entry::seen_at);
  return outbox;
}

} // namespace agr::serve
