// SPDX-License-Identifier: MIT
#include "cmd/agrenting/shown_once.hpp"

#include "base/text.hpp"
#include "config/private_file.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace agr::cmd {

Result<ShownOnce> ShownOnce::prepare(const std::string& path) {
  ShownOnce place;
  place.m_path = path;
  std::error_code ignored;
  if (!path.empty() && std::filesystem::exists(std::filesystem::symlink_status(path, ignored)))
    return fail({Kind::conflict, fmt::format("{} is there already", printable(path)), "name a new file"});
  if (!path.empty()) // made and dropped again: a folder that cannot be written to is found now
    AGR_TRY(config::Replacement::begin(path));
  return place;
}

json::Value ShownOnce::keep(agrenting::Issued issued, std::string_view member, Context& context) const {
  json::Value object = std::move(issued.object);
  const auto save = [&]() -> Result<void> {
    AGR_TRY_ASSIGN(config::Replacement file, config::Replacement::begin(m_path));
    return file.commit(issued.secret.reveal() + "\n");
  };
  if (!m_path.empty()) {
    const auto saved = save();
    if (saved) {
      object.set("file", m_path);
      return object;
    }
    context.env.console.err.write(
        fmt::format("WARNING: it could not be saved ({}); this is the only copy.\n", saved.error().message));
  } else {
    context.say("Nobody can show this again: keep it safe.");
  }
  object.set(member, issued.secret.reveal());
  return object;
}

Option secret_file_option() {
  return {"-o,--output", "FILE", "Put it into this new file, readable by you alone, instead of showing it"};
}

} // namespace agr::cmd
