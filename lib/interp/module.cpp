#include "lib/interp/module.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <new>
#include <utility>

#include "lib/interp/catch_table.hpp"
#include "lib/interp/native_calls.hpp"
#include "lib/interp/translator.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::interp {

using runtime::CodeCell;
using runtime::ModuleCode;

namespace {

CodeCell& cell_of(const ModuleCode& module, std::uint32_t index) {
  return module.cells[index - module.data->imported_functions];
}

std::vector<runtime::StructLayout> layouts_of(const wasm::ModuleData& module) {
  std::vector<runtime::StructLayout> layouts(module.types.types.size());
  for (std::size_t i = 0; i < layouts.size(); ++i) {
    const wasm::SubType& type = module.types.types[i];
    if (type.kind != wasm::CompositeKind::struct_) continue;
    layouts[i] = runtime::layout_of(std::span(type.fields));
  }
  return layouts;
}

struct FreeSlotCode {
  void operator()(const SlotCode* code) const { free_slot_code(code); }
};

}  // namespace

const SlotCode* CodeIndex::publish(CodeCell& cell, const SlotCode* code) try {
  const std::lock_guard lock(mutex_);
  const SlotCode* present = cell.slot_code.load(std::memory_order_acquire);
  if (!is_stand_in(present)) {
    free_slot_code(code);
    return present;
  }
  codes_.insert(codes_.end(), code);  // mostly, the newest has the highest address
  cell.slot_code.store(code, std::memory_order_release);
  return code;
} catch (const std::bad_alloc&) {
  free_slot_code(code);
  throw;
}

const SlotCode* CodeIndex::publish_native(CodeCell& cell, std::unique_ptr<NativeCode> code) {
  const std::lock_guard lock(mutex_);
  auto& place = native_[&cell];
  if (!place) {
    place = std::move(code);
    cell.slot_code.store(place.get(), std::memory_order_release);
  }
  return place.get();
}

CodeIndex::~CodeIndex() {
  for (const void* code : codes_) free_slot_code(static_cast<const SlotCode*>(code));
}

const SlotCode* CodeIndex::find(const Word* pc) const {
  const std::lock_guard lock(mutex_);
  const auto after = codes_.upper_bound(pc);
  if (after == codes_.begin()) return nullptr;
  const auto* code = static_cast<const SlotCode*>(*std::prev(after));
  return code->contains(pc) ? code : nullptr;
}

namespace {

/// The one that any module may use, for as long as the library is loaded: small modules come and
/// go, and translate a function or two.
struct SharedTranslator {
  std::atomic<Translator*> kept = nullptr;
  ~SharedTranslator() { delete kept.exchange(nullptr, std::memory_order_acquire); }
};
constinit SharedTranslator shared_translator;

/// A translator for functions of this module, with the memory that it has got elsewhere.
std::unique_ptr<Translator> translator_for(const ModuleCode& module, const InterpModule& own) {
  std::unique_ptr<Translator> shared(
      shared_translator.kept.exchange(nullptr, std::memory_order_acquire));
  if (!shared) {
    if (auto kept = own.translator.take()) return kept;
    return std::make_unique<Translator>(*module.data, own.options, own.layouts);
  }
  shared->serve(*module.data, own.options, own.layouts);
  return shared;
}

}  // namespace

SpareTranslator::~SpareTranslator() {
  delete kept_.load(std::memory_order_relaxed);
}

std::unique_ptr<Translator> SpareTranslator::take() {
  return std::unique_ptr<Translator>(kept_.exchange(nullptr, std::memory_order_acquire));
}

void SpareTranslator::put(std::unique_ptr<Translator> translator) {
  constexpr std::size_t much = std::size_t{128} << 10;
  if (translator->memory() > much) return;
  Translator* none_yet = nullptr;
  if (shared_translator.kept.compare_exchange_strong(none_yet, translator.get(),
                                                     std::memory_order_acq_rel)) {
    translator.release();
    return;
  }
  delete kept_.exchange(translator.release(), std::memory_order_acq_rel);
}

