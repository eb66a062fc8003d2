#include "jit/native_module.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "jit/compiler.hpp"
#include "lib/os/populate.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::jit {

using runtime::NativeEntry;
using std::lock_guard;

namespace {

std::uint32_t offset_in(const NativeFunction& function, const void* pc) {
  return static_cast<std::uint32_t>(static_cast<const std::uint8_t*>(pc) - function.code);
}

}  // namespace

NativeModule::NativeModule(std::shared_ptr<CompilerImpl> compiler,
                           const runtime::ModuleCode& module)
    : compiler_(std::move(compiler)), module_(module) {
  compiler_->add(*this);
}

NativeModule::~NativeModule() {
  compiler_->remove(*this);
  const lock_guard lock(code_lock());
  for (const auto& [key, place] : places_) {
    if (place.job) place.job->module = nullptr;
    if (!place.function) continue;
    compiler_->announcer().gone(*place.function);
    if (!place.function->is_in_image) compiler_->open_workshop().arena->free(place.function->code);
  }
  if (image_ != nullptr) compiler_->open_workshop().arena->free(image_);
}

void NativeModule::fill_cells(Stubs& stubs) {
  const wasm::ModuleData& data = *module_.data;
  stubs_.resize(data.types.types.size());
  for (std::uint32_t i = data.imported_functions; i < data.functions.size(); ++i) {
    std::shared_ptr<ShapeStubs>& its = stubs_[data.functions[i].type.value];
    if (!its) its = stubs.of(shape_of(data.type_of(wasm::FuncIdx(i))));
    module_.cells[i - data.imported_functions].machine_code.store(its->to_interpreter());
  }
}

ShapeStubs& NativeModule::stubs_of(std::uint32_t function) const {
  return *stubs_[module_.data->functions[function].type.value];
}

const NativeEntry* NativeModule::hot(std::uint32_t function, std::uint32_t loop) noexcept try {
  const Workshop* shop = compiler_->workshop();
  std::unique_lock lock(code_lock());
  const auto [place, is_new] = places_.try_emplace(CodeKey{function, loop});
  if (!is_new) return place->second.function ? &place->second.function->entry : nullptr;
  if (shop == nullptr) {
    refuse(place, no_executable_memory);
  } else if (image_ != nullptr) {
    refuse(place, "the image has no machine code of it");
  } else if (std::string reason = over_budget(place->first, 0); !reason.empty()) {
    refuse(place, std::move(reason));
  } else if (!compiler_->queue().has_threads()) {
    return compile(lock, place);
  } else if (loop != 0 && is_being_compiled(place)) {
    places_.erase(place);
  } else {
    enqueue(place);
  }
  return nullptr;
} catch (const std::bad_alloc&) {
  return nullptr;
}

const NativeEntry* NativeModule::compile(std::unique_lock<std::mutex>& lock,
                                         Places::iterator place) {
  lock.unlock();
  Outcome outcome = compiler_->compile(*module_.data, place->first);
  lock.lock();
  return accept(place, std::move(outcome));
}

/// Whether the function, or another of its loops, is. While it waits, the interpreter comes by many
/// loops, and most of what it would ask for is of no use once there is any code.
bool NativeModule::is_being_compiled(Places::const_iterator of) const {
  const std::uint32_t function = of->first.function;
  for (auto at = places_.lower_bound({function, 0}); at != places_.end(); ++at) {
    if (at->first.function != function) break;
    if (at != of && at->second.state == Place::State::compiling) return true;
  }
  return false;
}

void NativeModule::enqueue(Places::iterator place) try {
  auto job = std::make_shared<CompileJob>();
  job->module = this;
  job->data = module_.data;
  job->key = place->first;
  place->second.job = job;
  if (!compiler_->queue().submit(std::move(job))) places_.erase(place);
} catch (const std::bad_alloc&) {
  places_.erase(place);
}

void NativeModule::finish(const CompileJob& job, Outcome&& outcome) noexcept {
  const auto place = places_.find(job.key);
  place->second.job = nullptr;
  accept(place, std::move(outcome));
}

/// Where there is no memory the place is given up: whoever asks next tries again.
const NativeEntry* NativeModule::accept(Places::iterator place, Outcome&& outcome) try {
  if (auto* made = std::get_if<Compiled>(&outcome)) {
    std::string reason = publish(place, *made);
    if (reason.empty()) return &place->second.function->entry;
    outcome = std::move(reason);
  }
  if (auto* reason = std::get_if<std::string>(&outcome)) {
    refuse(place, std::move(*reason));
  } else {
    places_.erase(place);
  }
  return nullptr;
} catch (const std::bad_alloc&) {
  places_.erase(place);
  return nullptr;
}

