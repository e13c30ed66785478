// SPDX-License-Identifier: MIT
#include "config/handling.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace agr::config {
namespace {

const std::array<std::string, 5> k_members{"isolate", "isolate_network", "isolate_paths", "max_disk",
                                           "hooks"};
/// Whatever begins like this is meant for here.
constexpr auto k_ours = std::to_array<std::string_view>({"iso", "hook", "max_disk"});
const std::array<std::string, 3> k_hooks{"environment", "pre-handler", "post-handler"};

struct Reader {
  const Document& document;
  const Document::Path& table;
  const std::string& where;

  [[nodiscard]] Document::Path path(std::initializer_list<std::string> more) const {
    auto path = table;
    path.insert(path.end(), more);
    return path;
  }

  [[nodiscard]] tl::unexpected<Error> wrong(const std::string& name, std::string_view wanted) const {
    return fail({Kind::config, fmt::format("{}: {} is {}", where, printable(name), wanted),
                 "`agr help config` shows what an agent may have"});
  }

  [[nodiscard]] Result<void> no_misspelled() const {
    for (const auto& name : document.names(table)) {
      const bool is_known = std::ranges::find(k_members, name) != k_members.end();
      const auto begins = [&name](std::string_view begin) { return name.starts_with(begin); };
      if (!is_known && std::ranges::any_of(k_ours, begins))
        return fail({Kind::config, fmt::format("{}: there is no member \"{}\"", where, printable(name)),
                     fmt::format("did you mean {}?", did_you_mean(name, k_members).value_or("isolate"))});
    }
    return {};
  }

  [[nodiscard]] Result<bool> flag(const std::string& name) const {
    const auto text = document.text(path({name})).value_or("");
    if (document.has(path({name})) && text != "true" && text != "false")
      return wrong(name, "neither true nor false");
    return text == "true";
  }

  [[nodiscard]] Result<std::vector<std::string>> list(const Document::Path& at) const {
    auto texts = document.texts(at);
    if (document.has(at) && texts.empty())
      return wrong(at.back(), "no list of words, or an empty one");
    return texts;
  }

  [[nodiscard]] Result<std::optional<std::uint64_t>> bytes(const std::string& name) const {
    if (!document.has(path({name})))
      return std::optional<std::uint64_t>();
    const auto text = document.text(path({name})).value_or("");
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
      return wrong(name, "no number of bytes");
    return std::optional(number);
  }

  [[nodiscard]] Result<void> read_hooks(Handling& handling) const {
    if (const auto folder = document.text(path({"hooks"}))) {
      handling.hooks_folder = *folder;
      return {};
    }
    for (const auto& name : document.names(path({"hooks"})))
      if (std::ranges::find(k_hooks, name) == k_hooks.end())
        return wrong("hooks." + name, fmt::format("no hook; there are {}", join(k_hooks, ", ")));
    AGR_TRY_ASSIGN(handling.environment, list(path({"hooks", k_hooks[0]})));
    AGR_TRY_ASSIGN(handling.pre_handler, list(path({"hooks", k_hooks[1]})));
    AGR_TRY_ASSIGN(handling.post_handler, list(path({"hooks", k_hooks[2]})));
    return {};
  }
};

} // namespace

Result<Handling> handling_in(const Document& document, const Document::Path& table,
                             const std::string& where) {
  const Reader read{document, table, where};
  AGR_TRY(read.no_misspelled());
  Handling handling;
  AGR_TRY_ASSIGN(handling.isolate, read.flag("isolate"));
  AGR_TRY_ASSIGN(handling.isolate_network, read.flag("isolate_network"));
  AGR_TRY_ASSIGN(handling.isolate_paths, read.list(read.path({"isolate_paths"})));
  AGR_TRY_ASSIGN(handling.max_disk, read.bytes("max_disk"));
  AGR_TRY(read.read_hooks(handling));
  return handling;
}

} // namespace agr::config
