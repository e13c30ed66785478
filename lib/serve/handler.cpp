// SPDX-License-Identifier: MIT
#include "serve/handler.hpp"

#include "base/text.hpp"
#include "json/value.hpp"
#include "process/files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace agr::serve {
namespace {

/// Ours, and what a service manager says to us alone.
constexpr std::array<std::string_view, 6> k_our_prefixes{
    "AGR_", "AGRENTING_", "AGENTSGETHIRED_", "NOTIFY_SOCKET=", "WATCHDOG_", "CREDENTIALS_DIRECTORY="};
constexpr std::array<std::string_view, 4> k_secret_suffixes{"KEY", "TOKEN", "SECRET", "PASSWORD"};

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

/// Walks over a command line, one character at a time.
class Splitter {
public:
  Result<std::vector<std::string>> split(std::string_view text) {
    for (const char c : text)
      take(c);
    if (m_quote != 0 || m_escaped)
      return fail(Error{.kind = Kind::usage,
                        .message = fmt::format("the handler's command ends inside a quotation: {}", text),
                        .hint = "close the quote, or name a script that holds the command"});
    end_word();
    return m_words;
  }

private:
  void take(char c) {
    if (std::exchange(m_escaped, false))
      return add(c);
    if (c == '\\' && m_quote != '\'') {
      m_escaped = true;
      return;
    }
    if (m_quote != 0)
      return c == m_quote ? void(m_quote = 0) : add(c);
    if (c == '\'' || c == '"') {
      m_quote = c;
      m_in_word = true; // "" is a word too
    } else if (c == ' ' || c == '\t' || c == '\n') {
      end_word();
    } else {
      add(c);
    }
  }
  void add(char c) {
    m_word.push_back(c);
    m_in_word = true;
  }
  void end_word() {
    if (std::exchange(m_in_word, false))
      m_words.push_back(std::exchange(m_word, {}));
  }

  std::vector<std::string> m_words;
  std::string m_word;
  bool m_in_word = false;
  bool m_escaped = false;
  char m_quote = 0;
};

bool is_program(const std::string& path) {
  std::error_code code;
  return std::filesystem::is_regular_file(path, code) && ::access(path.c_str(), X_OK) == 0;
}

Error no_program(const std::string& program) {
  return Error{.kind = Kind::usage,
               .message = fmt::format("{} is not a program that can be run", printable(program)),
               .hint = fmt::format("check the path, and chmod +x {}", printable(program))};
}

std::vector<std::string> environment_for(const HandlerSettings& settings, const process::Spool& spool,
                                         const StartHandler& start, const json::Value& hiring) {
  auto environment = *settings.environment;
  const auto set = [&environment](std::string_view name, std::string_view value) {
    environment.push_back(fmt::format("{}={}", name, value));
  };
  set("AGR_HIRING_ID", start.id);
  set("AGR_ATTEMPT", std::to_string(start.attempt));
  set("AGR_DELIVERY_MODE", hiring["delivery_mode"].text() == "push" ? "push" : "output");
  set("AGR_INPUT", spool.path("input.json"));
  set("AGR_SYSTEM_PROMPT_FILE", spool.path("system_prompt.txt"));
  set("AGR_SPOOL", spool.folder());
  set("AGR_WORKDIR", spool.path("work"));
  set("AGR_ARTIFACTS", artifacts_folder(spool));
  set("PWD", spool.path("work"));
  if (settings.sandbox)
    set("AGR_SUBMISSIONS", submissions_folder(spool));
  if (start.deadline)
    set("AGR_DEADLINE", rfc3339(*start.deadline));
  return environment;
}

std::vector<std::string> sandbox_for(const HandlerSettings& settings, const process::Spool& spool) {
  if (!settings.sandbox)
    return {};
  auto sandbox = *settings.sandbox;
  for (const auto* file : {"input.json", "system_prompt.txt"})
    sandbox.readable.push_back(spool.path(file));
  sandbox.writable = {spool.path("work"), artifacts_folder(spool), submissions_folder(spool)};
  sandbox.temporary = spool.path("tmp");
  return process::sandbox_words(sandbox);
}

Result<process::Command> command_for(const HandlerSettings& settings, const process::Spool& spool,
                                     const StartHandler& start, const json::Value& hiring,
                                     const Repository& repository) {
  process::Command command{.argv = settings.command,
                           .environment = environment_for(settings, spool, start, hiring),
                           .folder = spool.path("work"),
                           .sandbox = sandbox_for(settings, spool),
                           .hooks = settings.hooks,
                           .deadline = start.deadline,
                           .kill_grace = settings.kill_grace,
                           .max_output = settings.max_output,
                           .max_disk = settings.max_disk};
  command.takes_secret = is_push(hiring) && settings.pushes_itself;
  if (is_push(hiring) && !settings.pushes_itself)
    AGR_TRY(add_repository(command, settings.push, spool, start, repository));
  return command;
}

Result<void> make_folders(const HandlerSettings& settings, const process::Spool& spool) {
  for (const auto& folder : {spool.folder(), spool.path("work"), artifacts_folder(spool)})
    AGR_TRY(process::make_private_folder(folder));
  if (settings.sandbox)
    for (const auto& folder : {spool.path("tmp"), submissions_folder(spool)})
      AGR_TRY(process::make_private_folder(folder));
  return {};
}

} // namespace

