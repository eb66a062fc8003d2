#include "jit/stubs.hpp"

#include <new>
#include <utility>
#include <vector>

#include "jit/stub_writer.hpp"

namespace wrun::inline v0::jit {

namespace {

constexpr std::size_t common_bytes = 8 * 1024;

/// Enough for any stub of the shape.
std::size_t bytes_for(const Shape& shape) {
  return 1024 + 96 * (shape.params.size() + shape.results.size());
}

template <class Function>
Function as(const std::uint8_t* code) {
  return reinterpret_cast<Function>(reinterpret_cast<std::uintptr_t>(code));
}

}  // namespace

Stubs::Stubs(CodeArena& arena, bool fuel, bool tries_upper_halves)
    : arena_(arena), fuel_(fuel), tries_upper_halves_(tries_upper_halves) {
  std::vector<std::uint8_t> room(common_bytes);
  StubWriter first(room, fuel);
  first.leave_code(Xbyak::util::rdi);
  leave_ = first.place(arena);

  StubWriter out(room, fuel);
  std::vector<std::pair<const void**, std::size_t>> places;
  const auto begin = [&](const void*& stub) { places.emplace_back(&stub, out.begin()); };
  for (unsigned i = 0; i < static_cast<unsigned>(TrapCode::count_); ++i) {
    begin(traps_[i]);
    out.trap_code(static_cast<TrapCode>(i), leave_);
  }
  begin(out_of_bounds_);
  out.out_of_bounds_code(leave_);
  begin(limit_at_entry_);
  out.limit_code(runtime::Leave::limit_at_entry, leave_);
  begin(limit_in_loop_);
  out.limit_code(runtime::Leave::limit_in_loop, leave_);
  begin(helper_);
  out.helper_code(leave_);
  const std::size_t resume_at = out.begin();
  out.resume_code();
  const std::size_t land_at = out.begin();
  out.land_code();
  const std::uint8_t* code = out.place(arena);
  for (const auto& [stub, at] : places) *stub = code + at;
  resume = as<Continue>(code + resume_at);
  land = as<Continue>(code + land_at);
}

const void* Stubs::at(std::uint32_t number) const {
  constexpr auto traps = static_cast<std::uint32_t>(TrapCode::count_);
  if (number < traps) return traps_[number];
  const void* const others[numbers - traps] = {out_of_bounds_, limit_at_entry_, limit_in_loop_,
                                               helper_};
  return others[number - traps];
}

std::optional<std::uint32_t> Stubs::number_of(const void* stub) const {
  for (std::uint32_t i = 0; i < numbers; ++i)
    if (at(i) == stub) return i;
  return std::nullopt;
}

std::string Stubs::name_of(const void* stub) const {
  constexpr auto traps = static_cast<std::uint32_t>(TrapCode::count_);
  constexpr const char* others[numbers - traps] = {"out_of_bounds", "limit_at_entry",
                                                   "limit_in_loop", "helper"};
  const auto number = number_of(stub);
  if (!number) return "?";
  if (*number >= traps) return others[*number - traps];
  return "trap: " + std::string(text(static_cast<TrapCode>(*number)));
}

std::shared_ptr<ShapeStubs> Stubs::of(const Shape& shape) {
  // Before the lock, which their ends take.
  std::shared_ptr<ShapeStubs> made;
  std::shared_ptr<ShapeStubs> oldest;
  const std::lock_guard lock(mutex_);
  std::weak_ptr<ShapeStubs>& known = by_shape_[shape];
  if (auto found = known.lock()) return found;
  made = std::make_shared<ShapeStubs>(*this, shape);
  known = made;
  oldest = std::exchange(recent_[next_recent_], made);
  next_recent_ = (next_recent_ + 1) % recent_.size();
  return made;
}

ShapeStubs::~ShapeStubs() {
  for (const std::uint8_t* code : {to_interpreter_, to_host_, entries_[0], entries_[1]})
    if (code != nullptr) all_.arena_.free(code);
  const std::lock_guard lock(all_.mutex_);
  const auto found = all_.by_shape_.find(shape_);
  // There may be new ones already.
  if (found != all_.by_shape_.end() && found->second.expired()) all_.by_shape_.erase(found);
}

template <class Write>
const std::uint8_t* ShapeStubs::make(const std::uint8_t*& made, const Write& write) {
  const std::lock_guard lock(all_.mutex_);
  if (made != nullptr) return made;
  std::vector<std::uint8_t> room(bytes_for(shape_));
  StubWriter out(room, all_.fuel_, all_.tries_upper_halves_);
  write(out, signature_of(shape_),
        StubWriter::Ways{all_.leave_, all_.trap(TrapCode::stack_exhausted)});
  return made = out.place(all_.arena_);
}

const void* ShapeStubs::to_interpreter() {
  return make(to_interpreter_, [](StubWriter& out, const Signature& signature, auto ways) {
    out.to_interpreter_code(signature, ways);
  });
}

const void* ShapeStubs::to_host() {
  return make(to_host_, [](StubWriter& out, const Signature& signature, auto ways) {
    out.to_host_code(signature, ways);
  });
}

ShapeStubs::Entries ShapeStubs::entries(bool in_loop) {
  std::size_t& tail_call = tail_calls_[in_loop];
  const std::uint8_t* code =
      make(entries_[in_loop], [&](StubWriter& out, const Signature& signature, auto) {
        out.enter_code(signature, in_loop);
        tail_call = out.begin();
        out.enter_tail_code(signature, in_loop);
      });
  using Stub = runtime::NativeEntry::Stub;
  return {as<Stub>(code), as<Stub>(code + tail_call)};
}

}  // namespace wrun::inline v0::jit
