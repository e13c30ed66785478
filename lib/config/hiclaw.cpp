// SPDX-License-Identifier: MIT
#include "config/hiclaw.hpp"

#include "base/text.hpp"
#include "config/members.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::config {
namespace {

const std::array<std::string, 6> k_members{"tasks", "alias", "worker", "rooms", "mc", "copaw"};

/// A name of Matrix: sigil, name, colon, server, and nothing that could be part of a text around it.
bool is_name(char sigil, std::string_view text) {
  const auto colon = text.find(':');
  const auto is_visible = [](char c) { return c > 0x20 && c < 0x7F; };
  return text.starts_with(sigil) && colon != std::string_view::npos && colon > 1 && colon + 1 < text.size() &&
         text.size() <= 255 && std::ranges::all_of(text, is_visible);
}

struct Reader {
  const Document& document;
  const Document::Path& table;
  const std::string& where;

  [[nodiscard]] Document::Path path(std::initializer_list<std::string> more) const {
    auto path = table;
    path.emplace_back("hiclaw");
    path.insert(path.end(), more);
    return path;
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    return document.text(path({name})).value_or("");
  }
  [[nodiscard]] tl::unexpected<Error> wrong(const std::string& what, const std::string& hint) const {
    return fail({Kind::config, fmt::format("{}: {}", where, what), hint});
  }

  [[nodiscard]] Result<std::map<std::string, std::string>> rooms() const {
    std::map<std::string, std::string> rooms;
    for (const auto& worker : document.names(path({"rooms"}))) {
      const auto room = document.text(path({"rooms", worker})).value_or("");
      if (!is_worker(worker) || !is_room(room))
        return wrong(fmt::format("hiclaw.rooms: \"{}\" = \"{}\" is no worker and its room", printable(worker),
                                 printable(room)),
                     "write \"@name:server\" = \"!id:server\"");
      rooms.emplace(worker, room);
    }
    return rooms;
  }
};

} // namespace

bool is_worker(std::string_view text) {
  return is_name('@', text);
}

bool is_room(std::string_view text) {
  return is_name('!', text);
}

Result<HiClaw> hiclaw_in(const Document& document, const Document::Path& table, const std::string& where) {
  const Reader read{document, table, where};
  AGR_TRY(check_members(document, read.path({}), k_members, where + ": hiclaw"));
  HiClaw hiclaw{.tasks = read.text("tasks"),
                .alias = read.text("alias"),
                .worker = read.text("worker"),
                .mc = read.text("mc"),
                .copaw = read.text("copaw")};
  if (!hiclaw.worker.empty() && !is_worker(hiclaw.worker))
    return read.wrong("hiclaw.worker is no worker", "write it as @name:server");
  AGR_TRY_ASSIGN(hiclaw.rooms, read.rooms());
  return hiclaw;
}

} // namespace agr::config
