#include "jit/native_module.hpp"

#include <algorithm>
#include <new>

#include "jit/compiler.hpp"

namespace wrun::inline v0::jit {

using runtime::NativeEntry;

NativeModule::NativeModule(std::shared_ptr<CompilerImpl> compiler,
                           const runtime::ModuleCode& module)
    : compiler_(std::move(compiler)), module_(module) {
  compiler_->add(*this);
}

NativeModule::~NativeModule() {
  compiler_->remove(*this);
  for (const auto& [key, function] : functions_)
    if (function) compiler_->open_workshop().arena->free(function->code);
}

void NativeModule::fill_cells(Stubs& stubs) const {
  const wasm::ModuleData& data = *module_.data;
  std::vector<const void*> by_type(data.types.types.size(), nullptr);
  for (std::uint32_t i = data.imported_functions; i < data.functions.size(); ++i) {
    const void*& stub = by_type[data.functions[i].type.value];
    if (stub == nullptr) stub = stubs.of(shape_of(data.type_of(wasm::FuncIdx(i)))).to_interpreter;
    module_.cells[i - data.imported_functions].machine_code.store(stub);
  }
}

const NativeEntry* NativeModule::hot(std::uint32_t function, std::uint32_t loop) try {
  const Key key{function, loop};
  const std::lock_guard lock(mutex_);
  if (const auto found = functions_.find(key); found != functions_.end())
    return found->second ? &found->second->entry : nullptr;
  return compile(key);
} catch (const std::bad_alloc&) {
  return nullptr;
}

const NativeEntry* NativeModule::compile(Key key) {
  auto& place = functions_[key];
  auto result = compiler_->compile(*module_.data, key.first, key.second);
  if (auto* reason = std::get_if<std::string>(&result)) {
    reasons_.emplace(key.first, std::move(*reason));
    return nullptr;
  }
  place = std::move(std::get<std::unique_ptr<NativeFunction>>(result));
  by_end_.emplace(place->code + place->size, place.get());
  if (key.second == 0) {
    const std::uint32_t number = key.first - module_.data->imported_functions;
    module_.cells[number].machine_code.store(place->code, std::memory_order_release);
  }
  return &place->entry;
}

bool NativeModule::locate(const void* pc, std::vector<runtime::NativeFrame>& frames) const {
  const std::lock_guard lock(mutex_);
  // A return address may be just behind the last byte.
  const auto found = by_end_.lower_bound(pc);
  if (found == by_end_.end() || pc <= found->second->code) return false;
  const NativeFunction& function = *found->second;
  const auto offset =
      static_cast<std::uint32_t>(static_cast<const std::uint8_t*>(pc) - function.code);
  const auto site =
      std::lower_bound(function.sites.begin(), function.sites.end(), offset,
                       [](const Site& at, std::uint32_t wanted) { return at.offset < wanted; });
  if (site == function.sites.end() || site->offset != offset) return false;
  frames.push_back({function.function, site->origin.offset});
  return true;
}

Census NativeModule::census() const {
  const std::lock_guard lock(mutex_);
  Census census;
  for (const auto& [key, function] : functions_) {
    if (!function) continue;
    ++(key.second == 0 ? census.compiled : census.loops);
    census.code_bytes += function->size;
  }
  for (const auto& [function, reason] : reasons_) census.interpreted.push_back({function, reason});
  return census;
}

const NativeFunction* NativeModule::find(std::uint32_t function) const {
  const std::lock_guard lock(mutex_);
  const auto found = functions_.find({function, 0});
  return found == functions_.end() ? nullptr : found->second.get();
}

}  // namespace wrun::inline v0::jit
