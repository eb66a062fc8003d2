#include "tools/wrun/grant_flags.hpp"

#include <fmt/format.h>

#include "tools/wrun/options.hpp"

namespace wrun::inline v0::tool {
namespace {

/// An option that may be given several times, each of which is handed to a function.
template <class Take>
Described add_each(const OptionSet& app, std::string_view name, Take take, std::string_view help) {
  const auto take_all = [take](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) take(text);
  };
  return app.add_option_function<std::vector<std::string>>(name, take_all, help).repeated();
}

void add_directory_flags(const OptionSet& app, Grants& grants) {
  using Kind = DirectoryGrant::Kind;
  const auto add = [&](const char* flag, Kind kind, const char* type, const char* help) {
    const auto take = [&grants, flag, kind](const std::string& text) {
      DirectoryGrant grant = parse_directory(kind, text);
      if (grant.guest.empty() || (grant.source.empty() && kind != Kind::memory)) {
        throw CLI::ValidationError(flag, "'" + text + "' names no directory");
      }
      grants.directories.push_back(std::move(grant));
    };
    add_each(app, flag, take, help).type_name(type);
  };
  add("--dir", Kind::host, "HOST[::GUEST][:ro]",
      "Grant a directory, under GUEST if it is given; with :ro, only to read it");
  add("--mem-dir", Kind::memory, "[HOST::]GUEST",
      "Grant a directory in memory, gone after the run; it starts as a copy of HOST, or empty");
  add("--overlay", Kind::overlay, "BASE[::GUEST[::UPPER]]",
      "Grant a directory or archive that looks writable: changes go into memory, or the directory "
      "UPPER, and BASE stays as it is");
  add("--archive", Kind::archive, "FILE[::GUEST]",
      "Grant what is in a .tar, .tar.gz or .zip, to read it, as GUEST or /");
  add_amount(app, "--fs-size", grants.fs_bytes, parse_size,
             "What each directory in memory may hold; 256M unless told otherwise")
      .type_name("SIZE");
  app.add_option("--fs-files", grants.fs_files,
                 "How many files, directories and links each of them may have")
      .type_name("N");
}

void add_stream_flags(const OptionSet& app, Grants& grants) {
  app.add_option("--stdin", grants.stdin_file, "Read standard input from a file").type_name("FILE");
  app.add_option("--stdout", grants.stdout_file, "Write standard output into a file")
      .type_name("FILE");
  app.add_option("--stderr", grants.stderr_file, "Write standard error into a file")
      .type_name("FILE");
  add_amount(app, "--max-output", grants.max_output, parse_size,
             "The most that standard output, and standard error, may be given")
      .type_name("SIZE");
}

void add_socket_flags(const OptionSet& app, Grants& grants) {
  add_repeated(app, "--listen", grants.listen,
               "Grant a socket that listens there; the port 0 is one that is free")
      .type_name("ADDRESS:PORT");
  add_repeated(app, "--connect", grants.connect, "Grant a connection to there")
      .type_name("ADDRESS:PORT");
  const auto check = [] {
    return [](const std::string& rule) {
      const auto added = wasi::SocketRules().allow(rule);
      return added ? std::string() : added.error().message();
    };
  };
  add_repeated(app, "--allow-net", grants.allow_net,
               "Open sockets only where one of these rules allows it; HOST is an address, a "
               "network, a name, loopback or *")
      .type_name("'[listen|connect] HOST[:PORTS]'")
      .check(check);
  add_repeated(app, "--deny-net", grants.deny_net, "Open no sockets where one of these rules fits")
      .type_name("RULE")
      .check(check);
}

void add_native_flag(const OptionSet& app, Grants& grants) {
  const auto take = [&grants](const std::string& text) {
    auto grant = parse_native(text);
    if (!grant) {
      throw CLI::ValidationError("--native-lib", "'" + text + "' isn't LIBRARY:SYMBOL=SIGNATURE");
    }
    grants.natives.push_back(*std::move(grant));
  };
  add_each(app, "--native-lib", take,
           "Grant a function of a shared library as the import env.SYMBOL; what it does is beyond "
           "the sandbox")
      .type_name("'LIBRARY:SYMBOL=SIGNATURE'");
}

/// One flag per capability, so that --help and completions know them all.
void add_capability_flags(const OptionSet& app, Grants& grants) {
  const auto grants_text = [](std::string_view name) {
    if (name == "clock") return "Grant the clocks";
    if (name == "random") return "Grant random numbers";
    if (name == "env") return "Pass on all environment variables";
    if (name == "threads") return "Grant threads; modules may use the feature then";
    return "";
  };
  for (const std::string_view name : capability_names) {
    const Capability which = *capability(name);
    const std::string help = grants_text(name);
    if (!help.empty()) {
      app.add_flag_callback(
          fmt::format("--allow-{}", name), [&grants, which] { grants.allow(which); }, help);
    }
    app.add_flag_callback(
        fmt::format("--deny-{}", name), [&grants, which] { grants.deny(which); },
        fmt::format("Deny {}, whatever else is said", name));
  }
}

}  // namespace

void add_grant_flags(const OptionSet& app, Grants& grants) {
  add_directory_flags(app, grants);
  const auto take_variable = [&grants](const std::string& text) {
    if (!add_variable(grants, text)) {
      throw CLI::ValidationError("--env", "'" + text + "' has no name");
    }
  };
  add_each(app, "--env", take_variable,
           "Set an environment variable; without a value, pass on the one that is set here")
      .type_name("NAME[=VALUE]");
  add_capability_flags(app, grants);
  app.add_option("--fixed-clock", grants.fixed_clock,
                 "Grant clocks that stand still, so many seconds after 1970")
      .type_name("SECONDS")
      .check([] { return CLI::Range(std::uint64_t{0}, std::uint64_t{18'000'000'000}); });
  app.add_option("--random-seed", grants.random_seed,
                 "Grant random numbers that are the same in each run")
      .type_name("N");
  add_native_flag(app, grants);
  add_stream_flags(app, grants);
  add_socket_flags(app, grants);
}

}  // namespace wrun::inline v0::tool
