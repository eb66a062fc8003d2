#include "lib/os/perf_files.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>

#include "lib/os/fork.hpp"
#include "lib/os/process.hpp"

namespace wrun::inline v0::os {

namespace {

struct JitdumpHeader {
  std::uint32_t magic = 0x4A695444;
  std::uint32_t version = 1;
  std::uint32_t size = sizeof(JitdumpHeader);
  std::uint32_t machine = EM_X86_64;
  std::uint32_t padding = 0;
  std::uint32_t process = 0;
  std::uint64_t time = 0;
  std::uint64_t flags = 0;
};

struct JitdumpLoad {
  std::uint32_t id = 0;  // code was loaded
  std::uint32_t size = 0;
  std::uint64_t time = 0;
  std::uint32_t process = 0;
  std::uint32_t thread = 0;
  std::uint64_t address = 0;
  std::uint64_t code_address = 0;
  std::uint64_t code_size = 0;
  std::uint64_t index = 0;
};

/// A file that this process opened; a child of fork() opens its own.
struct File {
  int fd = -1;
  int process = 0;  // none has opened it
  std::uint64_t opened_in = 0;
  std::uint64_t records = 0;
};

constinit File map_file;
constinit File dump_file;

std::uint64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec);
}

/// True once for a process.
bool is_new(File& file) {
  if (file.process != 0 && file.opened_in == this_process()) return false;
  if (file.fd >= 0) close(file.fd);
  file = {-1, process_id(), this_process(), 0};
  return true;
}

template <std::size_t size>
void open_file(File& file, const char (&format)[size], int flags) {
  char path[64];
  std::snprintf(path, sizeof(path), format, file.process);
  file.fd = open(path, flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/// perf finds the file by this mapping of it.
void announce_dump() {
  const long page = sysconf(_SC_PAGESIZE);
  mmap(nullptr, static_cast<std::size_t>(page), PROT_READ | PROT_EXEC, MAP_PRIVATE, dump_file.fd,
       0);
}

void begin_dump() {
  open_file(dump_file, "jit-%d.dump", O_RDWR | O_TRUNC);
  if (dump_file.fd < 0) return;
  JitdumpHeader header;
  header.process = static_cast<std::uint32_t>(dump_file.process);
  header.time = now();
  if (write(dump_file.fd, &header, sizeof(header)) != sizeof(header)) return;
  announce_dump();
}

iovec part(const void* data, std::size_t size) {
  return {const_cast<void*>(data), size};
}

/// All at once: other processes may write to the same file.
void write_parts(int fd, std::span<const iovec> parts) {
  [[maybe_unused]] const auto done = writev(fd, parts.data(), static_cast<int>(parts.size()));
}

}  // namespace

void write_perf_map(const NamedCode& code) noexcept {
  if (is_new(map_file)) open_file(map_file, "/tmp/perf-%d.map", O_WRONLY | O_APPEND | O_TRUNC);
  if (map_file.fd < 0) return;
  char start[64];
  const int size =
      std::snprintf(start, sizeof(start), "%llx %zx ",
                    static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(code.code)),
                    code.bytes.size());
  const iovec parts[] = {part(start, static_cast<std::size_t>(size)),
                         part(code.name.data(), code.name.size()), part("\n", 1)};
  write_parts(map_file.fd, parts);
}

void write_jitdump(const NamedCode& code) noexcept {
  if (is_new(dump_file)) begin_dump();
  if (dump_file.fd < 0) return;
  JitdumpLoad load;
  load.size = static_cast<std::uint32_t>(sizeof(load) + code.name.size() + 1 + code.bytes.size());
  load.time = now();
  load.process = static_cast<std::uint32_t>(dump_file.process);
  load.thread = static_cast<std::uint32_t>(syscall(SYS_gettid));
  load.address = reinterpret_cast<std::uintptr_t>(code.code);
  load.code_address = load.address;
  load.code_size = code.bytes.size();
  load.index = ++dump_file.records;
  const iovec parts[] = {part(&load, sizeof(load)), part(code.name.data(), code.name.size()),
                         part("", 1), part(code.bytes.data(), code.bytes.size())};
  write_parts(dump_file.fd, parts);
}

}  // namespace wrun::inline v0::os
