#include <wrun/exception.hpp>

#include <algorithm>
#include <array>

#include <wrun/extern.hpp>

#include "lib/api/objects.hpp"
#include "lib/api/values.hpp"
#include "lib/runtime/exceptions.hpp"
#include "lib/runtime/frame_layout.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0 {

namespace {

using api::StoreState;

const std::vector<wasm::CanonType>& types_of(StoreState& state, const runtime::Tag& tag) {
  return state.store.types().entry(tag.type).type.func.params;
}

/// Unrooted.
Result<runtime::Exception*> create(StoreState& state, runtime::Tag& tag,
                                   std::span<const Val> values) {
  state.store.collect_if_due();
  const auto& types = types_of(state, tag);
  if (values.size() != types.size())
    return Error(ErrorKind::usage,
                 compose("the tag takes {} values, not {}", types.size(), values.size()));
  std::vector<runtime::Slot> slots(runtime::slot_count<wasm::TypeId>(types));
  runtime::Slot* to = slots.data();
  for (std::size_t i = 0; i < types.size(); ++i) {
    auto written = api::to_slots(state, values[i], types[i], to, compose("value {}", i + 1));
    if (!written) return std::move(written).error();
    to += wasm::slot_count(types[i]);
  }
  return &runtime::create_exception(state.store, tag, slots.data());
}

}  // namespace

Result<Exception> Exception::make(const Tag& tag, std::span<const Val> values) noexcept {
  return api::with_object<runtime::Tag>(
      tag, [&](StoreState& state, runtime::Tag& found) -> Result<Exception> {
        auto made = create(state, found, values);
        if (!made) return std::move(made).error();
        return api::make_handle<Exception>(state, **made);
      });
}

Error Exception::raise(const Tag& tag, std::span<const Val> values) noexcept {
  return api::with_object<runtime::Tag>(
             tag,
             [&](StoreState& state, runtime::Tag& found) -> Result<void> {
               auto made = create(state, found, values);
               if (!made) return std::move(made).error();
               return runtime::make_exception_error(**made, nullptr);
             })
      .error();
}

Result<Exception> Exception::make(const Tag& tag, std::initializer_list<Val> values) noexcept {
  return make(tag, std::span(values.begin(), values.size()));
}

Error Exception::raise(const Tag& tag, std::initializer_list<Val> values) noexcept {
  return raise(tag, std::span(values.begin(), values.size()));
}

Error Exception::error() const noexcept {
  return api::with_object<runtime::Exception>(
             *this,
             [](StoreState&, runtime::Exception& exception) -> Result<void> {
               return runtime::make_exception_error(exception, nullptr);
             })
      .error();
}

Result<Tag> Exception::tag() const noexcept {
  return api::with_object<runtime::Exception>(
      *this, [](StoreState& state, runtime::Exception& exception) -> Result<Tag> {
        return api::make_handle<Tag>(state, *exception.tag);
      });
}

Result<bool> Exception::is(const Tag& tag) const noexcept {
  return api::with_object<runtime::Exception>(
      *this, [&](StoreState& state, runtime::Exception& exception) -> Result<bool> {
        const auto* other = api::resolve<runtime::Tag>(state, tag);
        if (!other) return api::stale_handle();
        return exception.tag == other;
      });
}

Result<std::vector<Val>> Exception::values() const noexcept {
  return api::with_object<runtime::Exception>(
      *this, [](StoreState& state, runtime::Exception& exception) -> Result<std::vector<Val>> {
        std::vector<Val> values;
        const runtime::Slot* from = exception.values();
        for (const wasm::CanonType type : types_of(state, *exception.tag)) {
          values.push_back(api::from_slots(state, type, from));
          from += wasm::slot_count(type);
        }
        return values;
      });
}

Result<void> Exception::release() const noexcept {
  return api::release<runtime::Exception>(*this);
}

std::optional<Exception> Error::exception() const {
  if (!details_ || !details_->thrown) return std::nullopt;
  const runtime::ExceptionHold& held = *details_->thrown;
  const api::Session session(held.host_id);
  if (!session) return std::nullopt;
  try {
    return api::make_handle<Exception>(*session, *held.exception);
  } catch (...) {
    return std::nullopt;
  }
}

Result<bool> Tag::is_same(const Tag& other) const {
  return api::with_object<runtime::Tag>(
      *this, [&](StoreState& state, runtime::Tag& tag) -> Result<bool> {
        const auto* found = api::resolve<runtime::Tag>(state, other);
        if (!found) return api::stale_handle();
        return &tag == found;
      });
}

}  // namespace wrun::inline v0
