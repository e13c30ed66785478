// SPDX-License-Identifier: MIT
#include "serve/order.hpp"

#include "json/value.hpp"
#include "process/fd.hpp"
#include "process/files.hpp"
#include "serve/handler.hpp"

#include <fcntl.h>

namespace agr::serve {
namespace {

std::string path_of(const process::Spool& spool) {
  return spool.path("order");
}

} // namespace

Result<bool> place_order(const process::Spool& spool, const Order& order) {
  const auto value = json::Value::object({{"report", order.report == Report::result ? "result" : "failure"},
                                          {"reason", order.reason},
                                          {"output", order.output}});
  return process::create_once(path_of(spool), json::write(value));
}

Result<std::optional<Order>> read_order(const process::Spool& spool) {
  if (::access(path_of(spool).c_str(), F_OK) != 0)
    return std::nullopt;
  AGR_TRY_ASSIGN(const auto text, process::read_file(path_of(spool)));
  if (text.empty())
    return std::nullopt; // closed
  AGR_TRY_ASSIGN(const auto value, json::parse(text));
  Redactor redactor;
  learn_secrets(redactor, spool);
  return Order{.report = value["report"].text() == "result" ? Report::result : Report::failure,
               .reason = redactor.apply(value["reason"].text()),
               .output = value["output"].text()};
}

Result<std::optional<Order>> last_order(const process::Spool& spool) {
  // Not synced: after a power cut the journal says what was decided.
  const process::Fd closed(::open(path_of(spool).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (closed.is_open())
    return std::nullopt;
  return read_order(spool);
}

} // namespace agr::serve
