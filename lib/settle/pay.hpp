// SPDX-License-Identifier: MIT
#pragma once

#include "settle/plan.hpp"
#include "settle/receipts.hpp"
#include "settle/run.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agr::settle {

/// What became of one line of a plan.
enum class Outcome {
  paid,         ///< in this run, or found paid when an open payment was read back
  already_paid, ///< by an earlier run from this machine
  held,         ///< nothing was sent: the policy, a doubt, or a receipt that is missing or does not fit
  moved,        ///< nothing was sent: the settlement is no longer what the plan says
  refused,      ///< certainly not paid
  unknown,      ///< nobody knows; it is read back before anything is sent again
  not_tried,    ///< the run stopped before it
};
std::string_view name_of(Outcome outcome);

struct Paid {
  PlanLine line;
  Outcome outcome = Outcome::not_tried;
  bool sent = false;               ///< a request left in this run
  std::string reference = {};      ///< the marketplace's, when paid
  std::optional<Error> error = {}; ///< why not
};

/// What paying a plan works with.
struct Desk {
  Surroundings around;
  ReceiptCommand receipts = {}; ///< empty: only receipts that are kept already
  bool accept_unproven = false; ///< also receipts that name no amount
  bool keep_going = false;      ///< do not stop at the first payment whose outcome is unknown
  std::string receipt_field = "providerReceipt";
};

/// Whether everything a plan wants to pay is still as it says; what this machine paid or left open already
/// counts as such. Sends nothing. Errors: Kind::conflict naming what moved.
Result<void> still_holds(const Plan& plan, const Desk& desk);

/// Reads back every payment this machine left open at a marketplace. Gives those that turned out to be made.
Result<std::vector<Paid>> look_again(const std::string& origin, const Desk& desk);

/// Pays the lines one after the other, each read again just before. It stops when going on would only make
/// matters worse: after an unknown outcome, a refused credential, a marketplace that is not there.
std::vector<Paid> pay(const Plan& plan, const Desk& desk);

/// How a run ended as a whole: nothing when all is paid, Kind::partial when some is, else the first trouble's
/// kind; lines held by policy are Kind::money.
std::optional<Kind> verdict_on(const std::vector<Paid>& report);

} // namespace agr::settle
