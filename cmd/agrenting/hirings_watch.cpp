// SPDX-License-Identifier: MIT
#include "cmd/agrenting/hirings_watch.hpp"

#include "agrenting/state.hpp"
#include "base/text.hpp"
#include "cmd/agrenting/follow.hpp"
#include "cmd/agrenting/waiting.hpp"

#include <fmt/format.h>

#include <map>

namespace agr::cmd {
namespace {

using agrenting::Hiring;
using agrenting::Watcher;
using output::Style;

/// One change as an object: what --json prints a line of.
json::Value line_of(const Watcher::News& news, Time now) {
  json::Value line = json::Value::object({{"time", rfc3339(now)},
                                          {"event", "status"},
                                          {"hiring_id", news.hiring.id},
                                          {"status", news.hiring.status}});
  line.set("final", agrenting::ending_of(news.hiring) != agrenting::Ending::none);
  line.set("first", news.first);
  line.set("note", news.hiring.failed_reason.empty() ? news.hiring.agent_did : news.hiring.failed_reason);
  line.set("hiring", complete_value(news.hiring));
  return line;
}

json::Value line_of(const Watcher::Written& written, Time now) {
  return json::Value::object({{"time", rfc3339(now)},
                              {"event", "message"},
                              {"hiring_id", written.hiring_id},
                              {"status", written.message.sender},
                              {"note", written.message.content},
                              {"message", written.message.raw}});
}

term::Paint paint_of(std::string_view status) {
  if (status == "completed")
    return term::Paint::green;
  if (status == "failed" || status == "cancelled" || status == "refunded" || status == "disputed")
    return term::Paint::red;
  return term::Paint::yellow;
}

std::string for_people(Context& context, const json::Value& line) {
  const bool colour = context.colour_out();
  const std::string status = shorten(printable(line["status"].text()), 20);
  return fmt::format(
      "{}  {}  {}  {}\n", term::paint(line["time"].text().substr(11, 8), term::Paint::dim, colour),
      printable(line["hiring_id"].text()),
      term::paint(fmt::format("{:<11}", status), paint_of(status), colour), printable(line["note"].text()));
}

/// Written at once: whoever reads this waits for it.
void print(Context& context, const json::Value& line) {
  output::Format format{context.globals.mode, context.globals.fields, context.colour_out(),
                        context.env.console.out.width(), context.env.clock.now()};
  if (format.mode == output::Mode::table && context.env.console.out.is_terminal())
    return context.env.console.out.write(for_people(context, line));
  const bool for_programs = format.mode == output::Mode::json || format.mode == output::Mode::jsonl;
  format.mode = for_programs ? output::Mode::jsonl : output::Mode::tabs;
  static const output::View k_view =
      output::list_of({{"TIME", "time"}, {"ID", "hiring_id"}, {"STATUS", "status"}, {"NOTE", "note"}}, "");
  context.env.console.out.write(output::render(json::Value::array({line}), k_view, format));
}

/// With ids, as `hirings wait` does for each of them; the worst counts.
int exit_of(Context& context, const std::vector<std::string>& ids, const std::map<std::string, Hiring>& last,
            bool ended) {
  int worst = 0;
  for (const std::string& id : ids)
    if (const auto seen = last.find(id);
        seen != last.end() && agrenting::ending_of(seen->second) != agrenting::Ending::none)
      worst = std::max(worst, exit_of_wait(context, seen->second));
  return ids.empty() || ended || worst != 0 ? worst : exit_code(Kind::pending);
}

Result<Reply> run_watch(const Invocation& given, Context& context) {
  const std::vector<std::string>& ids = given.all("ID");
  if (given.has("--messages") && ids.empty())
    return fail(
        {Kind::usage, "--messages needs to know of which hirings", "agr hirings watch ID --messages"});
  AGR_TRY_ASSIGN(const Hirer hirer, hirer_of(given, context, "mcp"));
  std::map<std::string, Hiring> last;
  const FollowTaps taps{.news =
                            [&](const Watcher::News& news) {
                              last[news.hiring.id] = news.hiring;
                              print(context, line_of(news, context.env.clock.now()));
                            },
                        .written =
                            [&](const Watcher::Written& written) {
                              print(context, line_of(written, context.env.clock.now()));
                            }};
  AGR_TRY_ASSIGN(const bool ended, follow(context, hirer, {.ids = ids, .messages = given.has("--messages")},
                                          given.seconds("--for"), taps));
  return Reply{.exit = exit_of(context, ids, last, ended)};
}

} // namespace

Command hirings_watch_command() {
  return {.name = "hirings watch",
          .effect = Effect::read,
          .summary = "Follow hirings, a line for each change",
          .about =
              "Begins with how things stand. Agrenting pushes changes, so nothing is asked in between; when "
              "the connection is lost agr connects again and tells what changed meanwhile, once; where there "
              "is no MCP it asks over REST again and again. Without "
              "ids it follows whatever you hire and ends only when it is stopped or --for has passed; with "
              "ids it ends when all of them have, and exits with 0 when all completed, 1 when one did not, 8 "
              "when the time ran out first. On a pipe a line is time, id, status and note; with --json or "
              "--jsonl each is an object.",
          .arguments = {{"ID", "only these hirings", Argument::Count::any}},
          .options = with_via({{"--for", "SECONDS", "Stop after this long", Option::Type::seconds},
                               {"--messages", "", "Also what agents write; needs ids"}},
                              "mcp"),
          .examples = {{"What happens", "agr hirings watch"},
                       {"For a script", "agr hirings watch --jsonl | while read -r line; do …; done"},
                       {"Two of them to the end", "agr hirings watch ID ID --messages"}},
          .run = run_watch};
}

} // namespace agr::cmd
