// SPDX-License-Identifier: MIT
#include "config/settings.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "config/document.hpp"
#include "config/key_command.hpp"
#include "config/private_file.hpp"
#include "config/writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace agr::config {
namespace {

constexpr std::string_view k_agrenting = "https://agrenting.com";
constexpr std::string_view k_agentsgethired = "https://agentsgethired.com";

struct Source {
  const Document& document;
  const Environment& environment;
  std::string file;
  std::string profile;
  bool environment_first; // false when --profile was given

  [[nodiscard]] Document::Path path(std::initializer_list<std::string> rest) const {
    Document::Path out{"profile", profile};
    out.insert(out.end(), rest);
    return out;
  }
  [[nodiscard]] std::string file_source() const { return fmt::format("{}, profile {}", file, profile); }
};

std::string without_slashes(std::string url) {
  while (url.ends_with('/'))
    url.pop_back();
  return url;
}

/// A key may be written down, kept in a file of its own, or printed by a command.
Result<std::optional<Secret>> key_in(const Source& source, const Document::Path& table,
                                     std::string_view name) {
  const auto member = [&](std::string_view suffix) {
    Document::Path path = table;
    path.push_back(std::string(name) + std::string(suffix));
    return path;
  };
  if (const auto text = source.document.text(member("")))
    return Secret(*text);
  if (const auto file = source.document.text(member("_file"))) {
    AGR_TRY_ASSIGN(const std::string content, read_private_file(*file));
    return Secret(std::string(trim(content)));
  }
  if (const auto command = source.document.texts(member("_command")); !command.empty())
    return key_from_command(command).map([](Secret key) { return std::optional(std::move(key)); });
  return std::nullopt;
}

struct Names {
  std::string table; // "agrenting"
  std::string_view default_url;
  std::vector<std::string_view> url_variables;
  std::string_view key_variable;
  std::string_view key_member; // "user_token"
  std::string_view id_member;  // "agent_id"
};

Result<void> take_url(Account& account, const Source& source, const Names& names) {
  account.url = names.default_url;
  account.url_source = "default";
  const auto saved = source.document.text(source.path({names.table, "url"}));
  if (saved) {
    account.url = without_slashes(*saved);
    account.url_source = source.file_source();
  }
  if (source.environment_first || !saved)
    for (const std::string_view variable : names.url_variables)
      if (const auto value = source.environment.get(variable)) {
        account.url = without_slashes(*value);
        account.url_source = fmt::format("environment {}", variable);
        break;
      }
  if (auto url = Url::parse(account.url); !url)
    return fail(
        {Kind::config, fmt::format("{} ({})", url.error().message, account.url_source), url.error().hint});
  return {};
}

Result<Account> account_of(const Source& source, const Names& names) {
  Account account;
  AGR_TRY(take_url(account, source, names));
  const Document::Path table = source.path({names.table});
  const auto from_environment = source.environment.get(names.key_variable);
  AGR_TRY_ASSIGN(std::optional<Secret> saved, from_environment && source.environment_first
                                                  ? Result<std::optional<Secret>>(std::nullopt)
                                                  : key_in(source, table, names.key_member));
  if (saved) {
    account.key = std::move(*saved);
    account.key_source = source.file_source();
    // A saved key belongs to the address it was saved with, wherever the environment points now.
    const auto home = source.document.text(source.path({names.table, "url"}));
    AGR_TRY_ASSIGN(const Url origin, Url::parse(home.value_or(std::string(names.default_url))));
    account.key_origin = origin.origin();
    account.id = source.document.text(source.path({names.table, std::string(names.id_member)})).value_or("");
  } else if (from_environment) {
    account.key = Secret(std::string(trim(*from_environment)));
    account.key_source = fmt::format("environment {}", names.key_variable);
    AGR_TRY_ASSIGN(const Url origin, Url::parse(account.url));
    account.key_origin = origin.origin();
  }
  return account;
}

WebhookKeys webhook_keys(const Environment& environment) {
  const auto secret = [&](std::string_view variable) {
    return Secret(std::string(trim(environment.get(variable).value_or(""))));
  };
  return {.shown = secret("AGR_WEBHOOK_SECRET"), .signing = secret("AGR_WEBHOOK_SIGNING_SECRET")};
}

/// Those of the environment, which knows of no single agent, are for agents that have none of their own.
Result<WebhookKeys> webhook_keys(const Source& source, const Document::Path& table) {
  AGR_TRY_ASSIGN(auto shown, key_in(source, table, "webhook_secret"));
  AGR_TRY_ASSIGN(auto signing, key_in(source, table, "webhook_signing_secret"));
  if (!shown && !signing)
    return webhook_keys(source.environment);
  return WebhookKeys{.shown = std::move(shown).value_or(Secret()),
                     .signing = std::move(signing).value_or(Secret())};
}

Result<AgentEntry> agent_entry(const Source& source, const Account& user, std::size_t index) {
  const Document::Path table = source.path({"agrenting", "agents", std::to_string(index)});
  const auto member = [&](std::string_view name) {
    Document::Path path = table;
    path.emplace_back(name);
    return path;
  };
  AgentEntry agent;
  agent.did = source.document.text(member("did")).value_or("");
  agent.name = source.document.text(member("name")).value_or(agent.did);
  agent.account = user;
  agent.account.id = source.document.text(member("id")).value_or("");
  AGR_TRY_ASSIGN(std::optional<Secret> key, key_in(source, table, "api_key"));
  agent.account.key = std::move(key).value_or(Secret());
  agent.account.key_source = fmt::format("{}, agent {}", source.file_source(), agent.name);
  const auto home = source.document.text(source.path({"agrenting", "url"}));
  AGR_TRY_ASSIGN(const Url origin, Url::parse(home.value_or(std::string(k_agrenting))));
  agent.account.key_origin = origin.origin();
  agent.handler = source.document.texts(member("handler"));
  const std::string count = source.document.text(member("concurrency")).value_or("1");
  std::from_chars(count.data(), count.data() + count.size(), agent.concurrency);
  if (agent.concurrency < 1)
    return fail({Kind::config,
                 fmt::format("{}: concurrency of agent {} must be at least 1", source.file, agent.name)});
  const auto where = fmt::format("{}, agent {}", source.file, printable(agent.name));
  AGR_TRY_ASSIGN(agent.handling, handling_in(source.document, table, where));
  AGR_TRY_ASSIGN(agent.push, push_in(source.document, table, where));
  AGR_TRY_ASSIGN(agent.hiclaw, hiclaw_in(source.document, table, where));
  AGR_TRY_ASSIGN(agent.webhook, webhook_keys(source, table));
  return agent;
}

Result<Document> read_document(const Paths& paths) {
  AGR_TRY_ASSIGN(const std::optional<std::string> content, read_if_private(paths.config));
  return Document::parse(content.value_or(""), paths.config);
}

} // namespace

