#pragma once

// Instance: a module with its state in a store. A handle: two words, trivially copyable. Handles to
// its exports are good until it is released.
//
// https://webassembly.github.io/spec/core/exec/runtime.html#module-instances

#include <string_view>
#include <utility>

#include <wrun/detail/handle.hpp>
#include <wrun/export.hpp>
#include <wrun/extern.hpp>
#include <wrun/func.hpp>
#include <wrun/module.hpp>
#include <wrun/result.hpp>

namespace wrun {
inline namespace v0 {

class Instance : public detail::HandleBase {
 public:
  Instance() = default;

  /// The export of that name. Errors: usage (there's none; the message lists what there is).
  WRUN_API Result<Extern> get(std::string_view name) const;
  /// The export of that name, a function. Errors: usage (none of that name, or of another kind).
  WRUN_API Result<Func> func(std::string_view name) const;
  /// The export of that name, a memory. Errors: as func().
  WRUN_API Result<Memory> memory(std::string_view name) const;
  /// The export of that name, a table. Errors: as func().
  WRUN_API Result<Table> table(std::string_view name) const;
  /// The export of that name, a global. Errors: as func().
  WRUN_API Result<Global> global(std::string_view name) const;
  /// The export of that name, a tag. Errors: as func().
  WRUN_API Result<Tag> tag(std::string_view name) const;

  /// instance.typed<int32_t(int32_t)>("f"). Errors: usage (none of that name, or another type).
  template <class Signature>
  Result<TypedFunc<Signature>> typed(std::string_view name) const {
    auto found = func(name);
    if (!found) return std::move(found).error();
    return found->template typed<Signature>();
  }

  /// What it was made from; says what is exported. Errors: usage.
  WRUN_API Result<Module> module() const;

  /// Drops the host's hold on it: handles to it and to its exports are stale from then on, and what
  /// no table, import or global of another instance reaches is freed in time. Errors: usage.
  WRUN_API Result<void> release() const;

 private:
  friend struct detail::Access;
  using detail::HandleBase::HandleBase;
};

}  // namespace v0
}  // namespace wrun
