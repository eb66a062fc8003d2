#pragma once

// A script's values: as arguments, and as patterns that results are compared with.

#include <string>
#include <vector>

#include <wrun/result.hpp>
#include <wrun/store.hpp>
#include <wrun/value.hpp>

#include "lib/text/script.hpp"

namespace wrun::inline v0::tool {

/// The value of an argument. Host references are made in `store`; the host's reference number n is
/// an object that holds n. ErrorKind::usage for what can't be an argument yet.
Result<Val> to_val(Store& store, const wat::Value& argument);

bool matches(const Val& value, const wat::Value& pattern);
/// Whether there are as many results as patterns and each matches.
bool matches(const std::vector<Val>& values, const std::vector<wat::Value>& patterns);

/// For failures: "(i32.const 5)", "(f32.const nan:canonical)".
std::string describe(const wat::Value& pattern);
std::string describe(const std::vector<wat::Value>& patterns);
/// Vectors are shown with the lanes of the patterns that they should have matched, if there are
/// any.
std::string describe(const std::vector<Val>& values, const std::vector<wat::Value>& patterns = {});

}  // namespace wrun::inline v0::tool
