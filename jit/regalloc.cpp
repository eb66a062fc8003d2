#include <utility>

#include "jit/dispatch_loops.hpp"
#include "jit/lir.hpp"
#include "jit/lir_flow.hpp"
#include "jit/lir_liveness.hpp"
#include "jit/lir_uses.hpp"
#include "jit/register_scan.hpp"
#include "jit/resolution.hpp"
#include "jit/spill_everywhere.hpp"

namespace wrun::inline v0::jit {

class RegisterAllocator::Work {
 public:
  const Allocation& run(const LFunction& function) {
    flow_.analyse(function);
    uses_.analyse(function);
    allocation_.is_simple = !find_live(function) || !scan(function);
    if (is_large(function)) forget_scan();
    if (!allocation_.is_simple)
      resolution_.plan(function, flow_, uses_, liveness_, residence_, allocation_);
    if (is_large(function)) forget_plan();
    if (!allocation_.is_simple) {
      resolution_.emit();
    } else {
      spill_everywhere_.run(function, allocation_);
    }
    return allocation_;
  }
  Allocation take() { return std::exchange(allocation_, {}); }

 private:
  bool scan(const LFunction& function) {
    dispatch_loops_.analyse(function, flow_, uses_, liveness_);
    return scan_.run({function, flow_, uses_, liveness_, dispatch_loops_}, residence_,
                     allocation_.operands);
  }
  void forget_scan() {
    scan_ = RegisterScan();
    dispatch_loops_ = DispatchLoops();
  }
  void forget_plan() {
    liveness_.forget_blocks();
    resolution_.forget_webs();
  }

  /// Of a function with more of them, what isn't needed any more is given back at once.
  static constexpr std::size_t most_kept_insts = 1 << 11;

  static bool is_large(const LFunction& function) {
    return function.insts.size() > most_kept_insts;
  }
  bool find_live(const LFunction& function) {
    const bool is_found = liveness_.analyse(function, flow_, uses_);
    if (!is_large(function)) return is_found;
    flow_.shrink();
    liveness_.shrink();
    return is_found;
  }

  LirFlow flow_;
  LirUses uses_;
  LirLiveness liveness_;
  DispatchLoops dispatch_loops_;
  RegisterScan scan_;
  Residence residence_;
  Resolution resolution_;
  SpillEverywhere spill_everywhere_;
  Allocation allocation_;
};

RegisterAllocator::RegisterAllocator() : work_(std::make_unique<Work>()) {}
RegisterAllocator::~RegisterAllocator() = default;

const Allocation& RegisterAllocator::run(const LFunction& function) {
  return work_->run(function);
}

Allocation RegisterAllocator::take() {
  return work_->take();
}

}  // namespace wrun::inline v0::jit
