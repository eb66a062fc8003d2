// What calls take of a stack that is limited alike in every tier, where there is one: a function's
// bytes are taken where it begins and given back before it returns, those of one that is inlined,
// too. What it throws gives nothing back: who catches it knows what was left.

#include "jit/builder.hpp"
#include "jit/types.hpp"

namespace wrun::inline v0::jit {

namespace {

constexpr Place stack_left_place{Alias::stack};

}  // namespace

void Builder::charge_stack(Opcode op) {
  const Value args[] = {state()};
  emit_.append(op, Type::none, body_->cost.bytes, args);
}

void Builder::take_stack() {
  charge_stack(body_->cost.calls ? Opcode::take_stack : Opcode::check_stack);
}

/// Before the function returns.
void Builder::give_stack() {
  if (charges_frames()) charge_stack(Opcode::give_stack);
}

/// In the entry, where code that is entered in a loop has it, too: there it is what is left for the
/// function's calls; otherwise the function has yet to take its own bytes.
void Builder::save_stack_left() {
  stack_left_ = emit_.read(Type::i64, state(), layout::state_stack_left, stack_left_place);
  bases_end_ = stack_left_;
}

/// Where something was caught.
void Builder::restore_stack_left() {
  if (!keeps_stack_left()) return;
  const std::uint64_t own = options_.osr_offset ? 0 : bodies_[0]->cost.bytes;
  const Value left = emit_.numeric(wasm::Op::i64_sub, stack_left_, emit_.i64(own));
  emit_.write(state(), layout::state_stack_left, left, stack_left_place);
}

/// A tail call of the reference that values_ begins with, which may be to a function of the host's:
/// then the frame stays for as long as that runs.
void Builder::tail_call_any(std::uint64_t type) {
  const std::vector<Value> args = values_;
  const Value host = emit_.field(Type::i64, args[0], layout::func_host, guarded);
  const Block to_host = add_block(loop_depth_);
  const Block other = add_block(loop_depth_);
  graph_.at(to_host).is_cold = true;
  emit_.branch(emit_.numeric(wasm::Op::i64_ne, host, emit_.i64(0)), graph_.make_edge(to_host),
               graph_.make_edge(other), rarely_taken);
  emit_.start(to_host);
  std::vector<Value> returned;
  for (const wasm::ValType result : body_->walker.signature().results) {
    const Type of = type_of(result);
    returned.push_back(returned.empty() ? emit_.append(Opcode::call_reference, of, type, args)
                                        : emit_.append(Opcode::result, of, returned.size(),
                                                       std::span(returned).first(1)));
  }
  if (returned.empty()) emit_.append(Opcode::call_reference, Type::none, type, args);
  give_stack();
  emit_.append(Opcode::return_, Type::none, 0, returned);
  emit_.start(other);
  give_stack();
  emit_.append(Opcode::tail_call_reference, Type::none, type, args);
}

}  // namespace wrun::inline v0::jit
