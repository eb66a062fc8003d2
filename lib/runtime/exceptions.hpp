#pragma once

// Exceptions: cells with a tag and values of its types.
//
// https://webassembly.github.io/spec/core/exec/runtime.html#exception-instances

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include <wrun/error.hpp>

#include "lib/runtime/exec_state.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

struct Exception : Cell {
  Tag* tag = nullptr;
  std::uint32_t slots = 0;  ///< that the values take
  std::array<Slot, 2> few = {};
  std::unique_ptr<Slot[]> many;  ///< the values, if they are more than `few` has room for

  explicit Exception(Store* s) : Cell(CellKind::exception, s) {}

  const Slot* values() const { return many ? many.get() : few.data(); }
};

/// What an error keeps of its exception, in whatever thread the error is. The exception may be
/// looked at by the thread that uses its store, as long as there is that store.
struct ExceptionHold {
  std::uint32_t store = 0;    ///< Store::id()
  std::uint64_t host_id = 0;  ///< Store::host_id()
  Exception* exception = nullptr;
};

/// A new one, with the values at `values`; not yet rooted. Throws std::bad_alloc, also where the
/// limit of the heap refuses it.
Exception& create_exception(Store& store, Tag& tag, const Slot* values);
/// The same, whose values are zero.
Exception& create_exception(Store& store, Tag& tag);

inline Ref as_ref(Exception& exception) {
  return reinterpret_cast<Ref>(static_cast<Cell*>(&exception));
}
inline Exception* exception_from(Ref ref) {
  return static_cast<Exception*>(reinterpret_cast<Cell*>(ref));
}

std::uint64_t held_bytes(const Exception& exception);

/// Error{exception} that holds it. `thrower`, if there is one, is where the tag's name is looked
/// for. An error of another kind when out of memory.
Error make_exception_error(Exception& exception, const Instance* thrower) noexcept;
/// The exception of an error, if it has one of this store.
Exception* exception_of(const ExecState& state, const Error& error);

/// "$name (i32.const 7)": the tag, as far as `thrower` knows its name, and the first values.
std::string describe(const Exception& exception, const Instance* thrower);

}  // namespace wrun::inline v0::runtime
