// SPDX-License-Identifier: MIT
#include "cmd/frame/report.hpp"

#include "base/secret.hpp"
#include "base/text.hpp"
#include "json/value.hpp"

#include <fmt/format.h>

namespace agr::cmd {
namespace {

json::Value optional_text(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

/// A key that was given where none belongs is not repeated on the screen.
Error without_tokens(Error error) {
  const Redactor shapes;
  error.message = shapes.apply(error.message);
  error.hint = shapes.apply(error.hint);
  error.code = shapes.apply(error.code);
  error.request_id = shapes.apply(error.request_id);
  return error;
}

std::string as_json(const Error& error) {
  const auto retry_after =
      error.retry_after ? json::Value(static_cast<long long>((error.retry_after->count() + 999) / 1000))
                        : json::Value();
  return json::write(json::Value::object({
             {"code", exit_code(error.kind)},
             {"kind", name_of(error.kind)},
             {"message", error.message},
             {"hint", optional_text(error.hint)},
             {"service_code", optional_text(error.code)},
             {"http_status", json::Value(error.http_status)},
             {"request_id", optional_text(error.request_id)},
             {"retryable", error.retryable()},
             {"retry_after", retry_after},
         })) +
         "\n";
}

std::string as_text(const Error& error, bool colour) {
  std::string out = term::paint("agr: ", term::Paint::red, colour) + printable(error.message, true) + "\n";
  if (!error.hint.empty())
    out += term::paint("hint: ", term::Paint::cyan, colour) + printable(error.hint, true) + "\n";
  return out;
}

} // namespace

int report(const Error& error, Context& context) {
  if (error.kind == Kind::dry_run)
    return exit_code(error.kind);
  const bool json = context.globals.mode == output::Mode::json || context.globals.mode == output::Mode::jsonl;
  const Error shown = without_tokens(error);
  context.env.console.err.write(json ? as_json(shown) : as_text(shown, context.colour_err()));
  return exit_code(error.kind);
}

Globals globals_hint(const std::vector<std::string>& words) {
  Globals globals;
  for (const std::string& word : words) {
    if (word == "--")
      break;
    if (word == "--json" || word.starts_with("--json=") || word == "--jsonl")
      globals.mode = output::Mode::json;
    globals.no_color |= word == "--no-color";
  }
  return globals;
}

} // namespace agr::cmd