Result<Settings> load(const Paths& paths, const Environment& environment, const Choice& choice) {
  AGR_TRY_ASSIGN(const Document document, read_document(paths));
  const std::string profile =
      !choice.profile.empty()
          ? choice.profile
          : environment.get("AGR_PROFILE").value_or(document.text({"default_profile"}).value_or("default"));
  if (!choice.profile.empty() && !document.has({"profile", profile})) {
    const auto known = document.names({"profile"});
    return fail({Kind::config, fmt::format("{} has no profile \"{}\"", paths.config, printable(profile)),
                 known.empty() ? "log in first: agr login" : fmt::format("it has: {}", join(known, ", "))});
  }
  const Source source{document, environment, paths.config, profile, choice.profile.empty()};

  Settings settings;
  settings.profile = profile;
  AGR_TRY_ASSIGN(settings.spending, spending_in(document, paths.config));
  AGR_TRY_ASSIGN(settings.agrenting, account_of(source, {"agrenting",
                                                         k_agrenting,
                                                         {"AGRENTING_URL", "AGRENTING_BASE_URL"},
                                                         "AGRENTING_API_KEY",
                                                         "user_token",
                                                         "user_id"}));
  AGR_TRY_ASSIGN(settings.agentsgethired, account_of(source, {"agentsgethired",
                                                              k_agentsgethired,
                                                              {"AGENTSGETHIRED_URL"},
                                                              "AGENTSGETHIRED_API_KEY",
                                                              "api_key",
                                                              "agent_id"}));
  for (std::size_t i = 0; i < document.count(source.path({"agrenting", "agents"})); ++i) {
    AGR_TRY_ASSIGN(AgentEntry agent, agent_entry(source, settings.agrenting, i));
    settings.agents.push_back(std::move(agent));
  }
  settings.webhook_from_environment = webhook_keys(environment);
  if (const auto key = environment.get("AGRENTING_AGENT_KEY")) {
    Account account = settings.agrenting;
    account.key = Secret(std::string(trim(*key)));
    account.key_source = "environment AGRENTING_AGENT_KEY";
    AGR_TRY_ASSIGN(const Url origin, Url::parse(account.url));
    account.key_origin = origin.origin();
    account.id.clear();
    settings.agent_from_environment = std::move(account);
  }
  return settings;
}

Result<std::vector<std::string>> profiles(const Paths& paths) {
  AGR_TRY_ASSIGN(const Document document, read_document(paths));
  return document.names({"profile"});
}

} // namespace agr::config
