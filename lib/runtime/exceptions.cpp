#include "lib/runtime/exceptions.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "lib/runtime/extern.hpp"
#include "lib/runtime/frame_layout.hpp"
#include "lib/runtime/store.hpp"
#include "lib/runtime/trap.hpp"
#include "lib/wasm/compose.hpp"
#include "lib/wasm/quoted.hpp"
#include "lib/wasm/shared.hpp"

namespace wrun::inline v0::runtime {

namespace {

constexpr std::size_t most_values = 8;

const wasm::CanonFuncType& type_of(const Exception& exception) {
  return exception.store->types().entry(exception.tag->type).type.func;
}

template <class Float, class Bits>
std::string float_text(std::string_view type, Float value, Bits bits) {
  if (value == value) return compose("({}.const {})", type, value);
  return compose("({}.const nan of bits {:#x})", type, bits);
}

std::string value_text(const wasm::TypeRegistry& registry, wasm::CanonType type,
                       const Slot* slots) {
  switch (type.kind()) {
    case wasm::Kind::i32:
      return compose("(i32.const {})", slots->get<std::int32_t>());
    case wasm::Kind::i64:
      return compose("(i64.const {})", slots->get<std::int64_t>());
    case wasm::Kind::f32:
      return float_text("f32", slots->get<float>(), slots->get<std::uint32_t>());
    case wasm::Kind::f64:
      return float_text("f64", slots->get<double>(), slots->get<std::uint64_t>());
    case wasm::Kind::v128:
      return compose("(v128.const i64x2 {:#018x} {:#018x})", slots[0].get<std::uint64_t>(),
                     slots[1].get<std::uint64_t>());
    default:
      return compose("{}{}", slots->get<Ref>() == null_ref ? "null of " : "",
                     describe(registry, type));
  }
}

/// What the module calls its tag: by the name section, an export, or an import.
std::string tag_name(const wasm::ModuleData& module, std::uint32_t index) {
  const auto named = module.names.tags.find(index);
  if (named != module.names.tags.end()) return wasm::quoted(named->second);
  for (const wasm::Export& exported : module.exports) {
    if (exported.kind == wasm::ExternKind::tag && exported.index == index)
      return wasm::quoted(exported.name);
  }
  for (const wasm::Import& import : module.imports) {
    if (import.kind == wasm::ExternKind::tag && import.index == index)
      return wasm::quoted(import.name);
  }
  return {};
}

std::string tag_text(const Exception& exception, const Instance* thrower) {
  if (thrower == nullptr) return "a tag";
  const auto& tags = thrower->tag_cells;
  const auto found = std::find(tags.begin(), tags.end(), exception.tag);
  if (found == tags.end()) return "a tag of another module";
  const auto index = static_cast<std::uint32_t>(found - tags.begin());
  const std::string name = tag_name(*thrower->module->data, index);
  return name.empty() ? compose("tag {}", index) : compose("tag {}", name);
}

}  // namespace

Exception& create_exception(Store& store, Tag& tag) {
  const std::uint32_t slots =
      slot_count<wasm::TypeId>(store.types().entry(tag.type).type.func.params);
  std::unique_ptr<Slot[]> many;
  if (slots > std::tuple_size_v<decltype(Exception::few)>) many = std::make_unique<Slot[]>(slots);
  const std::uint64_t bytes = sizeof(Exception) + (many ? slots * sizeof(Slot) : 0);
  Reservation room = store.account().reserve(Resource::heap_bytes, bytes);
  if (!room) throw std::bad_alloc();
  auto& exception = store.make<Exception>();
  exception.tag = &tag;
  exception.many = std::move(many);
  exception.slots = slots;
  store.note_allocation(bytes - sizeof(Exception));
  room.use();
  return exception;
}

Exception& create_exception(Store& store, Tag& tag, const Slot* values) {
  Exception& exception = create_exception(store, tag);
  std::copy_n(values, exception.slots,
              exception.many ? exception.many.get() : exception.few.data());
  return exception;
}

std::uint64_t held_bytes(const Exception& exception) {
  return sizeof(Exception) + (exception.many ? exception.slots * sizeof(Slot) : 0);
}

std::string describe(const Exception& exception, const Instance* thrower) {
  std::string text = tag_text(exception, thrower);
  const auto& types = type_of(exception).params;
  const Slot* value = exception.values();
  for (std::size_t i = 0; i < types.size() && i < most_values; ++i) {
    text += ' ' + value_text(exception.store->types(), types[i], value);
    value += wasm::slot_count(types[i]);
  }
  if (types.size() > most_values) text += compose(" and {} more", types.size() - most_values);
  return text;
}

Error make_exception_error(Exception& exception, const Instance* thrower) noexcept try {
  Error::Details details;
  details.thrown = detail::shared_of(exception.store->hold(exception));
  return Error(ErrorKind::exception, describe(exception, thrower), std::move(details));
} catch (const std::bad_alloc&) {
  return make_trap(TrapCode::allocation_failed);
}

Exception* exception_of(const ExecState& state, const Error& error) {
  const Error::Details* details = error.details();
  if (details == nullptr || !details->thrown) return nullptr;
  return details->thrown->store == state.store->id() ? details->thrown->exception : nullptr;
}

}  // namespace wrun::inline v0::runtime
