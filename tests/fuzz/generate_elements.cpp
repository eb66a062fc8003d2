// Loops over arrays, which compilers turn into loops over vectors: several elements a turn, in
// either direction, from places that may overlap and may end behind the memory's end.

#include <array>

#include "tests/fuzz/function_generator.hpp"

namespace wrun::inline v0::fuzz {

using wasm::Op;

namespace {

struct Element {
  char type;
  std::uint32_t width;
  Op load;
  Op store;
};
constexpr std::array elements = {Element{'i', 1, Op::i32_load8_u, Op::i32_store8},
                                 Element{'I', 1, Op::i64_load8_s, Op::i64_store8},
                                 Element{'i', 2, Op::i32_load16_s, Op::i32_store16},
                                 Element{'i', 4, Op::i32_load, Op::i32_store},
                                 Element{'I', 4, Op::i64_load32_u, Op::i64_store32},
                                 Element{'f', 4, Op::f32_load, Op::f32_store},
                                 Element{'I', 8, Op::i64_load, Op::i64_store},
                                 Element{'F', 8, Op::f64_load, Op::f64_store}};
constexpr std::array operations = {Op::i32_add, Op::i32_sub,   Op::i32_mul,
                                   Op::i32_and, Op::i32_or,    Op::i32_xor,
                                   Op::i32_shl, Op::i32_shr_s, Op::i32_shr_u};

Op of_type(Op op, char type) {
  const int distance = static_cast<int>(Op::i64_add) - static_cast<int>(Op::i32_add);
  return type == 'I' ? static_cast<Op>(static_cast<int>(op) + distance) : op;
}

}  // namespace

/// What a loop over arrays does, decided once for all of a turn's elements.
struct FunctionGenerator::ElementLoop {
  std::uint32_t to = 0;     ///< local: the place of a turn's lowest element
  std::uint32_t from = 0;   ///< the same of what is loaded
  std::uint32_t count = 0;  ///< local: of turns
  std::uint32_t same = 0;   ///< local that doesn't change
  std::uint32_t carried = 0;
  std::uint32_t loaded = 0;
  Element element = elements[0];
  std::uint32_t per_turn = 1;
  bool goes_down = false;
  bool by_offset = false;
  bool carries = false;
  std::uint32_t offset = 0;
  std::array<std::uint32_t, 2> chain{};  ///< which operation, and behind the last one none
  std::array<std::uint32_t, 2> operands{};
};

void FunctionGenerator::element_loop(unsigned depth) {
  constexpr std::uint32_t most_loops = 12;
  if (plan_.memories[0].is_64 || ++loops_ > most_loops) return store(depth);
  ElementLoop loop;
  loop.element = elements[source_.below(elements.size())];
  loop.per_turn = 1u << source_.below(4);
  loop.goes_down = source_.chance(1, 3);
  loop.by_offset = source_.chance(1, 2);
  loop.carries = source_.chance(1, 4);
  loop.offset = source_.chance(1, 3) ? source_.byte() : 0;
  for (std::uint32_t& each : loop.chain) each = source_.below(3 * operations.size());
  for (std::uint32_t& each : loop.operands) each = source_.below(3);
  loop.to = new_local('i');
  loop.from = new_local('i');
  loop.count = new_local('i');
  for (std::uint32_t* local : {&loop.same, &loop.carried, &loop.loaded})
    *local = new_local(loop.element.type);
  value(loop.element.type, depth);
  set(loop.same);
  element_places(loop, depth);
  const auto turns = static_cast<std::int32_t>(1 + source_.below(source_.chance(1, 4) ? 10 : 100));
  element_turns(loop.count, turns);
  op(Op::loop);
  code_.byte(0x40);
  push_label("");
  const bool is_reversed = source_.chance(1, 8) != loop.goes_down;
  for (std::uint32_t i = 0; i < loop.per_turn; ++i)
    element(loop, is_reversed ? loop.per_turn - 1 - i : i);
  std::int32_t step = static_cast<std::int32_t>(loop.per_turn * loop.element.width);
  if (source_.chance(1, 16)) step = source_.byte();
  for (const std::uint32_t pointer : {loop.to, loop.from}) {
    get(pointer);
    i32_const(loop.goes_down ? -step : step);
    op(Op::i32_add);
    set(pointer);
  }
  get(loop.count);
  i32_const(1);
  op(Op::i32_sub);
  op_index(Op::local_tee, loop.count);
  if (source_.chance(1, 3)) {
    i32_const(0);
    op(source_.chance(1, 2) ? Op::i32_gt_s : Op::i32_gt_u);
  }
  op_index(Op::br_if, 0);
  labels_.pop_back();
  op(Op::end);
}

/// Somewhere, or close to the memory's end; what is loaded is often close to what is stored.
void FunctionGenerator::element_places(const ElementLoop& loop, unsigned depth) {
  const auto end = static_cast<std::int32_t>(plan_.memories[0].min << 16);
  if (source_.chance(1, 6)) {
    const auto back = static_cast<std::int32_t>(source_.below(2000));
    i32_const(loop.goes_down && source_.chance(1, 2) ? back : end - back);
  } else {
    value('i', depth);
    i32_const(0x7fff);
    op(Op::i32_and);
  }
  set(loop.to);
  if (source_.chance(2, 3)) {
    get(loop.to);
    const std::int32_t most = source_.chance(1, 3) ? 70 : 18;
    i32_const(static_cast<std::int32_t>(source_.below(2 * static_cast<std::uint32_t>(most))) -
              most);
    op(Op::i32_add);
  } else {
    value('i', depth);
    i32_const(0xffff);
    op(Op::i32_and);
  }
  set(loop.from);
}

/// So many, if all loops of the run haven't turned too often yet.
void FunctionGenerator::element_turns(std::uint32_t count, std::int32_t turns) {
  op_index(Op::global_get, budget_global);
  i32_const(turns);
  op(Op::i32_sub);
  op_index(Op::global_set, budget_global);
  i32_const(turns);
  i32_const(1);
  op_index(Op::global_get, budget_global);
  i32_const(0);
  op(Op::i32_gt_s);
  op(Op::select);
  set(count);
}

/// One element of a turn: an address, what is there, what that becomes.
void FunctionGenerator::element(const ElementLoop& loop, std::uint32_t number) {
  const char type = loop.element.type;
  const std::uint32_t at = number * loop.element.width;
  const auto address = [&](std::uint32_t pointer) {
    get(pointer);
    if (loop.by_offset || at == 0) return;
    i32_const(static_cast<std::int32_t>(at));
    op(Op::i32_add);
  };
  const auto access = [&](Op which) {
    op(which);
    code_.unsigned_leb(0);
    code_.unsigned_leb(loop.offset + (loop.by_offset ? at : 0));
  };
  const auto load = [&](std::uint32_t pointer) {
    address(pointer);
    access(loop.element.load);
  };
  address(loop.to);
  load(loop.from);
  if (loop.carries) {
    set(loop.loaded);
    get(loop.carried);
    get(loop.loaded);
    set(loop.carried);
  }
  if (type == 'i' || type == 'I') {
    for (std::size_t i = 0; i < loop.chain.size() && loop.chain[i] < operations.size(); ++i) {
      const Op operation = operations[loop.chain[i]];
      if (operation >= Op::i32_shl) {
        op(type == 'I' ? Op::i64_const : Op::i32_const);
        code_.signed_leb(static_cast<std::int64_t>(loop.operands[i]) * 5 + 1);
      } else if (loop.operands[i] == 0) {
        get(loop.same);
      } else {
        load(loop.operands[i] == 1 ? loop.from : loop.to);
      }
      op(of_type(operation, type));
    }
  }
  access(loop.element.store);
}

}  // namespace wrun::inline v0::fuzz
