// SPDX-License-Identifier: MIT
#pragma once

#include "base/text.hpp"
#include "cmd/frame/cli.hpp"
#include "json/value.hpp"
#include "support/scratch.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace agr::test {

/// A marketplace of a few scripted answers: each "METHOD /path" has a queue, its last answer repeats.
class Market {
public:
  using Answer = std::function<Result<http::Response>(const http::Request&)>;

  void on(const std::string& what, int status, std::string body, std::vector<http::Header> headers = {}) {
    on(what, [=](const http::Request& request) -> Result<http::Response> {
      if (request.sink && status < 300) {
        AGR_TRY(request.sink(body));
        return http::Response{status, headers, ""};
      }
      return http::Response{status, headers, body};
    });
  }
  void lose(const std::string& what) {
    on(what, [](const http::Request&) -> Result<http::Response> {
      return fail({Kind::outcome_unknown, "the connection broke before an answer came"});
    });
  }
  void on(const std::string& what, Answer answer) { m_answers[what].push_back(std::move(answer)); }
  void forget(const std::string& what) { m_answers.erase(what); }

  Result<http::Response> exchange(const http::Request& request) {
    const std::string path = request.url.substr(request.url.find("/api/v1") + 7);
    const std::string what = request.method + " " + path.substr(0, path.find('?'));
    seen.push_back(request);
    asked.push_back(request.method + " " + path);
    auto& queue = m_answers[what];
    if (queue.empty())
      return http::Response{404, {}, R"({"errors":[{"code":"ROUTE_NOT_FOUND","message":"not scripted"}]})"};
    const Answer answer = queue.front();
    if (queue.size() > 1)
      queue.pop_front();
    return answer(request);
  }

  std::vector<std::string> asked;
  std::vector<http::Request> seen;

private:
  std::map<std::string, std::deque<Answer>> m_answers;
};

/// What a run of `agr` left behind.
struct Ran {
  int exit = -1;
  std::string out;
  std::string err;

  [[nodiscard]] json::Value json() const { return *json::parse(out); }
};

/// Runs the program against a scripted market, in a folder and at a time of its own.
class Runner {
public:
  Runner() {
    environment.set("AGR_STATE", folder.path("state"));
    environment.set("XDG_CACHE_HOME", folder.path("cache"));
    environment.set("AGR_CONFIG", folder.path("config"));
    environment.set("AGRENTING_URL", "http://127.0.0.1:1");
    environment.set("AGRENTING_API_KEY", "ap_0123456789012345678901234567890123456789012");
  }

  Ran run(const std::vector<std::string>& words, std::string input = {}) {
    Text out(at_terminal);
    Text err(at_terminal);
    Typed in(std::move(input), at_terminal);
    cmd::Env env{
        {out, err, in}, environment, clock, random, [this] { return std::make_unique<Wire>(market); }, "agr"};
    const int exit = cmd::run_cli(words, env);
    return {exit, out.text, err.text};
  }

  class Watch final : public Clock {
  public:
    [[nodiscard]] Time now() const override { return Time{std::chrono::hours{490'000}} + m_passed; }
    [[nodiscard]] Millis steady() const override { return m_passed; }
    void sleep(Millis duration) override { m_passed += duration; }

  private:
    Millis m_passed{0};
  };

  Scratch folder;
  config::Environment environment;
  Watch clock;
  SeededRandom random{7};
  Market market;
  bool at_terminal = false; ///< then `input` is what a person types, line by line

private:
  struct Text final : term::Output {
    explicit Text(bool is_terminal) : terminal(is_terminal) {}
    void write(std::string_view more) override { text += more; }
    [[nodiscard]] bool is_terminal() const override { return terminal; }
    [[nodiscard]] int width() const override { return 80; }
    std::string text;
    bool terminal;
  };
  struct Typed final : term::Input {
    Typed(std::string content, bool is_terminal) : text(std::move(content)), terminal(is_terminal) {}
    [[nodiscard]] bool is_terminal() const override { return terminal; }
    Result<std::string> line() override {
      if (!terminal || text.empty())
        return fail({Kind::cancelled, "no line"});
      const std::size_t end = std::min(text.find('\n'), text.size() - 1);
      std::string first(trim(text.substr(0, end + 1)));
      text.erase(0, end + 1);
      return first;
    }
    Result<std::string> hidden_line() override { return line(); }
    Result<std::string> everything(std::size_t) override { return text; }
    std::string text;
    bool terminal;
  };
  struct Wire final : http::Transport {
    explicit Wire(Market& one) : market(one) {}
    Result<http::Response> exchange(const http::Request& request) override {
      return market.exchange(request);
    }
    Market& market;
  };
};

} // namespace agr::test