Result<std::vector<std::string>> split_command(std::string_view text) {
  AGR_TRY_ASSIGN(auto words, Splitter().split(text));
  if (words.empty())
    return fail(Error{.kind = Kind::usage, .message = "the handler's command is empty"});
  return words;
}

Result<std::vector<std::string>> resolve(std::vector<std::string> command, std::string_view path) {
  auto& program = command.front();
  if (program.find('/') != std::string::npos) {
    std::error_code code;
    auto absolute = std::filesystem::absolute(program, code).lexically_normal().string();
    if (!is_program(absolute))
      return fail(no_program(program));
    program = std::move(absolute);
    return command;
  }
  for (const auto& folder : split(path, ':'))
    if (auto candidate = fmt::format("{}/{}", folder, program);
        folder.starts_with('/') && is_program(candidate)) {
      program = std::move(candidate);
      return command;
    }
  return fail(no_program(program));
}

std::vector<std::string> inheritable(std::span<const std::string> environment) {
  std::vector<std::string> kept;
  for (const auto& variable : environment) {
    const bool is_ours = std::ranges::any_of(
        k_our_prefixes, [&](std::string_view prefix) { return variable.starts_with(prefix); });
    if (!is_ours && name_of(variable) != "PWD" && name_of(variable) != "OLDPWD")
      kept.push_back(variable);
  }
  return kept;
}

void learn_secrets(Redactor& redactor, std::span<const std::string> environment) {
  for (const std::string_view variable : environment) {
    const auto name = name_of(variable);
    const bool is_secret = std::ranges::any_of(
        k_secret_suffixes, [&](std::string_view suffix) { return name.ends_with(suffix); });
    // Very short values are switches, and masking them would eat ordinary text.
    if (is_secret && variable.size() > name.size() + 8)
      redactor.add(Secret(std::string(variable.substr(name.size() + 1))));
  }
}

void learn_secrets(Redactor& redactor, const process::Spool& spool) {
  const auto lines = process::read_file(spool.path("environment")).value_or("");
  learn_secrets(redactor, split(lines, '\n'));
}

process::Spool spool_of(const std::string& spools, std::string_view id, int attempt) {
  return process::Spool(fmt::format("{}/{}/{}", spools, id, attempt));
}

std::string artifacts_folder(const process::Spool& spool) {
  return spool.path("artifacts");
}

std::string submissions_folder(const process::Spool& spool) {
  return spool.path("submissions");
}

Result<process::Spool> prepare(const HandlerSettings& settings, const StartHandler& start,
                               const Repository& repository) {
  auto spool = spool_of(settings.spool, start.id, start.attempt);
  AGR_TRY(process::make_private_folder(settings.spool));
  AGR_TRY(process::make_private_folder(fmt::format("{}/{}", settings.spool, start.id)));
  AGR_TRY(make_folders(settings, spool));
  AGR_TRY_ASSIGN(const auto hiring, json::parse(start.hiring));
  AGR_TRY(process::write_private(spool.path("system_prompt.txt"), hiring["system_prompt"].text()));
  AGR_TRY_ASSIGN(const auto command, command_for(settings, spool, start, hiring, repository));
  AGR_TRY(spool.fill(command, start.hiring + "\n"));
  return spool;
}

Result<process::Spool> prepare_rest(const HandlerSettings& settings, const StartHandler& start,
                                    const Repository& repository) {
  auto spool = spool_of(settings.spool, start.id, start.attempt);
  AGR_TRY_ASSIGN(const auto hiring, json::parse(start.hiring));
  AGR_TRY_ASSIGN(const auto command, command_for(settings, spool, start, hiring, repository));
  AGR_TRY(spool.refill(command));
  return spool;
}

std::string last_words(const process::Spool& spool, const Redactor& redactor) {
  auto knowing = redactor;
  learn_secrets(knowing, spool);
  return knowing.apply(to_utf8(process::read_file(spool.path("stderr")).value_or("")));
}

} // namespace agr::serve
