#include "tools/wrun/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <vector>

#include "tools/wrun/exit_code.hpp"
#include "tools/wrun/report.hpp"
#include "tools/wrun/units.hpp"

namespace wrun::inline v0::tool {
namespace {

using Json = nlohmann::json;

struct Mistake : std::runtime_error {
  Mistake(const std::string& path, const std::string& why)
      : std::runtime_error(path + ": " + why) {}
};

/// A value, and the way to it.
struct Value {
  const Json& json;
  std::string path;

  [[noreturn]] void refuse(const std::string& why) const { throw Mistake(path, why); }

  std::string text() const {
    if (!json.is_string()) refuse("not a string");
    return json.get<std::string>();
  }
  std::string name() const {
    if (text().empty()) refuse("an empty string");
    return text();
  }
  bool flag() const {
    if (!json.is_boolean()) refuse("not true or false");
    return json.get<bool>();
  }
  std::uint64_t number() const {
    if (!json.is_number_unsigned()) refuse("not a whole number from 0 on");
    return json.get<std::uint64_t>();
  }
  std::uint32_t count() const {
    if (number() > std::numeric_limits<std::uint32_t>::max()) refuse("too large a number");
    return static_cast<std::uint32_t>(number());
  }
  /// Since 1970, as far as nanoseconds count in 64 bits.
  std::uint64_t seconds() const {
    constexpr std::uint64_t last = 18'000'000'000;
    if (number() > last) refuse("a time too far away");
    return number();
  }
  /// A number, or the text of an amount.
  template <class T>
  T amount(std::optional<T> (*parse)(std::string_view), const char* kind) const {
    if (!json.is_string() && !json.is_number_unsigned()) refuse(fmt::format("not {}", kind));
    const auto amount = parse(json.is_string() ? json.get<std::string>() : json.dump());
    if (!amount) refuse(fmt::format("not {}", kind));
    return *amount;
  }
  std::uint64_t size() const { return amount(parse_size, "a size such as 65536 or \"64K\""); }
  std::chrono::nanoseconds duration() const {
    return amount(parse_duration, "a duration such as 2 or \"500ms\"");
  }

