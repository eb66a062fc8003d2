#include <wrun/global.hpp>
#include <wrun/memory.hpp>
#include <wrun/table.hpp>

#include "lib/api/boundary.hpp"
#include "lib/api/held_types.hpp"
#include "lib/api/objects.hpp"
#include "lib/api/shared_bytes.hpp"
#include "lib/api/storage.hpp"
#include "lib/api/types.hpp"
#include "lib/api/values.hpp"
#include "lib/runtime/cells.hpp"
#include "lib/runtime/memory.hpp"
#include "lib/runtime/shared_access.hpp"
#include "lib/runtime/table.hpp"
#include "lib/runtime/trap.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0 {

namespace {

using api::guarded;
using api::Session;
using api::StoreState;

Result<void> check_range(const SizeRange& size, std::uint64_t most, const char* what) {
  if (size.min > most || (size.max && *size.max > most))
    return Error(ErrorKind::usage, compose("a {} of more than {}", what, most));
  if (size.max && *size.max < size.min)
    return Error(ErrorKind::usage, compose("a {}'s minimum is above its maximum", what));
  return {};
}

/// A memory's most pages: what its addresses reach.
std::uint64_t most_pages(const MemoryType& type) {
  if (!type.size.is_64) return (std::uint64_t{1} << 32) >> type.page_size_log2;
  return type.page_size_log2 == 0 ? ~std::uint64_t{0} : std::uint64_t{1} << 48;
}

/// The bytes from `address` on; Error{trap} if they aren't all there.
Result<std::uint8_t*> place(const runtime::Memory& memory, std::uint64_t address,
                            std::uint64_t length) {
  const std::uint64_t size = runtime::size_in_bytes(memory);
  if (!runtime::in_bounds(size, address, length)) return runtime::make_memory_trap(address, size);
  return memory.base + address;
}

}  // namespace

namespace api {

Error growth_refused(const char* what) {
  return Error(ErrorKind::limit,
               compose("the {} can't grow: its maximum, a limit or the system refuses", what));
}

Result<void> check_type(const MemoryType& type) {
  if (type.page_size_log2 != 0 && type.page_size_log2 != 16)
    return Error(ErrorKind::usage, "a memory's pages have 1 or 65536 bytes");
  if (type.is_shared && !type.size.max)
    return Error(ErrorKind::usage, "a shared memory needs a maximum");
  return check_range(type.size, most_pages(type), "memory");
}

wasm::MemoryType to_canonical(const MemoryType& type) {
  wasm::MemoryType made;
  made.limits = to_canonical(type.size);
  made.is_shared = type.is_shared;
  made.page_size_log2 = type.page_size_log2;
  return made;
}

}  // namespace api

Result<Memory> Memory::make(Store& store, const MemoryType& type) {
  const Session session(store);
  if (!session) return session.error();
  auto checked = api::check_type(type);
  if (!checked) return std::move(checked).error();
  return guarded([&]() -> Result<Memory> {
    auto memory = runtime::create_memory(session->store, api::to_canonical(type));
    if (!memory) return std::move(memory).error();
    return api::make_handle<Memory>(*session, **memory);
  });
}

Result<MemoryType> Memory::type() const {
  return api::with_object<runtime::Memory>(
      *this, [](StoreState&, runtime::Memory& memory) -> Result<MemoryType> {
        return api::to_public(runtime::type_of(runtime::Extern(&memory)).memory);
      });
}

Result<void> Memory::release() const {
  return api::release<runtime::Memory>(*this);
}

Result<std::uint64_t> Memory::size() const {
  return api::with_object<runtime::Memory>(
      *this, [](StoreState&, runtime::Memory& memory) -> Result<std::uint64_t> {
        return runtime::size_in_bytes(memory);
      });
}

Result<std::uint64_t> Memory::grow(std::uint64_t pages) const {
  return api::with_object<runtime::Memory>(
      *this, [&](StoreState&, runtime::Memory& memory) -> Result<std::uint64_t> {
        const auto former = runtime::grow(memory, pages);
        if (!former) return api::growth_refused("memory");
        return *former;
      });
}

Result<std::span<std::uint8_t>> Memory::span() const {
  return api::with_object<runtime::Memory>(
      *this, [](StoreState&, runtime::Memory& memory) -> Result<std::span<std::uint8_t>> {
        if (memory.type.is_shared)
          return Error(ErrorKind::usage, "a shared memory has no span: other threads write to it");
        return std::span(memory.base, static_cast<std::size_t>(runtime::size_in_bytes(memory)));
      });
}

Result<std::span<std::uint8_t>> Memory::span(std::uint64_t address, std::uint64_t length) const {
  auto all = span();
  if (!all) return all;
  if (!runtime::in_bounds(all->size(), address, length))
    return guarded([&]() -> Result<std::span<std::uint8_t>> {
      return runtime::make_memory_trap(address, all->size());
    });
  return all->subspan(static_cast<std::size_t>(address), static_cast<std::size_t>(length));
}

Result<void> Memory::copy_out(std::uint64_t address, std::span<std::uint8_t> to) const {
  return api::with_object<runtime::Memory>(
      *this, [&](StoreState&, runtime::Memory& memory) -> Result<void> {
        const auto from = place(memory, address, to.size());
        if (!from) return from.error();
        if (memory.shared) {
          runtime::copy_from_shared(to.data(), *from, to.size());
        } else if (!to.empty()) {
          std::memcpy(to.data(), *from, to.size());
        }
        return {};
      });
}

