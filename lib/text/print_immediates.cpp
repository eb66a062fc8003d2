#include "lib/text/print_immediates.hpp"

#include <bit>

#include "lib/text/print_atoms.hpp"
#include "lib/wasm/type_reader.hpp"

namespace wrun::inline v0::wat {
namespace {

using wasm::Imm;
using wasm::Op;
using wasm::ValType;

class ImmediatePrinter {
 public:
  ImmediatePrinter(PrintContext& context, const BodyNames& names, BodyReader& in)
      : context_(context), names_(names), in_(in), out_(context.out) {}

  void print(Op op) {
    const Imm imm = wasm::info(op).imm;
    if (imm == Imm::none) return;
    if (const unsigned width = wasm::access_width(imm)) return memory_access(imm, width);
    if (number(imm) || single_index(imm) || two_indices(imm)) return;
    structured(op, imm);
  }

 private:
  bool number(Imm imm);
  bool single_index(Imm imm);
  bool two_indices(Imm imm);
  void structured(Op op, Imm imm);

  void use(const PrintedNames& names, std::uint32_t index) {
    out_ += ' ';
    names.print_use(index, out_);
  }
  void use(const PrintedNames& names) { use(names, in_.u32()); }
  void use_if_not_zero(const PrintedNames& names, std::uint32_t index) {
    if (index != 0) use(names, index);
  }
  void label(std::uint32_t index);
  void label() { label(in_.u32()); }
  void type_use(std::uint32_t index) {
    out_ += " (type";
    use(context_.types, index);
    out_ += ')';
  }
  wasm::TypeReader<wasm::Trust::yes> types() { return {in_, 0, nullptr}; }
  void value_type(ValType type) {
    out_ += ' ';
    print_value_type(context_, type);
  }
  void ref_type(bool nullable) {
    out_ += ' ';
    print_ref_type(context_, ValType::ref(types().heap_type(), nullable));
  }

  void block_type();
  void memory_access(Imm imm, unsigned width);
  void label_table();
  void catch_clauses();
  void select_types();
  void cast_branch();
  void field();
  void two_spaces(const PrintedNames& names);
  void segment_and_space(const PrintedNames& segments, const PrintedNames& space);

