// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "cmd/agentsgethired/agentsgethired_calls.hpp"
#include "cmd/agentsgethired/brief.hpp"
#include "cmd/agrenting/register_agrenting.hpp"
#include "config/writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agr::cmd {
namespace {

namespace operations = agentsgethired::operations;
using agentsgethired::Profile;

/// Where the agent is registered, and the profile its key goes to. The profile may be a new one.
struct Place {
  std::string profile;
  std::string url;
};

Result<Place> place_of(Context& context) {
  AGR_TRY_ASSIGN(const auto settings, config::load(context.paths(), context.env.environment, {}));
  const auto& chosen = context.globals.profile;
  return Place{chosen.empty() ? settings.profile : chosen, settings.agentsgethired.url};
}

Result<Reply> discover(Context& context) {
  AGR_TRY_ASSIGN(const auto service, marketplace(context));
  AGR_TRY_ASSIGN(const auto body, service.body(operations::k_discover,
                                               {.body = json::Value::object({{"phase", "discover"}})}));
  AGR_TRY_ASSIGN(const auto brief, agentsgethired::decode_brief(body));
  if (!brief.note.empty())
    context.say(printable(brief.note, true));
  return Reply{.value = brief.raw, .view = output::text_of(profile_to_fill_in(brief))};
}

struct Question {
  std::string_view words;
  std::string Profile::* member;
  bool needed = false;
};
constexpr std::array k_needed{
    Question{"Name of the agent: ", &Profile::name, true},
    Question{"Bio, in a sentence or two: ", &Profile::bio, true},
};
constexpr std::array k_useful{
    Question{"When it has time (20 hours/week): ", &Profile::availability},
    Question{"What it would like to earn ($45/hour): ", &Profile::preferred_rate},
    Question{"The work it wants: ", &Profile::looking_for},
};
constexpr std::string_view k_skills_question = "Skills, separated by commas: ";

/// Asks until the answer fits: `take` puts a line into a profile, which is then checked.
template <class Take>
Result<void> ask(std::string_view words, bool needed, Profile& profile, Context& context, Take take) {
  while (true) {
    context.env.console.err.write(words);
    AGR_TRY_ASSIGN(const std::string line, context.env.console.in.line());
    if (needed && trim(line).empty())
      continue;
    Profile answered = profile;
    take(answered, std::string(trim(line)));
    const auto fits = agentsgethired::check_limits(answered, false);
    if (fits) {
      profile = std::move(answered);
      return {};
    }
    context.env.console.err.write(fmt::format("{}\n", fits.error().message));
  }
}

Result<void> ask(const Question& question, Profile& profile, Context& context) {
  if (!(profile.*question.member).empty())
    return {};
  return ask(question.words, question.needed, profile, context,
             [&](Profile& answered, std::string line) { answered.*question.member = std::move(line); });
}

void take_skills(Profile& profile, const std::string& line) {
  profile.skills.clear();
  for (const auto& word : split(line, ','))
    if (!trim(word).empty())
      profile.skills.emplace_back(trim(word));
}

/// Asks for what is missing when there is somebody to ask; somebody who gave nothing is asked for more.
Result<void> complete(Profile& profile, Context& context) {
  const bool gave_nothing = to_json(profile).members().empty();
  if (context.interactive()) {
    if (gave_nothing)
      context.say("agr register --discover gives ideas. Enter skips what is not needed.");
    for (const auto& question : k_needed)
      AGR_TRY(ask(question, profile, context));
    if (gave_nothing) {
      AGR_TRY(ask(k_skills_question, false, profile, context, take_skills));
      for (const auto& question : k_useful)
        AGR_TRY(ask(question, profile, context));
    }
  }
  return agentsgethired::check_limits(profile, true);
}

/// A key in the file would be overwritten, and there is no other copy of it. One in the environment is safe.
Result<void> check_free(Context& context, const std::string& profile) {
  AGR_TRY_ASSIGN(const auto present, config::profiles(context.paths()));
  if (std::ranges::find(present, profile) == present.end())
    return {};
  AGR_TRY_ASSIGN(const auto saved, config::load(context.paths(), config::Environment(), {profile}));
  if (saved.agentsgethired.key.empty())
    return {};
  return fail(
      {Kind::conflict,
       fmt::format("profile {} already has an AgentsGetHired key, which a new one would overwrite", profile),
       "register into another profile with --profile NAME"});
}

Result<void> save(config::Writer& writer, const Place& place, const agentsgethired::Registered& registered) {
  const auto set = [&](std::string_view name, const auto& value) {
    writer.set({"profile", place.profile, "agentsgethired", std::string(name)}, value);
  };
  set("url", std::string_view(place.url));
  set("api_key", registered.key);
  if (const auto id = registered.agent["id"].text(); !id.empty())
    set("agent_id", std::string_view(id));
  return writer.commit();
}

/// The one moment a key is printed: it could not be saved, and nobody can ask for it again.
Error only_copy(Error error, const agentsgethired::Registered& registered, Context& context) {
  context.env.console.err.write(
      fmt::format("WARNING: the agent is registered, but its key could not be saved. This is the "
                  "only copy of it; keep it safe:\n{}\n",
                  printable(registered.key.reveal())));
  error.message = fmt::format("the agent is registered, but its key could not be saved: {}", error.message);
  error.hint = "save the key above with agr login agentsgethired --with-token";
  return error;
}

Result<Reply> register_here(const Invocation& given, Context& context) {
  AGR_TRY_ASSIGN(const auto place, place_of(context));
  AGR_TRY_ASSIGN(auto profile, profile_of(given, context));
  AGR_TRY(check_free(context, place.profile));
  // Nobody shall answer eight questions and then hear that there is no room for the key. Made again below,
  // because making room holds a lock, and people take their time.
  AGR_TRY(config::Writer::open(context.paths()));
  AGR_TRY(complete(profile, context));
  const auto service = marketplace_at(context, {.url = place.url});
  AGR_TRY_ASSIGN(auto writer, config::Writer::open(context.paths()));
  AGR_TRY_ASSIGN(const auto body, service.body(operations::k_register, {.body = to_json(profile)}));
  AGR_TRY_ASSIGN(const auto registered, agentsgethired::decode_registered(body));
  if (const auto saved = save(writer, place, registered); !saved)
    return fail(only_copy(saved.error(), registered, context));
  context.say(fmt::format("Registered. The key is in {} (profile {}); it is the only copy, so keep the file.",
                          context.paths().config, place.profile));
  if (agentsgethired::key_shape(registered.key.reveal()) == agentsgethired::KeyShape::unusual)
    context.say("The key has an unusual beginning; it was saved as it came.");
  if (context.env.environment.get("AGENTSGETHIRED_API_KEY"))
    context.say("AGENTSGETHIRED_API_KEY in the environment still comes first; unset it to use the new key.");
  return Reply{.value = registered.agent, .view = view_of_agent()};
}

Result<Reply> run_register(const Invocation& given, Context& context) {
  if (given.text("--on") == "agrenting")
    return register_on_agrenting(given, context);
  return given.has("--discover") ? discover(context) : register_here(given, context);
}

/// Both marketplaces' options; those they share (--name, --capability) once.
std::vector<Option> options() {
  std::vector<Option> all{
      {.names = "--on",
       .value = "MARKETPLACE",
       .help = "Where: agentsgethired (the default) or agrenting",
       .choices = {"agentsgethired", "agrenting"}},
      {"--discover", "", "Only print a brief and a profile to fill in; registers nobody"}};
  for (const auto& more : {profile_options(), agrenting_registration_options()})
    for (const auto& option : more)
      if (std::ranges::find(all, option.names, &Option::names) == all.end())
        all.push_back(option);
  return all;
}

} // namespace

const std::vector<Command>& register_commands() {
  static const std::vector<Command> k_commands{
      {.name = "register",
       .effect = Effect::change,
       .summary = "Register an agent",
       .about =
           "On a terminal it asks for what is not given. The service shows a new agent's key once. It "
           "is on disk, readable by you alone, before a word is printed; the place for it is made before "
           "the request. When the answer is lost nothing is tried again: the agent may exist, and nobody "
           "has its key.",
       .options = options(),
       .examples = {{"Get ideas, and a profile to fill in", "agr register --discover > profile.toml"},
                    {"Register",
                     "agr register --name \"Pipeline Forge\" --bio \"Boringly reliable automation.\" --skill "
                     "automation --skill triage"},
                    {"From a file", "agr register --from profile.toml"},
                    {"An agent that serve-agent can run",
                     "agr register --on agrenting --name alice --capability summarizing --price 2.00"}},
       .run = run_register}};
  return k_commands;
}

} // namespace agr::cmd
