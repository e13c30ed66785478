// SPDX-License-Identifier: MIT
#include "process/supervise.hpp"

#include "process/disk.hpp"
#include "process/files.hpp"
#include "process/hooks.hpp"
#include "process/runner.hpp"
#include "process/spool.hpp"
#include "process/tail.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace agr::process {
namespace {

constexpr std::size_t k_stderr_kept = std::size_t{64} << 10;
constexpr std::size_t k_most_variables_text = std::size_t{64} << 10;

Time wall_now() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

/// One attempt from its first program to its last.
class Supervisor {
public:
  Supervisor(const Spool& spool, Command command)
      : m_spool(spool), m_command(std::move(command)), m_runner(rules(), m_errors) {}

  Ending run() {
    m_ending.started = wall_now();
    if (open_output()) {
      if (add_variables() && run_before())
        run_handler();
      run_after();
    }
    save_outputs();
    m_ending.finished = wall_now();
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

  bool run_before() {
    return run_hook("pre-handler", m_command.hooks.before, [this](auto bytes) { return to_errors(bytes); });
  }

  void run_handler() {
    auto handler = program(m_command.argv);
    handler.sandbox = m_command.sandbox;
    handler.max_file = m_command.max_disk;
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
    m_runner.resume(m_command.kill_grace);
    const auto outcome = m_runner.run(hook, [this](auto bytes) { return to_errors(bytes); });
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

} // namespace

int supervise(const std::string& folder) {
  const Spool spool(folder);
  auto command = spool.command();
  if (!command)
    return 1;
  const auto won = spool.claim(Claim{.supervisor = own_identity()});
  if (!won || !*won)
    return 1;
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  return record(spool, Supervisor(spool, std::move(*command)).run());
}

} // namespace agr::process
