#include "jit/gdb_object.hpp"

#include <elf.h>

#include <array>
#include <cstring>
#include <type_traits>

namespace wrun::inline v0::jit {

namespace {

enum Section : std::uint16_t { null_, text_section, eh_frame, symtab, strtab, shstrtab, count_ };

constexpr char section_names[] = "\0.text\0.eh_frame\0.symtab\0.strtab\0.shstrtab";
constexpr std::array<std::uint32_t, count_> name_at = {0, 1, 7, 17, 25, 33};

// DWARF's numbers, by the System V ABI for x86-64
constexpr std::uint8_t dwarf_rbp = 6;
constexpr std::uint8_t dwarf_rsp = 7;
constexpr std::uint8_t dwarf_return_address = 16;
constexpr std::uint8_t def_cfa = 0x0c;
constexpr std::uint8_t def_cfa_register = 0x0d;
constexpr std::uint8_t def_cfa_offset = 0x0e;
constexpr std::uint8_t advance_loc4 = 0x04;
constexpr std::uint8_t offset_of = 0x80;
/// Of `mov rbp, rsp`, which comes just before there is a frame.
constexpr std::uint32_t mov_bytes = 3;

class Writer {
 public:
  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::size_t at = out_.size();
    out_.resize(at + sizeof(T));
    std::memcpy(out_.data() + at, &value, sizeof(T));
  }
  template <class... Bytes>
  void bytes(Bytes... values) {
    (out_.push_back(static_cast<std::uint8_t>(values)), ...);
  }
  void text(std::string_view text) {
    out_.insert(out_.end(), text.begin(), text.end());
    out_.push_back(0);
  }
  void align() { out_.resize((out_.size() + 7) & ~std::size_t{7}); }
  std::size_t size() const { return out_.size(); }

  /// A record of .eh_frame that begins with its own length.
  template <class Fill>
  void record(Fill fill) {
    const std::size_t at = out_.size();
    put(std::uint32_t{0});
    fill();
    align();
    const auto length = static_cast<std::uint32_t>(out_.size() - at - sizeof(std::uint32_t));
    std::memcpy(out_.data() + at, &length, sizeof(length));
  }

  std::vector<std::uint8_t>& out() { return out_; }

 private:
  std::vector<std::uint8_t> out_;
};

void unwind_information(Writer& out, const DebuggedCode& code) {
  const std::size_t start = out.size();
  out.record([&] {
    out.put(std::uint32_t{0});
    out.bytes(1, 0);     // version, no augmentation
    out.bytes(1, 0x78);  // code by bytes, data by -8
    out.bytes(dwarf_return_address);
    out.bytes(def_cfa, dwarf_rsp, 8, offset_of | dwarf_return_address, 1);
  });
  out.record([&] {
    out.put(static_cast<std::uint32_t>(out.size() - start));
    out.put(reinterpret_cast<std::uint64_t>(code.code));
    out.put(code.size);
    if (code.frame_start == 0) return;
    out.bytes(advance_loc4);
    out.put(code.frame_start - mov_bytes);
    out.bytes(def_cfa_offset, 16, offset_of | dwarf_rbp, 2);
    out.bytes(advance_loc4);
    out.put(mov_bytes);
    out.bytes(def_cfa_register, dwarf_rbp);
  });
  out.put(std::uint32_t{0});
}

Elf64_Ehdr file_header() {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_REL;
  header.e_machine = EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_shoff = sizeof(Elf64_Ehdr);
  header.e_ehsize = sizeof(Elf64_Ehdr);
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = count_;
  header.e_shstrndx = shstrtab;
  return header;
}

void symbols(Writer& out, std::uint64_t size) {
  out.put(Elf64_Sym{});
  Elf64_Sym symbol{};
  symbol.st_name = 1;
  symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
  symbol.st_shndx = text_section;
  symbol.st_size = size;
  out.put(symbol);
}

}  // namespace

std::vector<std::uint8_t> gdb_object(const DebuggedCode& code) {
  std::array<Elf64_Shdr, count_> sections{};
  Writer out;
  out.put(file_header());
  const std::size_t table = out.size();
  out.put(sections);
  const auto section = [&](Section which, std::uint32_t type, std::uint64_t flags, auto fill) {
    out.align();
    Elf64_Shdr& header = sections[which];
    header.sh_name = name_at[which];
    header.sh_type = type;
    header.sh_flags = flags;
    header.sh_offset = out.size();
    header.sh_addralign = 8;
    fill();
    header.sh_size = out.size() - header.sh_offset;
  };
  section(text_section, SHT_NOBITS, SHF_ALLOC | SHF_EXECINSTR, [] {});
  sections[text_section].sh_addr = reinterpret_cast<std::uint64_t>(code.code);
  sections[text_section].sh_size = code.size;
  section(eh_frame, SHT_PROGBITS, SHF_ALLOC, [&] { unwind_information(out, code); });
  section(symtab, SHT_SYMTAB, 0, [&] { symbols(out, code.size); });
  sections[symtab].sh_link = strtab;
  sections[symtab].sh_info = 1;
  sections[symtab].sh_entsize = sizeof(Elf64_Sym);
  section(strtab, SHT_STRTAB, 0, [&] {
    out.text("");
    out.text(code.name);
  });
  section(shstrtab, SHT_STRTAB, 0, [&] { out.text({section_names, sizeof(section_names) - 1}); });
  std::memcpy(out.out().data() + table, sections.data(), sizeof(sections));
  return std::move(out.out());
}

}  // namespace wrun::inline v0::jit

// What debuggers look for by name.
extern "C" {

struct wrun_jit_code_entry {
  wrun_jit_code_entry* next;
  wrun_jit_code_entry* previous;
  const void* object;
  std::uint64_t size;
};

struct wrun_jit_descriptor {
  std::uint32_t version;
  std::uint32_t action;
  wrun_jit_code_entry* relevant;
  wrun_jit_code_entry* first;
};

// Other libraries in the process may have the same.
__attribute__((weak, used, visibility("default")))
wrun_jit_descriptor __jit_debug_descriptor = {1, 0, nullptr, nullptr};
__attribute__((weak, used, noinline, visibility("default"))) void __jit_debug_register_code() {
  __asm__ volatile("" ::: "memory");
}
}

namespace wrun::inline v0::jit {

struct GdbEntry::Link : wrun_jit_code_entry {};

namespace {

constexpr std::uint32_t action_register = 1;
constexpr std::uint32_t action_unregister = 2;

void tell(std::uint32_t action, wrun_jit_code_entry* entry) {
  __jit_debug_descriptor.action = action;
  __jit_debug_descriptor.relevant = entry;
  __jit_debug_register_code();
}

}  // namespace

GdbEntry::GdbEntry(std::vector<std::uint8_t> object)
    : object_(std::move(object)), link_(new Link{}) {
  link_->object = object_.data();
  link_->size = object_.size();
  link_->next = __jit_debug_descriptor.first;
  if (link_->next != nullptr) link_->next->previous = link_;
  __jit_debug_descriptor.first = link_;
  tell(action_register, link_);
}

GdbEntry::~GdbEntry() {
  if (link_->previous != nullptr) {
    link_->previous->next = link_->next;
  } else {
    __jit_debug_descriptor.first = link_->next;
  }
  if (link_->next != nullptr) link_->next->previous = link_->previous;
  tell(action_unregister, link_);
  delete link_;
}

}  // namespace wrun::inline v0::jit
