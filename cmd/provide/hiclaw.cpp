// SPDX-License-Identifier: MIT
// `agr __hiclaw SETTINGS`: the built-in handler that passes a hiring on to a HiClaw worker and leaves the
// rest to `agr submit`.
#include "serve/hiclaw.hpp"

#include "base/text.hpp"
#include "cmd/frame/command.hpp"
#include "cmd/frame/context.hpp"
#include "git/credential.hpp"
#include "process/files.hpp"
#include "process/handover.hpp"
#include "process/runner.hpp"
#include "serve/handler.hpp"
#include "serve/verdict.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

namespace agr::cmd {
namespace {

namespace hiclaw = serve::hiclaw;

constexpr std::size_t k_most_input = std::size_t{16} << 20;
constexpr int k_tries = 4;
constexpr Millis k_first_wait{500};
constexpr Millis k_patience{120'000}; // for one program
constexpr int k_later = 75;
constexpr int k_hand_back = 125;
constexpr int k_cannot_run = 126;

Secret take_token() {
  const auto packed = process::take_secret();
  if (!packed)
    return Secret();
  process::close_to_others();
  ::close(process::k_secret_descriptor);
  const auto credential = git::unpack(*packed);
  return credential ? credential->token : Secret();
}

/// What is not configured comes from the variables HiClaw's own bridge has, or is as that has it.
hiclaw::Settings settings_of(const json::Value& configured, const config::Environment& environment) {
  auto value = configured;
  for (const auto& [member, variable] : {std::pair{"tasks", "TASKS_DIR"}, std::pair{"alias", "MINIO_ALIAS"}})
    if (value[member].text().empty())
      value.set(member, environment.get(variable).value_or(""));
  return hiclaw::read_settings(value);
}

/// One hiring on its way to a worker.
class Bridge {
public:
  Bridge(Context& context, hiclaw::Settings settings, json::Value hiring, Secret token)
      : m_context(context), m_settings(std::move(settings)), m_hiring(std::move(hiring)),
        m_token(std::move(token)) {
    m_redactor.add(m_token);
  }

  /// Errors: Kind::unavailable when repeating may help, Kind::not_found when a program is missing, others
  /// when this hiring cannot be passed on.
  Result<void> pass_on() {
    const auto id = m_hiring.first_of({"id", "hiring_id"}).text();
    AGR_TRY_ASSIGN(const auto folder, hiclaw::task_folder(m_settings, id));
    AGR_TRY_ASSIGN(const auto addressee, hiclaw::addressee_of(m_hiring, m_settings));
    AGR_TRY(write(folder, "task-spec.json",
                  hiclaw::task_spec(m_hiring, addressee.worker, m_token, hiclaw::local_time(now()))));
    AGR_TRY(run(hiclaw::copy_words(m_settings, id)));
    AGR_TRY(run(hiclaw::message_words(m_settings, addressee, id)));
    return write(folder, "state.json", hiclaw::state(now()));
  }

private:
  [[nodiscard]] Time now() const { return m_context.env.clock.now(); }

  Result<void> write(const std::string& folder, std::string_view name, const json::Value& value) const {
    std::error_code code;
    std::filesystem::create_directories(m_settings.tasks, code);
    const auto made = process::make_private_folder(folder);
    const auto written =
        made ? process::write_durably(fmt::format("{}/{}", folder, name), json::write_pretty(value) + "\n")
             : made;
    if (!written)
      return fail({Kind::unavailable, written.error().message});
    return {};
  }

  /// Without a shell, and with nothing of ours in the environment.
  Result<void> run(std::vector<std::string> words) {
    const auto& environment = m_context.env.environment;
    auto found = serve::resolve(std::move(words), environment.get("PATH").value_or("/usr/bin:/bin"));
    if (!found)
      return fail({Kind::not_found, found.error().message});
    const process::Program program{.argv = std::move(*found),
                                   .environment = serve::inheritable(environment.lines()),
                                   .folder = "/",
                                   .input = "/dev/null"};
    for (int tries = 1;; ++tries) {
      const auto ran = run_once(program);
      if (ran || tries == k_tries)
        return ran;
      m_context.env.clock.sleep(k_first_wait * (1LL << tries));
    }
  }

  Result<void> run_once(const process::Program& program) {
    process::Tail errors(std::size_t{4} << 10);
    process::Runner runner({.deadline = now() + k_patience, .kill_grace = Millis(1'000)}, errors);
    const auto outcome = runner.run(program, [](std::string_view) { return std::optional<process::How>(); });
    if (outcome.succeeded())
      return {};
    const auto said = shorten(printable(m_redactor.apply(to_utf8(trim(errors.text())))), 300);
    return fail({Kind::unavailable,
                 fmt::format("{} failed ({} {}): {}", program.argv.front(), process::name_of(outcome.how),
                             outcome.signal != 0 ? outcome.signal : outcome.code,
                             said.empty() ? outcome.message : said)});
  }

  Context& m_context;
  hiclaw::Settings m_settings;
  json::Value m_hiring;
  Secret m_token;
  Redactor m_redactor;
};

/// As a handler says it.
int exit_code_of(Kind kind) {
  switch (kind) {
  case Kind::unavailable:
    return k_later;
  case Kind::not_found:
    return k_cannot_run;
  default:
    return k_hand_back;
  }
}

Result<Reply> run_hiclaw(const Invocation& given, Context& context) {
  auto token = take_token();
  AGR_TRY_ASSIGN(const auto configured, json::parse(given.text("SETTINGS")));
  AGR_TRY_ASSIGN(const auto input, context.env.console.in.everything(k_most_input));
  AGR_TRY_ASSIGN(auto hiring, json::parse(input));
  Bridge bridge(context, settings_of(configured, context.env.environment), std::move(hiring),
                std::move(token));
  const auto passed = bridge.pass_on();
  if (passed)
    return Reply{.exit = serve::k_submits_later};
  context.env.console.err.write(passed.error().message + "\n");
  return Reply{.exit = exit_code_of(passed.error().kind)};
}

} // namespace

const std::vector<Command>& internal_hiclaw_commands() {
  static const std::vector<Command> k_commands{{.name = "__hiclaw",
                                                .effect = Effect::local,
                                                .summary = "Pass a hiring on to a HiClaw worker",
                                                .arguments = {{"SETTINGS", "as JSON"}},
                                                .run = run_hiclaw,
                                                .hidden = true}};
  return k_commands;
}

} // namespace agr::cmd
