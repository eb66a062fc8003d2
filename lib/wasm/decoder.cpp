#include "lib/wasm/decoder.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "lib/wasm/section_decoders.hpp"

namespace wrun::inline v0::wasm {
namespace {

using SectionDecoder = void (*)(Decoding&, ModuleReader&);

struct SectionRule {
  SectionId id;
  SectionDecoder decode;
};

/// In the order that sections must have.
/// https://webassembly.github.io/spec/core/binary/modules.html#binary-module
constexpr SectionRule section_rules[] = {
    {SectionId::type, decode_types},
    {SectionId::import, decode_imports},
    {SectionId::function, decode_functions},
    {SectionId::table, decode_tables},
    {SectionId::memory, decode_memories},
    {SectionId::tag, decode_tags},
    {SectionId::global, decode_globals},
    {SectionId::export_, decode_exports},
    {SectionId::start, decode_start},
    {SectionId::element, decode_elements},
    {SectionId::data_count, decode_data_count},
    {SectionId::code, decode_code},
    {SectionId::data, decode_data},
};

class ModuleDecoder {
 public:
  ModuleDecoder(ModuleData& module, const DecodeOptions& options)
      : to_(module, options),
        module_(module),
        in_(module.bytes, 0, module.bytes.size(), &to_.errors) {}

  /// Whether the module was decoded; otherwise error() says why not.
  bool run();
  Error error() { return to_.errors.take(); }

 private:
  void header();
  void section();
  void custom_section(ByteRange contents);
  void known_section(SectionId id, std::uint32_t start, ByteRange contents);
  void finish();
  void known_customs();

