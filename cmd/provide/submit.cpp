// SPDX-License-Identifier: MIT
// `agr submit`: how a handler that has ended, or a person, delivers what serve-agent waits for.
#include "agrenting/api.hpp"
#include "base/text.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"
#include "cmd/frame/input.hpp"
#include "serve/inside.hpp"
#include "serve/submission.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <functional>

namespace agr::cmd {
namespace {

using output::Style;

constexpr std::size_t k_most_output = std::size_t{64} << 20;
constexpr Millis k_look_again{200};

/// A handler does not inherit AGR_STATE, but it knows where its attempt lives.
std::string state_folder(Context& context) {
  const auto spool = context.env.environment.get("AGR_SPOOL"); // STATE/agents/X/spool/HIRING/ATTEMPT
  if (!spool)
    return context.paths().state;
  return (std::filesystem::path(*spool) / "../../../../..").lexically_normal().string();
}

Result<serve::OpenWork> work_of(const Invocation& given, Context& context) {
  auto state = state_folder(context);
  while (state.ends_with('/'))
    state.pop_back();
  return serve::find_work(state, given.text("HIRING"));
}

Reply shown(const serve::OpenWork& work, const serve::Entry& entry, std::string_view what) {
  return Reply{.value = json::Value::object({{"hiring_id", work.entry.id},
                                             {"submitted", what},
                                             {"state", serve::name_of(entry.state)},
                                             {"last_error", entry.last_error}}),
               .view = output::detail_of({{"Hiring", "hiring_id", Style::id},
                                          {"Submitted", "submitted"},
                                          {"State", "state"},
                                          {"Last error", "last_error"}})};
}

/// With --wait: until serve-agent has delivered it. 1 when it could not, 8 when the time ran out.
Result<Reply> delivered(const Invocation& given, Context& context, const serve::OpenWork& work,
                        std::string_view what) {
  const auto limit = given.seconds("--wait");
  const auto begun = context.env.clock.steady();
  for (;;) {
    AGR_TRY_ASSIGN(const auto entry, serve::read_work(work));
    auto reply = shown(work, entry, what);
    const bool is_closed = !serve::is_open(entry.state) || entry.round != work.entry.round;
    if (!given.has("--wait") || is_closed) {
      const auto wanted = what == "result" ? serve::State::done : serve::State::failed;
      reply.exit = is_closed && entry.state != wanted ? 1 : 0;
      return reply;
    }
    if (limit && context.env.clock.steady() - begun >= *limit) {
      reply.exit = exit_code(Kind::pending);
      return reply;
    }
    context.env.clock.sleep(k_look_again);
  }
}

/// Where an isolated handler submits; nothing everywhere else. There it works on one hiring only, and learns
/// nothing of what becomes of it.
Result<std::optional<std::string>> inside(const Invocation& given, Context& context) {
  auto folder = context.env.environment.get("AGR_SUBMISSIONS");
  if (!folder)
    return std::optional<std::string>();
  if (given.text("HIRING") != context.env.environment.get("AGR_HIRING_ID").value_or(""))
    return fail({Kind::not_found, "an isolated handler can submit for its own hiring only"});
  if (given.has("--wait"))
    return fail({Kind::usage, "an isolated handler cannot wait for the delivery",
                 "what it submits is delivered when it has ended"});
  return folder;
}

Reply shown_inside(const Invocation& given, std::string_view what) {
  return Reply{.value = json::Value::object({{"hiring_id", given.text("HIRING")}, {"submitted", what}}),
               .view = output::detail_of({{"Hiring", "hiring_id", Style::id}, {"Submitted", "submitted"}})};
}

Result<Reply> report_inside(const Invocation& given, const Context& context, const std::string& folder,
                            serve::Report report, std::string_view text) {
  if (context.globals.dry_run)
    return shown_inside(given, "nothing");
  AGR_TRY(serve::submit_inside(folder, report, text));
  return shown_inside(given, serve::name_of(report));
}

Result<std::string> output_of(const Invocation& given, Context& context) {
  return read_input(given.has("FILE") ? given.text("FILE") : "-", context, k_most_output);
}

Result<std::string> reason_of(const Invocation& given) {
  auto reason = join(given.all("REASON"), " ");
  if (trim(reason).empty())
    return fail({Kind::usage, "a failure needs a reason", "it is what the hirer reads"});
  return reason;
}

Result<Reply> run_result(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto folder, inside(given, context));
  if (folder) {
    AGR_TRY_ASSIGN(const auto output, output_of(given, context));
    return report_inside(given, context, *folder, serve::Report::result, output);
  }
  AGR_TRY_ASSIGN(const auto work, work_of(given, context));
  AGR_TRY_ASSIGN(const auto output, output_of(given, context));
  if (context.globals.dry_run)
    return shown(work, work.entry, "nothing");
  AGR_TRY(serve::submit_result(work, output));
  return delivered(given, context, work, "result");
}

Result<Reply> run_failure(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto reason, reason_of(given));
  AGR_TRY_ASSIGN(const auto folder, inside(given, context));
  if (folder)
    return report_inside(given, context, *folder, serve::Report::failure, reason);
  AGR_TRY_ASSIGN(const auto work, work_of(given, context));
  if (context.globals.dry_run)
    return shown(work, work.entry, "nothing");
  AGR_TRY(serve::submit_failure(work, reason));
  return delivered(given, context, work, "failure");
}