void NativeModule::refuse(Places::iterator place, std::string reason) {
  reasons_.try_emplace(place->first.function, std::move(reason));
  place->second.state = Place::State::refused;
}

std::string NativeModule::over_budget(CodeKey key, std::size_t bytes) const {
  constexpr std::uint64_t least = 256 * 1024;
  constexpr std::uint64_t per_byte = 4;
  const std::uint64_t most = least + per_byte * module_.data->bytes.size();
  if ((key.loop != 0 ? loop_bytes_ : function_bytes_) + bytes < most) return {};
  return compose("the module would have more than {} bytes of machine code{}", most,
                 key.loop != 0 ? " for loops" : "");
}

/// Puts code into its place and lets calls go there; or says why not.
std::string NativeModule::publish(Places::iterator place, Compiled& made) {
  const CodeKey key = place->first;
  if (std::string reason = over_budget(key, made.code.bytes.size()); !reason.empty()) return reason;
  const auto code_of = [this](std::uint32_t callee) -> const std::uint8_t* {
    const auto found = places_.find({callee, 0});
    return found != places_.end() && found->second.function ? found->second.function->code
                                                            : nullptr;
  };
  auto function = compiler_->place(key, made, stubs_of(key.function), code_of);
  if (!function) return "the memory for machine code is full";
  const auto freed = [this](NativeFunction* unused) {
    compiler_->open_workshop().arena->free(unused->code);
  };
  std::unique_ptr<NativeFunction, decltype(freed)> guard(function.get(), freed);
  by_end_.emplace(function->code + function->size, function.get());
  static_cast<void>(guard.release());
  (key.loop != 0 ? loop_bytes_ : function_bytes_) += function->size;
  if (key.loop == 0) {
    const std::uint32_t number = key.function - module_.data->imported_functions;
    module_.cells[number].machine_code.store(function->code, std::memory_order_release);
  }
  compiler_->announcer().made(*module_.data, key, *function);
  place->second.state = Place::State::compiled;
  place->second.function = std::move(function);
  return {};
}

void NativeModule::write_image(std::vector<std::uint8_t>& out) const {
  if (compiler_->workshop() == nullptr) return;
  ImageWriter writer(compiler_->open_workshop().stubs);
  const wasm::ModuleData& data = *module_.data;
  for (std::uint32_t i = data.imported_functions; i < data.functions.size(); ++i) {
    const Outcome outcome = compiler_->compile(data, {i, 0});
    if (const auto* made = std::get_if<Compiled>(&outcome)) writer.add(i, *made);
    if (std::holds_alternative<std::monostate>(outcome)) throw std::bad_alloc();
  }
  writer.write(out);
}

std::string NativeModule::read_image(std::span<const std::uint8_t> bytes) {
  const Workshop* shop = compiler_->workshop();
  if (shop == nullptr) return no_executable_memory;
  if (compiler_->has_lost_guards()) return "the system refuses a handler of faults";
  const auto functions = static_cast<std::uint32_t>(module_.data->functions.size());
  const auto tags = static_cast<std::uint32_t>(module_.data->tags.size());
  ImageView image;
  if (!image.open(bytes, {module_.data->imported_functions, functions, tags}))
    return "it is damaged";
  if (image.functions().empty()) return {};
  const lock_guard lock(code_lock());
  const std::uint8_t* code = shop->arena->allocate(image.code().size());
  if (code == nullptr) return "the memory for machine code is full";
  try {
    install(image, code);
  } catch (...) {
    shop->arena->free(code);
    throw;
  }
  return {};
}

