// SPDX-License-Identifier: MIT
#pragma once

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "config/settings.hpp"
#include "http/message.hpp"
#include "output/view.hpp"
#include "term/console.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace agr::cmd {

/// The outside world as one object: made once in main, replaced in tests.
struct Env {
  term::Console console;
  config::Environment environment;
  Clock& clock;
  Random& random;
  std::function<std::unique_ptr<http::Transport>()> make_transport; ///< called at the first request
  std::string program; ///< path of this binary, for starting it again
};

/// Options every command takes.
struct Globals {
  std::string profile = {};
  std::string config = {};
  output::Mode mode = output::Mode::table;
  std::vector<std::string> fields = {};
  bool read_only = false;
  bool dry_run = false;
  bool yes = false;
  bool quiet = false;
  bool verbose = false;
  bool no_color = false;
  std::optional<Millis> timeout = {}; ///< of one request
  Millis max_wait{60'000};            ///< how long 429 and Retry-After are waited for
};

/// What a running command works with: the world, the global options, and what is made on first use.
class Context {
public:
  Context(Env& env, Globals globals);
  ~Context();

  Env& env;
  const Globals globals;

  [[nodiscard]] const config::Paths& paths() const { return m_paths; }
  /// The profile with the environment over it; read once.
  Result<const config::Settings*> settings();
  /// The accounts, checked to have a key. Errors: Kind::auth naming the command that mends it.
  Result<const config::Account*> agrenting_user();
  Result<const config::Account*> agentsgethired();
  /// The agent of that name (or the only one); AGRENTING_AGENT_KEY when no name is given.
  Result<config::AgentEntry> agrenting_agent(const std::string& name);
  /// "$AGR_STATE/name", its folder made (0700) on the way.
  Result<std::string> state_file(std::string_view name);

  /// Sends by the one HTTP layer: credential bound to its origin, retries, trace. With --dry-run a
  /// changing request is shown instead and Kind::dry_run comes back.
  Result<http::Response> send(http::Request request);
  /// The shared transport, for flows that decide about retries themselves.
  http::Transport& transport();

  /// What --verbose shows of requests that do not go by send, keys masked; nothing without --verbose.
  void trace(std::string_view text);
  /// Talk on stderr: nothing with --quiet, and with --json nothing but an error may stand there.
  void say(std::string_view line);
  /// Progress on stderr, only when a person watches.
  void progress(std::string_view line);
  /// Whether a person can be asked.
  [[nodiscard]] bool interactive() const;
  /// Asks before something irreversible. On a pipe it needs --yes (Kind::usage), a "no" is Kind::cancelled.
  Result<void> confirm(std::string_view question);
  /// Colour on stderr or stdout.
  [[nodiscard]] bool colour_err() const;
  [[nodiscard]] bool colour_out() const;

private:
  struct Parts;
  config::Paths m_paths;
  std::unique_ptr<Parts> m_parts;
};

/// An account as the HTTP layer wants it: `header` is "Authorization" (with "Bearer ") or "X-API-Key".
http::Credential bearer(const config::Account& account);
http::Credential agent_key(const config::Account& account);

} // namespace agr::cmd
