#pragma once

// What came of one command of a script.

#include <string>
#include <utility>

namespace wrun::inline v0::tool {

struct Verdict {
  enum class Kind { passed, failed, skipped };
  Kind kind = Kind::passed;
  std::string text;  ///< what went wrong, or why it was skipped
  std::string note;  ///< something odd about a pass

  static Verdict passed(std::string note = {}) { return {Kind::passed, {}, std::move(note)}; }
  static Verdict failed(std::string text) { return {Kind::failed, std::move(text), {}}; }
  static Verdict skipped(std::string reason) { return {Kind::skipped, std::move(reason), {}}; }
};

}  // namespace wrun::inline v0::tool
