#include "lib/runtime/const_eval.hpp"

#include <vector>

#include "lib/runtime/heap_access.hpp"
#include "lib/runtime/store.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/opcode.hpp"
#include "lib/wasm/reader.hpp"

namespace wrun::inline v0::runtime {

namespace {

using wasm::Op;
using TrustedReader = wasm::Reader<wasm::Trust::yes>;

/// One expression's operands are roots of the store: the expression may allocate.
class Evaluation {
 public:
  Evaluation(const Instance& instance, TrustedReader reader)
      : instance_(instance),
        module_(*instance.code->data),
        store_(*instance.store),
        reader_(reader),
        stack_(store_) {}

  Result<ConstValue> run() {
    while (true) {
      const Op op = next_op();
      if (op == Op::end) return result();
      if (step(op)) continue;
      return Error(ErrorKind::limit,
                   compose("{} in a constant expression: no memory within the limits of the "
                           "heap (heap_bytes)",
                           wasm::info(op).text()));
    }
  }

 private:
  Op next_op() {
    const std::uint32_t code = reader_.u8();
    const bool prefixed = code == 0xfb || code == 0xfc || code == 0xfd;
    return wasm::op_from_code(prefixed ? code << 16 | reader_.u32() : code);
  }

  ConstValue result() {
    ConstValue value;
    if (is_wide_) value.slots[1] = stack_.pop();
    value.slots[0] = stack_.pop();
    return value;
  }
  template <class T>
  T pop() {
    return stack_.pop().get<T>();
  }
  template <class T>
  void push(T value) {
    Slot slot{};
    slot.set(value);
    stack_.push(slot);
  }

  template <class T>
  bool binary(Op op) {
    const T right = pop<T>();
    const T left = pop<T>();
    switch (op) {
      case Op::i32_add:
      case Op::i64_add:
        push<T>(left + right);
        return true;
      case Op::i32_sub:
      case Op::i64_sub:
        push<T>(left - right);
        return true;
      default:
        push<T>(left * right);
        return true;
    }
  }

  bool v128_const() {
    push(reader_.fixed<std::uint64_t>());
    push(reader_.fixed<std::uint64_t>());
    return is_wide_ = true;
  }

  bool global_get() {
    const std::uint32_t index = reader_.u32();
    const Slot* slots = instance_.global_slots[index];
    stack_.push(slots[0]);
    is_wide_ = instance_.global_cells[index]->type.kind() == wasm::Kind::v128;
    if (is_wide_) stack_.push(slots[1]);
    return true;
  }

  bool ref_null() {
    reader_.s33();
    push(null_ref);
    return true;
  }

  const wasm::SubType& type_at(std::uint32_t index) const { return module_.types.types[index]; }

  void push_object(const Object* object) {
    push(as_ref(object));
    is_wide_ = false;
  }

  bool struct_new(Op op) {
    const std::uint32_t index = reader_.u32();
    Object* object = store_.allocate_struct(module_.types.ids[index]);
    if (!object) return false;
    if (op == Op::struct_new) {
      const std::span fields(type_at(index).fields);
      const StructLayout layout = layout_of(fields);
      std::size_t slots = 0;
      for (const wasm::FieldType& field : fields) slots += wasm::slot_count(field.storage);
      const Slot* value = stack_.top(slots).data();
      for (std::size_t i = 0; i < fields.size(); ++i) {
        auto* to = reinterpret_cast<std::uint8_t*>(object) + layout.offsets[i];
        write_storage(to, value, width_of(fields[i].storage.kind()));
        value += wasm::slot_count(fields[i].storage);
      }
      stack_.drop(slots);
    }
    push_object(object);
    return true;
  }

  bool array_new(Op op) {
    const std::uint32_t index = reader_.u32();
    const wasm::ValType element = type_at(index).fields[0].storage;
    const std::uint32_t slots = op == Op::array_new ? wasm::slot_count(element) : 0;
    Array* array =
        store_.allocate_array(module_.types.ids[index], stack_.top(1).front().get<std::uint32_t>());
    if (!array) return false;
    const Slot* value = stack_.top(slots + 1).data();
    if (slots != 0) fill_elements(*array, value, width_of(element.kind()));
    stack_.drop(slots + 1);
    push_object(array);
    return true;
  }

  bool array_new_fixed() {
    const std::uint32_t index = reader_.u32();
    const std::uint32_t count = reader_.u32();
    const wasm::ValType element = type_at(index).fields[0].storage;
    Array* array = store_.allocate_array(module_.types.ids[index], count);
    if (!array) return false;
    const std::size_t slots = std::size_t{count} * wasm::slot_count(element);
    write_elements(*array, stack_.top(slots).data(), count, width_of(element.kind()));
    stack_.drop(slots);
    push_object(array);
    return true;
  }

  /// False if there is no memory for what the instruction makes.
  bool step(Op op) {
    is_wide_ = false;
    switch (op) {
      case Op::i32_const:
        push(reader_.s32());
        return true;
      case Op::i64_const:
        push(reader_.s64());
        return true;
      case Op::f32_const:
        push(reader_.fixed<std::uint32_t>());
        return true;
      case Op::f64_const:
        push(reader_.fixed<std::uint64_t>());
        return true;
      case Op::v128_const:
        return v128_const();
      case Op::global_get:
        return global_get();
      case Op::ref_func:
        push(instance_.function_refs[reader_.u32()]->as_ref());
        return true;
      case Op::ref_null:
        return ref_null();
      case Op::ref_i31:
        push(i31_ref(pop<std::uint32_t>()));
        return true;
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
      case Op::struct_new:
      case Op::struct_new_default:
        return struct_new(op);
      case Op::array_new_fixed:
        return array_new_fixed();
      default:
        return array_new(op);
    }
  }

  const Instance& instance_;
  const wasm::ModuleData& module_;
  Store& store_;
  TrustedReader reader_;
  ScratchValues stack_;
  bool is_wide_ = false;  // the last instruction's value takes two slots
};

}  // namespace

Result<ConstValue> evaluate(const Instance& instance, wasm::ConstExpr expression) {
  const wasm::ModuleData& module = *instance.code->data;
  const std::size_t end = std::size_t{expression.offset} + expression.size;
  TrustedReader reader(module.bytes, expression.offset, end, nullptr);
  return Evaluation(instance, reader).run();
}

}  // namespace wrun::inline v0::runtime
