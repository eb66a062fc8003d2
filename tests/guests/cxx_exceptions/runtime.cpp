// What C++ exceptions need at run time, for the exceptions that clang lowers to WebAssembly's with
// -fwasm-exceptions: Debian's libc++abi for wasm32 is built without. A handler matches its own
// type, a base class of a class with one base, or everything; no exception specifications.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <typeinfo>

namespace {

using Destructor = void* (*)(void*);

/// In front of each exception object.
struct alignas(16) Header {
  const std::type_info* type;
  Destructor destroy;
  int handlers;  // that are running
  bool is_rethrown;
  Header* next_caught;
};

Header* caught;

Header* header_of(void* object) {
  return static_cast<Header*>(object) - 1;
}

/// The type_info of a class with one base, as the Itanium C++ ABI lays it out.
struct SingleBase : std::type_info {
  const std::type_info* base;
};

std::uintptr_t vtable_of(const std::type_info& type) {
  std::uintptr_t vtable;
  std::memcpy(&vtable, &type, sizeof(vtable));
  return vtable;
}

struct Probe {
  virtual ~Probe() = default;
};
struct DerivedProbe : Probe {};

bool matches(const std::type_info* handler, const std::type_info* thrown) {
  while (*handler != *thrown) {
    if (vtable_of(*thrown) != vtable_of(typeid(DerivedProbe))) return false;
    thrown = static_cast<const SingleBase*>(thrown)->base;
  }
  return true;
}

/// Reads the language-specific data that the compiler leaves for each function.
class Reader {
 public:
  explicit Reader(const std::uint8_t* at) : at_(at) {}
  const std::uint8_t* at() const { return at_; }
  std::uint8_t byte() { return *at_++; }
  std::int32_t sleb() {
    const int used = leb();
    return used < 32 ? static_cast<std::int32_t>(value_ << (32 - used)) >> (32 - used)
                     : static_cast<std::int32_t>(value_);
  }
  std::uint32_t uleb() {
    leb();
    return value_;
  }

 private:
  int leb() {
    value_ = 0;
    int shift = 0;
    std::uint8_t next;
    do {
      next = byte();
      value_ |= static_cast<std::uint32_t>(next & 0x7f) << shift;
      shift += 7;
    } while (next & 0x80);
    return shift;
  }
  const std::uint8_t* at_;
  std::uint32_t value_ = 0;
};

/// The number of the type that the landing pad catches the exception by, or 0.
int select(const std::uint8_t* data, int landing_pad, const std::type_info* thrown) {
  Reader reader(data);
  reader.byte();  // no base for landing pads
  const bool has_types = reader.byte() != 0xff;
  const std::uint32_t types_after = has_types ? reader.uleb() : 0;
  const std::uint8_t* types = reader.at() + types_after;
  reader.byte();  // call sites are LEB128
  const std::uint32_t size = reader.uleb();
  const std::uint8_t* actions = reader.at() + size;
  std::uint32_t action = 0;
  for (int i = 0; i <= landing_pad; ++i) {
    reader.uleb();
    action = reader.uleb();
  }
  while (action != 0) {
    Reader record(actions + action - 1);
    const int type = record.sleb();
    const std::uint8_t* from = record.at();
    const int next = record.sleb();
    if (type > 0) {
      const std::type_info* handler;
      std::memcpy(&handler, types - sizeof(handler) * static_cast<unsigned>(type), sizeof(handler));
      if (handler == nullptr || matches(handler, thrown)) return type;
    }
    action = next == 0 ? 0 : static_cast<std::uint32_t>(from + next - actions + 1);
  }
  return 0;
}

void release(Header* header) {
  if (header->destroy) header->destroy(header + 1);
  std::free(header);
}

enum { cpp_exception = 0 };

}  // namespace

extern "C" {

struct {
  int landing_pad;
  const std::uint8_t* data;
  int selector;
} __wasm_lpad_context;

int _Unwind_CallPersonality(void* object) {
  __wasm_lpad_context.selector =
      select(__wasm_lpad_context.data, __wasm_lpad_context.landing_pad, header_of(object)->type);
  return 0;
}

void* __cxa_allocate_exception(std::size_t size) {
  auto* header = static_cast<Header*>(std::calloc(1, sizeof(Header) + size));
  if (header == nullptr) std::abort();
  return header + 1;
}

void __cxa_free_exception(void* object) {
  std::free(header_of(object));
}

[[noreturn]] void __cxa_throw(void* object, std::type_info* type, Destructor destroy) {
  Header* header = header_of(object);
  header->type = type;
  header->destroy = destroy;
  __builtin_wasm_throw(cpp_exception, object);
}

void* __cxa_begin_catch(void* object) {
  Header* header = header_of(object);
  header->is_rethrown = false;
  if (header->handlers++ == 0) {
    header->next_caught = caught;
    caught = header;
  }
  return object;
}

void __cxa_end_catch() {
  Header* header = caught;
  if (--header->handlers > 0) return;
  caught = header->next_caught;
  if (!header->is_rethrown) release(header);
}

[[noreturn]] void __cxa_rethrow() {
  if (caught == nullptr) std::abort();
  caught->is_rethrown = true;
  __builtin_wasm_throw(cpp_exception, caught + 1);
}

}  // extern "C"
