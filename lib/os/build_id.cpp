#include "lib/os/build_id.hpp"

#include <elf.h>
#include <link.h>

#include <cstdint>
#include <cstring>

namespace wrun::inline v0::os {

namespace {

struct Search {
  std::uintptr_t inside;
  std::string id;
};

constexpr std::size_t aligned(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

/// The note of type NT_GNU_BUILD_ID, in hexadecimal.
std::string id_in(const char* notes, std::size_t size) {
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) header;
    std::memcpy(&header, notes, sizeof(header));
    const std::size_t name = sizeof(header);
    const std::size_t content = name + aligned(header.n_namesz);
    const std::size_t end = content + aligned(header.n_descsz);
    if (end > size) break;
    if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == 4 &&
        std::memcmp(notes + name, "GNU", 4) == 0) {
      std::string id;
      for (std::size_t i = 0; i < header.n_descsz; ++i) {
        const auto byte = static_cast<unsigned char>(notes[content + i]);
        id += "0123456789abcdef"[byte >> 4];
        id += "0123456789abcdef"[byte & 15];
      }
      return id;
    }
    notes += end;
    size -= end;
  }
  return {};
}

int look(dl_phdr_info* object, std::size_t, void* data) {
  auto& search = *static_cast<Search*>(data);
  const auto headers = object->dlpi_phdr;
  bool holds = false;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const std::uintptr_t start = object->dlpi_addr + headers[i].p_vaddr;
    holds = holds || (headers[i].p_type == PT_LOAD && search.inside - start < headers[i].p_memsz);
  }
  if (!holds) return 0;
  for (int i = 0; i < object->dlpi_phnum && search.id.empty(); ++i) {
    if (headers[i].p_type != PT_NOTE) continue;
    search.id = id_in(reinterpret_cast<const char*>(object->dlpi_addr + headers[i].p_vaddr),
                      headers[i].p_memsz);
  }
  return 1;
}

}  // namespace

std::string build_id() {
  Search search{reinterpret_cast<std::uintptr_t>(&look), {}};
  dl_iterate_phdr(&look, &search);
  return search.id;
}

}  // namespace wrun::inline v0::os