/// All or nothing.
void NativeModule::install(const ImageView& image, const std::uint8_t* code) {
  Workshop& shop = compiler_->open_workshop();
  std::uint8_t* writable = shop.arena->writable(code);
  os::populate_for_writing(writable, image.code().size());
  std::memcpy(writable, image.code().data(), image.code().size());
  os::populate_for_reading(code, image.code().size());
  std::vector<const std::uint8_t*> codes(module_.data->functions.size());
  for (const ImageFunction& each : image.functions()) codes[each.function] = code + each.code;
  const auto code_of = [&codes](std::uint32_t callee) {
    return callee < codes.size() ? codes[callee] : nullptr;
  };
  Places places;
  std::map<const void*, const NativeFunction*, std::less<>> by_end;
  for (const ImageFunction& each : image.functions()) {
    for (const ImageRelocation& at : image.relocations(each)) {
      const std::uint32_t offset = each.code + at.offset;
      const auto distance = static_cast<std::int32_t>(
          static_cast<const std::uint8_t*>(shop.stubs.at(at.stub)) - (code + offset + 4));
      std::memcpy(writable + offset, &distance, sizeof(distance));
    }
    link_calls({writable + each.code, each.size}, code + each.code, image.calls(each), code_of);
    auto function = std::make_unique<NativeFunction>();
    const auto sites = image.sites(each);
    function->code = code + each.code;
    function->size = each.size;
    function->function = each.function;
    function->frame_start = each.frame_start;
    function->sites.assign(sites.begin(), sites.end());
    const auto accesses = image.accesses(each);
    function->accesses.assign(accesses.begin(), accesses.end());
    const auto landings = image.landings(each);
    function->landings.assign(landings.begin(), landings.end());
    function->tries = image.tries(each);
    const auto inlined = image.inlined(each);
    function->inlined.assign(inlined.begin(), inlined.end());
    shop.arena->set_owner(function->code, function.get());
    const ShapeStubs::Entries entries = stubs_of(each.function).function();
    function->entry = {function->code, entries.call, entries.tail_call, shop.faults.catcher()};
    function->is_in_image = true;
    by_end.emplace(function->code + function->size, function.get());
    places.emplace(CodeKey{each.function, 0},
                   Place{Place::State::compiled, nullptr, std::move(function)});
  }
  image_ = code;
  function_bytes_ = image.code().size();
  places_ = std::move(places);
  by_end_ = std::move(by_end);
  for (const auto& [key, place] : places_) {
    compiler_->announcer().made(*module_.data, key, *place.function);
    const std::uint32_t number = key.function - module_.data->imported_functions;
    module_.cells[number].machine_code.store(place.function->code, std::memory_order_release);
  }
}

/// Whose code a return address is in; null if it is none of the module's.
const NativeFunction* NativeModule::function_at(const void* pc) const {
  // A return address may be just behind the last byte.
  const auto found = by_end_.lower_bound(pc);
  return found == by_end_.end() || pc <= found->second->code ? nullptr : found->second;
}

bool NativeModule::find_catch(const void* pc, const runtime::Instance& instance,
                              const runtime::Tag* tag, runtime::NativeCatch& found) const {
  const lock_guard lock(code_lock());
  const NativeFunction* function = function_at(pc);
  if (function == nullptr) return false;
  const std::uint32_t offset = offset_in(*function, pc);
  const auto landing =
      std::lower_bound(function->landings.begin(), function->landings.end(), offset,
                       [](const Landing& at, std::uint32_t wanted) { return at.site < wanted; });
  if (landing == function->landings.end() || landing->site != offset) return false;
  const std::uint32_t clause = function->tries.find(landing->index, instance, tag);
  if (clause == TryTable::none) return false;
  found = {function->code + landing->code, clause};
  return true;
}

bool NativeModule::locate(const void* pc, std::vector<runtime::NativeFrame>& frames) const {
  const lock_guard lock(code_lock());
  const NativeFunction* found = function_at(pc);
  if (found == nullptr) return false;
  const NativeFunction& function = *found;
  const std::uint32_t offset = offset_in(function, pc);
  const auto site =
      std::lower_bound(function.sites.begin(), function.sites.end(), offset,
                       [](const Site& at, std::uint32_t wanted) { return at.offset < wanted; });
  if (site == function.sites.end() || site->offset != offset) return false;
  Origin at = site->origin;
  for (; at.inlined != 0; at = function.inlined[at.inlined - 1].caller)
    frames.push_back({function.inlined[at.inlined - 1].function, at.offset});
  frames.push_back({function.function, at.offset});
  return true;
}

Census NativeModule::census() const {
  const lock_guard lock(code_lock());
  Census census;
  for (const auto& [key, place] : places_) {
    if (!place.function) continue;
    ++(key.loop == 0 ? census.compiled : census.loops);
    census.code_bytes += place.function->size;
  }
  for (const auto& [function, reason] : reasons_) census.interpreted.push_back({function, reason});
  return census;
}

const NativeFunction* NativeModule::find(std::uint32_t function) const {
  const lock_guard lock(code_lock());
  const auto found = places_.find({function, 0});
  return found == places_.end() ? nullptr : found->second.function.get();
}

}  // namespace wrun::inline v0::jit
