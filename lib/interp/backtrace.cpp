#include "lib/interp/backtrace.hpp"

#include <algorithm>
#include <map>
#include <new>
#include <utility>

#include "lib/interp/module.hpp"
#include "lib/interp/traps.hpp"
#include "lib/runtime/trap.hpp"

namespace wrun::inline v0::interp {

using runtime::ExecState;
using runtime::Record;

Place caller_of(const Slot* link) {
  // What a link holds is where the call returns to: the call itself is just before.
  const Word* pc = link[0].get<const Word*>();
  return {pc == stop_instr.code() ? pc : pc - 1, link[1].get<const Slot*>(),
          link[2].get<const Instance*>()};
}

namespace {

constexpr std::size_t max_frames = 100;

/// A frame that was found: its function, and where in its code.
struct Found {
  const Instance* inst;
  const SlotCode* code;
  const Word* pc;
};

const SlotCode* code_at(const Place& place, const std::vector<Found>& frames) {
  const bool recurs = !frames.empty() && frames.back().code->contains(place.pc);
  return recurs ? frames.back().code : find_code(*place.inst->code, place.pc);
}

/// Appends the frame at `place` and those that called it, up to where the host entered; returns
/// false when there are enough.
bool walk(Place place, std::vector<Found>& frames) {
  while (place.pc != stop_instr.code()) {
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
  if (place.pc != nullptr && !walk(place, frames)) return frames;
  for (const Record* record = state.records; record != nullptr; record = record->outer) {
    if (record->kind != Record::Kind::host_call) continue;
    const auto* pc = static_cast<const Word*>(record->pc);
    if (!walk({pc - 1, record->fp, record->instance}, frames)) break;
  }
  return frames;
}

/// Names the frames. Offsets cost a translation, so each function is asked once for all of its
/// frames.
std::vector<Frame> describe(const std::vector<Found>& frames) {
  std::map<const SlotCode*, std::vector<const Word*>> by_code;
  for (const Found& frame : frames) by_code[frame.code].push_back(frame.pc);
  std::map<const Word*, std::uint32_t> offsets;
  for (const auto& [code, pcs] : by_code) {
    const SlotCode* wanted = code;
    const auto user = std::find_if(frames.begin(), frames.end(),
                                   [=](const Found& frame) { return frame.code == wanted; });
    const auto found = offsets_of(*user->inst->code, *code, pcs);
    for (std::size_t i = 0; i < pcs.size(); ++i) offsets[pcs[i]] = found[i];
  }
  std::vector<Frame> result;
  for (const Found& frame : frames)
    result.push_back(runtime::make_frame(*frame.inst, frame.code->function, offsets[frame.pc]));
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
