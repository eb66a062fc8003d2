#include "tests/unit/jit/lir_generator.hpp"

#include <random>

#include "tests/unit/jit/lir_builder.hpp"

namespace wrun::inline v0::jit {

namespace {

using Values = std::vector<VReg>;

class Generator {
 public:
  Generator(std::uint64_t seed, const LirShape& shape)
      : random_(seed), shape_(shape), left_(shape.size) {
    if (!shape.has_few_registers) return;
    // What is named below, and ten of each class that wild() leaves alone.
    b_.function().allocatable = RegSet(0x03ff1fcfu);
  }

  LFunction run() {
    const std::uint32_t entry = b_.block();
    Values values = arguments(entry);
    for (int i = 0; i < 3; ++i) constants_.push_back(b_.constant(below(1000)));
    constants_.push_back(b_.constant(below(1000), RegClass::vector));
    std::uint32_t at = entry;
    while (left_ > 0) sequence(at, values, shape_.depth);
    b_.ret(at, {use_in(pick(values, RegClass::general), rax)});
    return b_.finish();
  }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
  bool chance(unsigned percent) { return below(100) < percent; }
  RegClass any_class() { return chance(75) ? RegClass::general : RegClass::vector; }

  Values arguments(std::uint32_t entry) {
    b_.function().reserved_slots = 3;
    Values values;
    std::vector<Operand> defs;
    for (const Reg reg : {Reg{0}, Reg{3}, Reg{6}, Reg{16}, Reg{17}}) {
      values.push_back(b_.vreg(class_of(reg)));
      defs.push_back(def_in(values.back(), reg));
    }
    values.push_back(b_.vreg());
    b_.info(values.back()).home = 1;
    defs.push_back(def(values.back(), Constraint::any));
    b_.inst(entry, defs);
    return values;
  }

  VReg pick(const Values& values, RegClass cls) {
    if (chance(8)) return constants_[cls == RegClass::vector ? 3 : below(3)];
    // The newest are used most.
    const std::size_t window = std::min<std::size_t>(values.size(), chance(70) ? 4 : shape_.live);
    for (int tries = 0; tries < 20; ++tries) {
      const VReg v = values[values.size() - 1 - below(static_cast<unsigned>(window))];
      if (b_.class_of_vreg(v) == cls) return v;
    }
    for (const VReg v : values) {
      if (b_.class_of_vreg(v) == cls) return v;
    }
    return constants_[cls == RegClass::vector ? 3 : 0];
  }

  /// As a param's value: of its size.
  VReg pick_narrow(const Values& values, RegClass cls) {
    const VReg v = pick(values, cls);
    return b_.info(v).bytes == 8 ? v : constants_[3];
  }

  Operand random_use(const Values& values, RegClass cls) {
    const VReg v = pick(values, cls);
    if (chance(30)) return use(v, Constraint::any);
    if (chance(10)) return late_use(v);
    return use(v);
  }

  VReg new_vreg(RegClass cls) {
    return b_.vreg(cls, cls == RegClass::vector && chance(30) ? 16 : 8);
  }

  void instruction(std::uint32_t at, Values& values) {
    if (left_ > 0) --left_;
    if (chance(shape_.call_percent)) return call(at, values);
    switch (below(8)) {
      case 0:
        return shift(at, values);
      case 1:
        return divide(at, values);
      case 2:
        return tied(at, values);
      case 3:
        return move(at, values);
      case 4:
        return wild(at, values);
      default:
        return plain(at, values);
    }
  }

  void plain(std::uint32_t at, Values& values) {
    const RegClass cls = any_class();
    std::vector<Operand> operands{random_use(values, cls), random_use(values, any_class())};
    const VReg to = new_vreg(cls);
    operands.push_back(def(to, chance(10) ? Constraint::any : Constraint::reg));
    b_.inst(at, operands);
    values.push_back(to);
  }

  void move(std::uint32_t at, Values& values) {
    const RegClass cls = any_class();
    const VReg to = b_.vreg(cls);
    b_.move(at, to, pick_narrow(values, cls));
    values.push_back(to);
  }

