// SPDX-License-Identifier: MIT
#include "serve/outbox.hpp"

#include "serve/journal.hpp"

#include <algorithm>
#include <iterator>

namespace agr::serve {

Result<std::vector<Entry>> read_outbox(const std::string& state) {
  std::vector<Entry> outbox;
  for (const auto& path : journals_in(state)) {
    AGR_TRY_ASSIGN(auto journal, Journal::open(path));
    AGR_TRY_ASSIGN(auto entries, journal.open_entries());
    std::ranges::copy_if(entries, std::back_inserter(outbox), [](const Entry& entry) {
      return entry.state == State::finished || entry.state == State::submitting;
    });
  }
  std::ranges::sort(outbox, {}, &Entry::seen_at);
  return outbox;
}

} // namespace agr::serve
