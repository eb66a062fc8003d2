#pragma once

// Bodies and constant expressions: folded and flat instructions to bytes. Nesting is kept on an
// explicit stack, so that its depth is limited by memory only.
//
// https://webassembly.github.io/spec/core/text/instructions.html

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/text/context.hpp"
#include "lib/text/immediates.hpp"
#include "lib/text/module_builder.hpp"

namespace wrun::inline v0::wat {

class InstructionParser {
 public:
  explicit InstructionParser(Context& context)
      : context_(context), cursor_(context.cursor), errors_(context.cursor.errors()) {}

  BodyScope& scope() { return scope_; }

  /// Instructions up to the right parenthesis that ends them, which stays; then `end`. Their marks
  /// are by offset into `out`.
  void sequence(Encoder& out, Marks& marks);
  /// One folded instruction; then `end`.
  void single(Encoder& out, Marks& marks);
  /// Forgets the labels of what was parsed before; locals are the caller's.
  void start() { scope_.labels.start(); }
  /// The branch hints of what was parsed since, in the order of their offsets.
  std::vector<BranchHint> take_hints();
  void allow_hints(bool allowed) { hints_allowed_ = allowed; }

 private:
  /// What a stack entry is waiting for.
  enum class State : std::uint8_t {
    folded_operands,  ///< operands of a plain instruction
    folded_block,     ///< instructions of block, loop, try_table
    if_condition,     ///< operands, then (then
    then_branch,
    after_then,
    else_branch,
    after_else,
    try_start,  ///< (do
    do_branch,
    after_do,  ///< (catch, (catch_all or (delegate
    catch_branch,
    after_catch,
    catch_all_branch,
    after_catch_all,
    after_delegate,
    flat_block,
    flat_if,
    flat_else,
    flat_try,
    flat_catch,
    flat_catch_all
  };
  struct Frame {
    State state;
    std::uint32_t pending = 0;  ///< where its bytes start in pending_
    std::uint32_t text = 0;
    std::string_view label;
    std::int32_t hint = -1;  ///< index into hints_, given an offset when it is written
  };

  void run(std::size_t base);
  void finish(Encoder& out);
  bool takes_instructions() const;
  static bool takes_catch(State state) {
    return state == State::after_do || state == State::after_catch;
  }

  void open();
  void open_folded();
  void open_clause();
  void close();
  void flat();
  void flat_else();
  void flat_end();
  void flat_catch(wasm::Op op);
  void flat_delegate();

  void block_header(wasm::Op op, std::string_view& label, Encoder& out);
  void enter(State state, std::string_view label, std::uint32_t text);
  void leave(bool write_end);
  void write_pending(Frame& frame);
  std::string_view accept_label();
  void check_label();
  void mark(std::uint32_t text) { marks_->push_back({out_->size(), text}); }

  void hint_annotation();
  std::int32_t take_hint(wasm::Op op);

  Context& context_;
  Cursor& cursor_;
  Errors& errors_;
  BodyScope scope_;
  Encoder* out_ = nullptr;
  Marks* marks_ = nullptr;
  std::vector<Frame> frames_;
  Encoder pending_;
  std::vector<BranchHint> hints_;
  std::optional<std::string> next_hint_;
  std::uint32_t next_hint_text_ = 0;
  bool hints_allowed_ = false;
};

}  // namespace wrun::inline v0::wat