  void tied(std::uint32_t at, Values& values) {
    const RegClass cls = any_class();
    const VReg to = new_vreg(cls);
    std::vector<Operand> operands{use(pick(values, cls)), random_use(values, cls), def_tied(to, 0)};
    if (chance(20)) operands.push_back(temporary(b_.vreg(any_class())));
    b_.inst(at, operands);
    b_.at(at).insts.back().is_commutative = chance(50);
    values.push_back(to);
  }

  void shift(std::uint32_t at, Values& values) {
    const VReg to = b_.vreg();
    b_.inst(at, {use(pick(values, RegClass::general)), use_in(pick(values, RegClass::general), rcx),
                 def_tied(to, 0)});
    values.push_back(to);
  }

  void divide(std::uint32_t at, Values& values) {
    const VReg quotient = b_.vreg();
    const VReg rest = b_.vreg();
    const VReg high = pick(values, RegClass::general);
    std::vector<Operand> operands{use_in(pick(values, RegClass::general), rax)};
    if (chance(50)) operands.push_back(use_in(high, rdx));
    operands.push_back(late_use(pick(values, RegClass::general)));
    operands.push_back(def_in(quotient, rax));
    RegSet clobbers;
    if (chance(50)) {
      operands.push_back(def_in(rest, rdx));
      values.push_back(rest);
    } else {
      clobbers.add(rdx);
    }
    b_.inst(at, operands, clobbers);
    values.push_back(quotient);
  }

  void call(std::uint32_t at, Values& values) {
    std::vector<Operand> operands;
    const unsigned args = below(6);
    for (Reg r = 6; r < 6 + args; ++r) {
      operands.push_back(use_in(pick(values, RegClass::general), r));
    }
    if (chance(30)) operands.push_back(use_in(pick(values, RegClass::vector), 16));
    for (unsigned i = below(4); i > 0; --i) {
      operands.push_back(use(pick(values, any_class()), Constraint::any));
    }
    for (unsigned i = chance(20) ? below(6) : 0; i > 0; --i) {
      operands.push_back({pick(values, any_class()), Role::late_use, Constraint::any, no_reg});
    }
    if (chance(30)) operands.push_back(use(pick(values, RegClass::general)));
    if (chance(70)) {
      const RegClass cls = any_class();
      values.push_back(b_.vreg(cls));
      operands.push_back(def_in(values.back(), cls == RegClass::general ? rax : Reg{16}));
    }
    b_.call(at, operands);
    // Some leave out what they define.
    if (!operands.empty() && operands.back().role == Role::def && chance(50)) {
      b_.at(at).insts.back().clobbers.remove(operands.back().fixed);
    }
  }

  /// Whatever may be asked for.
  void wild(std::uint32_t at, Values& values) {
    std::vector<Operand> operands;
    RegSet clobbers(static_cast<std::uint32_t>(random_() & random_()) & 0x03030303u);
    for (unsigned i = below(5); i > 0; --i) {
      operands.push_back(random_use(values, any_class()));
    }
    for (unsigned i = below(3); i > 0; --i) operands.push_back(temporary(b_.vreg(any_class())));
    Values defs;
    for (unsigned i = below(4); i > 0; --i) {
      defs.push_back(new_vreg(any_class()));
      operands.push_back(chance(30) && b_.class_of_vreg(defs.back()) == RegClass::general && i == 1
                             ? def_in(defs.back(), static_cast<Reg>(8 + below(2)))
                             : def(defs.back(), chance(15) ? Constraint::any : Constraint::reg));
    }
    if (chance(20)) {
      defs.push_back(b_.vreg());
      operands.push_back({defs.back(), Role::early_def, Constraint::reg, no_reg});
    }
    b_.inst(at, operands, clobbers);
    values.insert(values.end(), defs.begin(), defs.end());
  }