  Decoding to_;
  ModuleData& module_;
  ModuleReader in_;
  const SectionRule* next_ = section_rules;  // the first one that may still come
  std::uint32_t known_sections_ = 0;
};

bool ModuleDecoder::run() {
  header();
  module_.sections.reserve(std::size(section_rules));
  while (in_.ok() && !in_.done()) section();
  if (in_.ok()) finish();
  return in_.ok();
}

/// https://webassembly.github.io/spec/core/binary/modules.html#binary-module
void ModuleDecoder::header() {
  constexpr std::uint32_t magic = 0x6d73'6100;  // "\0asm"
  constexpr std::uint32_t core_version = 1;
  constexpr std::uint32_t component_layer = 0x1'0000;
  if (in_.remaining() < 4) return in_.fail(0, "unexpected end: {} bytes", in_.remaining());
  if (in_.fixed<std::uint32_t>() != magic)
    return in_.fail(0, "magic header not detected: this is not a WebAssembly binary");
  if (in_.remaining() < 4) return in_.fail(4, "unexpected end: the version is missing");
  const auto version = in_.fixed<std::uint32_t>();
  if (version == core_version) return;
  const bool is_component = (version & 0xffff'0000) == component_layer;
  in_.fail(4, "unknown binary version {:#x}{}", version,
           is_component ? ": this is a component, not a module" : "");
}

/// https://webassembly.github.io/spec/core/binary/modules.html#sections
void ModuleDecoder::section() {
  const std::uint32_t start = in_.offset();
  const std::uint8_t id = in_.u8();
  if (id > static_cast<std::uint8_t>(SectionId::tag))
    return in_.fail(start, "malformed section id {}", id);
  const std::uint32_t size = in_.u32();
  const ByteRange contents{in_.offset(), size};
  if (!in_.ok()) return;
  if (size > in_.remaining())
    return in_.fail(start, "length out of bounds: section {} has {} bytes, {} are left", id, size,
                    in_.remaining());
  in_.bytes(size);
  module_.sections.push_back({static_cast<SectionId>(id), contents});
  if (id == 0)
    custom_section(contents);
  else
    known_section(static_cast<SectionId>(id), start, contents);
}

/// https://webassembly.github.io/spec/core/binary/modules.html#custom-section
void ModuleDecoder::custom_section(ByteRange contents) {
  const std::uint32_t end = contents.offset + contents.size;
  ModuleReader inner(module_.bytes, contents.offset, end, &to_.errors);
  CustomSection custom;
  custom.name = inner.name();
  custom.payload = {inner.offset(), end - inner.offset()};
  custom.after = known_sections_;
  module_.customs.push_back(custom);
}

void ModuleDecoder::known_section(SectionId id, std::uint32_t start, ByteRange contents) {
  const auto rule = std::find_if(next_, std::end(section_rules),
                                 [&](const SectionRule& each) { return each.id == id; });
  if (rule == std::end(section_rules))
    return in_.fail(start, "unexpected content after last section: section {} is out of order",
                    static_cast<unsigned>(id));
  next_ = rule + 1;
  ++known_sections_;
  ModuleReader inner(module_.bytes, contents.offset, contents.offset + contents.size, &to_.errors);
  rule->decode(to_, inner);
  if (to_.errors.ok() && !inner.done())
    inner.fail(inner.offset(), "section size mismatch: {} bytes left over in section {}",
               inner.remaining(), static_cast<unsigned>(id));
}

void ModuleDecoder::finish() {
  const bool has_code =
      std::any_of(module_.sections.begin(), module_.sections.end(),
                  [](const SectionInfo& each) { return each.id == SectionId::code; });
  if (!has_code && module_.functions.size() != module_.imported_functions)
    return in_.fail(in_.offset(),
                    "function and code section have inconsistent lengths: the code section is "
                    "missing");
  if (module_.data_count && *module_.data_count != module_.data.size())
    return in_.fail(in_.offset(),
                    "data count and data section have inconsistent lengths: {} and {}",
                    *module_.data_count, module_.data.size());
  module_.declared_functions.resize(module_.functions.size());
  known_customs();
}

/// The first of each kind counts.
void ModuleDecoder::known_customs() {
  bool has_names = false;
  bool has_hints = false;
  for (const CustomSection& custom : module_.customs) {
    if (custom.name == "name" && !std::exchange(has_names, true))
      module_.names = decode_names(module_, custom.payload);
    if (custom.name == "metadata.code.branch_hint" && !std::exchange(has_hints, true))
      module_.branch_hints = decode_branch_hints(module_, custom.payload);
  }
}

/// Memory for objects of one type, until the library is unloaded.
template <class T>
struct KeptMemory {
  std::array<std::atomic<void*>, 2> places{};
  ~KeptMemory() {
    for (std::atomic<void*>& place : places) {
      if (void* memory = place.exchange(nullptr, std::memory_order_acquire))
        std::allocator<T>().deallocate(static_cast<T*>(memory), 1);
    }
  }
};

/// Keeps the memory of some that are gone for those that come: it is more than malloc has at hand
/// for each thread, and took a twentieth of the time in which a small module comes and goes.
template <class T>
struct KeepingAllocator {
  using value_type = T;

  KeepingAllocator() = default;
  template <class Other>
  KeepingAllocator(const KeepingAllocator<Other>&) {}

  T* allocate(std::size_t count) {
    if (count == 1) {
      for (std::atomic<void*>& place : kept.places) {
        if (void* memory = place.exchange(nullptr, std::memory_order_acquire))
          return static_cast<T*>(memory);
      }
    }
    return std::allocator<T>().allocate(count);
  }
  void deallocate(T* memory, std::size_t count) {
    for (std::atomic<void*>& place : kept.places) {
      void* none = nullptr;
      if (count == 1 && place.compare_exchange_strong(none, memory, std::memory_order_release))
        return;
    }
    std::allocator<T>().deallocate(memory, count);
  }
  friend bool operator==(KeepingAllocator, KeepingAllocator) { return true; }

 private:
  static constinit inline KeptMemory<T> kept{};
};

}  // namespace

ModuleData::~ModuleData() {
  // Groups are interned one after the other; an error may have come in between.
  for (std::size_t i = 0; i < types.groups.size(); ++i) {
    const std::size_t first = types.groups[i];
    const std::size_t end = i + 1 < types.groups.size() ? types.groups[i + 1] : types.ids.size();
    if (first < end && first < types.ids.size()) registry->release(types.ids[first]);
  }
}

Result<std::shared_ptr<ModuleData>> decode(std::vector<std::uint8_t> bytes,
                                           const DecodeOptions& options,
                                           std::shared_ptr<TypeRegistry> registry) try {
  constexpr std::uint64_t offset_limit = std::numeric_limits<std::uint32_t>::max();
  const std::uint64_t limit = std::min(options.limits.module_size, offset_limit);
  if (bytes.size() > limit)
    return Error(ErrorKind::limit, 0,
                 compose("the module has {} bytes, the limit is {}", bytes.size(), limit));
  auto module = std::allocate_shared<ModuleData>(KeepingAllocator<ModuleData>());
  module->bytes = std::move(bytes);
  module->registry = std::move(registry);
  ModuleDecoder decoder(*module, options);
  if (!decoder.run()) return decoder.error();
  return module;
} catch (const std::bad_alloc&) {
  return Error(ErrorKind::limit, "out of memory while decoding a module");
}

}  // namespace wrun::inline v0::wasm