void prepare(ModuleCode& module, const CodeOptions& options) {
  auto data = std::make_shared<InterpModule>();
  data->options = options;
  const wasm::ModuleData& m = *module.data;
  if (m.features_used.has(Feature::gc)) data->layouts = layouts_of(m);
  for (std::uint32_t i = m.imported_functions; i < m.functions.size(); ++i) {
    const std::uint32_t params =
        runtime::slot_count(std::span(std::as_const(m.type_of(wasm::FuncIdx(i)).params)));
    const auto [stand_in, is_new] = data->stand_ins.try_emplace(params);
    if (is_new) {
      stand_in->second.entry = translate_entry;
      stand_in->second.link = params;
      stand_in->second.param_slots = params;
      stand_in->second.frame_bytes = 8 * std::int64_t{params + runtime::link_slots};
    }
    cell_of(module, i).slot_code.store(&stand_in->second, std::memory_order_relaxed);
  }
  module.handlers = reinterpret_cast<std::uintptr_t>(&far_handler);
  module.tier_data = std::move(data);
}

const SlotCode* code_of(const ModuleCode& module, std::uint32_t index) noexcept try {
  CodeCell& cell = cell_of(module, index);
  const SlotCode* code = cell.slot_code.load(std::memory_order_acquire);
  if (!is_stand_in(code)) return code;
  const InterpModule& own = interp_module(module);
  if (own.options.hot_after == 1) {
    if (const SlotCode* native = publish_native(module, index)) return native;
  }
  std::unique_ptr<Translator> translator = translator_for(module, own);
  const SlotCode* translated = translator->translate(wasm::FuncIdx(index));
  own.translator.put(std::move(translator));
  return translated ? interp_module(module).index.publish(cell, translated) : nullptr;
} catch (const std::bad_alloc&) {
  return nullptr;
}

std::vector<std::uint32_t> offsets_of(const ModuleCode& module, const SlotCode& code,
                                      std::span<const Word* const> pcs) {
  Trace trace(false);
  const InterpModule& own = interp_module(module);
  Translator translator(*module.data, own.options, own.layouts);
  free_slot_code(translator.translate(wasm::FuncIdx(code.function), &trace));
  std::vector<std::uint32_t> offsets;
  for (const Word* pc : pcs) {
    offsets.push_back(trace.offset_at(static_cast<std::uint32_t>(pc - code.code())));
  }
  return offsets;
}

const SlotCode* find_code(const ModuleCode& module, const Word* pc) {
  return interp_module(module).index.find(pc);
}

std::uint32_t translated_functions(const ModuleCode& module) {
  const std::size_t count = module.data->functions.size() - module.data->imported_functions;
  std::uint32_t translated = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const SlotCode* code = module.cells[i].slot_code.load(std::memory_order_acquire);
    translated += !is_stand_in(code) && !code->is_native;
  }
  return translated;
}

std::string print_slots(const ModuleCode& module, std::uint32_t index) {
  Trace trace(true);
  const InterpModule& own = interp_module(module);
  Translator translator(*module.data, own.options, own.layouts);
  const std::unique_ptr<SlotCode, FreeSlotCode> code(
      translator.translate(wasm::FuncIdx(index), &trace));
  if (!code) throw std::bad_alloc();
  std::string text = compose("; {} slots, link at s{}\n", code->frame_slots(), code->link);
  for (std::size_t i = 0; i < trace.places().size(); ++i) {
    const Trace::Text& line = trace.texts()[i];
    std::string result;
    if (line.result >= 0) {
      result = line.stored ? compose("s{} = ", line.result) : std::string("acc = ");
    }
    const std::uint32_t more = trace.lengths().empty() ? 0 : trace.lengths()[i] - 1u;
    text += compose("{:5}  {}{} {}  ; 0x{:x}{}\n", trace.places()[i].at, result, line.name,
                    line.operands, trace.places()[i].offset,
                    more != 0 ? compose(", with the next {}", more) : "");
  }
  if (code->catches != nullptr) text += to_text(*code->catches);
  return text;
}

}  // namespace wrun::inline v0::interp