  template <class Take>
  void each_item(Take take) const {
    if (!json.is_array()) refuse("not an array");
    for (std::size_t i = 0; i < json.size(); ++i)
      take(Value{json[i], fmt::format("{}[{}]", path, i)});
  }
  template <class Take>
  void each_member(Take take) const {
    if (!json.is_object()) refuse("not an object");
    for (const auto& [key, value] : json.items()) take(key, Value{value, member_path(key)});
  }
  std::string member_path(const std::string& key) const { return path + "." + readable(key); }
};

using Handler = std::function<void(const Value&)>;
using Handlers = std::map<std::string, Handler>;

/// Hands each member to the handler of its key.
void read_object(const Value& object, const Handlers& handlers) {
  object.each_member([&](const std::string& key, const Value& value) {
    const auto handler = handlers.find(key);
    if (handler != handlers.end()) return handler->second(value);
    std::string known;
    for (const auto& [name, unused] : handlers) known += (known.empty() ? "" : ", ") + name;
    value.refuse("unknown key; there are " + known);
  });
}

Handler into(std::string& text) {
  return [&text](const Value& value) { text = value.name(); };
}
Handler into(std::optional<std::uint64_t>& number) {
  return [&number](const Value& value) { number = value.number(); };
}
Handler size_into(std::optional<std::uint64_t>& size) {
  return [&size](const Value& value) { size = value.size(); };
}

void read_access(const Value& value, DirectoryGrant& grant) {
  const std::string access = value.text();
  if (access != "read" && access != "write") value.refuse("neither \"read\" nor \"write\"");
  grant.read_only = access == "read";
}

DirectoryGrant read_directory(const Value& value) {
  using Kind = DirectoryGrant::Kind;
  DirectoryGrant grant;
  int origins = 0;
  const auto origin = [&](Kind kind) {
    return [&grant, &origins, kind](const Value& name) {
      grant.kind = kind;
      grant.source = name.name();
      ++origins;
    };
  };
  read_object(value, {{"host", origin(Kind::host)},
                      {"overlay", origin(Kind::overlay)},
                      {"archive", origin(Kind::archive)},
                      {"memory",
                       [&](const Value& memory) {
                         if (!memory.flag()) memory.refuse("not true");
                         grant.kind = Kind::memory;
                         ++origins;
                       }},
                      {"copy", origin(Kind::memory)},
                      {"upper", into(grant.upper)},
                      {"guest", into(grant.guest)},
                      {"access", [&](const Value& access) { read_access(access, grant); }}});
  if (origins != 1) value.refuse("needs one of host, memory, copy, overlay, archive");
  if (!grant.upper.empty() && grant.kind != Kind::overlay)
    value.refuse("only an overlay has upper");
  if (grant.guest.empty() && grant.kind == Kind::memory) value.refuse("needs guest");
  if (grant.guest.empty()) grant.guest = grant.kind == Kind::archive ? "/" : grant.source;
  return grant;
}

void read_environment(const Value& value, Grants& grants) {
  value.each_member([&](const std::string& name, const Value& text) {
    if (name.empty() || name.find('=') != name.npos) text.refuse("no name of a variable");
    add_variable(grants, text.json.is_null() ? name : name + "=" + text.text());
  });
}

/// The others are granted by naming what of them.
constexpr std::array allowable{Capability::clock, Capability::env, Capability::random,
                               Capability::threads};

/// With the names that have such a flag.
void read_capabilities(const Value& value, bool allow, Grants& grants) {
  value.each_item([&](const Value& item) {
    const auto which = capability(item.text());
    const bool known = which && (!allow || std::find(allowable.begin(), allowable.end(), *which) !=
                                               allowable.end());
    if (!known) {
      item.refuse(allow ? "none of clock, env, random, threads"
                        : fmt::format("none of {}", fmt::join(capability_names, ", ")));
    }
    allow ? grants.allow(*which) : grants.deny(*which);
  });
}

Handler texts_into(std::vector<std::string>& texts) {
  return [&texts](const Value& value) {
    value.each_item([&](const Value& item) { texts.push_back(item.name()); });
  };
}

Handler rules_into(std::vector<std::string>& rules) {
  return [&rules](const Value& value) {
    value.each_item([&](const Value& item) {
      const auto added = wasi::SocketRules().allow(item.text());
      if (!added) item.refuse(added.error().message());
      rules.push_back(item.text());
    });
  };
}

Handler natives_into(std::vector<NativeGrant>& grants) {
  return [&grants](const Value& value) {
    value.each_item([&](const Value& item) {
      auto grant = parse_native(item.text());
      if (!grant) item.refuse("not LIBRARY:SYMBOL=SIGNATURE");
      grants.push_back(*std::move(grant));
    });
  };
}

void read_limits(const Value& value, RunLimits& limits) {
  read_object(value, {{"fuel", into(limits.fuel)},
                      {"memory", size_into(limits.max_memory)},
                      {"heap", size_into(limits.max_heap)},
                      {"stack", size_into(limits.stack_size)},
                      {"threads", [&](const Value& most) { limits.max_threads = most.count(); }},
                      {"timeout", [&](const Value& time) { limits.timeout = time.duration(); }}});
}

Policy read(const Json& json) {
  Policy policy;
  Grants& grants = policy.grants;
  const auto add_directory = [&](const Value& item) {
    grants.directories.push_back(read_directory(item));
  };
  read_object({json, "$"},
              {{"$schema", [](const Value& value) { value.text(); }},
               {"directories", [&](const Value& value) { value.each_item(add_directory); }},
               {"fs_size", size_into(grants.fs_bytes)},
               {"fs_files", into(grants.fs_files)},
               {"environment", [&](const Value& value) { read_environment(value, grants); }},
               {"allow", [&](const Value& value) { read_capabilities(value, true, grants); }},
               {"deny", [&](const Value& value) { read_capabilities(value, false, grants); }},
               {"fixed_clock", [&](const Value& value) { grants.fixed_clock = value.seconds(); }},
               {"random_seed", into(grants.random_seed)},
               {"stdin", into(grants.stdin_file)},
               {"stdout", into(grants.stdout_file)},
               {"stderr", into(grants.stderr_file)},
               {"max_output", size_into(grants.max_output)},
               {"listen", texts_into(grants.listen)},
               {"connect", texts_into(grants.connect)},
               {"allow_net", rules_into(grants.allow_net)},
               {"deny_net", rules_into(grants.deny_net)},
               {"native_libs", natives_into(grants.natives)},
               {"limits", [&](const Value& value) { read_limits(value, policy.limits); }}});
  return policy;
}

/// Parses JSON in which no object has a key twice: readers disagree on which one counts.
Json parse_json(std::string_view text) {
  std::vector<std::set<std::string>> open;
  const auto watch = [&open](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto key = parsed.get<std::string>();
      if (!open.back().insert(key).second) throw Mistake(readable(key), "the key is there twice");
    }
    return true;
  };
  return Json::parse(text, watch);
}

}  // namespace

std::variant<Policy, Failure> parse_policy(std::string_view text, const std::string& name) {
  try {
    return read(parse_json(text));
  } catch (const Json::exception& error) {
    return Failure{exit_usage, fmt::format("{}: no JSON: {}", name, error.what())};
  } catch (const Mistake& mistake) {
    return Failure{exit_usage, fmt::format("{}: {}", name, mistake.what())};
  }
}

std::variant<Policy, Failure> read_policy(const std::string& path) {
  const auto bytes = read_file(path);
  if (const auto* failure = std::get_if<Failure>(&bytes)) return *failure;
  const Bytes& text = std::get<Bytes>(bytes);
  return parse_policy({reinterpret_cast<const char*>(text.data()), text.size()},
                      display_name(path));
}

}  // namespace wrun::inline v0::tool