Result<void> Memory::copy_in(std::uint64_t address, std::span<const std::uint8_t> from) const {
  return api::with_object<runtime::Memory>(
      *this, [&](StoreState&, runtime::Memory& memory) -> Result<void> {
        const auto to = place(memory, address, from.size());
        if (!to) return to.error();
        if (memory.shared) {
          runtime::copy_to_shared(*to, from.data(), from.size());
        } else if (!from.empty()) {
          std::memcpy(*to, from.data(), from.size());
        }
        return {};
      });
}

Result<std::span<std::uint8_t>> api::shared_bytes(const Memory& memory) {
  return with_object<runtime::Memory>(
      memory, [](StoreState&, runtime::Memory& found) -> Result<std::span<std::uint8_t>> {
        if (!found.shared) return Error(ErrorKind::usage, "the memory isn't shared");
        return std::span(found.base, static_cast<std::size_t>(runtime::size_in_bytes(found)));
      });
}

Result<Table> Table::make(Store& store, const TableType& type, const Val& init) {
  const Session session(store);
  if (!session) return session.error();
  const std::uint64_t most = type.size.is_64 ? ~std::uint64_t{0} : 0xffff'ffff;
  return guarded([&]() -> Result<Table> {
    auto checked = check_range(type.size, most, "table");
    if (!checked) return std::move(checked).error();
    api::HeldTypes held(session->store.registry());
    const auto element = held.add(type.element);
    if (!element) return api::module_type_error();
    if (!element->is_ref()) return Error(ErrorKind::usage, "a table's elements are references");
    runtime::Slot slot;
    auto written = api::to_slots(*session, init, *element, &slot, "a table's initial value");
    if (!written) return std::move(written).error();
    auto table = runtime::create_table(session->store, {*element, api::to_canonical(type.size)},
                                       slot.get<runtime::Ref>());
    if (!table) return std::move(table).error();
    return api::make_handle<Table>(*session, **table);
  });
}

Result<TableType> Table::type() const {
  return api::with_object<runtime::Table>(
      *this, [](StoreState&, runtime::Table& table) -> Result<TableType> {
        return api::to_public(runtime::type_of(runtime::Extern(&table)).table);
      });
}

Result<void> Table::release() const {
  return api::release<runtime::Table>(*this);
}

Result<std::uint64_t> Table::size() const {
  return api::with_object<runtime::Table>(
      *this,
      [](StoreState&, runtime::Table& table) -> Result<std::uint64_t> { return table.size; });
}

Result<Val> Table::get(std::uint64_t index) const {
  return api::with_object<runtime::Table>(
      *this, [&](StoreState& state, runtime::Table& table) -> Result<Val> {
        runtime::Ref ref = runtime::null_ref;
        if (!runtime::get(table, index, ref))
          return runtime::make_trap(TrapCode::out_of_bounds_table_access);
        runtime::Slot slot;
        slot.set(ref);
        return api::from_slots(state, table.element, &slot);
      });
}

Result<void> Table::set(std::uint64_t index, const Val& value) const {
  return api::with_object<runtime::Table>(
      *this, [&](StoreState& state, runtime::Table& table) -> Result<void> {
        runtime::Slot slot;
        auto written = api::to_slots(state, value, table.element, &slot, "a table's element");
        if (!written) return written;
        if (runtime::set(table, index, slot.get<runtime::Ref>())) return {};
        return runtime::make_trap(TrapCode::out_of_bounds_table_access);
      });
}

Result<std::uint64_t> Table::grow(std::uint64_t count, const Val& init) const {
  return api::with_object<runtime::Table>(
      *this, [&](StoreState& state, runtime::Table& table) -> Result<std::uint64_t> {
        runtime::Slot slot;
        auto written = api::to_slots(state, init, table.element, &slot, "a table's element");
        if (!written) return std::move(written).error();
        const auto former = runtime::grow(table, count, slot.get<runtime::Ref>());
        if (!former) return api::growth_refused("table");
        return *former;
      });
}

Result<Global> Global::make(Store& store, const GlobalType& type, const Val& value) {
  const Session session(store);
  if (!session) return session.error();
  return guarded([&]() -> Result<Global> {
    api::HeldTypes held(session->store.registry());
    const auto canonical = held.add(type.type);
    if (!canonical) return api::module_type_error();
    runtime::Slot slots[2] = {};
    auto written = api::to_slots(*session, value, *canonical, slots, "a global's value");
    if (!written) return std::move(written).error();
    runtime::Global& global =
        runtime::create_global(session->store, {*canonical, type.is_mutable}, slots);
    return api::make_handle<Global>(*session, global);
  });
}

Result<GlobalType> Global::type() const {
  return api::with_object<runtime::Global>(
      *this, [](StoreState&, runtime::Global& global) -> Result<GlobalType> {
        return GlobalType{api::to_public(global.type), global.is_mutable};
      });
}

Result<void> Global::release() const {
  return api::release<runtime::Global>(*this);
}

Result<Val> Global::get() const {
  return api::with_object<runtime::Global>(
      *this, [](StoreState& state, runtime::Global& global) -> Result<Val> {
        return api::from_slots(state, global.type, global.value);
      });
}

Result<void> Global::set(const Val& value) const {
  return api::with_object<runtime::Global>(
      *this, [&](StoreState& state, runtime::Global& global) -> Result<void> {
        if (!global.is_mutable) return Error(ErrorKind::usage, "the global is immutable");
        return api::to_slots(state, value, global.type, global.value, "a global's value");
      });
}

}  // namespace wrun::inline v0
