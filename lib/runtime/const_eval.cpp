#include "lib/runtime/const_eval.hpp"

#include <string>
#include <vector>

#include "lib/wasm/opcode.hpp"
#include "lib/wasm/reader.hpp"

namespace wrun::inline v0::runtime {

namespace {

using wasm::Op;
using TrustedReader = wasm::Reader<wasm::Trust::yes>;

template <class T>
ConstValue value_of(T value) {
  ConstValue result;
  result.slots[0].set(value);
  return result;
}

ConstValue read_v128(TrustedReader& reader) {
  ConstValue result;
  result.slots[0].set(reader.fixed<std::uint64_t>());
  result.slots[1].set(reader.fixed<std::uint64_t>());
  return result;
}

/// One expression's operand stack.
class Evaluation {
 public:
  Evaluation(const Instance& instance, TrustedReader reader)
      : instance_(instance), reader_(reader) {}

  Result<ConstValue> run() {
    while (true) {
      const Op op = next_op();
      if (op == Op::end) return stack_.back();
      if (!step(op)) {
        return Error(ErrorKind::usage, std::string(wasm::info(op).text) +
                                           " in a constant expression needs the collector");
      }
    }
  }

 private:
  Op next_op() {
    const std::uint32_t code = reader_.u8();
    const bool prefixed = code == 0xfb || code == 0xfc || code == 0xfd;
    return wasm::op_from_code(prefixed ? code << 16 | reader_.u32() : code);
  }

  ConstValue pop() {
    const ConstValue value = stack_.back();
    stack_.pop_back();
    return value;
  }
  void push(ConstValue value) { stack_.push_back(value); }

  template <class T>
  bool binary(Op op) {
    const T right = pop().get<T>();
    const T left = pop().get<T>();
    switch (op) {
      case Op::i32_add:
      case Op::i64_add:
        push(value_of<T>(left + right));
        return true;
      case Op::i32_sub:
      case Op::i64_sub:
        push(value_of<T>(left - right));
        return true;
      default:
        push(value_of<T>(left * right));
        return true;
    }
  }

  bool global_get() {
    const std::uint32_t index = reader_.u32();
    const Slot* slots = instance_.global_slots[index];
    ConstValue value;
    value.slots[0] = slots[0];
    if (instance_.global_cells[index]->type.kind() == wasm::Kind::v128) value.slots[1] = slots[1];
    push(value);
    return true;
  }

  bool ref_null() {
    reader_.s33();
    push(value_of(null_ref));
    return true;
  }

  bool ref_i31() {
    const auto number = pop().get<std::uint32_t>();
    push(value_of(Ref{(number << 1) | 1u}));
    return true;
  }

  /// False if the instruction allocates.
  bool step(Op op) {
    switch (op) {
      case Op::i32_const:
        push(value_of(reader_.s32()));
        return true;
      case Op::i64_const:
        push(value_of(reader_.s64()));
        return true;
      case Op::f32_const:
        push(value_of(reader_.fixed<std::uint32_t>()));
        return true;
      case Op::f64_const:
        push(value_of(reader_.fixed<std::uint64_t>()));
        return true;
      case Op::v128_const:
        push(read_v128(reader_));
        return true;
      case Op::global_get:
        return global_get();
      case Op::ref_func:
        push(value_of(instance_.function_refs[reader_.u32()]->as_ref()));
        return true;
      case Op::ref_null:
        return ref_null();
      case Op::ref_i31:
        return ref_i31();
      case Op::i32_add:
      case Op::i32_sub:
      case Op::i32_mul:
        return binary<std::uint32_t>(op);
      case Op::i64_add:
      case Op::i64_sub:
      case Op::i64_mul:
        return binary<std::uint64_t>(op);
      case Op::any_convert_extern:
      case Op::extern_convert_any:
        return true;  // the same word in both hierarchies
      default:
        return false;
    }
  }

  const Instance& instance_;
  TrustedReader reader_;
  std::vector<ConstValue> stack_;
};

}  // namespace

Result<ConstValue> evaluate(const Instance& instance, wasm::ConstExpr expression) {
  const wasm::ModuleData& module = *instance.code->data;
  const std::size_t end = std::size_t{expression.offset} + expression.size;
  TrustedReader reader(module.bytes, expression.offset, end, nullptr);
  return Evaluation(instance, reader).run();
}

}  // namespace wrun::inline v0::runtime
