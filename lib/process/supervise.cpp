// SPDX-License-Identifier: MIT
#include "process/supervise.hpp"

#include "process/disk.hpp"
#include "process/files.hpp"
#include "process/handover.hpp"
#include "process/hooks.hpp"
#include "process/runner.hpp"
#include "process/spool.hpp"
#include "process/tail.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

namespace agr::process {
namespace {

constexpr std::size_t k_stderr_kept = std::size_t{64} << 10;
constexpr std::size_t k_most_variables_text = std::size_t{64} << 10;
/// Exit codes of a step that mean the same as a handler's: later, and cannot be run.
constexpr std::array k_like_a_handler{75, 126};

Time wall_now() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

/// One attempt from its first program to its last.
class Supervisor {
public:
  Supervisor(const Spool& spool, Command command, Secret secret)
      : m_spool(spool), m_command(std::move(command)), m_secret(std::move(secret)),
        m_runner(rules(), m_errors) {}

  Ending run() {
    m_ending.started = wall_now();
    if (open_output()) {
      if (add_variables() && run_steps(m_command.before) && begin() && run_before())
        run_handler();
      run_after();
    }
    save_outputs();
    m_ending.finished = wall_now();
    const bool went_well = m_ending.how == How::exited && m_ending.code == 0;
    if (went_well && !m_command.after.empty() && note_ended())
      finish();
    return m_ending;
  }

  /// What is left to do of an attempt whose handler ended so.
  Ending finish(const Ending& ended) {
    m_ending = ended;
    finish();
    return m_ending;
  }

private:
  Runner::Rules rules() {
    Runner::Rules rules{.deadline = m_command.deadline,
                        .straggler_grace = m_command.straggler_grace,
                        .kill_grace = m_command.kill_grace};
    if (m_command.max_disk > 0)
      rules.check = [this] { return look_at_disk(); };
    return rules;
  }

  [[nodiscard]] std::optional<How> look_at_disk() const {
    const bool fits = disk_use(m_spool.folder(), m_command.max_disk) <= m_command.max_disk;
    return fits ? std::nullopt : std::optional(How::disk_limit);
  }