  PrintContext& context_;
  const BodyNames& names_;
  BodyReader& in_;
  std::string& out_;
};

bool ImmediatePrinter::number(Imm imm) {
  switch (imm) {
    case Imm::i32:
      return context_.print(" {}", in_.s32()), true;
    case Imm::i64:
      return context_.print(" {}", in_.s64()), true;
    case Imm::f32:
      out_ += ' ';
      return print_f32(in_.fixed<std::uint32_t>(), out_), true;
    case Imm::f64:
      out_ += ' ';
      return print_f64(in_.fixed<std::uint64_t>(), out_), true;
    case Imm::v128:
      out_ += " i32x4";
      for (int i = 0; i < 4; ++i) context_.print(" {:#010x}", in_.fixed<std::uint32_t>());
      return true;
    case Imm::lanes:
      for (int i = 0; i < 16; ++i) context_.print(" {}", in_.u8());
      return true;
    case Imm::lane2:
    case Imm::lane4:
    case Imm::lane8:
    case Imm::lane16:
      return context_.print(" {}", in_.u8()), true;
    case Imm::fence:
      return in_.u8(), true;
    default:
      return false;
  }
}

bool ImmediatePrinter::single_index(Imm imm) {
  switch (imm) {
    case Imm::label:
      return label(), true;
    case Imm::func:
      return use(context_.functions), true;
    case Imm::type:
      return use(context_.types), true;
    case Imm::tag:
      return use(context_.tags), true;
    case Imm::local:
      return use(names_.locals), true;
    case Imm::global:
      return use(context_.globals), true;
    case Imm::elem:
      return use(context_.elements), true;
    case Imm::data:
      return use(context_.segments), true;
    case Imm::table:
      return use_if_not_zero(context_.tables, in_.u32()), true;
    case Imm::memory:
      return use_if_not_zero(context_.memories, in_.u32()), true;
    default:
      return false;
  }
}

bool ImmediatePrinter::two_indices(Imm imm) {
  switch (imm) {
    case Imm::table_table:
      return two_spaces(context_.tables), true;
    case Imm::memory_memory:
      return two_spaces(context_.memories), true;
    case Imm::elem_table:
      return segment_and_space(context_.elements, context_.tables), true;
    case Imm::data_memory:
      return segment_and_space(context_.segments, context_.memories), true;
    case Imm::type_field:
      return field(), true;
    case Imm::type_u32:
      use(context_.types);
      return context_.print(" {}", in_.u32()), true;
    case Imm::type_data:
      use(context_.types);
      return use(context_.segments), true;
    case Imm::type_elem:
      use(context_.types);
      return use(context_.elements), true;
    case Imm::type_type:
      use(context_.types);
      return use(context_.types), true;
    default:
      return false;
  }
}

void ImmediatePrinter::structured(Op op, Imm imm) {
  switch (imm) {
    case Imm::block_type:
      return block_type();
    case Imm::label_table:
      return label_table();
    case Imm::try_table:
      block_type();
      return catch_clauses();
    case Imm::types:
      return select_types();
    case Imm::br_cast:
      return cast_branch();
    case Imm::type_table: {
      const std::uint32_t type = in_.u32();
      use_if_not_zero(context_.tables, in_.u32());
      return type_use(type);
    }
    case Imm::heap_type:
      if (op != Op::ref_null) return ref_type(op == Op::ref_test_null || op == Op::ref_cast_null);
      out_ += ' ';
      return print_heap_type(context_, types().heap_type());
    default:
      return;
  }
}

/// By name where the name means this label and no nearer one.
void ImmediatePrinter::label(std::uint32_t index) {
  const std::string_view name = names_.labels.at(index);
  out_ += ' ';
  if (PrintedNames::is_usable(name) && names_.labels.find(name) == index)
    print_id(name, out_);
  else
    context_.print("{}", index);
}

void ImmediatePrinter::block_type() {
  const std::uint8_t code = in_.peek();
  if (code == 0x40) {
    in_.u8();
  } else if ((code & 0xc0) == 0x40) {
    out_ += " (result";
    value_type(types().val_type());
    out_ += ')';
  } else {
    type_use(static_cast<std::uint32_t>(in_.s33()));
  }
}

void ImmediatePrinter::memory_access(Imm imm, unsigned width) {
  const std::uint32_t flags = in_.u32();
  if (flags & 0x40) {
    use(context_.memories);
  }
  const std::uint64_t offset = in_.u64();
  if (offset != 0) context_.print(" offset={}", offset);
  const std::uint32_t align_log2 = flags & 0x3f;
  if (std::uint64_t{1} << align_log2 != width)
    context_.print(" align={}", std::uint64_t{1} << align_log2);
  if (imm >= Imm::mem1_lane && imm <= Imm::mem8_lane) context_.print(" {}", in_.u8());
}

void ImmediatePrinter::label_table() {
  for (std::uint64_t left = std::uint64_t{in_.u32()} + 1; left > 0; --left) label();
}

void ImmediatePrinter::catch_clauses() {
  constexpr std::string_view words[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
  for (std::uint32_t left = in_.u32(); left > 0; --left) {
    const std::uint8_t kind = in_.u8();
    context_.print(" ({}", words[kind & 3]);
    if (kind < 2) use(context_.tags);
    label();
    out_ += ')';
  }
}

void ImmediatePrinter::select_types() {
  out_ += " (result";
  for (std::uint32_t left = in_.u32(); left > 0; --left) value_type(types().val_type());
  out_ += ')';
}

void ImmediatePrinter::cast_branch() {
  const std::uint8_t flags = in_.u8();
  label();
  ref_type(flags & 1);
  ref_type(flags & 2);
}

void ImmediatePrinter::field() {
  const std::uint32_t type = in_.u32();
  use(context_.types, type);
  use(context_.fields_of(type));
}

void ImmediatePrinter::two_spaces(const PrintedNames& names) {
  const std::uint32_t first = in_.u32();
  const std::uint32_t second = in_.u32();
  if (first == 0 && second == 0) return;
  use(names, first);
  use(names, second);
}

void ImmediatePrinter::segment_and_space(const PrintedNames& segments, const PrintedNames& space) {
  const std::uint32_t segment = in_.u32();
  use_if_not_zero(space, in_.u32());
  use(segments, segment);
}

}  // namespace

void print_immediates(PrintContext& context, const BodyNames& names, Op op, BodyReader& in) {
  ImmediatePrinter(context, names, in).print(op);
}

}  // namespace wrun::inline v0::wat
