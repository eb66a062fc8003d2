#include "lib/text/instruction_parser.hpp"

#include <algorithm>
#include <utility>

#include "lib/text/keywords.hpp"

namespace wrun::inline v0::wat {
namespace {

using wasm::Op;

constexpr std::string_view hint_annotation_id = "metadata.code.branch_hint";

std::uint32_t code(Op op) {
  return wasm::info(op).code;
}

bool is_block(Op op) {
  return op == Op::block || op == Op::loop || op == Op::try_table;
}

}  // namespace

void InstructionParser::sequence(Encoder& out, Marks& marks) {
  out_ = &out;
  marks_ = &marks;
  run(0);
  finish(out);
}

void InstructionParser::single(Encoder& out, Marks& marks) {
  out_ = &out;
  marks_ = &marks;
  open();
  if (!frames_.empty()) run(1);
  finish(out);
}

void InstructionParser::finish(Encoder& out) {
  if (next_hint_)
    errors_.malformed(next_hint_text_, "misplaced @{} annotation", hint_annotation_id);
  next_hint_.reset();
  frames_.clear();
  pending_.clear();
  marks_->push_back({out.size(), cursor_.offset()});
  out.u8(code(Op::end));
}

/// Works until a right parenthesis doesn't belong to a frame (`base` 0), or all frames are closed.
void InstructionParser::run(std::size_t base) {
  while (errors_.ok()) {
    switch (cursor_.kind()) {
      case TokenKind::left:
        open();
        break;
      case TokenKind::right:
        if (frames_.empty()) return;
        close();
        if (base > 0 && frames_.empty()) return;
        break;
      case TokenKind::keyword:
        flat();
        break;
      case TokenKind::annotation:
        hint_annotation();
        break;
      default:
        return cursor_.unexpected("an instruction");
    }
  }
}

bool InstructionParser::takes_instructions() const {
  if (frames_.empty()) return true;
  switch (frames_.back().state) {
    case State::folded_operands:
    case State::if_condition:
    case State::after_then:
    case State::after_else:
    case State::try_start:
    case State::after_do:
    case State::after_catch:
    case State::after_catch_all:
    case State::after_delegate:
      return false;
    default:
      return true;
  }
}

void InstructionParser::open() {
  if (takes_instructions()) return open_folded();
  const State state = frames_.back().state;
  const bool is_clause =
      state == State::if_condition ? cursor_.at_open("then") : state != State::folded_operands;
  return is_clause ? open_clause() : open_folded();
}

/// At the left parenthesis of a folded instruction.
void InstructionParser::open_folded() {
  cursor_.advance();
  const std::uint32_t text = cursor_.offset();
  const Op op = cursor_.at(TokenKind::keyword) ? op_from_text(cursor_.spelling()) : wasm::op_none;
  if (op == wasm::op_none || op == Op::else_ || op == Op::end || op == Op::catch_ ||
      op == Op::catch_all || op == Op::delegate)
    return cursor_.unexpected("an instruction");
  cursor_.advance();
  Frame frame{State::folded_operands, pending_.size(), text, {}, take_hint(op)};
  if (is_block(op) || op == Op::try_) {
    block_header(op, frame.label, pending_);
    write_pending(frame);
    frame.state = op == Op::try_ ? State::try_start : State::folded_block;
    scope_.labels.push(frame.label);
  } else if (op == Op::if_) {
    block_header(op, frame.label, pending_);
    frame.state = State::if_condition;
  } else {
    parse_immediates(context_, scope_, op, pending_);
  }
  frames_.push_back(frame);
}

/// At the left parenthesis of what a frame expects beside instructions.
void InstructionParser::open_clause() {
  Frame& frame = frames_.back();
  const std::uint32_t text = cursor_.offset();
  if (frame.state == State::if_condition && cursor_.accept_open("then")) {
    write_pending(frame);
    scope_.labels.push(frame.label);
    frame.state = State::then_branch;
  } else if (frame.state == State::after_then && cursor_.accept_open("else")) {
    mark(text);
    out_->opcode(code(Op::else_));
    frame.state = State::else_branch;
  } else if (frame.state == State::try_start && cursor_.accept_open("do")) {
    frame.state = State::do_branch;
  } else if (frame.state == State::after_do && cursor_.accept_open("delegate")) {
    mark(text);
    scope_.labels.pop();
    parse_immediates(context_, scope_, Op::delegate, *out_);
    cursor_.expect_close();
    frame.state = State::after_delegate;
  } else if (takes_catch(frame.state) && cursor_.accept_open("catch")) {
    mark(text);
    parse_immediates(context_, scope_, Op::catch_, *out_);
    frame.state = State::catch_branch;
  } else if (takes_catch(frame.state) && cursor_.accept_open("catch_all")) {
    mark(text);
    out_->opcode(code(Op::catch_all));
    frame.state = State::catch_all_branch;
  } else {
    cursor_.advance();
    cursor_.unexpected();
  }
}

/// At a right parenthesis inside a frame.
void InstructionParser::close() {
  Frame& frame = frames_.back();
  switch (frame.state) {
    case State::folded_operands:
      write_pending(frame);
      frames_.pop_back();
      break;
    case State::folded_block:
    case State::after_then:
    case State::after_else:
    case State::after_do:
    case State::after_catch:
    case State::after_catch_all:
      leave(true);
      break;
    case State::after_delegate:
      frames_.pop_back();
      break;
    case State::then_branch:
      frame.state = State::after_then;
      break;
    case State::else_branch:
      frame.state = State::after_else;
      break;
    case State::do_branch:
      frame.state = State::after_do;
      break;
    case State::catch_branch:
      frame.state = State::after_catch;
      break;
    case State::catch_all_branch:
      frame.state = State::after_catch_all;
      break;
    default:
      return cursor_.unexpected(frame.state == State::if_condition ? "(then" : "end");
  }
  cursor_.advance();
}

/// At the keyword of an instruction that isn't in parentheses.
void InstructionParser::flat() {
  const Op op = op_from_text(cursor_.spelling());
  if (op == wasm::op_none || !takes_instructions()) return cursor_.unexpected("an instruction");
  if (op == Op::else_) return flat_else();
  if (op == Op::end) return flat_end();
  if (op == Op::catch_ || op == Op::catch_all) return flat_catch(op);
  if (op == Op::delegate) return flat_delegate();
  const std::uint32_t text = cursor_.offset();
  cursor_.advance();
  mark(text);
  if (const std::int32_t hint = take_hint(op); hint >= 0)
    hints_[static_cast<std::size_t>(hint)].offset = out_->size();
  if (is_block(op) || op == Op::try_ || op == Op::if_) {
    std::string_view label;
    block_header(op, label, *out_);
    enter(op == Op::if_    ? State::flat_if
          : op == Op::try_ ? State::flat_try
                           : State::flat_block,
          label, text);
  } else {
    parse_immediates(context_, scope_, op, *out_);
  }
}

void InstructionParser::flat_else() {
  if (frames_.empty() || frames_.back().state != State::flat_if) return cursor_.unexpected();
  mark(cursor_.offset());
  cursor_.advance();
  check_label();
  out_->opcode(code(Op::else_));
  frames_.back().state = State::flat_else;
}

void InstructionParser::flat_end() {
  if (frames_.empty() || frames_.back().state < State::flat_block) return cursor_.unexpected();
  mark(cursor_.offset());
  cursor_.advance();
  check_label();
  leave(false);
  out_->opcode(code(Op::end));
}

void InstructionParser::flat_catch(Op op) {
  if (frames_.empty() ||
      (frames_.back().state != State::flat_try && frames_.back().state != State::flat_catch))
    return cursor_.unexpected();
  mark(cursor_.offset());
  cursor_.advance();
  parse_immediates(context_, scope_, op, *out_);
  frames_.back().state = op == Op::catch_ ? State::flat_catch : State::flat_catch_all;
}

void InstructionParser::flat_delegate() {
  if (frames_.empty() || frames_.back().state != State::flat_try) return cursor_.unexpected();
  mark(cursor_.offset());
  cursor_.advance();
  leave(false);
  parse_immediates(context_, scope_, Op::delegate, *out_);
}

/// After the keyword of a block: label, type and, for try_table, catch clauses.
void InstructionParser::block_header(Op op, std::string_view& label, Encoder& out) {
  label = accept_label();
  out.opcode(code(op));
  parse_block_type(context_, out);
  if (op == Op::try_table) parse_catch_clauses(context_, scope_, out);
}

void InstructionParser::enter(State state, std::string_view label, std::uint32_t text) {
  frames_.push_back({state, pending_.size(), text, label, -1});
  scope_.labels.push(label);
}

void InstructionParser::leave(bool write_end) {
  if (write_end) {
    mark(cursor_.offset());
    out_->opcode(code(Op::end));
  }
  scope_.labels.pop();
  frames_.pop_back();
}

/// Writes what was held back until the operands were written.
void InstructionParser::write_pending(Frame& frame) {
  mark(frame.text);
  if (frame.hint >= 0) hints_[static_cast<std::size_t>(frame.hint)].offset = out_->size();
  out_->bytes(std::span(pending_.data()).subspan(frame.pending));
  pending_.resize(frame.pending);
}

std::string_view InstructionParser::accept_label() {
  return cursor_.at(TokenKind::id) ? take_id(context_) : std::string_view();
}

/// After else and end: the label may be repeated.
void InstructionParser::check_label() {
  const std::uint32_t offset = cursor_.offset();
  const std::string_view label = accept_label();
  if (!label.empty() && label != frames_.back().label)
    errors_.malformed(offset, "mismatching label ${}", label);
}

/// https://webassembly.github.io/branch-hinting/core/appendix/custom.html
void InstructionParser::hint_annotation() {
  const std::uint32_t text = cursor_.offset();
  if (!hints_allowed_ || !cursor_.at_annotation(hint_annotation_id)) return cursor_.unexpected();
  cursor_.advance();
  const std::uint32_t at = cursor_.offset();
  std::string value = cursor_.expect_string();
  if (value != std::string_view("\0", 1) && value != "\1")
    errors_.malformed(at, "@{} annotation: invalid value", hint_annotation_id);
  cursor_.expect_close();
  if (next_hint_)
    errors_.malformed(text, "@{} annotation: duplicate annotation", hint_annotation_id);
  next_hint_ = std::move(value);
  next_hint_text_ = text;
}

/// The hint for an instruction that comes now, as an index into hints_; -1 without one.
std::int32_t InstructionParser::take_hint(Op op) {
  if (!next_hint_) return -1;
  if (op != Op::if_ && op != Op::br_if)
    errors_.invalid(next_hint_text_, "@{} annotation: invalid target", hint_annotation_id);
  hints_.push_back({0, std::move(*next_hint_)});
  next_hint_.reset();
  return static_cast<std::int32_t>(hints_.size()) - 1;
}

std::vector<BranchHint> InstructionParser::take_hints() {
  // By a heap, which is less code.
  std::partial_sort(hints_.begin(), hints_.end(), hints_.end(),
                    [](const BranchHint& a, const BranchHint& b) { return a.offset < b.offset; });
  return std::exchange(hints_, {});
}

}  // namespace wrun::inline v0::wat
