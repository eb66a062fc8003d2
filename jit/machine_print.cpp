#include "jit/machine_print.hpp"

#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include <wrun/error.hpp>

#include "jit/helpers.hpp"
#include "jit/lir_print.hpp"
#include "jit/members.hpp"
#include "jit/vector_ops.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::jit {

namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view alu_names[] = {"add", "or", "", "", "and", "sub", "xor", "cmp", "imul"};
constexpr std::string_view shift_names[] = {"rol", "ror", "", "", "shl", "shr", "", "sar"};
constexpr std::string_view division_names[] = {"div_s", "div_u", "rem_s", "rem_u"};
constexpr std::string_view bits_names[] = {"clz", "ctz", "popcnt"};
constexpr std::string_view extend_names[] = {"s8", "s16", "s32", "u8", "u16", "u32"};
constexpr std::string_view to_int_names[] = {"trap_s", "trap_u", "sat_s", "sat_u"};
constexpr std::string_view fma_names[] = {"add_first", "add_last", "negated add_first",
                                          "negated add_last"};
constexpr std::string_view sign_names[] = {"u", "s"};
constexpr std::string_view unsigned_names[] = {"s", "u"};
constexpr std::string_view direction_names[] = {"add", "sub"};
constexpr std::string_view exchange_names[] = {"swap", "add"};
constexpr std::string_view min_max_names[] = {"min", "max"};
constexpr std::string_view abs_neg_names[] = {"abs", "neg"};
constexpr std::string_view class_names[] = {"general", "vector"};
constexpr std::string_view vector_names[] = {
#define BINARY(name) #name,
#define BINARY_IMM(name) #name,
#define UNARY(name) #name,
#define UNARY_IMM(name) #name,
#define SHIFT(row, name) #row,
#include "jit/vector_ops.def"
#undef BINARY
#undef BINARY_IMM
#undef UNARY
#undef UNARY_IMM
#undef SHIFT
};
constexpr std::string_view cond_names[] = {
    "overflow",    "no_overflow",   "below",      "above_equal", "equal",  "not_equal",
    "below_equal", "above",         "sign",       "no_sign",     "parity", "no_parity",
    "less",        "greater_equal", "less_equal", "greater"};

/// An operation's name, and what its `which` says.
struct OpName {
  std::string_view name;
  Names which = {};
};

constexpr OpName op_names[] = {{"arguments"},
                               {"load_argument", class_names},
                               {"load_result", class_names},
                               {"move"},
                               {"constant"},
                               {"add"},
                               {"add_scaled"},
                               {"alu", alu_names},
                               {"carry", direction_names},
                               {"neg"},
                               {"times"},
                               {"shift_imm", shift_names},
                               {"shift_var", shift_names},
                               {"shift_bmi", shift_names},
                               {"rotate"},
                               {"divide", division_names},
                               {"bits", bits_names},
                               {"extend", extend_names},
                               {"wide_mul", sign_names},
                               {"wide_add", direction_names},
                               {"set"},
                               {"select"},
                               {"float_alu"},
                               {"float_sqrt"},
                               {"float_round"},
                               {"float_min_max", min_max_names},
                               {"float_canonical"},
                               {"float_sign", abs_neg_names},
                               {"float_copysign"},
                               {"float_select"},
                               {"float_convert"},
                               {"int_to_float", unsigned_names},
                               {"float_to_int", to_int_names},
                               {"bit_cast", class_names},
                               {"vector_binary", vector_names},
                               {"vector_unary", vector_names},
                               {"vector_shift", vector_names},
                               {"vector_fma", fma_names},
                               {"vector_test"},
                               {"vector_mask"},
                               {"vector_extract", sign_names},
                               {"vector_insert"},
                               {"vector_load_lane"},
                               {"vector_store_lane"},
                               {"atomic_exchange", exchange_names},
                               {"atomic_combine", alu_names},
                               {"atomic_cmpxchg"},
                               {"atomic_fence"},
                               {"load", class_names},
                               {"store", class_names},
                               {"update", alu_names},
                               {"lea"},
                               {"bounds_check"},
                               {"trap_if"},
                               {"charge"},
                               {"fuel_left"},
                               {"poll"},
                               {"check_stack"},
                               {"take_stack"},
                               {"give_stack"},
                               {"landing"},
                               {"call_local"},
                               {"call_reference"},
                               {"call_helper"},
                               {"tail_call_local"},
                               {"tail_call_reference"},
                               {"return"},
                               {"jump"},
                               {"branch"},
                               {"switch"},
                               {"trap"},
                               {"unwind"}};
