#include "lib/interp/unwind.hpp"

#include <cstring>
#include <new>
#include <utility>

#include "lib/interp/bodies_exceptions.hpp"
#include "lib/interp/catch_table.hpp"
#include "lib/interp/code.hpp"
#include "lib/interp/crossing.hpp"
#include "lib/interp/module.hpp"
#include "lib/interp/native_calls.hpp"
#include "lib/runtime/exceptions.hpp"
#include "lib/runtime/store.hpp"
#include "lib/runtime/trap.hpp"

namespace wrun::inline v0::interp {

using runtime::Exception;
using runtime::ExecState;

namespace {

/// A frame that is being asked.
struct Position {
  Place place;
  const SlotCode* code = nullptr;
  const CatchTable::Entry* entry = nullptr;
  const runtime::Segment* passed = nullptr;  ///< the last of machine code that is left
  // Of machine code that catches it
  const void* frame = nullptr;
  runtime::NativeCatch native = {};
};

enum class Outcome : std::uint8_t { caught, uncaught, stopped };

/// Asks the frames of machine code at the position. Where none catches it, goes on where the
/// interpreter entered them.
Outcome search_native(const ExecState& state, const Exception& exception, Position& position) {
  NativeWalk walk(position.place);
  for (std::vector<runtime::NativeFrame> frames; walk.locate(frames); walk.step()) {
    if (is_stopped(state)) return Outcome::stopped;
    const Instance& instance = walk.instance();
    const runtime::ModuleCode& module = *instance.code;
    if (!module.native->find_catch(module, walk.pc(), instance, exception.tag, position.native))
      continue;
    position.frame = walk.frame();
    return Outcome::caught;
  }
  position.passed = &walk.segment();
  position.place = caller_of(walk.segment().link.words);
  return Outcome::uncaught;
}

const SlotCode* code_at(const Place& place, const SlotCode* guess) {
  if (guess != nullptr && guess->contains(place.pc)) return guess;
  return find_code(*place.inst->code, place.pc);
}

/// The entry of the frame's function that catches the exception there; null if none does.
const CatchTable::Entry* find_entry(const SlotCode& code, const Place& place,
                                    const Exception& exception) {
  if (code.catches == nullptr) return nullptr;
  const CatchTable& table = *code.catches;
  std::uint32_t at = table.innermost(static_cast<std::uint32_t>(place.pc - code.code()));
  for (; at != CatchTable::none; at = table.at(at).outer) {
    for (std::uint32_t i = table.at(at).first; i != CatchTable::none; i = table.entry(i).next) {
      const CatchTable::Entry& entry = table.entry(i);
      if (entry.tag == CatchTable::none || place.inst->tag_cells[entry.tag] == exception.tag)
        return &entry;
    }
  }
  return nullptr;
}

/// Goes outwards from `position`, within the activation, to the frame that catches the exception.
/// The frames stay as they are. Stops when asked to: there may be many.
Outcome search(const ExecState& state, const Exception& exception, Position& position) {
  Place& place = position.place;
  while (place.pc != stop_instr.code()) {
    if (is_stopped(state)) return Outcome::stopped;
    if (place.pc == resume_native_instr.code()) {
      const Outcome outcome = search_native(state, exception, position);
      if (outcome != Outcome::uncaught) return outcome;
      continue;
    }
    position.code = code_at(place, position.code);
    if (position.code == nullptr) return Outcome::uncaught;
    position.entry = find_entry(*position.code, place, exception);
    if (position.entry != nullptr) return Outcome::caught;
    place = caller_of(place.fp + position.code->link);
  }
  return Outcome::uncaught;
}

/// By way of an instruction, so that going back and forth doesn't nest.
void land_in_native(Regs& r, Exception& exception, const Position& position) {
  ExecState& state = *r.inst->state;
  const auto& at = *reinterpret_cast<const runtime::Suspended*>(position.place.fp);
  if (at.fp != nullptr) state.stack_top = at.fp;
  state.native.thrown = as_ref(exception);
  state.native.clause = position.native.clause;
  state.native.pc = position.native.landing;
  state.native.frame = position.frame;
  r.inst = static_cast<Instance* const*>(position.frame)[-1];
  r.pc = land_native_instr.code();
}

/// Goes on where the exception is caught.
void land(Regs& r, Exception& exception, const Position& position) {
  if (position.passed != nullptr) {
    r.inst->state->native.sp = position.passed->outer_sp;
    r.inst->state->stack_top = position.passed->outer_top;
  }
  if (position.frame != nullptr) return land_in_native(r, exception, position);
  const CatchTable::Entry& entry = *position.entry;
  r.fp = const_cast<Slot*>(position.place.fp);
  r.inst = const_cast<Instance*>(position.place.inst);
  if (entry.values != CatchTable::none && exception.slots != 0)
    std::memcpy(r.fp + entry.values, exception.values(), exception.slots * sizeof(Slot));
  if (entry.exception != CatchTable::none) r.fp[entry.exception].set(as_ref(exception));
  if (const std::uint32_t at = position.code->stack_slot; at != SlotCode::no_slot)
    r.inst->state->stack_left = r.fp[at].get<std::int64_t>();
  r.pc = position.code->code() + entry.target;
  reload_memory(r);
}

void stop(Regs& r, Error error, Place place) {
  ExecState& state = *r.inst->state;
  runtime::fail(state, add_backtrace(std::move(error), state, place));
  r.pc = stop_instr.code();
}

/// Throws at `place`, in the frame of r.
void raise(Regs& r, Exception& exception, Place place, const SlotCode* code) {
  ExecState& state = *r.inst->state;
  Position position{place, code};
  switch (search(state, exception, position)) {
    case Outcome::caught:
      return land(r, exception, position);
    case Outcome::uncaught:
      return stop(r, runtime::make_exception_error(exception, place.inst), place);
    case Outcome::stopped:
      return stop(r, runtime::stopped_error(state), place);
  }
}

/// Null when out of memory.
Exception* try_to_make(const Regs& r, const Word* pc) noexcept try {
  runtime::Tag& tag = *r.inst->tag_cells[operand<std::uint32_t>(pc, at_c)];
  return &create_exception(*r.inst->state->store, tag, r.fp + operand<std::uint16_t>(pc, at_a));
} catch (const std::bad_alloc&) {
  return nullptr;
}

/// Throwing allocates, so it is where loops that throw collect. All that the code needs is in its
/// frame, but for the instance. Null when out of memory, also after a collection.
Exception* make_exception(const Regs& r, const Word* pc, const SlotCode& code) noexcept {
  runtime::Store& store = *r.inst->state->store;
  Slot* const top = r.fp + code.frame_slots();
  if (store.is_due()) store.collect_inside(top, r.inst);
  if (Exception* exception = try_to_make(r, pc)) return exception;
  store.collect_inside(top, r.inst);
  return try_to_make(r, pc);
}

struct RaiseThrow {
  static void run(Regs& r) {
    const Place place{r.inst->state->pc, r.fp, r.inst};
    const SlotCode* code = find_code(*r.inst->code, place.pc);
    Exception* exception = make_exception(r, place.pc, *code);
    if (exception == nullptr)
      return stop(r, runtime::make_trap(TrapCode::allocation_failed), place);
    raise(r, *exception, place, code);
  }
};

struct RaiseThrowRef {
  static void run(Regs& r) {
    const Place place{r.inst->state->pc, r.fp, r.inst};
    const auto slot = operand<std::uint16_t>(place.pc, at_a);
    raise(r, *runtime::exception_from(r.fp[slot].get<runtime::Ref>()), place, nullptr);
  }
};

}  // namespace

void host_failed(Regs& r, Place place) {
  tail_called_host_failed(r, place, place);
}

void tail_called_host_failed(Regs& r, Place place, Place outer) {
  ExecState& state = *r.inst->state;
  r.pc = stop_instr.code();
  if (!state.failure.error) return;
  Exception* exception = runtime::exception_of(state, *state.failure.error);
  if (exception == nullptr) return;
  // The error holds the exception until it has landed.
  Error error = *std::exchange(state.failure.error, std::nullopt);
  Position position{outer};
  switch (search(state, *exception, position)) {
    case Outcome::caught:
      return land(r, *exception, position);
    case Outcome::uncaught:
      return stop(r, std::move(error), place);
    case Outcome::stopped:
      return stop(r, runtime::stopped_error(state), place);
  }
}

void throw_native(Regs& r) {
  const runtime::NativeState& native = r.inst->state->native;
  runtime::Suspended at{.rbp = native.frame, .pc = native.pc};
  const Place place{resume_native_instr.code(), reinterpret_cast<Slot*>(&at), r.inst};
  raise(r, *runtime::exception_from(native.thrown), place, nullptr);
}

const StaticInstr throw_instr{rare_handler<RaiseThrow>};
const StaticInstr throw_ref_instr{rare_handler<RaiseThrowRef>};

}  // namespace wrun::inline v0::interp
