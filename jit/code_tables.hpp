#pragma once

// What is known of machine code that is in its place, of one function or of all of a module: whose
// it is, and which instructions are where. It is looked at when something traps, is thrown, or when
// somebody asks for a backtrace; so it stays as it was written, or read from an image. Numbers in
// it may be anything: what they lead to is checked then.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "jit/emit.hpp"
#include "jit/inlining.hpp"
#include "jit/try_table.hpp"
#include "lib/runtime/native.hpp"

namespace wrun::inline v0::jit {

struct Compiled;

/// Rows of a table.
struct Rows {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// A function in a piece of code, and its rows in the tables.
struct FunctionRow {
  std::uint32_t function = 0;
  std::uint32_t code = 0;  ///< offset in the piece, a multiple of code_alignment
  std::uint32_t size = 0;
  std::uint32_t frame_start = 0;  ///< see EmittedCode
  Rows sites;
  Rows accesses;
  Rows landings;
  Rows tries;
  Rows clauses;
  Rows inlined;
};

/// A function that stays interpreted, and why.
struct LeftOut {
  std::uint32_t function = 0;
  Rows reason;  ///< in the texts
};

struct CodeTables {
  std::span<const FunctionRow> functions;  ///< ascending, and in this order in the code
  std::span<const Site> sites;             ///< of each function by ascending offset
  std::span<const Access> accesses;        ///< the same
  std::span<const Landing> landings;       ///< the same by site
  std::span<const TryTable::Try> tries;
  std::span<const TryTable::Clause> clauses;
  std::span<const InlinedCall> inlined;
  std::span<const LeftOut> left_out;  ///< ascending; of images only
  std::span<const char> texts;
};

template <class T>
std::span<const T> rows_of(std::span<const T> table, Rows rows) {
  return table.subspan(rows.first, rows.count);
}

/// Machine code in its place with its tables, which outlive it.
struct CodePiece {
  const std::uint8_t* code = nullptr;
  CodeTables tables;

  /// Null if there is no code of it.
  const FunctionRow* find(std::uint32_t function) const;
  /// Why there is none; empty if nobody has said.
  std::string_view why_left_out(std::uint32_t function) const;
  /// The access that the instruction at `pc` is; null if it is none. Takes no lock and no memory.
  const Access* access_at(const void* pc) const noexcept;
  /// See runtime::NativeTier, of a return address. False if it is none.
  bool locate(const void* pc, std::vector<runtime::NativeFrame>& frames) const;
  bool find_catch(const void* pc, const runtime::Instance& instance, const runtime::Tag* tag,
                  runtime::NativeCatch& found) const;

 private:
  const FunctionRow* row_at(std::uint32_t offset) const noexcept;
  const FunctionRow* row_of_return(std::uint32_t offset) const noexcept;
};

/// The tables of one function, kept where they were made.
class FunctionTables {
 public:
  FunctionTables(std::uint32_t function, Compiled& made);
  FunctionTables(const FunctionTables&) = delete;
  FunctionTables& operator=(const FunctionTables&) = delete;

  CodeTables view() const;

 private:
  FunctionRow row_;
  std::vector<Site> sites_;
  std::vector<Access> accesses_;
  std::vector<Landing> landings_;
  TryTable tries_;
  std::vector<InlinedCall> inlined_;
};

}  // namespace wrun::inline v0::jit
