// SPDX-License-Identifier: MIT
#pragma once

#include "agrenting/state.hpp"
#include "agrenting/types.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace agr::agrenting {

/// Follows hirings through pushes that may be repeated, late or lost, and through sessions that come and go.
/// A push is only a hint to read; what is read is news when it differs from what was told before and is not
/// older. One read is under way at a time, so that answers cannot overtake one another. Nothing is asked
/// while pushes arrive, except once after a minute of silence; without them it looks again after growing
/// pauses. Pure (docs/wire/agrenting-mcp.md, "Following").
class Watcher {
public:
  // ---- what happened ---------------------------------------------------------------------------------

  /// A session began. Whatever was pushed before it is lost, so everything is read anew.
  struct Up {
    bool pushes = true;
  };
  /// There is no session: not yet, or no longer.
  struct Down {};
  /// The session will not push: it did not take a subscription.
  struct Silent {};
  struct Pushed {
    std::string uri;
  };
  /// The end of a read.
  struct Got {
    std::uint64_t read = 0;
    Result<json::Value> payload;
  };
  /// The time of the last WaitUntil has come.
  struct Timer {};
  using Input = std::variant<Up, Down, Silent, Pushed, Got, Timer>;

  // ---- what to do ------------------------------------------------------------------------------------

  /// Ask for pushes about this resource. When that is refused, say Silent.
  struct Subscribe {
    std::string uri;
  };
  /// Read this resource, or while there is no session the same over REST.
  struct Read {
    std::uint64_t id = 0; ///< for Got; one that was given up is not waited for
    std::string uri;
  };
  struct News {
    Hiring hiring;
    bool first = false; ///< its state when we began to look, no change
  };
  struct Written {
    std::string hiring_id;
    Message message;
  };
  struct WaitUntil {
    Millis at{0};
  };
  /// All that was to be followed has ended.
  struct Finished {};
  /// It makes no sense to go on. Nothing follows.
  struct Failed {
    Error error;
  };
  using Action = std::variant<Subscribe, Read, News, Written, WaitUntil, Finished, Failed>;

  struct Settings {
    std::vector<std::string> ids = {}; ///< only these; all open ones of the user when empty
    bool messages = false;             ///< also tell what agents write; needs ids
    std::vector<Hiring> told = {};     ///< what is known already: only what changes is news
  };

  explicit Watcher(Settings settings);

  /// What to do about this, in order. `now` is a steady time.
  std::vector<Action> on(const Input& input, Millis now);

private:
  void take(const Up& up);
  void take(const Down& down);
  void take(const Silent& silent);
  void take(const Pushed& pushed);
  void take(const Got& got);
  void take(const Timer& timer);

  void look_at_everything();
  void mark(const std::string& uri);
  void subscribe(std::string uri);
  void read_next();
  void wait();
  void take_error(const std::string& uri, const Error& error);
  Result<void> take_payload(const std::string& uri, const json::Value& payload);
  Result<void> take_active(const json::Value& payload);
  Result<void> take_messages(const std::string& uri, const json::Value& payload);
  void take_hiring(Hiring hiring);
  void check_finished();
  [[nodiscard]] bool is_followed(const std::string& id) const;

  Settings m_settings;
  Millis m_now{0};
  bool m_up = false;
  bool m_pushes = false;
  bool m_over = false;
  bool m_ever_read = false;
  int m_failures = 0;              // in a row
  int m_looks = 0;                 // without pushes, since the last news
  std::optional<Millis> m_hold;    // nothing is asked before
  std::optional<Millis> m_look_at; // when everything is read again
  std::optional<std::string> m_reading;
  std::uint64_t m_last_read = 0;
  std::vector<std::string> m_dirty; // to be read, in order, each once
  std::map<std::string, Standing> m_known;
  std::set<std::string> m_told; // messages, by id
  std::vector<Action> m_actions;
};

} // namespace agr::agrenting