  /// Appends to block `at`, which becomes the one that control is in afterwards.
  void sequence(std::uint32_t& at, Values& values, unsigned depth) {
    for (unsigned i = 1 + below(180 / shape_.control_percent); i > 0 && left_ > 0; --i) {
      if (depth == 0 || !chance(shape_.control_percent)) {
        instruction(at, values);
        continue;
      }
      switch (below(4)) {
        case 0:
          loop(at, values, depth - 1);
          break;
        case 1:
          side_exit(at, values);
          break;
        default:
          choice(at, values, depth - 1);
          break;
      }
    }
  }

  std::vector<Operand> condition(const Values& values) {
    std::vector<Operand> operands;
    if (chance(80)) operands.push_back(random_use(values, RegClass::general));
    if (chance(20)) operands.push_back(temporary(b_.vreg()));
    return operands;
  }

  std::uint32_t new_block(std::uint32_t like) {
    const std::uint32_t depth = b_.at(like).loop_depth;
    const bool cold = b_.at(like).is_cold;
    return b_.block(depth, cold);
  }

  void side_exit(std::uint32_t& at, Values& values) {
    const std::uint32_t on = new_block(at);
    const std::uint32_t out = b_.block(0, b_.at(at).is_cold || chance(50));
    b_.branch(at, condition(values), {out, on});
    Values inside = values;
    instruction(out, inside);
    b_.ret(out, {use_in(pick(inside, RegClass::general), rax)});
    at = on;
  }

  Values args(const Values& values, const Values& params) {
    Values result;
    for (const VReg param : params) result.push_back(pick_narrow(values, b_.class_of_vreg(param)));
    return result;
  }

  void choice(std::uint32_t& at, Values& values, unsigned depth) {
    const unsigned arms = chance(70) ? 2 : 3 + below(shape_.most_ways - 2);
    std::vector<std::uint32_t> starts;
    std::vector<std::uint32_t> ends;
    std::vector<Values> known;
    const std::vector<Operand> operands = condition(values);
    for (unsigned i = 0; i < arms; ++i) {
      std::uint32_t arm = new_block(at);
      if (chance(20)) b_.at(arm).is_cold = true;
      starts.push_back(arm);
      known.push_back(values);
      if (chance(80)) sequence(arm, known.back(), depth);
      ends.push_back(arm);
    }
    b_.branch(at, operands, starts);
    const std::uint32_t join = new_block(at);
    Values params;
    for (unsigned i = below(4); i > 0; --i) params.push_back(b_.param(join, any_class()));
    for (unsigned i = 0; i < arms; ++i) b_.jump(ends[i], join, args(known[i], params));
    values.insert(values.end(), params.begin(), params.end());
    at = join;
  }

  void loop(std::uint32_t& at, Values& values, unsigned depth) {
    const std::uint32_t header = new_block(at);
    ++b_.at(header).loop_depth;
    b_.at(header).is_loop_header = true;
    Values params;
    for (unsigned i = below(5); i > 0; --i) params.push_back(b_.param(header, any_class()));
    b_.jump(at, header, args(values, params));
    Values inside = values;
    inside.insert(inside.end(), params.begin(), params.end());
    std::uint32_t body = header;
    sequence(body, inside, depth);
    const Values at_exit = inside;
    const std::uint32_t after = loop_end(body, header, inside, params, depth);
    b_.at(after).loop_depth = b_.at(at).loop_depth;
    b_.at(after).is_cold = b_.at(at).is_cold;
    values = at_exit;
    at = after;
  }

  /// From `body`: out of the loop, or on and back to its header.
  std::uint32_t loop_end(std::uint32_t body, std::uint32_t header, Values& inside,
                         const Values& params, unsigned depth) {
    std::uint32_t latch = new_block(header);
    const std::vector<Operand> operands = condition(inside);
    const std::uint32_t first = latch;
    if (chance(60)) sequence(latch, inside, depth);
    b_.jump(latch, header, args(inside, params));
    const std::uint32_t after = b_.block();
    b_.branch(body, operands, {first, after});
    return after;
  }

  std::mt19937_64 random_;
  LirShape shape_;
  unsigned left_;
  LirBuilder b_;
  Values constants_;
};

}  // namespace

LFunction generate_lir(std::uint64_t seed, const LirShape& shape) {
  return Generator(seed, shape).run();
}

}  // namespace wrun::inline v0::jit
