#pragma once

// FunctionWalker: opcodes and what follows them in the bytes.
//
// https://webassembly.github.io/spec/core/binary/instructions.html

#include <bit>

#include "lib/wasm/walker.hpp"

namespace wrun::inline v0::wasm {

template <class C, Trust trust>
Op FunctionWalker<C, trust>::read_op() {
  return op_of(reader_.u8());
}

/// The instruction that begins with that byte.
template <class C, Trust trust>
Op FunctionWalker<C, trust>::op_of(std::uint8_t byte) {
  const Op op = one_byte_ops[byte];
  return op != op_none ? op : read_prefixed_op(byte);
}

template <class C, Trust trust>
Op FunctionWalker<C, trust>::read_prefixed_op(std::uint8_t prefix) {
  if (prefix < 0xfb || prefix > 0xfe) {
    reader_.fail(offset(), "illegal opcode {:02x}", prefix);
    return Op::nop;
  }
  const std::uint32_t sub = reader_.u32();
  const Op op = sub < 0x10000 ? op_from_code(std::uint32_t{prefix} << 16 | sub) : op_none;
  if (op != op_none) return op;
  reader_.fail(offset(), "illegal opcode {:02x} {:02x}", prefix, sub);
  return Op::nop;
}

template <class C, Trust trust>
TypeReader<trust> FunctionWalker<C, trust>::types() {
  return {reader_, static_cast<std::uint32_t>(module_->types.types.size()),
          features_ ? &*features_ : nullptr};
}

/// Goes past the type [] -> [] of a block, if it has that.
template <class C, Trust trust>
inline bool FunctionWalker<C, trust>::skip_plain_type() {
  if (reader_.peek() != 0x40) return false;
  reader_.skip(1);
  return true;
}

/// https://webassembly.github.io/spec/core/binary/instructions.html#binary-blocktype
template <class C, Trust trust>
BlockType FunctionWalker<C, trust>::read_block_type() {
  const std::uint8_t code = reader_.peek();
  if (code == 0x40) return reader_.u8(), BlockType();
  if ((code & 0xc0) == 0x40) return BlockType(types().val_type());
  const std::uint32_t start = reader_.offset();
  const std::int64_t index = reader_.s33();
  if (index < 0) return reader_.fail(start, "malformed block type"), BlockType();
  if constexpr (trust == Trust::no) {
    need(Feature::multi_value, "a block with a type index");
    const auto count = static_cast<std::int64_t>(module_->types.types.size());
    if (index >= count ||
        type_at(TypeIdx(static_cast<std::uint32_t>(index))).kind != CompositeKind::func) {
      invalid("unknown type {}: a block needs a function type", index);
      return BlockType();
    }
  }
  return BlockType(type_at(TypeIdx(static_cast<std::uint32_t>(index))).func);
}

/// Whether an access may claim such alignment.
constexpr bool fits_naturally(Imm imm, std::uint32_t align_log2) {
  return std::uint64_t{1} << align_log2 <= access_width(imm);
}

/// https://webassembly.github.io/spec/core/binary/instructions.html#binary-memarg
template <class C, Trust trust>
inline bool FunctionWalker<C, trust>::read_memarg(Imm imm, MemArg& memarg, bool atomic) {
  // Most are two bytes, and of the first memory.
  if (trust == Trust::yes || reader_.remaining() >= 2) {
    const std::uint8_t* const bytes = reader_.place();
    const auto flags = static_cast<std::uint32_t>(bytes[0]);
    const bool is_short = flags < 0x40 && bytes[1] < 0x80;
    if (is_short && (trust == Trust::yes ||
                     (!atomic && !module_->memories.empty() && fits_naturally(imm, flags)))) {
      memarg.memory = MemIdx(0);
      memarg.align_log2 = flags;
      memarg.offset = bytes[1];
      reader_.skip(2);
      return true;
    }
  }
  return read_memarg_slowly(imm, memarg, atomic);
}

template <class C, Trust trust>
bool FunctionWalker<C, trust>::read_memarg_slowly(Imm imm, MemArg& memarg, bool atomic) {
  const std::uint32_t start = reader_.offset();
  const std::uint32_t flags = reader_.u32();
  memarg.align_log2 = flags & 0x3f;
  if constexpr (trust == Trust::no) {
    if (flags >= 0x80 || (flags >= 0x40 && !has(Feature::multi_memory))) {
      reader_.fail(start, "malformed memop flags");
      return false;
    }
  }
  memarg.memory = MemIdx(flags & 0x40 ? reader_.u32() : 0);
  if (trust == Trust::no && !has(Feature::memory64)) {
    memarg.offset = reader_.u32();
  } else {
    memarg.offset = reader_.u64();
  }
  return trust == Trust::yes || check_memarg(imm, memarg, atomic);
}

template <class C, Trust trust>
bool FunctionWalker<C, trust>::check_memarg(Imm imm, const MemArg& memarg, bool atomic) {
  if (memarg.memory.value != 0) need(Feature::multi_memory, "another memory");
  if (memarg.memory.value >= module_->memories.size()) {
    invalid("unknown memory {}", memarg.memory.value);
    return false;
  }
  const auto natural = static_cast<std::uint32_t>(std::countr_zero(access_width(imm)));
  if (memarg.align_log2 > natural)
    invalid("alignment must not be larger than natural: found 2^{}, natural is 2^{}",
            memarg.align_log2, natural);
  else if (atomic && memarg.align_log2 != natural)
    invalid("atomic alignment must be natural: found 2^{}, natural is 2^{}", memarg.align_log2,
            natural);
  if (memory_address(memarg.memory) == Kind::i32 && memarg.offset > 0xffff'ffff)
    invalid("offset out of range: {} in a 32-bit memory", memarg.offset);
  return ok();
}

/// Reads an index into a space of `count`. False after an error, here and in those that follow.
template <class C, Trust trust>
template <class Index>
bool FunctionWalker<C, trust>::read_index(Index& index, std::size_t count, std::string_view what) {
  index = Index(reader_.u32());
  if (trust == Trust::yes || index.value < count) return ok();
  invalid("unknown {} {}", what, index.value);
  return false;
}

template <class C, Trust trust>
bool FunctionWalker<C, trust>::read_global(GlobalIdx& index) {
  return read_index(index, constant_only_ ? visible_globals_ : module_->globals.size(), "global");
}

template <class C, Trust trust>
bool FunctionWalker<C, trust>::read_elem(ElemIdx& index) {
  return read_index(index, module_->elements.size(), "elem segment");
}

template <class C, Trust trust>
bool FunctionWalker<C, trust>::read_data(DataIdx& index) {
  if (trust == Trust::no && !module_->data_count) {
    malformed("data count section required");
    return false;
  }
  return read_index(index, trust == Trust::yes ? 0 : *module_->data_count, "data segment");
}

/// A table index. Tables other than 0 came with `other`; before it, the index was a zero byte.
template <class C, Trust trust>
bool FunctionWalker<C, trust>::read_table(TableIdx& index, Feature other) {
  if constexpr (trust == Trust::no) {
    if (!has(other) && reader_.peek() != 0) {
      reader_.fail(reader_.offset(), "zero byte expected");
      return false;
    }
  }
  if (!read_index(index, module_->tables.size(), "table")) return false;
  if (index.value != 0) need(other, "another table");
  return ok();
}

template <class C, Trust trust>
bool FunctionWalker<C, trust>::read_memory(MemIdx& index) {
  if constexpr (trust == Trust::no) {
    if (!has(Feature::multi_memory) && reader_.peek() != 0) {
      reader_.fail(reader_.offset(), "zero byte expected");
      return false;
    }
  }
  if (!read_index(index, module_->memories.size(), "memory")) return false;
  if (index.value != 0) need(Feature::multi_memory, "another memory");
  return ok();
}

template <class C, Trust trust>
bool FunctionWalker<C, trust>::read_type(TypeIdx& index, CompositeKind kind,
                                         std::string_view what) {
  if (!read_index(index, module_->types.types.size(), "type")) return false;
  if (trust == Trust::yes || type_at(index).kind == kind) return true;
  invalid("type mismatch: type {} is not {} type", index.value, what);
  return false;
}

template <class C, Trust trust>
auto FunctionWalker<C, trust>::read_label() -> Control* {
  LabelIdx index;
  if (!read_index(index, controls_.size(), "label")) return nullptr;
  return &label(index);
}

template <class C, Trust trust>
std::uint8_t FunctionWalker<C, trust>::read_lane(unsigned count) {
  const std::uint8_t lane = reader_.u8();
  if (trust == Trust::no && lane >= count) invalid("invalid lane index {}", lane);
  return lane;
}

/// https://webassembly.github.io/spec/core/binary/instructions.html#binary-catch
template <class C, Trust trust>
bool FunctionWalker<C, trust>::read_catches() {
  catches_.clear();
  for (std::uint32_t left = reader_.u32(); left != 0 && ok(); --left) {
    CatchClause clause;
    const std::uint32_t start = reader_.offset();
    const std::uint8_t kind = reader_.u8();
    if (trust == Trust::no && kind > 3) return reader_.fail(start, "malformed catch clause"), false;
    clause.kind = static_cast<CatchKind>(kind);
    if (kind < 2 && !read_tag(clause.tag)) return false;
    const Control* target = read_label();
    if (!target) return false;
    clause.label = LabelIdx(static_cast<std::uint32_t>(&innermost() - target) + 1);
    catches_.push_back(clause);
    if (trust == Trust::no && !check_catch(clause)) return false;
  }
  return ok();
}

/// The label takes what the clause hands it.
template <class C, Trust trust>
bool FunctionWalker<C, trust>::check_catch(const CatchClause& clause) {
  types_.clear();
  if (clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref)
    types_ = module_->func_type(module_->tags[clause.tag.value].type).params;
  if (clause.kind == CatchKind::catch_ref || clause.kind == CatchKind::catch_all_ref)
    types_.push_back(ValType::ref(AbstractHeap::exn, false));
  const auto expected = label(clause.label.value - 1).label_types();
  const bool fits =
      std::equal(types_.begin(), types_.end(), expected.begin(), expected.end(),
                 [this](ValType found, ValType wanted) { return is_a(found, wanted); });
  if (!fits) report_type_mismatch(*errors_, offset(), "label", expected, types_);
  return fits;
}

/// Goes past the immediates of an instruction that nobody hears of.
template <class C, Trust trust>
void FunctionWalker<C, trust>::skip_immediates(Op op) {
  MemArg memarg;
  switch (walk_row(op).imm) {
    case Imm::none:
      return;
    case Imm::block_type:
      read_block_type();
      return;
    case Imm::label:
    case Imm::func:
    case Imm::type:
    case Imm::tag:
    case Imm::local:
    case Imm::global:
    case Imm::table:
    case Imm::elem:
    case Imm::memory:
    case Imm::data:
      reader_.u32();
      return;
    case Imm::type_table:
    case Imm::table_table:
    case Imm::elem_table:
    case Imm::memory_memory:
    case Imm::data_memory:
    case Imm::type_field:
    case Imm::type_u32:
    case Imm::type_data:
    case Imm::type_elem:
    case Imm::type_type:
      reader_.u32(), reader_.u32();
      return;
    case Imm::label_table:
      for (std::uint64_t left = std::uint64_t{reader_.u32()} + 1; left != 0; --left) reader_.u32();
      return;
    case Imm::try_table:
      read_block_type();
      for (std::uint32_t left = reader_.u32(); left != 0; --left) {
        if (reader_.u8() < 2) reader_.u32();
        reader_.u32();
      }
      return;
    case Imm::types:
      for (std::uint32_t left = reader_.u32(); left != 0; --left) types().val_type();
      return;
    case Imm::mem1:
    case Imm::mem2:
    case Imm::mem4:
    case Imm::mem8:
    case Imm::mem16:
      read_memarg(Imm::none, memarg);
      return;
    case Imm::mem1_lane:
    case Imm::mem2_lane:
    case Imm::mem4_lane:
    case Imm::mem8_lane:
      read_memarg(Imm::none, memarg), reader_.u8();
      return;
    case Imm::i32:
      reader_.s32();
      return;
    case Imm::i64:
      reader_.s64();
      return;
    case Imm::f32:
      reader_.bytes(4);
      return;
    case Imm::f64:
      reader_.bytes(8);
      return;
    case Imm::v128:
    case Imm::lanes:
      reader_.bytes(16);
      return;
    case Imm::lane2:
    case Imm::lane4:
    case Imm::lane8:
    case Imm::lane16:
    case Imm::fence:
      reader_.u8();
      return;
    case Imm::heap_type:
      types().heap_type();
      return;
    case Imm::br_cast:
      reader_.u8(), reader_.u32();
      types().heap_type(), types().heap_type();
      return;
  }
}

/// Stands before the `end` or the next arm of the innermost block. Trusted walks only.
template <class C, Trust trust>
void FunctionWalker<C, trust>::skip_unreachable() {
  for (std::uint32_t nested = 0;;) {
    const std::uint32_t start = reader_.offset();
    const Op op = read_op();
    switch (op) {
      case Op::block:
      case Op::loop:
      case Op::if_:
      case Op::try_:
      case Op::try_table:
        ++nested;
        break;
      case Op::else_:
      case Op::catch_:
      case Op::catch_all:
        if (nested == 0) return reader_.seek(start);
        break;
      case Op::end:
      case Op::delegate:
        if (nested == 0) return reader_.seek(start);
        --nested;
        break;
      default:
        break;
    }
    skip_immediates(op);
  }
}

}  // namespace wrun::inline v0::wasm
