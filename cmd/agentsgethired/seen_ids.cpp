// SPDX-License-Identifier: MIT
#include "cmd/agentsgethired/seen_ids.hpp"

#include "base/text.hpp"
#include "config/private_file.hpp"
#include "config/writer.hpp"
#include "json/value.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace agr::cmd {
namespace {

constexpr std::size_t k_most = 300;
constexpr std::size_t k_longest_what = 60;

std::string file_in(const config::Paths& paths) {
  return paths.cache + "/ids.json";
}

json::Value::Array read(const config::Paths& paths) {
  const auto text = paths.cache.empty() ? fail({}) : config::read_if_private(file_in(paths));
  const auto whole = text && *text ? json::parse(**text) : fail({});
  return whole ? whole->items() : json::Value::Array();
}

/// Whole or not at all, and never readable by others; not synced, because it may be lost.
void write(const config::Paths& paths, const json::Value::Array& entries) {
  if (paths.cache.empty() || !config::make_private_folder(paths.cache))
    return;
  const std::string path = file_in(paths);
  const std::string text = json::write(json::Value(entries));
  std::string temporary = path + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0)
    return;
  const bool whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  if (!whole || ::rename(temporary.c_str(), path.c_str()) != 0)
    ::unlink(temporary.c_str());
}

json::Value entry_of(std::string_view origin, std::string_view kind, const SeenId& seen) {
  return json::Value::object(
      {{"origin", origin}, {"kind", kind}, {"id", seen.id}, {"what", shorten(seen.what, k_longest_what)}});
}

bool same_id(const json::Value& a, const json::Value& b) {
  return a["origin"] == b["origin"] && a["kind"] == b["kind"] && a["id"] == b["id"];
}

} // namespace

std::vector<SeenId> seen_ids(const config::Paths& paths, std::string_view origin, std::string_view kind) {
  std::vector<SeenId> ids;
  for (const auto& entry : read(paths))
    if (entry["origin"].text() == origin && entry["kind"].text() == kind)
      ids.push_back({entry["id"].text(), entry["what"].text()});
  return ids;
}

void remember_ids(const config::Paths& paths, std::string_view origin, std::string_view kind,
                  const std::vector<SeenId>& ids) {
  const auto before = read(paths);
  json::Value::Array entries;
  for (const auto& seen : ids)
    if (!seen.id.empty() && entries.size() < k_most)
      entries.push_back(entry_of(origin, kind, seen));
  const auto shown = entries;
  for (const auto& old : before)
    if (entries.size() < k_most &&
        std::ranges::none_of(shown, [&](const json::Value& now) { return same_id(old, now); }))
      entries.push_back(old);
  if (entries != before)
    write(paths, entries);
}

} // namespace agr::cmd