  bool open_output() {
    m_output = Fd(::open(m_spool.path("stdout").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!m_output.is_open())
      m_ending = Ending{.how = How::never_started,
                        .message = system_error("create", m_spool.path("stdout")).message,
                        .started = m_ending.started};
    return m_output.is_open();
  }

  [[nodiscard]] Program program(const std::vector<std::string>& argv) const {
    return Program{.argv = argv,
                   .environment = m_command.environment,
                   .folder = m_command.folder,
                   .input = m_spool.path("input.json")};
  }

  void take(const Outcome& outcome, std::string_view hook = {}) {
    m_ending.how = outcome.how;
    m_ending.code = outcome.code;
    m_ending.signal = outcome.signal;
    m_ending.message = outcome.message;
    m_ending.hook = hook;
  }

  bool run_hook(std::string_view name, const std::vector<std::string>& argv, const Runner::Keep& keep) {
    if (argv.empty())
      return true;
    const auto outcome = m_runner.run(program(argv), keep);
    if (!outcome.succeeded())
      take(outcome, name);
    return outcome.succeeded();
  }

  bool add_variables() {
    std::string printed;
    const bool ran = run_hook("environment", m_command.hooks.environment, [&](std::string_view bytes) {
      printed += bytes;
      return printed.size() > k_most_variables_text ? std::optional(How::output_limit) : std::nullopt;
    });
    if (!ran)
      return false;
    const auto variables = variables_of(printed);
    const auto kept = variables ? keep_variables(*variables) : fail(variables.error());
    if (!kept) // as a handler that cannot be run: it is not the task's fault
      take(Outcome{.code = 126, .message = "its output: " + kept.error().message}, "environment");
    return kept.has_value();
  }

  /// Whoever reports what the handler did has to know the secrets among them.
  Result<void> keep_variables(const std::vector<std::string>& variables) {
    if (variables.empty())
      return {};
    m_command.environment = merged(std::move(m_command.environment), variables);
    return write_durably(m_spool.path("environment"), fmt::format("{}\n", fmt::join(variables, "\n")));
  }

  /// False when a step has failed; the reason is the last that was written to stderr.
  bool run_steps(const std::vector<Step>& steps) {
    return std::ranges::all_of(steps, [this](const Step& step) { return run_step(step); });
  }

  bool run_step(const Step& step) {
    auto todo = program(step.argv);
    todo.environment = step.environment;
    todo.input = "/dev/null";
    const auto handed = step.takes_secret ? hand_over(m_secret) : Fd();
    todo.inherited = handed ? handed->get() : -1;
    m_errors = Tail(k_stderr_kept);
    const auto outcome = m_runner.run(todo, [](std::string_view) { return std::optional<How>(); });
    if (outcome.succeeded())
      return true;
    take(outcome);
    if (outcome.how == How::exited &&
        std::ranges::find(k_like_a_handler, outcome.code) == k_like_a_handler.end())
      m_ending.how = How::step_failed;
    return false;
  }

  /// From here on the handler may have run.
  bool begin() {
    if (m_command.before.empty())
      return true;
    const auto noted = m_spool.note_begun();
    if (!noted)
      m_ending =
          Ending{.how = How::never_started, .message = noted.error().message, .started = m_ending.started};
    return noted.has_value();
  }

  bool note_ended() {
    const auto noted = m_spool.note_ended(m_ending);
    if (!noted)
      m_ending.how = How::disk_full;
    return noted.has_value();
  }

  void finish() {
    const auto ended = m_ending;
    if (!run_steps(m_command.after)) {
      m_ending.how = m_ending.how == How::exited ? How::step_failed : m_ending.how;
      (void)write_durably(m_spool.path("stderr"), m_errors.text());
    }
    m_ending.started = ended.started;
    m_ending.output_bytes = ended.output_bytes;
    m_ending.finished = wall_now();
  }

  bool run_before() {
    return run_hook("pre-handler", m_command.hooks.before, [this](auto bytes) { return to_errors(bytes); });
  }

  void run_handler() {
    auto handler = program(m_command.argv);
    handler.sandbox = m_command.sandbox;
    handler.max_file = m_command.max_disk;
    const auto handed = m_command.takes_secret ? hand_over(m_secret) : Fd();
    handler.inherited = handed ? handed->get() : -1;
    auto outcome = m_runner.run(handler, [this](std::string_view bytes) { return keep_output(bytes); });
    const bool ended_itself = outcome.how == How::exited || outcome.how == How::signalled;
    if (ended_itself && m_command.max_disk > 0)
      outcome.how = look_at_disk().value_or(outcome.how);
    take(outcome);
  }

  /// Its own fate changes nothing: what the handler did is done.
  void run_after() {
    if (m_command.hooks.after.empty())
      return;
    const int code = m_ending.signal == 0 ? m_ending.code : 128 + m_ending.signal;
    auto hook = program(m_command.hooks.after);
    hook.environment =
        merged(std::move(hook.environment),
               {fmt::format("AGR_EXIT_CODE={}", code), fmt::format("AGR_ENDING={}", name_of(m_ending.how))});
    const auto outcome =
        m_runner.run_anyway(hook, [this](auto bytes) { return to_errors(bytes); }, m_command.after_time);
    if (!outcome.succeeded())
      m_errors.add(fmt::format("\nthe post-handler hook failed ({})\n", outcome.code));
  }

  std::optional<How> to_errors(std::string_view bytes) {
    m_errors.add(bytes);
    return {};
  }

  std::optional<How> keep_output(std::string_view bytes) {
    const auto room = m_command.max_output - m_ending.output_bytes;
    const bool fits = bytes.size() <= room;
    bytes = bytes.substr(0, room);
    while (!bytes.empty()) {
      const auto written = ::write(m_output.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return How::disk_full;
      m_ending.output_bytes += static_cast<std::uint64_t>(written);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return fits ? std::nullopt : std::optional(How::output_limit);
  }

  void save_outputs() {
    if (m_output.is_open() && ::fsync(m_output.get()) != 0 && m_ending.how == How::exited)
      m_ending.how = How::disk_full;
    // Only the reason of a failure to be shown; its loss must not change how the attempt ended.
    (void)write_durably(m_spool.path("stderr"), m_errors.text());
  }

  const Spool& m_spool;
  Command m_command;
  Secret m_secret;
  Tail m_errors{k_stderr_kept};
  Runner m_runner;
  Fd m_output;
  Ending m_ending;
};

/// What a handler did must not be forgotten because the disk is full just now: tries until there is room,
/// or the spool is gone and nobody asks any more.
int record(const Spool& spool, const Ending& ending) {
  while (!spool.conclude(ending)) {
    if (::access(spool.folder().c_str(), F_OK) != 0)
      return 1;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  return 0;
}

/// What there is to do for whoever owns the attempt now.
struct Task {
  std::optional<Ending> ended = {}; ///< the handler has ended, only the steps after it are left
};

/// Nothing when the attempt is somebody else's, or over.
std::optional<Task> take_over(const Spool& spool) {
  const Claim mine{.supervisor = own_identity()};
  if (spool.claim(mine).value_or(false))
    return Task{};
  const auto owner = spool.claimed().value_or(std::nullopt);
  const bool is_lost = owner && owner->supervisor && !watch(*owner->supervisor);
  const auto ended = spool.ended().value_or(std::nullopt);
  const bool is_over = spool.ending().value_or(Ending{}).has_value();
  if (!is_lost || !ended || is_over || !spool.claim_rest(mine).value_or(false))
    return {};
  return Task{.ended = ended};
}

} // namespace

int supervise(const std::string& folder) {
  const Spool spool(folder);
  auto command = spool.command();
  if (!command)
    return 1;
  auto secret = take_secret().value_or(Secret());
  if (!secret.empty()) {
    ::close(k_secret_descriptor);
    close_to_others();
  }
  const auto task = take_over(spool);
  if (!task)
    return 1;
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  Supervisor supervisor(spool, std::move(*command), std::move(secret));
  return record(spool, task->ended ? supervisor.finish(*task->ended) : supervisor.run());
}

} // namespace agr::process
