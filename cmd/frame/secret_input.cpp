// SPDX-License-Identifier: MIT
#include "cmd/frame/secret_input.hpp"

#include "base/text.hpp"
#include "config/key_command.hpp"
#include "serve/handler.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

constexpr std::size_t k_longest = 512;

Result<Secret> checked(std::string_view what, std::string_view text) {
  const std::string key(trim(text));
  for (const char c : key)
    if (c <= 0x20 || c == 0x7F)
      return fail({Kind::usage, fmt::format("the {} holds a space or control character", what),
                   "give it on a line of its own, and nothing else"});
  if (key.size() < 8 || key.size() > k_longest)
    return fail(
        {Kind::usage, fmt::format("a {} has 8 to {} characters, this has {}", what, k_longest, key.size())});
  return Secret(key);
}

} // namespace

Result<Secret> read_secret(std::string_view what, const std::optional<std::string>& command, bool from_stdin,
                           Context& context) {
  if (command) {
    AGR_TRY_ASSIGN(const auto words, serve::split_command(*command));
    if (words.empty())
      return fail({Kind::usage, "--token-command names no program"});
    AGR_TRY_ASSIGN(const Secret secret, config::key_from_command(words));
    return checked(what, secret.reveal());
  }
  if (from_stdin) {
    AGR_TRY_ASSIGN(const std::string text, context.env.console.in.everything(16 * k_longest));
    return checked(what, text);
  }
  if (!context.interactive())
    return fail({Kind::usage, fmt::format("the {} is missing and there is no terminal to ask on", what),
                 "give it on standard input with --with-token, or name a helper with --token-command"});
  context.env.console.err.write(fmt::format("{} (not shown): ", what));
  AGR_TRY_ASSIGN(const std::string text, context.env.console.in.hidden_line());
  context.env.console.err.write("\n");
  return checked(what, text);
}

} // namespace agr::cmd
