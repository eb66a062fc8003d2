#pragma once

// Policy files: the grants and limits of a run as JSON. docs/policy.schema.json is their schema,
// and says which flag each key is.

#include <string>
#include <string_view>
#include <variant>

#include "tools/wrun/files.hpp"
#include "tools/wrun/guest.hpp"

namespace wrun::inline v0::tool {

struct Policy {
  Grants grants;
  RunLimits limits;
};

/// What is wrong is told with its place: "FILE: $.directories[0].guest: not a string".
std::variant<Policy, Failure> read_policy(const std::string& path);

/// The same of a text; `name` is for messages.
std::variant<Policy, Failure> parse_policy(std::string_view text, const std::string& name);

}  // namespace wrun::inline v0::tool
