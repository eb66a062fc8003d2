#pragma once

// An object file in memory that tells a debugger of one function: its name, and how to unwind it.
//
// https://sourceware.org/gdb/current/onlinedocs/gdb.html/JIT-Interface.html

#include <cstdint>
#include <string_view>
#include <vector>

namespace wrun::inline v0::jit {

struct DebuggedCode {
  const void* code = nullptr;
  std::uint64_t size = 0;
  std::uint32_t frame_start = 0;  ///< see EmittedCode; no less than a prologue's length
  std::string_view name;
};

/// Throws std::bad_alloc.
std::vector<std::uint8_t> gdb_object(const DebuggedCode& code);

/// Tells a debugger, if one looks on now or attaches later. Under code_lock().
class GdbEntry {
 public:
  /// Throws std::bad_alloc.
  explicit GdbEntry(std::vector<std::uint8_t> object);
  ~GdbEntry();
  GdbEntry(const GdbEntry&) = delete;
  GdbEntry& operator=(const GdbEntry&) = delete;

  struct Link;

 private:
  std::vector<std::uint8_t> object_;
  Link* link_;
};

}  // namespace wrun::inline v0::jit
