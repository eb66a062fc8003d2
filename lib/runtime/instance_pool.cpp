#include "lib/runtime/instance_pool.hpp"

#include <algorithm>
#include <utility>

#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

namespace {

/// Bytes of idle instances of one module.
constexpr std::size_t most_bytes = 1024 * 1024;

std::size_t held_by(const Instance& instance) {
  return sizeof(Instance) + instance.own_functions.size() * (sizeof(FuncRef) + sizeof(void*));
}

/// Nothing of what it was is left but what any instance of the module begins with.
void make_empty(Instance& instance) noexcept {
  std::fill_n(instance.function_refs.begin(), instance.imported_functions, nullptr);
  instance.memory0 = nullptr;
  instance.state = nullptr;
  instance.store = nullptr;
  std::fill(instance.dropped_elements.begin(), instance.dropped_elements.end(), false);
  std::fill(instance.dropped_data.begin(), instance.dropped_data.end(), false);
  instance.global_slots.clear();
  instance.global_cells.clear();
  instance.table_cells.clear();
  instance.memory_cells.clear();
  instance.tag_cells.clear();
  for (std::vector<Ref>& values : instance.element_values) values.clear();
  std::fill_n(instance.heat, instance.heat ? instance.own_functions.size() : 0, 0u);
}

}  // namespace

InstancePool::~InstancePool() {
  while (idle_) delete std::exchange(idle_, static_cast<Instance*>(idle_->next_dead));
}

Instance* InstancePool::take() noexcept {
  const std::lock_guard lock(mutex_);
  Instance* const first = idle_;
  if (!first) return nullptr;
  idle_ = static_cast<Instance*>(first->next_dead);
  bytes_ -= held_by(*first);
  return first;
}

bool InstancePool::keep(Instance* instance) noexcept {
  const std::size_t bytes = held_by(*instance);
  if (!instance->has_functions || bytes > most_bytes) return false;
  make_empty(*instance);
  const std::lock_guard lock(mutex_);
  if (bytes_ + bytes > most_bytes) return false;
  bytes_ += bytes;
  instance->next_dead = idle_;
  idle_ = instance;
  return true;
}

void InstancePool::give(Instance* instance) noexcept {
  if (!keep(instance)) delete instance;
}

}  // namespace wrun::inline v0::runtime
