// SPDX-License-Identifier: MIT
#pragma once

#include "base/result.hpp"
#include "process/spool.hpp"
#include "serve/order.hpp"

#include <string>
#include <string_view>

/// `agr submit` from inside a sandbox, where there is no journal and no spool to write to: what is submitted
/// waits in the one folder that is there (submissions_folder) until the handler has ended, and is placed as
/// an order then.
namespace agr::serve {

/// Leaves it there. Errors: Kind::conflict when something was submitted before.
Result<void> submit_inside(const std::string& folder, Report report, std::string_view text);

/// Places what an isolated handler left as the order of its attempt, if there is none yet. Its author may be
/// hostile: whatever is not what submit_inside() writes is ignored. May be called any number of times.
Result<void> adopt_submission(const process::Spool& spool);

} // namespace agr::serve
