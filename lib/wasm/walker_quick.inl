#pragma once

// FunctionWalker: how most of a body is validated. These are the rules of the commonest
// instructions once more, for operands that have exactly the types that are wanted; whatever isn't
// plainly valid is left to the rules in full, which know the rest and report errors. The place in
// the bytes and the top of the stack stay in registers meanwhile.

#include <algorithm>
#include <bit>

#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

/// What is to be known of a one-byte opcode. Those of most instructions are plain: what they pop
/// and push is in the row, and they are all checked by the same steps, without a branch on what
/// they are, which processors can't foresee.
struct alignas(16) QuickRow {
  Rule rule = Rule::other;
  bool is_plain = false;
  std::uint8_t params = 0;
  std::uint8_t results = 0;
  Kind operand = Kind::i32;  ///< the topmost one
  Kind below = Kind::i32;    ///< the one below
  Kind result = Kind::i32;
  // Which bits count of the types: all or none.
  std::int8_t operand_mask = 0;
  std::int8_t below_mask = 0;
  std::int8_t local_mask = 0;      ///< all: operand and result are of a local's type
  std::uint8_t length = 1;         ///< if its numbers take a byte each
  std::uint8_t number_at = 0;      ///< where a number begins that may be longer
  std::uint8_t number_mask = 0;    ///< the bit that says so; 0: there is none
  std::uint8_t max_second = 0xff;  ///< of its second byte
};

constexpr std::uint32_t bits_of(ValType type) {
  return std::bit_cast<std::uint32_t>(type);
}

/// A mask of a row for the bits of a type.
constexpr std::uint32_t widened(std::int8_t mask) {
  return static_cast<std::uint32_t>(std::int32_t{mask});
}

/// The type of locals that aren't there: a bit that no type has.
inline constexpr auto no_local = std::bit_cast<ValType>(0x20u);

constexpr QuickRow make_quick_row(Rule rule, const WalkRow& row) {
  QuickRow quick;
  quick.rule = rule;
  const bool is_local = rule >= Rule::local_get && rule <= Rule::local_tee;
  const bool is_access = rule == Rule::load || rule == Rule::store;
  const bool is_const = rule == Rule::i32_const || rule == Rule::i64_const;
  quick.is_plain = is_local || is_access || is_const || rule == Rule::unary ||
                   rule == Rule::binary || rule == Rule::drop;
  quick.params = row.param_count;
  quick.results = row.result_count;
  if (is_local) {
    quick.local_mask = -1;
    quick.params = rule != Rule::local_get;
    quick.results = rule != Rule::local_set;
  }
  if (rule == Rule::drop) quick.params = 1;
  quick.operand_mask = quick.params != 0 && rule != Rule::drop ? -1 : 0;
  quick.below_mask = quick.params == 2 ? -1 : 0;
  if (row.param_count != 0) quick.operand = row.params[row.param_count - 1u];
  quick.below = row.params[0];
  if (row.result_count != 0) quick.result = row.results[0];
  if (is_const) {
    quick.results = 1;
    quick.result = rule == Rule::i32_const ? Kind::i32 : Kind::i64;
  }
  if (is_local || is_const) {
    quick.length = 2;
    quick.number_at = 1;
    quick.number_mask = 0x80;
  }
  if (is_access) {
    quick.length = 3;
    quick.number_at = 2;
    quick.number_mask = 0x80;
    quick.max_second = static_cast<std::uint8_t>(std::countr_zero(access_width(row.imm)));
  }
  return quick;
}

static_assert(sizeof(QuickRow) == 16);

inline constexpr auto quick_rows = [] {
  std::array<QuickRow, 256> rows{};
  rows.fill({});  // g++ 12 has zeros in rows that nobody writes, not what QuickRow says
  for (std::size_t byte = 0; byte < rows.size(); ++byte)
    if (one_byte_rules[byte] != Rule::other)
      rows[byte] = make_quick_row(one_byte_rules[byte], walk_row(one_byte_ops[byte]));
  return rows;
}();

/// How many bytes a number takes, if it is at most five, of which the fifth is such that it is
/// right for signed numbers of 32 bits, and so for others. Else 0.
inline std::size_t short_number(const std::uint8_t* at) {
  for (std::size_t i = 0; i < 4; ++i)
    if (at[i] < 0x80) return i + 1;
  return at[4] < 0x08 ? 5 : 0;
}

/// Whether operands are of just these types.
template <class Operand>
bool has_exactly(const Operand* operands, const std::vector<ValType>& types) {
  for (std::size_t i = 0; i < types.size(); ++i)
    if (operands[i].type != types[i]) return false;
  return true;
}

template <class C, Trust trust>
inline void FunctionWalker<C, trust>::set_top(const Operand* top) {
  operands_.truncate(static_cast<std::uint32_t>(top - operands_.data()));
}

/// Before the first instruction: two operands that nobody sees, so that there are always two to be
/// looked at.
template <class C, Trust trust>
void FunctionWalker<C, trust>::prepare_quick() {
  operands_.push({Kind::bottom, 0, {}});
  operands_.push({Kind::bottom, 0, {}});
  const std::uint32_t count = std::min<std::uint32_t>(locals_.size(), 0x80);
  for (std::uint32_t i = 0; i < count; ++i) quick_locals_[i] = locals_[i];
  std::fill(quick_locals_.begin() + count, quick_locals_.end(), no_local);
}

