#include <utility>

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
    allocation_.is_simple =
        !liveness_.analyse(function, flow_, uses_) ||
        !scan_.run({function, flow_, uses_, liveness_}, residence_, allocation_.operands);
    if (function.insts.size() > most_kept_insts) {
      scan_ = RegisterScan();
      liveness_.forget_blocks();
    }
    if (!allocation_.is_simple) {
      resolution_.run(function, flow_, uses_, liveness_, residence_, allocation_);
    } else {
      spill_everywhere_.run(function, allocation_);
    }
    return allocation_;
  }
  Allocation take() { return std::exchange(allocation_, {}); }

 private:
  /// Of a function with more of them, what isn't needed any more is given back at once.
  static constexpr std::size_t most_kept_insts = 1 << 11;

  LirFlow flow_;
  LirUses uses_;
  LirLiveness liveness_;
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
