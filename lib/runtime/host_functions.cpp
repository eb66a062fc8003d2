#include "lib/runtime/host_functions.hpp"

#include <cassert>
#include <utility>

#include "lib/os/poison.hpp"
#include "lib/runtime/store.hpp"

namespace wrun::inline v0::runtime {

namespace {

/// The first of a list, which isn't empty.
std::unique_ptr<HostFunctions> take_first(HostFunctions*& list) noexcept {
  std::unique_ptr<HostFunctions> first(list);
  list = first->next;
  first->next = nullptr;
  return first;
}

void put_first(HostFunctions*& list, std::unique_ptr<HostFunctions> functions) noexcept {
  functions->next = list;
  list = functions.release();
}

}  // namespace

HostFunctions::HostFunctions(Store& store, std::size_t count)
    : store_(&store), registry_(store.registry()) {
  cells_.reserve(count);
}

HostFunctions::~HostFunctions() {
  for (const HostFunction& cell : cells_) registry_->release(cell.ref.type);
}

void HostFunctions::add(HostFunctionSpec spec) {
  assert(cells_.size() < cells_.capacity());  // those before mustn't move
  registry_->retain(spec.type);
  fill_in(cells_.emplace_back(store_), std::move(spec));
}

void HostFunctions::move_to(Store& store) noexcept {
  store_ = &store;
  for (HostFunction& cell : cells_) cell.store = &store;
}

bool HostFunctions::unmark() noexcept {
  bool was_marked = false;
  for (HostFunction& cell : cells_) was_marked |= std::exchange(cell.marked, false);
  return was_marked;
}

HostFunctionPool::~HostFunctionPool() {
  while (idle_) pop().reset();
}

std::unique_ptr<HostFunctions> HostFunctionPool::pop() noexcept {
  std::unique_ptr<HostFunctions> first = take_first(idle_);
  --count_;
  all_->give(first->bytes());
  os::unpoison(first->cells().data(), first->cells().size_bytes());
  return first;
}

std::unique_ptr<HostFunctions> HostFunctionPool::take() noexcept {
  const std::lock_guard lock(mutex_);
  return idle_ ? pop() : nullptr;
}

void HostFunctionPool::give(std::unique_ptr<HostFunctions> functions) noexcept {
  const std::lock_guard lock(mutex_);
  if (count_ == most_blocks || !all_->take(functions->bytes())) return;
  ++count_;
  os::poison(functions->cells().data(), functions->cells().size_bytes());
  put_first(idle_, std::move(functions));
}

KeptFunctions::~KeptFunctions() {
  while (dead_) take_first(dead_).reset();
}

HostFunctions* KeptFunctions::find(const std::shared_ptr<HostFunctionPool>& owner,
                                   bool may_be_shared) const {
  const auto [first, last] = blocks_.equal_range(owner.get());
  for (auto at = first; at != last; ++at) {
    const Block& block = at->second;
    if (block.may_be_shared == may_be_shared && !block.owner.expired())
      return block.functions.get();
  }
  return nullptr;
}

HostFunctions& KeptFunctions::keep(const std::shared_ptr<HostFunctionPool>& owner,
                                   std::unique_ptr<HostFunctions> functions, bool may_be_shared) {
  return *blocks_.emplace(owner.get(), Block{owner, std::move(functions), may_be_shared})
              ->second.functions;
}

void KeptFunctions::doom(std::unique_ptr<HostFunctions> functions) noexcept {
  put_first(dead_, std::move(functions));
}

std::size_t KeptFunctions::sweep() noexcept {
  std::size_t alive = 0;
  for (auto at = blocks_.begin(); at != blocks_.end();) {
    Block& block = at->second;
    if (block.functions->unmark() || !block.owner.expired()) {
      alive += block.functions->cells().size();
      ++at;
    } else {
      doom(std::move(block.functions));
      at = blocks_.erase(at);
    }
  }
  return alive;
}

std::unique_ptr<HostFunctions> KeptFunctions::next_dead() noexcept {
  return dead_ ? take_first(dead_) : nullptr;
}

void KeptFunctions::end() noexcept {
  for (auto& [key, block] : blocks_) {
    const auto pool = block.may_be_shared ? block.owner.lock() : nullptr;
    if (pool) {
      pool->give(std::move(block.functions));
    } else {
      doom(std::move(block.functions));
    }
  }
  blocks_.clear();
}

}  // namespace wrun::inline v0::runtime
