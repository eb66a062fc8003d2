#include "lib/interp/code.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

#include "lib/interp/catch_table.hpp"

namespace wrun::inline v0::interp {

SlotCode* make_slot_code(const SlotCode& header, std::span<const Word> code,
                         std::unique_ptr<const CatchTable> catches) {
  static_assert(sizeof(SlotCode) % sizeof(Word) == 0);
  void* memory = std::malloc(sizeof(SlotCode) + code.size_bytes());
  if (memory == nullptr) return nullptr;
  auto* result = new (memory) SlotCode(header);
  std::memcpy(static_cast<char*>(memory) + sizeof(SlotCode), code.data(), code.size_bytes());
  result->entry = result->code();
  result->catches = catches.release();
  return result;
}

void free_slot_code(const SlotCode* code) {
  if (code != nullptr) delete code->catches;
  std::free(const_cast<SlotCode*>(code));
}

}  // namespace wrun::inline v0::interp
