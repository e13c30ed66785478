// SPDX-License-Identifier: MIT
#pragma once

#include "serve/entry.hpp"

#include <string_view>

/// The questions a worker asks about a hiring, each answered from values alone (docs/wire/agrenting.md,
/// "Lifecycle").
namespace agr::serve {

/// A status that leaves the agent something to do; empty when an offer does not say.
bool is_workable(std::string_view status);
/// A status no report of ours can change any more.
bool has_ended(std::string_view status);
/// A status that says our report has arrived, although its answer did not.
bool confirms(Report report, std::string_view status);

/// It becomes the name of a folder.
bool is_safe_id(std::string_view id);

/// Whether a closed hiring that is offered again may be a new dispatch rather than a repeat. A result that
/// was taken ends a hiring for good; a failed one may be retried. A hiring of which nobody knows how it
/// ended is begun again only on proof.
bool may_be_new(const Entry& closed, const Dispatch& offered);

/// How a hiring is closed once that report was taken.
State closed_state(Report report);

} // namespace agr::serve
