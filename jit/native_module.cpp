#include "jit/native_module.hpp"

#include <algorithm>
#include <new>

#include "jit/compiler.hpp"
#include "jit/image.hpp"
#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::jit {

using runtime::NativeEntry;
using std::lock_guard;

namespace {

/// Of an image that is copied at once; a multiple of what images are hashed by, see MachineImage.
constexpr std::size_t chunk = std::size_t{64} << 10;

/// Reads an image's code into its place; false if it is damaged. Nobody waits meanwhile, but for
/// chunk after chunk. Throws std::bad_alloc.
bool copy_code(MachineImage& image, CodeArena& arena, const std::uint8_t* place,
               const Stubs& stubs) {
  std::vector<std::uint8_t> room(std::min<std::uint64_t>(image.code_bytes, chunk));
  for (std::uint64_t at = 0; at < image.code_bytes; at += room.size()) {
    const auto part = std::span(room).first(std::min<std::uint64_t>(chunk, image.code_bytes - at));
    if (!image.read_code(part)) return false;
    if (at == 0) write_jumps(part, place, stubs);
    const lock_guard lock(code_lock());
    if (!arena.write(place + at, part)) throw std::bad_alloc();
  }
  return true;
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
  stubs_.clear();  // whoever forks now waits for the locks that this takes
  for (const auto& [key, place] : places_) {
    if (place.job) place.job->module = nullptr;
    if (!place.function) continue;
    compiler_->announcer().gone(place.function->code);
    if (place.function->tables) compiler_->open_workshop().arena->free(place.function->code);
  }
  if (!image_) return;
  for (const FunctionRow& each : image_->piece.tables.functions)
    compiler_->announcer().gone(image_->piece.code + each.code);
  compiler_->open_workshop().arena->free(image_->piece.code);
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
  if (is_in_image({function, loop})) return enter_image({function, loop});
  const auto [place, is_new] = places_.try_emplace(CodeKey{function, loop});
  if (!is_new) return place->second.function ? &place->second.function->entry : nullptr;
  return begin(lock, place, shop != nullptr);
} catch (const std::bad_alloc&) {
  return nullptr;
}

/// What is done where it is asked for first.
const NativeEntry* NativeModule::begin(std::unique_lock<std::mutex>& lock, Places::iterator place,
                                       bool has_workshop) try {
  if (!has_workshop) {
    refuse(place, no_executable_memory);
  } else if (image_) {
    refuse(place, missing_in_image(place->first.function));
  } else if (std::string reason = over_budget(place->first, 0); !reason.empty()) {
    refuse(place, std::move(reason));
  } else if (!compiler_->queue().has_threads()) {
    return compile(lock, place);
  } else if (place->first.loop != 0 && is_being_compiled(place)) {
    places_.erase(place);
  } else {
    enqueue(place);
  }
  return nullptr;
} catch (const std::bad_alloc&) {
  // Of a reason's text: nothing has been done yet.
  give_up(place);
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
  give_up(place);
}

void NativeModule::finish(const CompileJob& job, Outcome&& outcome) noexcept {
  const auto place = places_.find(job.key);
  place->second.job = nullptr;
  accept(place, std::move(outcome));
}

const NativeEntry* NativeModule::accept(Places::iterator place, Outcome&& outcome) try {
  if (auto* made = std::get_if<Compiled>(&outcome)) {
    std::string reason = publish(place, *made);
    if (reason.empty()) return &place->second.function->entry;
    outcome = std::move(reason);
  }
  if (auto* reason = std::get_if<std::string>(&outcome)) {
    refuse(place, std::move(*reason));
  } else {
    give_up(place);
  }
  return nullptr;
} catch (const std::bad_alloc&) {
  give_up(place);
  return nullptr;
}

/// There is no memory: whoever asks next tries again, and what that comes to is what counts. There
/// may be none for the reason either.
void NativeModule::give_up(Places::iterator place) noexcept {
  const CodeKey key = place->first;
  places_.erase(place);
  try {
    reasons_.insert_or_assign(key, "the system refuses memory");
  } catch (const std::bad_alloc&) {
    return;
  }
}

void NativeModule::refuse(Places::iterator place, std::string reason) noexcept try {
  reasons_[place->first] = std::move(reason);
  place->second.state = Place::State::refused;
} catch (const std::bad_alloc&) {
  give_up(place);
}

std::uint64_t NativeModule::most_bytes() const {
  constexpr std::uint64_t least = 256 * 1024;
  constexpr std::uint64_t per_byte = 4;
  return least + per_byte * module_.data->bytes.size();
}

std::string NativeModule::over_budget(CodeKey key, std::size_t bytes) const {
  const std::uint64_t most = most_bytes();
  if ((key.loop != 0 ? loop_bytes_ : function_bytes_) + bytes < most) return {};
  return compose("{}{}", too_much_code(most), key.loop != 0 ? " for loops" : "");
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
  by_end_.emplace(function->code + function->size, &function->piece);
  static_cast<void>(guard.release());
  (key.loop != 0 ? loop_bytes_ : function_bytes_) += function->size;
  if (key.loop == 0) {
    const std::uint32_t number = key.function - module_.data->imported_functions;
    module_.cells[number].machine_code.store(function->code, std::memory_order_release);
  }
  compiler_->announcer().made(*module_.data, key, *function);
  reasons_.erase(key);
  place->second.state = Place::State::compiled;
  place->second.function = std::move(function);
  return {};
}

void NativeModule::write_image(std::vector<std::uint8_t>& tables, std::vector<std::uint8_t>& code) {
  if (compiler_->workshop() == nullptr) return;
  ImageWriter writer(compiler_->open_workshop().stubs,
                     std::min<std::uint64_t>(most_code, most_bytes()));
  const wasm::ModuleData& data = *module_.data;
  for (std::uint32_t i = data.imported_functions; i < data.functions.size(); ++i) {
    Outcome outcome = compiler_->compile(data, {i, 0});
    if (const auto* made = std::get_if<Compiled>(&outcome)) outcome = writer.add(i, *made);
    auto* reason = std::get_if<std::string>(&outcome);
    if (reason == nullptr) throw std::bad_alloc();
    if (reason->empty()) continue;
    writer.leave_out(i, *reason);
    leave_out({i, 0}, std::move(*reason));
  }
  writer.write(tables, code);
}

/// Of an image: it may still have code here.
void NativeModule::leave_out(CodeKey key, std::string reason) {
  const lock_guard lock(code_lock());
  const auto found = places_.find(key);
  if (found == places_.end() || !found->second.function) reasons_[key] = std::move(reason);
}

std::optional<ImageRefusal> NativeModule::read_image(MachineImage bytes) {
  const ImageRefusal damaged{"it is damaged", true};
  const Workshop* shop = compiler_->workshop();
  if (shop == nullptr) return ImageRefusal{no_executable_memory};
  if (compiler_->has_lost_guards()) return ImageRefusal{"the system refuses a handler of faults"};
  const auto functions = static_cast<std::uint32_t>(module_.data->functions.size());
  const auto tags = static_cast<std::uint32_t>(module_.data->tags.size());
  const auto tables = read_tables(
      bytes.tables, {module_.data->imported_functions, functions, tags, bytes.code_bytes});
  if (!tables) return damaged;
  if (tables->functions.empty()) return std::nullopt;
  if (bytes.code_bytes >= most_bytes()) return ImageRefusal{too_much_code(most_bytes())};
  auto image = std::make_unique<LoadedImage>();
  const auto freed = [shop](const std::uint8_t* code) {
    const lock_guard lock(code_lock());
    shop->arena->free(code);
  };
  std::unique_ptr<const std::uint8_t, decltype(freed)> code(take_room(bytes.code_bytes), freed);
  if (!code) return ImageRefusal{"the memory for machine code is full"};
  if (!copy_code(bytes, *shop->arena, code.get(), shop->stubs)) return damaged;
  image->tables = std::move(bytes.tables);
  image->size = bytes.code_bytes;
  image->piece = {code.get(), *tables};
  install(std::move(image));
  static_cast<void>(code.release());
  return std::nullopt;
}

const std::uint8_t* NativeModule::take_room(std::size_t bytes) const {
  const lock_guard lock(code_lock());
  return compiler_->open_workshop().arena->allocate(bytes);
}

/// All or nothing.
void NativeModule::install(std::unique_ptr<LoadedImage> image) {
  const lock_guard lock(code_lock());
  const CodePiece& piece = image->piece;
  by_end_.emplace(piece.code + image->size, &piece);
  image_ = std::move(image);
  compiler_->open_workshop().arena->set_owner(piece.code, &piece);
  for (const FunctionRow& each : piece.tables.functions) {
    function_bytes_ += each.size;
    const std::uint32_t number = each.function - module_.data->imported_functions;
    module_.cells[number].machine_code.store(piece.code + each.code, std::memory_order_release);
  }
  announce_image();
}

void NativeModule::announce_image() const {
  if (!compiler_->announcer().is_wanted()) return;
  for (const FunctionRow& each : image_->piece.tables.functions) {
    NativeFunction function;
    function.code = image_->piece.code + each.code;
    function.size = each.size;
    function.frame_start = each.frame_start;
    compiler_->announcer().made(*module_.data, {each.function, 0}, function);
  }
}

bool NativeModule::is_in_image(CodeKey key) const {
  return image_ && key.loop == 0 && image_->piece.find(key.function) != nullptr;
}

std::string NativeModule::missing_in_image(std::uint32_t function) const {
  const std::string_view why = image_->piece.why_left_out(function);
  return compose("the image has no machine code of it{}{}", why.empty() ? "" : ": ", why);
}

/// What is in an image is entered from elsewhere for the first time: most functions never are.
const NativeEntry* NativeModule::enter_image(CodeKey key) {
  if (const auto found = places_.find(key); found != places_.end())
    return &found->second.function->entry;
  const FunctionRow& row = *image_->piece.find(key.function);
  auto function = std::make_unique<NativeFunction>();
  function->code = image_->piece.code + row.code;
  function->size = row.size;
  function->function = row.function;
  function->frame_start = row.frame_start;
  const ShapeStubs::Entries entries = stubs_of(key.function).function();
  function->entry = {function->code, entries.call, entries.tail_call,
                     compiler_->open_workshop().faults.catcher()};
  const auto [place, _] =
      places_.emplace(key, Place{Place::State::compiled, nullptr, std::move(function)});
  return &place->second.function->entry;
}

const CodePiece* NativeModule::piece_at(const void* pc) const {
  // A return address may be just behind the last byte.
  const auto found = by_end_.lower_bound(pc);
  return found == by_end_.end() || pc <= found->second->code ? nullptr : found->second;
}

bool NativeModule::find_catch(const void* pc, const runtime::Instance& instance,
                              const runtime::Tag* tag, runtime::NativeCatch& found) const {
  const lock_guard lock(code_lock());
  const CodePiece* piece = piece_at(pc);
  return piece != nullptr && piece->find_catch(pc, instance, tag, found);
}

bool NativeModule::locate(const void* pc, std::vector<runtime::NativeFrame>& frames) const {
  const lock_guard lock(code_lock());
  const CodePiece* piece = piece_at(pc);
  return piece != nullptr && piece->locate(pc, frames);
}

Census NativeModule::census() const {
  const lock_guard lock(code_lock());
  Census census;
  if (image_) {
    census.compiled = static_cast<std::uint32_t>(image_->piece.tables.functions.size());
    census.code_bytes = function_bytes_;
  }
  for (const auto& [key, place] : places_) {
    if (!place.function || !place.function->tables) continue;
    ++(key.loop == 0 ? census.compiled : census.loops);
    census.code_bytes += place.function->size;
  }
  for (const auto& [key, reason] : reasons_) {
    auto& named = census.interpreted;
    if (named.empty() || named.back().function != key.function)
      named.push_back({key.function, reason});
  }
  return census;
}

const NativeFunction* NativeModule::find(std::uint32_t function) const {
  const lock_guard lock(code_lock());
  const auto found = places_.find({function, 0});
  return found == places_.end() ? nullptr : found->second.function.get();
}

}  // namespace wrun::inline v0::jit
