#include "lib/interp/backtrace.hpp"

#include <algorithm>
#include <map>
#include <new>
#include <utility>

#include "lib/interp/module.hpp"
#include "lib/interp/native_calls.hpp"
#include "lib/interp/traps.hpp"
#include "lib/runtime/trap.hpp"

namespace wrun::inline v0::interp {

using runtime::ExecState;
using runtime::Record;

Place caller_at(const Word* next, const Slot* fp, const Instance* inst) {
  // What a link holds is where the call returns to: the call itself is just before.
  const bool is_static = next == stop_instr.code() || next == resume_native_instr.code();
  return {is_static ? next : next - 1, fp, inst};
}

Place caller_of(const Slot* link) {
  return caller_at(link[0].get<const Word*>(), link[1].get<const Slot*>(),
                   link[2].get<const Instance*>());
}

Callee start_of(const runtime::FuncRef& function) {
  const wasm::ModuleData& module = *function.instance->code->data;
  return {function.instance, {function.index, module.functions[function.index].body.offset}};
}

Place caller_of_frame(const Place& place) {
  return caller_of(place.fp + find_code(*place.inst->code, place.pc)->link);
}

NativeWalk::NativeWalk(const Place& place) {
  const auto& at = *reinterpret_cast<const runtime::Suspended*>(place.fp);
  pc_ = at.pc;
  rbp_ = at.rbp;
}

const Instance& NativeWalk::instance() const {
  return **(static_cast<Instance* const*>(rbp_) - 1);
}

bool NativeWalk::locate(std::vector<runtime::NativeFrame>& frames) const {
  frames.clear();
  const runtime::ModuleCode& module = *instance().code;
  return module.native->locate(module, pc_, frames);
}

void NativeWalk::step() {
  const auto* frame = static_cast<const void* const*>(rbp_);
  pc_ = frame[1];
  rbp_ = frame[0];
}

const runtime::Segment& NativeWalk::segment() const {
  return *static_cast<const runtime::Segment*>(rbp_);
}

namespace {

constexpr std::size_t max_frames = 100;

/// A frame that was found: its function, and where in its code.
struct Found {
  const Instance* inst;
  const SlotCode* code;  ///< null: machine code, whose places are known already
  const Word* pc;
  runtime::NativeFrame native = {};
};

const SlotCode* code_at(const Place& place, const std::vector<Found>& frames) {
  const SlotCode* last = frames.empty() ? nullptr : frames.back().code;
  if (last != nullptr && last->contains(place.pc)) return last;
  return find_code(*place.inst->code, place.pc);
}

/// Appends the frames of machine code up to where the interpreter entered it, and makes that the
/// place.
bool walk_native(Place& place, std::vector<Found>& frames) {
  NativeWalk walk(place);
  for (std::vector<runtime::NativeFrame> here; walk.locate(here); walk.step()) {
    for (const runtime::NativeFrame& frame : here) {
      if (frames.size() == max_frames) return false;
      frames.push_back({&walk.instance(), nullptr, nullptr, frame});
    }
  }
  place = caller_of(walk.segment().link.words);
  return true;
}

/// Appends the frame at `place` and those that called it, up to where the host entered; returns
/// false when there are enough.
bool walk(Place place, std::vector<Found>& frames) {
  while (place.pc != stop_instr.code()) {
    if (place.pc == resume_native_instr.code()) {
      if (!walk_native(place, frames)) return false;
      continue;
    }
    if (frames.size() == max_frames) return false;
    const SlotCode* code = code_at(place, frames);
    if (code == nullptr) return true;
    frames.push_back({place.inst, code, place.pc});
    place = caller_of(place.fp + code->link);
  }
  return true;
}

std::vector<Found> collect(const ExecState& state, Place place) {
  std::vector<Found> frames;
  if (const Callee& callee = place.callee; callee.inst != nullptr)
    frames.push_back({callee.inst, nullptr, nullptr, callee.at});
  if (place.pc != nullptr && !walk(place, frames)) return frames;
  for (const Record* record = state.records; record != nullptr; record = record->outer) {
    if (record->kind != Record::Kind::host_call) continue;
    // Machine code that calls the host by itself knows nothing of the interpreter's code.
    const auto* pc =
        record->pc != nullptr ? static_cast<const Word*>(record->pc) : resume_native_instr.code();
    if (!walk(caller_at(pc, record->fp, record->instance), frames)) break;
  }
  return frames;
}

/// Names the frames. Offsets cost a translation, so each function is asked once for all of its
/// frames.
std::vector<Frame> describe(const std::vector<Found>& frames) {
  std::map<const SlotCode*, std::vector<const Word*>> by_code;
  for (const Found& frame : frames)
    if (frame.code != nullptr) by_code[frame.code].push_back(frame.pc);
  std::map<const Word*, std::uint32_t> offsets;
  for (const auto& [code, pcs] : by_code) {
    const SlotCode* wanted = code;
    const auto user = std::find_if(frames.begin(), frames.end(),
                                   [=](const Found& frame) { return frame.code == wanted; });
    const auto found = offsets_of(*user->inst->code, *code, pcs);
    for (std::size_t i = 0; i < pcs.size(); ++i) offsets[pcs[i]] = found[i];
  }
  std::vector<Frame> result;
  for (const Found& frame : frames) {
    const runtime::NativeFrame at =
        frame.code ? runtime::NativeFrame{frame.code->function, offsets[frame.pc]} : frame.native;
    result.push_back(runtime::make_frame(*frame.inst, at.function, at.offset));
  }
  return result;
}

}  // namespace

Error add_backtrace(Error error, const ExecState& state, Place place) noexcept try {
  return runtime::with_backtrace(error, describe(collect(state, place)));
} catch (const std::bad_alloc&) {
  return error;
}

std::vector<Frame> backtrace(const ExecState& state) {
  return describe(collect(state, {}));
}

}  // namespace wrun::inline v0::interp
