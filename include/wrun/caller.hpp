#pragma once

// Caller: the instance that called a host function, and its store; valid during that call.

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <wrun/export.hpp>
#include <wrun/extern.hpp>
#include <wrun/instance.hpp>
#include <wrun/limits.hpp>
#include <wrun/result.hpp>

namespace wrun {
inline namespace v0 {

class Store;
namespace runtime {
struct CallContext;
struct Slot;
}  // namespace runtime

class Caller {
 public:
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  /// The calling instance; none if the host called its own function.
  WRUN_API std::optional<Instance> instance() const;
  /// An export of the calling instance. Errors: usage (none of that name, or of another kind; no
  /// calling instance).
  WRUN_API Result<Extern> get(std::string_view name) const;
  /// The same, if it is a function.
  WRUN_API Result<Func> func(std::string_view name) const;
  /// The same, if it is a memory.
  WRUN_API Result<Memory> memory(std::string_view name) const;
  /// The same, if it is a table.
  WRUN_API Result<Table> table(std::string_view name) const;
  /// The same, if it is a global.
  WRUN_API Result<Global> global(std::string_view name) const;
  /// The same, if it is a tag.
  WRUN_API Result<Tag> tag(std::string_view name) const;
  /// caller.typed<int32_t(int32_t)>("f"). Errors: usage (as above, or another type).
  template <class Signature>
  Result<TypedFunc<Signature>> typed(std::string_view name) const {
    auto found = func(name);
    if (!found) return std::move(found).error();
    return found->template typed<Signature>();
  }

  /// The store that the call runs in. The reference is good during the call, also if the host
  /// moves or destroys its Store meanwhile; after that, uses are ErrorKind::usage.
  WRUN_API Store& store() const;

  /// Adds to what Store::usage() says of the work of host functions.
  WRUN_API void report(const HostWork& work) const;

  /// The WebAssembly frames that are running, innermost first.
  WRUN_API std::vector<Frame> backtrace() const;

  /// Whether the call can be set aside: the host started it (Func::start), and there is no ordinary
  /// call of the host's in between.
  WRUN_API bool can_pause() const noexcept;
  /// For functions whose types are known at run time only: sets the call aside as soon as the
  /// function returns, instead of using its results. Others return `pending` (pausable.hpp).
  void pause() noexcept { pauses_ = true; }

  /// For the code that calls host functions.
  explicit Caller(runtime::CallContext* context) : context_(context) {}

 private:
  friend struct CallerAccess;
  runtime::CallContext* context_;
  bool pauses_ = false;
};

}  // namespace v0
}  // namespace wrun