Result<Reply> run_message(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto folder, inside(given, context));
  if (folder)
    return fail({Kind::forbidden, "an isolated handler cannot write to the hirer while it works",
                 "its output and artifacts are delivered when it has ended"});
  AGR_TRY_ASSIGN(const auto work, work_of(given, context));
  AGR_TRY_ASSIGN(const auto text, text_or_stdin(join(given.all("TEXT"), " "), context));
  AGR_TRY(agrenting::check_message(text));
  if (!context.globals.dry_run)
    AGR_TRY(serve::submit_message(work, context.env.random.uuid(), text));
  return shown(work, work.entry, context.globals.dry_run ? "nothing" : "message");
}

using Submit = std::function<Result<void>(const std::string& file, const std::string& name)>;

Result<void> each_artifact(const Invocation& given, const Context& context, const Submit& submit) {
  const auto& files = given.all("FILE");
  if (given.has("--as") && files.size() != 1)
    return fail({Kind::usage, "--as names one file"});
  for (const auto& file : files) {
    const auto name = given.maybe("--as").value_or(std::filesystem::path(file).filename().string());
    if (!context.globals.dry_run)
      AGR_TRY(submit(file, name));
  }
  return {};
}

Result<Reply> run_artifact(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto folder, inside(given, context));
  if (folder) {
    const process::Spool spool(context.env.environment.get("AGR_SPOOL").value_or(""));
    AGR_TRY(each_artifact(given, context, [&](const auto& file, const auto& name) {
      return serve::add_artifact(spool, file, name);
    }));
    return shown_inside(given, context.globals.dry_run ? "nothing" : "artifact");
  }
  AGR_TRY_ASSIGN(const auto work, work_of(given, context));
  AGR_TRY(each_artifact(given, context, [&](const auto& file, const auto& name) {
    return serve::submit_artifact(work, file, name);
  }));
  return shown(work, work.entry, context.globals.dry_run ? "nothing" : "artifact");
}

const Option k_wait{.names = "--wait",
                    .value = "SECONDS",
                    .help = "Until the marketplace has it, at most this long",
                    .type = Option::Type::seconds,
                    .optional_value = true};
const Argument k_hiring{"HIRING", "the hiring's id: AGR_HIRING_ID of the handler"};

} // namespace

const std::vector<Command>& submit_commands() {
  static const std::vector<Command> k_commands{
      {.name = "submit result",
       .effect = Effect::change,
       .summary = "Deliver the result of a hiring whose handler accepted it and ended, or still runs",
       .about =
           "For handlers that end with exit code 79: accepted now, delivered later. The result is written "
           "down before this returns; a running serve-agent delivers it at once, else the next one does. "
           "The first submission counts, any other is refused with 7, also when several come together. "
           "What a running handler submitted is delivered when it has ended, whatever its exit code.",
       .arguments = {k_hiring,
                     {"FILE", "what is delivered; standard input when not given", Argument::Count::maybe}},
       .options = {k_wait},
       .examples = {{"From a program", "make-report | agr submit result ID"},
                    {"And know that it arrived", "agr submit result ID report.md --wait 60"}},
       .run = run_result},
      {.name = "submit failure",
       .effect = Effect::change,
       .summary = "Report that a hiring could not be done",
       .arguments = {k_hiring, {"REASON", "for the hirer to read", Argument::Count::many}},
       .options = {k_wait},
       .examples = {{"Nothing to be done", "agr submit failure ID the repository is empty"}},
       .run = run_failure},
      {.name = "submit message",
       .effect = Effect::change,
       .summary = "Write to the hirer while the work goes on",
       .arguments = {k_hiring,
                     {"TEXT", "up to 5,000 characters; - reads it from standard input",
                      Argument::Count::many}},
       .examples = {{"A sign of life", "agr submit message ID half done"}},
       .run = run_message},
      {.name = "submit artifact",
       .effect = Effect::change,
       .summary = "Add files to those that are delivered with the result",
       .arguments = {k_hiring, {"FILE", "a file; it is copied", Argument::Count::many}},
       .options = {{"--as", "NAME", "Under this name, which may have folders"}},
       .examples = {{"A report", "agr submit artifact ID out/report.pdf --as report.pdf"}},
       .run = run_artifact}};
  return k_commands;
}

} // namespace agr::cmd
