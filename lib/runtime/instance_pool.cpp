#include "lib/runtime/instance_pool.hpp"

#include <algorithm>
#include <utility>

#include "lib/os/poison.hpp"
#include "lib/runtime/objects.hpp"

namespace wrun::inline v0::runtime {

namespace {

template <class T>
std::size_t room_of(const std::vector<T>& items) {
  return items.capacity() * sizeof(T);
}

std::size_t room_of(const std::vector<bool>& bits) {
  return bits.capacity() / 8;
}

/// All memory that it has, also where nothing is in it.
std::size_t held_by(const Instance& instance) {
  std::size_t bytes = sizeof(Instance) + room_of(instance.dropped_elements) +
                      room_of(instance.dropped_data) + room_of(instance.function_refs) +
                      room_of(instance.own_functions) + room_of(instance.global_slots) +
                      room_of(instance.global_cells) + room_of(instance.table_cells) +
                      room_of(instance.memory_cells) + room_of(instance.tag_cells) +
                      room_of(instance.element_values);
  if (instance.heat) bytes += instance.own_functions.size() * sizeof(*instance.heat);
  for (const std::vector<Ref>& values : instance.element_values) bytes += room_of(values);
  return bytes;
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

/// Calls each(begin, bytes) for what a stale pointer to the instance, or to one of its functions,
/// leads to. Nothing in there owns memory, else its owner would seem to be lost.
template <class Each>
void each_stale_part(const Instance& instance, Each&& each) {
  const auto* begin = reinterpret_cast<const std::byte*>(&instance.state);
  const auto* end = reinterpret_cast<const std::byte*>(&instance.dropped_elements);
  each(begin, static_cast<std::size_t>(end - begin));
  each(instance.own_functions.data(), room_of(instance.own_functions));
}

}  // namespace

InstancePool::~InstancePool() {
  while (idle_) delete pop();
}

Instance* InstancePool::pop() noexcept {
  Instance* const first = idle_;
  idle_ = static_cast<Instance*>(first->next_dead);
  bytes_ -= first->idle_bytes;
  all_->give(first->idle_bytes);
  each_stale_part(*first, os::unpoison);
  return first;
}

Instance* InstancePool::take() noexcept {
  const std::lock_guard lock(mutex_);
  return idle_ ? pop() : nullptr;
}

bool InstancePool::reserve(std::size_t bytes) noexcept {
  if (bytes > most_bytes - bytes_ || !all_->take(bytes)) return false;
  bytes_ += bytes;
  return true;
}

bool InstancePool::keep(Instance& instance) noexcept {
  const std::size_t bytes = held_by(instance);
  if (!instance.has_functions || bytes > most_bytes) return false;
  make_empty(instance);
  const std::lock_guard lock(mutex_);
  if (!reserve(bytes)) return false;
  instance.idle_bytes = bytes;
  instance.next_dead = idle_;
  idle_ = &instance;
  each_stale_part(instance, os::poison);
  return true;
}

void InstancePool::give(Instance* instance) noexcept {
  if (!keep(*instance)) delete instance;
}

}  // namespace wrun::inline v0::runtime
