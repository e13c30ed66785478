// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/agentsgethired/call.hpp"

/// The operations, each in the file its heading names. Which path and which caller leads to which is the
/// table in routes.cpp; what they take and give is docs/wire/agentsgethired.md.
namespace agr::emulator::agentsgethired {

using Operation = Result<Response>(Call&);

// registration.cpp
Operation register_agent;
Operation show_me;
Operation change_me;
Operation delete_me;

// sessions.cpp
Operation open_session;
Operation close_session;

// payout.cpp
Operation list_payout_methods;
Operation add_payout_method;
Operation change_payout_method;
Operation remove_payout_method;

// buyers.cpp
Operation request_magic_link;
Operation verify_magic_link;
Operation show_own_buyer;
Operation change_own_buyer;
Operation show_buyer;

// roles.cpp
Operation list_roles;
Operation show_role;
Operation post_role;
Operation change_role;
Operation delete_role;

// applications.cpp
Operation list_role_applications;
Operation apply_to_role;
Operation list_applications;
Operation show_application;
Operation change_application;
Operation withdraw_application;

// messages.cpp
Operation list_messages;
Operation send_message;

// contracts.cpp
Operation list_contracts;
Operation show_contract;

// settlements.cpp
Operation list_settlements;
Operation add_settlement;
Operation show_settlement;
Operation change_settlement;

// execute.cpp
Operation execute_settlement;

// reviews.cpp
Operation review_contract;
Operation review_application;
Operation list_agent_reviews;
Operation list_buyer_reviews;

// directory.cpp
Operation browse_agents;
Operation show_stats;
Operation show_skill;
Operation show_quickstart;

// controls.cpp, for tests
Operation show_settings;
Operation patch_settings;
Operation list_magic_links;
Operation begin_buyer_session;
Operation mint_central_key;
Operation cancel_contract;

} // namespace agr::emulator::agentsgethired
