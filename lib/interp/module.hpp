#pragma once

// What the interpreter keeps with a module: its options, and stand-ins for the functions that were
// never called.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <vector>

#include "lib/interp/code.hpp"
#include "lib/interp/interp.hpp"
#include "lib/runtime/heap_object.hpp"

namespace wrun::inline v0::interp {

/// All code that was published, by address; owns it. Thread-safe.
class CodeIndex {
 public:
  CodeIndex() = default;
  CodeIndex(const CodeIndex&) = delete;
  CodeIndex& operator=(const CodeIndex&) = delete;
  ~CodeIndex();

  /// Puts `code` into the cell unless another thread was first; returns what is there then. Throws
  /// std::bad_alloc, with `code` freed.
  const SlotCode* publish(runtime::CodeCell& cell, const SlotCode* code);
  /// Puts a function's machine code into its cell, unless it is there already; what was there is
  /// kept for whoever runs it. Throws std::bad_alloc.
  const SlotCode* publish_native(runtime::CodeCell& cell, std::unique_ptr<NativeCode> code);
  /// The code that `pc` is in, or null; logarithmic.
  const SlotCode* find(const Word* pc) const;

 private:
  mutable std::mutex mutex_;
  std::set<const void*, std::less<>> codes_;
  std::map<const runtime::CodeCell*, std::unique_ptr<NativeCode>> native_;
};

class Translator;

/// A translator that waits for the next function, with the memory that it has got: most functions
/// need little, and allocating it anew took a tenth of the time to translate them. Thread-safe.
class SpareTranslator {
 public:
  SpareTranslator() = default;
  SpareTranslator(const SpareTranslator&) = delete;
  SpareTranslator& operator=(const SpareTranslator&) = delete;
  ~SpareTranslator();

  /// Null if there is none.
  std::unique_ptr<Translator> take();
  /// Keeps it, unless it has much memory.
  void put(std::unique_ptr<Translator> translator);

 private:
  std::atomic<Translator*> kept_ = nullptr;
};

struct InterpModule {
  CodeOptions options;
  mutable SpareTranslator translator;
  mutable CodeIndex index;
  /// By number of parameter slots, which is where a stand-in has callers put their link.
  std::map<std::uint32_t, SlotCode> stand_ins;
  /// Of structure types, by type index; empty if the module doesn't use them.
  std::vector<runtime::StructLayout> layouts;
};

inline const InterpModule& interp_module(const runtime::ModuleCode& module) {
  return *static_cast<const InterpModule*>(module.tier_data.get());
}

inline bool is_stand_in(const SlotCode* code) {
  return code->words == 0 && !code->is_native;
}

/// The function's code, translated now if nobody did before. Null when out of memory. `index`
/// counts imports. Any thread.
const SlotCode* code_of(const runtime::ModuleCode& module, std::uint32_t index) noexcept;

/// The byte offsets in the module of the instructions that `pcs`, which are in `code`, are in.
/// Translates the function once more.
std::vector<std::uint32_t> offsets_of(const runtime::ModuleCode& module, const SlotCode& code,
                                      std::span<const Word* const> pcs);

/// The function whose code `pc` is in, or null.
const SlotCode* find_code(const runtime::ModuleCode& module, const Word* pc);

/// The instruction that stand-ins begin with: translates the function that was entered.
extern const Word* const translate_entry;

}  // namespace wrun::inline v0::interp
