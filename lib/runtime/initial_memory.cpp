#include "lib/runtime/initial_memory.hpp"

#include <algorithm>
#include <utility>

#include "lib/runtime/memory.hpp"
#include "lib/runtime/page_counts.hpp"
#include "lib/wasm/reader.hpp"

namespace wrun::inline v0::runtime {

namespace {

/// More isn't copied into a file beforehand.
constexpr std::uint64_t max_image = 64 * 1024 * 1024;

/// An active segment's place, if it is a plain constant.
std::optional<std::uint64_t> constant_offset(const wasm::ModuleData& module,
                                             const wasm::DataSegment& segment) {
  constexpr std::uint8_t i32_const = 0x41, i64_const = 0x42, end = 0x0b;
  const auto bytes = module.at(segment.offset);
  wasm::Reader<wasm::Trust::yes> reader(bytes, 0, bytes.size(), nullptr);
  const std::uint8_t opcode = reader.u8();
  std::uint64_t offset = 0;
  if (opcode == i32_const) {
    offset = static_cast<std::uint32_t>(reader.s32());
  } else if (opcode == i64_const) {
    offset = static_cast<std::uint64_t>(reader.s64());
  } else {
    return std::nullopt;
  }
  return reader.u8() == end ? std::optional(offset) : std::nullopt;
}

bool is_active_in(const wasm::DataSegment& segment, std::uint32_t memory) {
  return segment.mode == wasm::SegmentMode::active && segment.memory.value == memory;
}

}  // namespace

InitialMemory::InitialMemory(std::shared_ptr<const wasm::ModuleData> module,
                             std::shared_ptr<MemoryPool> pool)
    : module_(std::move(module)), pool_(std::move(pool)), memory_(module_->imported_memories) {}

InitialMemory::~InitialMemory() {
  pool_->idle.fetch_sub(static_cast<std::uint32_t>(idle_.size()));
  if (image_) pool_->images.release(*image_);
}

bool InitialMemory::is_possible(const wasm::ModuleData& module) {
  if (module.memories.size() <= module.imported_memories) return false;
  const wasm::MemoryType& type = module.memories[module.imported_memories];
  const auto most = bytes_of_pages(most_pages(type), type);
  return !type.is_shared && type.page_size_log2 == 16 && type.limits.min != 0 && most &&
         *most <= memory_reservation && bytes_of_pages(type.limits.min, type).has_value();
}

// All or nothing: segments may overlap, and the later one counts.
bool InitialMemory::make_image() {
  const wasm::MemoryType& type = module_->memories[memory_];
  const std::uint64_t size = bytes_of_pages(type.limits.min, type).value_or(0);
  std::uint64_t end = 0;
  for (const wasm::DataSegment& segment : module_->data) {
    if (!is_active_in(segment, memory_)) continue;
    const auto offset = constant_offset(*module_, segment);
    if (!offset || !in_bounds(size, *offset, segment.bytes.size)) return false;
    end = std::max(end, *offset + segment.bytes.size);
  }
  if (end == 0) return true;
  if (end > max_image) return false;
  image_ = pool_->images.reserve(static_cast<std::size_t>(end));
  if (!image_) return false;
  for (const wasm::DataSegment& segment : module_->data) {
    if (!is_active_in(segment, memory_)) continue;
    const auto bytes = module_->at(segment.bytes);
    const auto at = static_cast<std::size_t>(*constant_offset(*module_, segment));
    if (!pool_->images.write(*image_, at, bytes.data(), bytes.size())) return false;
  }
  return true;
}

bool InitialMemory::prepare() noexcept {
  if (state_ == State::untried) {
    const bool made = !os::address_space_is_limited() && make_image();
    state_ = made ? State::usable : State::unusable;
  }
  return state_ == State::usable;
}

std::optional<os::Mapping> InitialMemory::take(std::uint64_t bytes,
                                               std::uint64_t reserved) noexcept {
  if (!used_before_.load(std::memory_order_relaxed)) {
    used_before_.store(true, std::memory_order_relaxed);
    return std::nullopt;
  }
  {
    const std::lock_guard lock(mutex_);
    if (!prepare()) return std::nullopt;
    if (!idle_.empty()) {
      os::Mapping mapping = std::move(idle_.back());
      idle_.pop_back();
      pool_->idle.fetch_sub(1);
      return mapping;
    }
  }
  return make(bytes, reserved);
}

std::optional<os::Mapping> InitialMemory::make(std::uint64_t bytes,
                                               std::uint64_t reserved) noexcept {
  auto mapping = os::Mapping::reserve(reserved);
  if (!mapping || !mapping->commit(0, static_cast<std::size_t>(bytes))) return std::nullopt;
  if (image_ && !pool_->images.map(*image_, *mapping)) return std::nullopt;
  return mapping;
}

void InitialMemory::give(os::Mapping mapping, std::uint64_t bytes, std::uint64_t size) noexcept {
  const auto first = static_cast<std::size_t>(bytes);
  // Nothing of what the instance wrote may be left: locked memory can't be given back so.
  if (!mapping.decommit(0, first)) return;
  if (size > bytes && !mapping.guard(first, static_cast<std::size_t>(size) - first)) return;
  const std::lock_guard lock(mutex_);
  if (pool_->idle.fetch_add(1) >= MemoryPool::most_idle) {
    pool_->idle.fetch_sub(1);
    return;
  }
  try {
    idle_.push_back(std::move(mapping));
  } catch (...) {
    pool_->idle.fetch_sub(1);
  }
}

std::size_t InitialMemory::idle() const {
  const std::lock_guard lock(mutex_);
  return idle_.size();
}

}  // namespace wrun::inline v0::runtime