static_assert(std::size(op_names) == static_cast<unsigned>(MOp::unwind) + 1);

/// SSE's opcode bytes.
std::string_view float_alu_name(std::uint8_t which) {
  switch (which) {
    case 0x58:
      return "add";
    case 0x59:
      return "mul";
    case 0x5c:
      return "sub";
    default:
      return "div";
  }
}

std::string name_of(const Machine& m) {
  const OpName& op = op_names[static_cast<unsigned>(m.op)];
  std::string name(op.name);
  if (m.op == MOp::float_alu) {
    compose_to(name, ".{}", float_alu_name(m.which));
  } else if ((m.op == MOp::load && m.size == 0) || m.op == MOp::vector_load_lane) {
    compose_to(name, ".{}", wasm::info(m.wasm).text());
    return name;
  } else if (!op.which.empty()) {
    compose_to(name, ".{}", op.which[m.which]);
  }
  return name;
}

/// Whether the bytes of the operation say anything.
bool has_size(const Machine& m) {
  if (m.size == 0) return false;
  switch (m.op) {
    case MOp::arguments:
    case MOp::constant:
    case MOp::vector_binary:
    case MOp::vector_unary:
    case MOp::vector_shift:
    case MOp::atomic_fence:
    case MOp::lea:
    case MOp::set:
    case MOp::trap_if:
      return false;
    default:
      return m.op < MOp::trap_if;
  }
}

/// By virtual register, which of the run time's structures it points to.
std::vector<Pointee> pointees_of(const MachineFunction& function) {
  std::vector<Pointee> pointees(function.lir.vregs.size(), Pointee::unknown);
  for (const LInst& inst : function.lir.insts) {
    Machine room;
    const Machine& m = function.machine_of(inst, room);
    const auto operands = function.lir.operands_of(inst);
    if (m.op == MOp::arguments) {
      for (const Operand& operand : operands)
        if (operand.fixed == instance_reg) pointees[operand.vreg] = Pointee::instance;
    } else if (m.op == MOp::load && m.size == 8 && m.address.index == no_operand) {
      const Pointee base = pointees[operands[m.address.base].vreg];
      pointees[operands[0].vreg] =
          member_at(base, static_cast<std::uint64_t>(m.address.disp)).pointee;
    }
  }
  return pointees;
}

/// What is said of one operation behind its operands.
class Details {
 public:
  Details(const MachineFunction& function, const std::vector<Pointee>& pointees, const LInst& inst)
      : f_(function), pointees_(pointees), inst_(inst), m_(function.machine_of(inst, room_)) {}

  std::string run() {
    if (has_size(m_)) put(" {} bytes", m_.size);
    own();
    compare();
    address();
    origin();
    return std::move(text_);
  }

 private:
  template <class... Args>
  void put(Pattern<Args...> format, const Args&... args) {
    compose_to(text_, format, args...);
  }
  std::string operand(OperandNo number) const {
    if (number == in_memory) return "memory";
    return compose("v{}", f_.lir.operands_of(inst_)[number].vreg);
  }
  static std::int64_t number(std::uint64_t imm) { return static_cast<std::int64_t>(imm); }

