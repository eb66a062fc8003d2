// Calls that are replaced by what they call. The callee's body is walked with a walker and locals
// of its own; a return is a branch to its outermost label. What it may do to others is the same as
// before: it traps and throws at the same offsets, with the call around it, and pays the same fuel.

#include <algorithm>

#include "jit/builder.hpp"
#include "jit/types.hpp"

namespace wrun::inline v0::jit {

Builder::Body& Builder::body_at(std::size_t depth) {
  if (bodies_.size() == depth) bodies_.push_back(std::make_unique<Body>(*this));
  return *bodies_[depth];
}

/// Of a callee, in bytes, for no other reason than its size.
std::uint32_t Builder::most_inlined() const {
  return loop_depth_ != 0 ? inline_limits.in_loop : inline_limits.anywhere;
}

/// How many of one function's bodies may be in each other, the outermost not counted.
std::uint32_t Builder::most_recursions(const Prescan& seen) {
  return seen.own_calls() == 1 ? inline_limits.recursions_of_one_call : inline_limits.recursions;
}

/// Whether `callee`, with a body, is worth a prescan.
bool Builder::may_inline(wasm::FuncIdx callee) const {
  const std::uint32_t size = module_->functions[callee.value].body.size;
  if (size > inline_limits.recursive || size > inline_budget_) return false;
  if (depth_ == inline_limits.depth || over_budget_) return false;
  if (graph_.at(emit_.block()).is_cold || refused_callees_.contains(callee.value)) return false;
  const auto is_callee = [=](const auto& body) { return body->function == callee; };
  const auto end = bodies_.begin() + depth_ + 1;
  const auto own = std::count_if(bodies_.begin(), end, is_callee);
  if (own != 0)
    return own <= most_recursions((*std::find_if(bodies_.begin(), end, is_callee))->prescan);
  if (size <= most_inlined()) return true;
  const auto back = wasm::ModuleData::callee_bit(bodies_.front()->function);
  return !module_->callees.empty() && (module_->callees[callee.value] & back) != 0;
}

/// Of one that was prescanned.
bool Builder::is_worth_inlining(wasm::FuncIdx callee, const Prescan& seen) const {
  if (!seen.is_inlinable()) return false;
  return module_->functions[callee.value].body.size <= most_inlined() || seen.calls_back();
}

/// Unless a call of it in a loop might be inlined: it isn't looked at once more.
void Builder::refuse_callee(wasm::FuncIdx callee, const Prescan& seen) {
  const std::uint32_t size = module_->functions[callee.value].body.size;
  if (!seen.is_inlinable() || size > inline_limits.in_loop) refused_callees_.insert(callee.value);
}

bool Builder::inline_call(Walker& w, wasm::FuncIdx callee, Operands args, Operands results) {
  if (callee.value < module_->imported_functions || !may_inline(callee)) return false;
  Body& outer = *body_;
  Body& inner = body_at(depth_ + 1);
  if (inner.prescan.run_inlined(*module_, callee, bodies_.front()->function) ||
      !is_worth_inlining(callee, inner.prescan)) {
    refuse_callee(callee, inner.prescan);
    return false;
  }
  const std::uint32_t size = module_->functions[callee.value].body.size;
  inline_budget_ -= size;
  values_left_ += Prescan::budget_of(size);
  inlined_.push_back({callee.value, {outer.inlined, w.offset()}});
  inner.inlined = static_cast<std::uint32_t>(inlined_.size());
  inner.locals.clear();
  for (const Operand& arg : args) inner.locals.push_back(arg.value);
  ++depth_;
  body_ = &inner;
  start_body(callee);
  inner.walker.function(*module_, callee);
  --depth_;
  body_ = &outer;
  emit_.set_origin({outer.inlined, w.offset()});
  for (std::size_t i = 0; i < results.size(); ++i) results[i].value = returned_[i];
  return true;
}

/// Goes on behind the call.
void Builder::end_inlined(Walker& w, Control& c, bool reached) {
  returned_.clear();
  if (c.label.target != Block::none) {
    if (reached) emit_return(w);
    emit_.start(c.label.target);
    give_stack();
    const auto params = graph_.params(c.label.target);
    returned_.assign(params.begin(), params.end());
    if (over_budget_) returned_.assign(c.results().size(), instance_);
  } else if (reached) {
    give_stack();
    for (const Operand& top : w.operands(c.results().size())) returned_.push_back(top.value);
  } else {
    emit_.start(add_block(loop_depth_));
    for (const wasm::ValType type : c.results())
      returned_.push_back(emit_.constant(type_of(type), 0));
  }
}

}  // namespace wrun::inline v0::jit
