#include "jit/arena.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <new>
#include <utility>

#include "lib/os/fork.hpp"
#include "lib/os/mapping.hpp"

namespace wrun::inline v0::jit {

namespace {

constexpr std::size_t least_code = std::size_t{64} << 10;
constexpr std::size_t modest_code = std::size_t{16} << 20;
/// One part in so many.
constexpr std::size_t kept_for_stubs = 8;
/// How much is looked through, at most, for where code begins.
constexpr std::size_t region = std::size_t{16} << 10;

/// Whose code is that of which nobody said so.
constexpr char nobody = 0;

}  // namespace

CodeArena::CodeArena(os::CodeMemory memory, os::Mapping owners)
    : memory_(std::move(memory)),
      owners_(std::move(owners)),
      process_(os::this_process()),
      forks_(os::fork_count()),
      free_{{0, memory_.size()}} {}

std::unique_ptr<CodeArena> CodeArena::create(std::uint64_t bytes, bool for_perf) {
  const std::size_t there_is = os::address_space_is_limited() ? modest_code : most_code;
  auto memory =
      os::CodeMemory::create(std::clamp<std::uint64_t>(bytes, least_code, there_is), for_perf);
  if (!memory) return nullptr;
  const std::size_t count = memory->size() / code_alignment + memory->size() / region + 1;
  auto owners = os::Mapping::reserve(count * sizeof(Owner));
  if (!owners || !owners->commit(0, owners->size())) return nullptr;
  return std::unique_ptr<CodeArena>(new CodeArena(std::move(*memory), std::move(*owners)));
}

/// Zeros are null pointers.
CodeArena::Owner& CodeArena::owner_at(std::size_t offset) const {
  return reinterpret_cast<Owner*>(owners_.data())[offset / code_alignment];
}

CodeArena::Owner& CodeArena::owner_of_region(std::size_t offset) const {
  return (&owner_at(0))[memory_.size() / code_alignment + offset / region];
}

void CodeArena::set_owner(std::size_t at, std::size_t size, const void* owner) const noexcept {
  owner_at(at).store(owner, std::memory_order_release);
  for (std::size_t i = (at + region - 1) / region * region; i + region <= at + size; i += region)
    owner_of_region(i).store(owner, std::memory_order_release);
}

void CodeArena::set_owner(const std::uint8_t* code, const void* owner) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = taken_.find(static_cast<std::size_t>(code - memory_.data()));
  if (found != taken_.end()) set_owner(found->first, found->second, owner);
}

const void* CodeArena::owner(const void* pc) const noexcept {
  if (!contains(pc)) return nullptr;
  auto offset = static_cast<std::size_t>(static_cast<const std::uint8_t*>(pc) - memory_.data());
  for (offset &= ~(code_alignment - 1);; offset -= code_alignment) {
    const void* found = owner_at(offset).load(std::memory_order_acquire);
    // What covers a region may begin long before it.
    if (found == nullptr) found = owner_of_region(offset).load(std::memory_order_acquire);
    if (found == &nobody) return nullptr;
    if (found != nullptr || offset == 0) return found;
  }
}

bool CodeArena::owns_memory() const {
  return os::this_process() == process_;
}

const std::uint8_t* CodeArena::allocate(std::size_t bytes) {
  return take(bytes, memory_.size() - memory_.size() / kept_for_stubs);
}

const std::uint8_t* CodeArena::allocate_stub(std::size_t bytes) {
  return take(bytes, memory_.size());
}

const std::uint8_t* CodeArena::take(std::size_t bytes, std::size_t most_used) {
  const std::size_t size = (bytes + code_alignment - 1) & ~(code_alignment - 1);
  const std::lock_guard lock(mutex_);
  // The parent writes to holes, too.
  if (!owns_memory() && !stop_sharing()) return nullptr;
  // Copying costs as much again as was freed three times over.
  if (freed_bytes_ > used_ / 4) stop_sharing();
  if (const std::uint8_t* room = take_hole(size, most_used)) return room;
  return freed_bytes_ != 0 && stop_sharing() ? take_hole(size, most_used) : nullptr;
}

const std::uint8_t* CodeArena::take_hole(std::size_t size, std::size_t most_used) {
  if (size > most_used || used_ > most_used - size) return nullptr;
  for (auto hole = free_.begin(); hole != free_.end(); ++hole) {
    if (hole->second < size) continue;
    const auto [at, room] = *hole;
    taken_.emplace(at, size);
    auto rest = free_.extract(hole);
    if (room > size) {
      rest.key() = at + size;
      rest.mapped() = room - size;
      free_.insert(std::move(rest));
    }
    used_ += size;
    owner_at(at).store(&nobody);
    return memory_.data() + at;
  }
  return nullptr;
}

/// Goes on in a copy of what is taken. False for want of memory.
bool CodeArena::stop_sharing() noexcept {
  const std::uint64_t forks = os::fork_count();
  auto copy = memory_.another();
  if (!copy) return false;
  for (const auto& [at, size] : taken_) std::memcpy(copy->writable(at), memory_.writable(at), size);
  if (!memory_.replace_by(std::move(*copy))) return false;
  process_ = os::this_process();
  forks_ = forks;
  while (!freed_.empty()) make_hole(freed_.extract(freed_.begin()));
  freed_bytes_ = 0;
  return true;
}

bool CodeArena::write(const std::uint8_t* to, std::span<const std::uint8_t> code) {
  const std::lock_guard lock(mutex_);
  return memory_.write(static_cast<std::size_t>(to - memory_.data()), code);
}

void CodeArena::free(const std::uint8_t* code) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = taken_.find(static_cast<std::size_t>(code - memory_.data()));
  if (found == taken_.end()) return;
  const auto [at, size] = *found;
  set_owner(at, size, nullptr);
  // A child that fork() had no part in wasn't counted.
  if (owns_memory() && forks_ == os::fork_count()) {
    make_hole(taken_.extract(found));
    memory_.release(at, size);
  } else {
    freed_.insert(taken_.extract(found));
    freed_bytes_ += size;
  }
}

void CodeArena::make_hole(Pieces::node_type piece) noexcept {
  const auto [at, size] = std::pair(piece.key(), piece.mapped());
  used_ -= size;
  const auto after = free_.lower_bound(at);
  if (after != free_.end() && after->first == at + size) {
    piece.mapped() += after->second;
    free_.erase(after);
  }
  const auto behind = free_.lower_bound(at);
  if (behind != free_.begin() && std::prev(behind)->first + std::prev(behind)->second == at) {
    std::prev(behind)->second += piece.mapped();
  } else {
    free_.insert(std::move(piece));
  }
}

std::size_t CodeArena::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

}  // namespace wrun::inline v0::jit
