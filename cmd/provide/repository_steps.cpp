// SPDX-License-Identifier: MIT
// What a handler's supervisor runs around it in push mode, and what git asks for the token. All of them are
// handed it on a descriptor (process/handover.hpp).
#include "base/text.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"
#include "git/work.hpp"
#include "process/files.hpp"
#include "process/handover.hpp"
#include "serve/handler.hpp"
#include "serve/repository.hpp"

#include <unistd.h>

#include <algorithm>

namespace agr::cmd {
namespace {

/// Before the work, another attempt later is as good; after it, everything else would be lost.
constexpr int k_tries_of_fetch = 5;
constexpr int k_tries_of_publish = 60;
constexpr Millis k_first_wait{1'000};
constexpr Millis k_longest_wait{60'000};
constexpr std::size_t k_most_question = 64 * 1024;
constexpr int k_try_later = 75;
constexpr int k_cannot_run = 126;

Millis wait_after(int tries) {
  return std::min<Millis>(k_first_wait * (1LL << std::min(tries - 1, 10)), k_longest_wait);
}

git::Wait patience(Context& context, int most_tries) {
  return [&context, most_tries](int tries) {
    if (tries < most_tries)
      context.env.clock.sleep(wait_after(tries));
    return tries < most_tries;
  };
}

/// Taken, so that nothing this process starts inherits it.
std::optional<git::Credential> take_credential() {
  const auto packed = process::take_secret();
  ::close(process::k_secret_descriptor);
  return packed ? git::unpack(*packed) : std::nullopt;
}

Result<git::Git> git_of(Context& context) {
  process::close_to_others();
  auto credential = take_credential();
  const auto path = context.env.environment.get("PATH").value_or("/usr/bin:/bin");
  auto found = serve::resolve({"git"}, path);
  if (!found)
    return fail({Kind::config, "push mode takes git, and it is not installed"});
  return git::Git({.git = found->front(), .helper = context.env.program},
                  git::environment_for(context.env.environment.lines()), std::move(credential));
}

Result<git::Plan> plan_of(Context& context) {
  AGR_TRY_ASSIGN(const auto value, json::parse(context.env.environment.get("AGR_REPOSITORY").value_or("")));
  return git::read_plan(value);
}

Result<void> fetch(Context& context, const process::Spool& spool) {
  AGR_TRY_ASSIGN(const auto plan, plan_of(context));
  AGR_TRY_ASSIGN(const auto git, git_of(context));
  return git::fetch(git, plan, {.folder = spool.folder(), .tree = spool.path("work")},
                    patience(context, k_tries_of_fetch));
}

/// The time of the handler's end makes it the same commit whenever this is done again.
Result<void> publish(Context& context, const process::Spool& spool) {
  AGR_TRY_ASSIGN(const auto plan, plan_of(context));
  AGR_TRY_ASSIGN(const auto git, git_of(context));
  AGR_TRY_ASSIGN(const auto ended, spool.ended());
  if (!ended)
    return fail({Kind::internal, "the handler has not ended"});
  AGR_TRY_ASSIGN(const auto delivery,
                 git::publish(git, plan, {.folder = spool.folder(), .tree = spool.path("work")},
                              ended->finished, patience(context, k_tries_of_publish)));
  return process::write_durably(serve::delivery_file(spool), json::write(git::to_json(delivery)));
}

int exit_code_of(Kind kind) {
  return kind == Kind::unavailable ? k_try_later : kind == Kind::config ? k_cannot_run : 1;
}

/// The reason is one line, for the hirer as well.
Result<Reply> run_repository(const Invocation& given, Context& context) {
  const process::Spool spool(given.text("SPOOL"));
  const auto done = given.text("STEP") == "fetch" ? fetch(context, spool) : publish(context, spool);
  if (done)
    return Reply{};
  context.env.console.err.write(printable(done.error().message) + "\n");
  return Reply{.exit = exit_code_of(done.error().kind)};
}

Result<Reply> run_git_credential(const Invocation& given, Context& context) {
  process::close_to_others();
  const auto credential = take_credential();
  AGR_TRY_ASSIGN(const auto question, context.env.console.in.everything(k_most_question));
  if (given.text("OPERATION") == "get" && credential)
    context.env.console.out.write(git::answer_to(*credential, question).reveal());
  return Reply{};
}

} // namespace

const std::vector<Command>& internal_repository_commands() {
  static const std::vector<Command> k_commands{
      {.name = "__repository",
       .effect = Effect::local,
       .summary = "Fetch a hirer's repository, or push what was made of it",
       .arguments = {{"STEP", "fetch or publish"}, {"SPOOL", "the spool of the attempt"}},
       .run = run_repository,
       .hidden = true}};
  return k_commands;
}

const std::vector<Command>& internal_git_credential_commands() {
  static const std::vector<Command> k_commands{
      {.name = "__git-credential",
       .effect = Effect::local,
       .summary = "Give git the token of the repository it was asked to work with",
       .arguments = {{"OPERATION", "get, store or erase: gitcredentials(7)"}},
       .run = run_git_credential,
       .hidden = true}};
  return k_commands;
}

} // namespace agr::cmd
