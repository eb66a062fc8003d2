#pragma once

// What the compiler keeps with a module: the machine code of its functions, and where in it what
// instruction is.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "jit/arena.hpp"
#include "jit/emit.hpp"
#include "jit/jit.hpp"

namespace wrun::inline v0::jit {

class CompilerImpl;

/// One function's machine code, published: never changed again.
struct NativeFunction {
  const std::uint8_t* code = nullptr;
  std::size_t size = 0;
  std::uint32_t function = 0;
  std::vector<Site> sites;
  runtime::NativeEntry entry;
};

/// Thread-safe.
class NativeModule {
 public:
  NativeModule(std::shared_ptr<CompilerImpl> compiler, const runtime::ModuleCode& module);
  ~NativeModule();
  NativeModule(const NativeModule&) = delete;
  NativeModule& operator=(const NativeModule&) = delete;

  /// See runtime::NativeTier::hot.
  const runtime::NativeEntry* hot(std::uint32_t function, std::uint32_t loop);
  bool locate(const void* pc, std::vector<runtime::NativeFrame>& frames) const;
  /// Before there is any machine code in the engine: gives the functions what calls of it go to.
  void fill_cells(Stubs& stubs) const;
  Census census() const;
  const NativeFunction* find(std::uint32_t function) const;
  CompilerImpl& compiler() const { return *compiler_; }

 private:
  /// A function, or a loop of it by byte offset; 0 is the function's entry.
  using Key = std::pair<std::uint32_t, std::uint32_t>;

  const runtime::NativeEntry* compile(Key key);

  std::shared_ptr<CompilerImpl> compiler_;
  const runtime::ModuleCode& module_;
  mutable std::mutex mutex_;
  std::map<Key, std::unique_ptr<NativeFunction>> functions_;  // null: it can't be had
  std::map<const void*, const NativeFunction*, std::less<>> by_end_;
  std::map<std::uint32_t, std::string> reasons_;
};

inline NativeModule& native_module(const runtime::ModuleCode& module) {
  return *static_cast<NativeModule*>(module.native_data.get());
}

}  // namespace wrun::inline v0::jit
