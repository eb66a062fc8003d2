// Instructions that their signatures say everything of: numbers, vectors, memory.

#include "tests/fuzz/function_generator.hpp"

#include "lib/wasm/new_nan.hpp"

namespace wrun::inline v0::fuzz {

using wasm::Imm;
using wasm::Op;
using wasm::Shape;

namespace {

bool is_memory_access(Shape shape) {
  switch (shape) {
    case Shape::load:
    case Shape::store:
    case Shape::load_lane:
    case Shape::store_lane:
    case Shape::atomic_load:
    case Shape::atomic_store:
    case Shape::atomic_rmw:
    case Shape::atomic_cmpxchg:
    case Shape::atomic_wait:
    case Shape::atomic_notify:
      return true;
    default:
      return false;
  }
}

bool is_pure(Shape shape) {
  return shape == Shape::numeric || shape == Shape::lane || shape == Shape::shuffle;
}

bool is_allowed(const wasm::OpInfo& row, const Plan& plan) {
  switch (row.feature) {
    case Feature::simd:
    case Feature::relaxed_simd:
      return plan.vectors;
    case Feature::threads:
      return plan.atomics;
    default:
      return true;
  }
}

/// How often an operator is in its group: machine code has more forms of some.
std::size_t weight(Op op) {
  switch (op) {
    case Op::f32x4_relaxed_madd:
    case Op::f32x4_relaxed_nmadd:
    case Op::f64x2_relaxed_madd:
    case Op::f64x2_relaxed_nmadd:
      return 12;
    default:
      return 1;
  }
}

/// All of one group, for each choice of features.
const std::vector<Op>& operators(std::string_view results, bool is_memory, const Plan& plan) {
  struct Key {
    std::string results;
    bool is_memory;
    bool vectors;
    bool atomics;
    bool operator==(const Key&) const = default;
  };
  static std::vector<std::pair<Key, std::vector<Op>>> groups;
  const Key key{std::string(results), is_memory, plan.vectors, plan.atomics};
  for (const auto& group : groups)
    if (group.first == key) return group.second;
  std::vector<Op> found;
  for (std::size_t i = 0; i < wasm::op_count; ++i) {
    const wasm::OpInfo& row = wasm::op_table[i];
    if (!(is_memory ? is_memory_access(row.shape) : is_pure(row.shape))) continue;
    if (row.signature().empty() || row.results() != results || !is_allowed(row, plan)) continue;
    found.insert(found.end(), weight(static_cast<Op>(i)), static_cast<Op>(i));
  }
  return groups.emplace_back(key, std::move(found)).second;
}

bool is_atomic(const wasm::OpInfo& row) {
  return row.feature == Feature::threads;
}

/// Whether a NaN that the instruction makes could reach integers by its result.
bool makes_vector_nan(const wasm::OpInfo& row) {
  if (row.shape != Shape::numeric || row.results() != "v") return false;
  return row.text().starts_with("f32x4") || row.text().starts_with("f64x2");
}

}  // namespace

Op FunctionGenerator::pick_operator(std::string_view results, bool is_memory) {
  const std::vector<Op>& group = operators(results, is_memory, plan_);
  return group[source_.below(static_cast<std::uint32_t>(group.size()))];
}

std::uint32_t FunctionGenerator::pick_memory() {
  return source_.below(static_cast<std::uint32_t>(plan_.memories.size()));
}

/// Mostly inside, sometimes anywhere.
void FunctionGenerator::address(const MemoryPlan& memory, bool is_atomic_access, unsigned depth) {
  const char type = memory.is_64 ? 'I' : 'i';
  value(type, depth);
  if (source_.chance(1, 24)) return;
  const std::int32_t mask = is_atomic_access ? 0x7ff8 : 0xffff >> source_.below(8);
  if (memory.is_64) {
    op(Op::i64_const);
    code_.signed_leb(mask);
    return op(Op::i64_and);
  }
  i32_const(mask);
  op(Op::i32_and);
}

void FunctionGenerator::guard_divisor(Op which, char type) {
  switch (which) {
    case Op::i32_div_s:
    case Op::i32_div_u:
    case Op::i32_rem_s:
    case Op::i32_rem_u:
    case Op::i64_div_s:
    case Op::i64_div_u:
    case Op::i64_rem_s:
    case Op::i64_rem_u:
      break;
    default:
      return;
  }
  if (source_.chance(1, 8)) return;
  if (type == 'i') {
    i32_const(source_.chance(1, 2) ? 1 : 64);
    return op(Op::i32_or);
  }
  op(Op::i64_const);
  code_.signed_leb(1);
  op(Op::i64_or);
}

void FunctionGenerator::operand(Op which, char type, unsigned depth) {
  value(type, depth);
  if (type != 'f' && type != 'F') return;
  const wasm::OpInfo& row = wasm::info(which);
  const bool sees_bits = is_memory_access(row.shape) || row.results() == "v" ||
                         row.text().find("reinterpret") != std::string_view::npos ||
                         row.text().find("copysign") != std::string_view::npos;
  if (sees_bits) canonical(type);
}

void FunctionGenerator::immediates(Op which, std::uint32_t memory) {
  const wasm::OpInfo& row = wasm::info(which);
  if (const unsigned width = wasm::access_width(row.imm); width != 0) {
    unsigned align = 0;
    while ((2u << align) <= width) ++align;
    if (!is_atomic(row)) align = source_.below(align + 1);
    code_.unsigned_leb(align | (memory != 0 ? 0x40 : 0));
    if (memory != 0) code_.unsigned_leb(memory);
    std::uint64_t offset = source_.chance(1, 2) ? source_.byte() : 0;
    if (source_.chance(1, 24)) offset = source_.word(4);
    if (is_atomic(row) && !source_.chance(1, 24)) offset &= ~std::uint64_t{7};
    code_.unsigned_leb(offset);
  }
  switch (row.imm) {
    case Imm::mem1_lane:
    case Imm::lane16:
      return code_.byte(source_.byte() & 15);
    case Imm::mem2_lane:
    case Imm::lane8:
      return code_.byte(source_.byte() & 7);
    case Imm::mem4_lane:
    case Imm::lane4:
      return code_.byte(source_.byte() & 3);
    case Imm::mem8_lane:
    case Imm::lane2:
      return code_.byte(source_.byte() & 1);
    case Imm::lanes:
      for (int i = 0; i < 16; ++i) code_.byte(source_.byte() & 31);
      return;
    default:
      return;
  }
}

void FunctionGenerator::operate(Op which, unsigned depth) {
  const wasm::OpInfo& row = wasm::info(which);
  const std::uint32_t memory = is_memory_access(row.shape) ? pick_memory() : 0;
  for (const char type : row.params()) {
    if (type == 'a')
      address(plan_.memories[memory], is_atomic(row), depth);
    else
      operand(which, type, depth);
    if (type == 'i' || type == 'I') guard_divisor(which, type);
  }
  op(which);
  immediates(which, memory);
  if (makes_vector_nan(row)) canonical('v');
  if (plan_.canonical_nans && wasm::new_nan(which) != wasm::NewNan::none && source_.chance(1, 3))
    show(row.results()[0]);
}

/// Lets memory have the value on top of the stack, too.
void FunctionGenerator::show(char type) {
  const Op stores = type == 'f' ? Op::f32_store : type == 'F' ? Op::f64_store : Op::v128_store;
  const std::uint32_t local = scratch(type);
  op_index(Op::local_tee, local);
  op(plan_.memories[0].is_64 ? Op::i64_const : Op::i32_const);
  code_.signed_leb(source_.byte());
  get(local);
  op(stores);
  immediates(stores, 0);
}

void FunctionGenerator::store(unsigned depth) {
  operate(pick_operator("", true), depth);
}

/// A number for bulk instructions: small, or rarely any.
void FunctionGenerator::near_end(bool is_64, std::uint32_t below, unsigned depth) {
  value('i', depth);
  if (!source_.chance(1, 24)) {
    i32_const(static_cast<std::int32_t>(below));
    op(Op::i32_rem_u);
  }
  if (is_64) op(Op::i64_extend_i32_u);
}

void FunctionGenerator::bulk(unsigned depth) {
  constexpr std::uint32_t room = 40000;
  constexpr std::uint32_t length = 300;
  const std::uint32_t memory = pick_memory();
  const bool is_64 = plan_.memories[memory].is_64;
  near_end(is_64, room, depth);
  switch (source_.below(4)) {
    case 0:
      value('i', depth);
      near_end(is_64, length, depth);
      return op_index(Op::memory_fill, memory);
    case 1: {
      const std::uint32_t from = pick_memory();
      const bool from_64 = plan_.memories[from].is_64;
      near_end(from_64, room, depth);
      near_end(is_64 && from_64, length, depth);
      op_index(Op::memory_copy, memory);
      return code_.unsigned_leb(from);
    }
    case 2:
      near_end(false, 16, depth);
      near_end(false, 16, depth);
      op_index(Op::memory_init, 1);
      return code_.unsigned_leb(memory);
    default:
      op(Op::drop);
      return source_.chance(1, 4) ? op_index(Op::data_drop, 1) : op(Op::nop);
  }
}

void FunctionGenerator::table_statement(unsigned depth) {
  const std::uint32_t table = source_.below(2);
  const char type = table == 0 ? 'r' : 'x';
  near_end(false, plan_.table_size, depth);
  switch (source_.below(6)) {
    case 0:
      value(type, depth);
      return op_index(Op::table_set, table);
    case 1:
      value(type, depth);
      near_end(false, 4, depth);
      return op_index(Op::table_fill, table);
    case 2:
      near_end(false, plan_.table_size, depth);
      near_end(false, 4, depth);
      op_index(Op::table_copy, table);
      return code_.unsigned_leb(table);
    case 3:
      op(Op::drop);
      near_end(false, plan_.table_size, depth);
      near_end(false, 2, depth);
      near_end(false, 3, depth);
      op_index(Op::table_init, 1);
      return code_.unsigned_leb(0);
    case 4:
      op(Op::drop);
      value(type, depth);
      near_end(false, 4, depth);
      op_index(Op::table_grow, table);
      return sink("i");
    default:
      op_index(Op::table_get, table);
      if (source_.chance(1, 8)) op_index(Op::elem_drop, 1);
      return sink(std::string_view(&type, 1));
  }
}

}  // namespace wrun::inline v0::fuzz
