#pragma once

// Engine: a configuration and what modules and stores share under it, such as their types. Copies
// refer to the same engine, which lives as long as anything made with it. Thread-safe. One that was
// moved from is empty: whatever is made with it is empty, too, or ErrorKind::usage.
//
// Modules, stores and linkers of two engines never meet: ErrorKind::usage.

#include <string>
#include <string_view>

#include <wrun/config.hpp>
#include <wrun/detail/shared.hpp>
#include <wrun/export.hpp>
#include <wrun/version.hpp>

namespace wrun {
inline namespace v0 {

namespace api {
struct EngineState;
}

/// What an engine chose, and why, in words for a person.
struct EngineInfo {
  std::string_view version;  ///< of the library, "0.1.0"
  std::string tier;          ///< "interpreter", "compiler" or "automatic"
  std::string tier_reason;
  std::string dispatch;       ///< how the interpreter gets from instruction to instruction
  std::string memory_checks;  ///< "guard pages" or "explicit"
  std::string memory_checks_reason;
};

class Engine {
 public:
  /// Starts no threads, maps no memory, installs no handler. If there's no memory for it, the
  /// engine is empty.
  WRUN_API explicit Engine(const Config& config = {}) noexcept;

  /// What it was made with; good as long as the engine or a copy. Any thread.
  WRUN_API const Config& config() const noexcept;
  /// What was chosen, and why. Any thread. Throws std::bad_alloc.
  WRUN_API EngineInfo info() const;

  friend bool operator==(const Engine&, const Engine&) = default;

 private:
  friend struct EngineAccess;
  explicit Engine(detail::Shared<api::EngineState> state) : state_(std::move(state)) {}
  detail::Shared<api::EngineState> state_;
};

}  // namespace v0
}  // namespace wrun