  void own() {
    switch (m_.op) {
      case MOp::constant:
        return put(" {:#x} {:#x}", m_.imm, m_.extra);
      case MOp::add:
      case MOp::add_scaled:
        if (m_.which != 0) put(" times {}", 1u << m_.which);
        return immediate();
      case MOp::load_argument:
      case MOp::load_result:
        return put(" at {}", m_.imm);
      case MOp::bounds_check:
        return put(" +{}", m_.imm);
      case MOp::lea:
        return put(" *{} +{}", m_.imm, m_.address.disp);
      case MOp::store:
      case MOp::update:
        if (m_.has_imm) put(" {}", m_.compare.imm);
        return;
      case MOp::trap:
      case MOp::trap_if:
        return put(" \"{}\"", text(static_cast<TrapCode>(m_.imm)));
      case MOp::call_local:
      case MOp::tail_call_local:
        put(" function {}", m_.imm);
        return stack();
      case MOp::call_reference:
      case MOp::tail_call_reference:
      case MOp::return_:
        return stack();
      case MOp::call_helper:
        return put(" {}{}", name(static_cast<Helper>(m_.imm)), m_.has_imm ? " fuel" : "");
      case MOp::switch_:
        if (m_.has_imm) put(" in range");
        return;
      case MOp::vector_binary:
      case MOp::vector_unary:
      case MOp::vector_shift:
      case MOp::vector_fma:
      case MOp::vector_extract:
      case MOp::vector_insert:
      case MOp::vector_load_lane:
      case MOp::vector_store_lane:
        return vector();
      case MOp::charge:
      case MOp::check_stack:
      case MOp::take_stack:
      case MOp::give_stack:
      case MOp::unwind:
        return put(" {}", m_.imm);
      default:
        return immediate();
    }
  }

  void immediate() {
    if (m_.has_imm || m_.imm != 0) put(" {}", number(m_.imm));
  }

  void vector() {
    if (m_.has_imm) put(" {:#x} {:#x}", m_.imm, m_.extra);
    if (m_.imm8 != 0) put(" #{}", m_.imm8);
  }

  /// What of a call or return is on the stack.
  void stack() {
    for (const CallLayout::Value& value : f_.calls[m_.extra].stack_args) {
      put(" at {} ", value.place.stack);
      if (value.operand == no_operand) {
        put("{:#x}", value.constant);
      } else {
        put("{}", operand(value.operand));
      }
    }
  }

  void compare() {
    const Compare& c = m_.compare;
    if (c.kind == Compare::Kind::none) return;
    const std::string_view cond = cond_names[static_cast<unsigned>(c.cond)];
    const std::string right = c.b == no_operand ? compose("{}", c.imm) : operand(c.b);
    switch (c.kind) {
      case Compare::Kind::bits:
        return put(" if {} {} 0 ({} bytes)", operand(c.a), cond, c.size);
      case Compare::Kind::common_bits:
        return put(" if {} & {} {} 0 ({} bytes)", operand(c.a), right, cond, c.size);
      default:
        return put(" if {} {} {} ({} bytes)", operand(c.a), cond, right, c.size);
    }
  }

  void address() {
    const Address& a = m_.address;
    if (a.base == no_operand) return;
    const MemberName member = member_at(pointees_[f_.lir.operands_of(inst_)[a.base].vreg],
                                        static_cast<std::uint64_t>(a.disp));
    if (!member.text.empty()) return put(" [{} {}]", operand(a.base), member.text);
    put(" [{}", operand(a.base));
    if (a.index != no_operand) put(" + {}", operand(a.index));
    if (a.scale != 0) put("*{}", 1u << a.scale);
    if (a.disp != 0) put(" + {}", a.disp);
    put("]");
    if (m_.traps != Machine::Traps::no) put(" traps");
  }

  void origin() {
    if (m_.origin.offset != 0) put("  ; {:#x}", m_.origin.offset);
    if (m_.origin.inlined != 0) put(" inlined {}", m_.origin.inlined);
  }

  const MachineFunction& f_;
  const std::vector<Pointee>& pointees_;
  const LInst& inst_;
  Machine room_;
  const Machine& m_;
  std::string text_;
};

}  // namespace

std::string print(const MachineFunction& function, const Allocation* allocation) {
  const std::vector<Pointee> pointees = pointees_of(function);
  const LInstText text = {
      .name =
          [&](const LInst& inst) {
            Machine room;
            return name_of(function.machine_of(inst, room));
          },
      .details = [&](const LInst& inst) { return Details(function, pointees, inst).run(); }};
  return print(function.lir, allocation, text);
}

}  // namespace wrun::inline v0::jit