/// Opens a block of type [] -> [].
template <class C, Trust trust>
inline void FunctionWalker<C, trust>::open_plain_block(const std::uint8_t* at, const Operand* top,
                                                       ControlKind kind) {
  instruction_ = at;
  set_top(top);
  push_plain_control(kind);
}

/// If the innermost block is of type [] -> [], and not the function's, leaves it: its operands are
/// gone.
template <class C, Trust trust>
inline bool FunctionWalker<C, trust>::closes_plain_block() {
  Control& control = innermost();
  if (control.type.param_count() + control.type.result_count() != 0) return false;
  if (control.kind > ControlKind::else_ || control.kind == ControlKind::function) return false;
  if (control.kind == ControlKind::if_) control.targeted |= control.live;
  live_ |= control.kind != ControlKind::loop && control.targeted;
  controls_.truncate(controls_.size() - 1);
  floor_ = innermost().base;
  return true;
}

/// Goes past instructions as long as each is one of the commonest, and plainly valid.
template <class C, Trust trust>
void FunctionWalker<C, trust>::check_quickly() {
  constexpr std::size_t longest = 10;  // bytes of an instruction that are looked at
  if (reader_.remaining() < longest || constant_only_ || tracks_inits_) return;
  if (module_->memories.empty() || memory_address(MemIdx(0)) != Kind::i32) return;
  operands_.reserve(1);
  // No instruction here pushes more operands than it has bytes.
  const std::size_t room = operands_.capacity() - operands_.size() - 1;
  const std::uint8_t* at = reader_.place();
  const std::uint8_t* const last = at + std::min(reader_.remaining() - longest, room);
  Operand* bottom = operands_.data() + floor_;
  Operand* top = operands_.data() + operands_.size();
  const std::size_t global_count = std::min<std::size_t>(module_->globals.size(), 0x80);
  const auto has = [&](ValType type) { return top != bottom && top[-1].type == type; };
  while (at <= last) {
    const QuickRow& row = quick_rows[*at];
    if (row.is_plain) {
      std::size_t length = row.length;
      if ((at[row.number_at] & row.number_mask) != 0) [[unlikely]] {
        const std::size_t bytes = short_number(at + row.number_at);
        if (bytes == 0 || row.local_mask != 0) break;
        length += bytes - 1;
      }
      const std::uint32_t local = bits_of(quick_locals_[at[1] & 0x7f]) & widened(row.local_mask);
      const std::uint32_t operand = bits_of(row.operand) | local;
      const std::uint32_t differs =
          ((bits_of(top[-1].type) ^ operand) & widened(row.operand_mask)) |
          ((bits_of(top[-2].type) ^ bits_of(row.below)) & widened(row.below_mask)) |
          (local & bits_of(no_local)) | std::uint32_t{at[1] > row.max_second} |
          std::uint32_t{top - bottom < row.params};
      if (differs != 0) break;
      // Above the top where there is no result.
      top -= row.params;
      top->type = std::bit_cast<ValType>(bits_of(row.result) | local);
      top += row.results;
      at += length;
      continue;
    }
    switch (row.rule) {
      case Rule::select: {
        if (top - bottom < 3 || top[-1].type != Kind::i32) break;
        if (top[-2].type != top[-3].type || top[-2].type.is_ref()) break;
        top -= 2;
        ++at;
        continue;
      }
      case Rule::br_if: {
        if (at[1] >= 0x80 || at[1] >= controls_.size() || !has(Kind::i32)) break;
        Control& target = label(at[1]);
        if (target.label_count() != 0) break;
        target.targeted |= live_;
        --top;
        at += 2;
        continue;
      }
      case Rule::global_get:
        if (at[1] >= global_count) break;
        top++->type = module_->globals[at[1]].type.type;
        at += 2;
        continue;
      case Rule::global_set: {
        if (at[1] >= global_count) break;
        const GlobalType& type = module_->globals[at[1]].type;
        if (!type.is_mutable || !has(type.type)) break;
        --top;
        at += 2;
        continue;
      }
      case Rule::call: {
        const std::size_t length = short_number(at + 1);
        if (length == 0) break;
        std::uint32_t callee = 0;
        for (std::size_t i = length; i > 0; --i) callee = callee << 7 | (at[i] & 0x7fu);
        if (callee >= module_->functions.size()) break;
        const FuncType& type = module_->type_of(FuncIdx(callee));
        const std::size_t params = type.params.size();
        const std::size_t results = type.results.size();
        if (static_cast<std::size_t>(top - bottom) < params) break;
        if (results > 1) break;
        if (!has_exactly(top - params, type.params)) break;
        top -= params;
        if (results == 1) top++->type = type.results[0];
        at += 1 + length;
        continue;
      }
      case Rule::if_:
        if (at[1] != 0x40 || !has(Kind::i32)) break;
        --top;
        open_plain_block(at, top, ControlKind::if_);
        bottom = top;
        at += 2;
        continue;
      case Rule::block:
      case Rule::loop:
        if (at[1] != 0x40) break;
        open_plain_block(at, top, row.rule == Rule::loop ? ControlKind::loop : ControlKind::block);
        bottom = top;
        at += 2;
        continue;
      case Rule::end:
        if (top != bottom || !closes_plain_block()) break;
        bottom = operands_.data() + floor_;
        ++at;
        continue;
      default:
        break;
    }
    break;
  }
  reader_.go_to(at);
  set_top(top);
}

}  // namespace wrun::inline v0::wasm
