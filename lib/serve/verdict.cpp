// SPDX-License-Identifier: MIT
#include "serve/verdict.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace agr::serve {
namespace {

constexpr std::size_t k_most_quoted = 1000;

/// "handler exited with code 3: its last words"
std::string with_last_words(std::string what, std::string_view message, std::string_view errors) {
  const auto text =
      printable(to_utf8(errors.substr(errors.size() - std::min(errors.size(), k_most_quoted))), true);
  const auto words = message.empty() ? trim(text) : trim(message);
  return words.empty() ? what : fmt::format("{}: {}", what, words);
}

/// Which program it was that ended the attempt.
std::string who(const process::Ending& ending) {
  return ending.hook.empty() ? "handler" : fmt::format("{} hook", ending.hook);
}

/// What a step of ours says about its failure, in one line.
std::string last_line(std::string_view errors) {
  const auto text = trim(errors);
  const auto line = printable(to_utf8(text.substr(text.rfind('\n') + 1)));
  return line.empty() ? "the repository could not be used" : line;
}

std::string signal_name(int number) {
  const char* name = ::sigabbrev_np(number);
  return name == nullptr ? std::to_string(number) : fmt::format("{} (SIG{})", number, name);
}

Verdict judge_exit(const process::Ending& ending, std::string_view errors) {
  switch (ending.code) {
  case 0:
    return {.kind = Verdict::Kind::deliver};
  case 75:
    return {.kind = Verdict::Kind::later,
            .reason = with_last_words("the handler asked to be run later", ending.message, errors)};
  case k_submits_later:
    return {.kind = Verdict::Kind::hold, .reason = "the handler delivers later, with agr submit"};
  case 125:
    return {.kind = Verdict::Kind::hand_back,
            .reason = with_last_words("handed back by the handler", ending.message, errors)};
  case 126:
  case 127:
    // The hirer learns that it is not about the task; the path of our handler is not for strangers.
    return {.kind = Verdict::Kind::hand_back,
            .reason = "handed back: the agent's handler cannot be run",
            .unrunnable = true};
  default:
    return {.reason = with_last_words(fmt::format("{} exited with code {}", who(ending), ending.code),
                                      ending.message, errors)};
  }
}

} // namespace

Verdict judge(const process::Ending& ending, std::string_view errors) {
  using process::How;
  switch (ending.how) {
  case How::exited:
    return judge_exit(ending, errors);
  case How::signalled:
    return {.reason = with_last_words(
                fmt::format("{} was ended by signal {}", who(ending), signal_name(ending.signal)),
                ending.message, errors)};
  case How::timed_out:
    return {.reason = "the deadline passed before the handler was done"};
  case How::output_limit:
    return {.reason = fmt::format("the handler wrote more than {} bytes", ending.output_bytes)};
  case How::disk_limit:
    return {.reason = "the handler's files took more disk space than it is allowed"};
  case How::disk_full:
    return {.reason = "the handler's output could not be kept: no space left"};
  case How::step_failed:
    return {.reason = last_line(errors)};
  case How::stopped:
    return {.reason = "the agent was stopped before the work was done"};
  case How::lost:
    return {.kind = Verdict::Kind::lost,
            .reason = "the handler was lost in a crash of the agent's machine; it was not run again"};
  case How::never_started:
    return {.kind = Verdict::Kind::again, .reason = "the handler could not be started"};
  }
  return {.reason = "the handler ended in an unknown way"};
}

} // namespace agr::serve
