#pragma once

// The machine code of a module's functions as bytes, which don't depend on where they will run.
// Calls among them are in it already. The only distances to anything outside are those to stubs:
// the code begins with a jump to each, which is written when it is put in its place, and those that
// call stubs call that. The tables are beside the code, and kept as they are (see code_tables.hpp).
//
// Reading believes nothing but the instructions themselves: every other word is checked.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jit/code_tables.hpp"
#include "jit/stubs.hpp"

namespace wrun::inline v0::jit {

/// Why a function stays interpreted where a module may have no more code.
std::string too_much_code(std::uint64_t most);

class ImageWriter {
 public:
  /// The code, with the jumps that it begins with, stays below `most_bytes`.
  ImageWriter(const Stubs& stubs, std::size_t most_bytes);

  /// Functions in ascending order. Why it is left out; empty if it isn't. Throws std::bad_alloc.
  std::string add(std::uint32_t function, const Compiled& made);
  /// Of those in between, one that has no code here, and why. Throws std::bad_alloc.
  void leave_out(std::uint32_t function, std::string_view reason);
  /// Once, at the end: appends the tables and the code. Throws std::bad_alloc.
  void write(std::vector<std::uint8_t>& tables, std::vector<std::uint8_t>& code);

 private:
  bool add_relocations(const EmittedCode& code);
  void link();

  const Stubs& stubs_;
  std::size_t most_bytes_;
  std::vector<FunctionRow> functions_;
  std::vector<Site> sites_;
  std::vector<Access> accesses_;
  std::vector<Landing> landings_;
  std::vector<TryTable::Try> tries_;
  std::vector<TryTable::Clause> clauses_;
  std::vector<InlinedCall> inlined_;
  std::vector<LeftOut> left_out_;
  std::string texts_;
  std::vector<CallSite> calls_;   // of function after function
  std::vector<Rows> calls_rows_;  // by functions_
  std::vector<std::uint8_t> code_;
};

/// How many of what there are in the module that an image belongs to.
struct ImageBounds {
  std::uint32_t imported = 0;  ///< functions
  std::uint32_t functions = 0;
  std::uint32_t tags = 0;
  std::size_t code_bytes = 0;
};

/// The tables in bytes that begin at a multiple of 8 bytes; nothing if they are none.
std::optional<CodeTables> read_tables(std::span<const std::uint8_t> image,
                                      const ImageBounds& bounds);

/// How many bytes of jumps an image's code begins with.
inline constexpr std::size_t image_jumps =
    (Stubs::numbers * 8 + code_alignment - 1) & ~(code_alignment - 1);
/// Writes them into the first bytes of code that will run at `place`.
void write_jumps(std::span<std::uint8_t> code, const std::uint8_t* place, const Stubs& stubs);

}  // namespace wrun::inline v0::jit
