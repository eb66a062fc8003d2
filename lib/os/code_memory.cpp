#include "lib/os/code_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "lib/os/mapping.hpp"

namespace wrun::inline v0::os {

namespace {

/// From here on a call of the system costs less than mapping pages, and clearing them first.
constexpr std::size_t much_code = std::size_t{32} << 10;

}  // namespace

CodeMemory::CodeMemory(CodeMemory&& other) noexcept
    : code_(std::exchange(other.code_, nullptr)),
      writable_(std::exchange(other.writable_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      file_(std::exchange(other.file_, -1)) {}

CodeMemory& CodeMemory::operator=(CodeMemory&& other) noexcept {
  std::swap(code_, other.code_);
  std::swap(writable_, other.writable_);
  std::swap(size_, other.size_);
  std::swap(file_, other.file_);
  return *this;
}

CodeMemory::~CodeMemory() {
  if (code_) munmap(const_cast<std::uint8_t*>(code_), size_);
  if (writable_) munmap(writable_, size_);
  if (file_ >= 0) close(file_);
}

std::optional<CodeMemory> CodeMemory::create(std::size_t bytes, bool for_perf) noexcept {
  const auto size = round_to_pages(bytes);
  if (!size || *size == 0) return std::nullopt;
  CodeMemory memory;
  memory.size_ = *size;
  if (!(for_perf ? memory.map_anonymous() : memory.map_file())) return std::nullopt;
  return memory;
}

bool CodeMemory::map_file() noexcept {
  file_ = memfd_create("wrun-code", MFD_CLOEXEC);
  if (file_ < 0 || ftruncate(file_, static_cast<off_t>(size_)) != 0) return false;
  const auto map = [&](int protection) -> std::uint8_t* {
    void* at = mmap(nullptr, size_, protection, MAP_SHARED | MAP_NORESERVE, file_, 0);
    return at == MAP_FAILED ? nullptr : static_cast<std::uint8_t*>(at);
  };
  writable_ = map(PROT_READ | PROT_WRITE);
  code_ = map(PROT_READ | PROT_EXEC);
  return writable_ && code_;
}

/// Moving nothing of a shared mapping maps it a second time.
bool CodeMemory::map_anonymous() noexcept {
  void* first = mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (first == MAP_FAILED) return false;
  writable_ = static_cast<std::uint8_t*>(first);
  void* second = mremap(first, 0, size_, MREMAP_MAYMOVE);
  if (second == MAP_FAILED) return false;
  code_ = static_cast<std::uint8_t*>(second);
  return mprotect(second, size_, PROT_READ | PROT_EXEC) == 0;
}

/// Each view changes at once. Where code is written may be elsewhere afterwards.
bool CodeMemory::replace_by(CodeMemory copy) noexcept {
  const auto move = [this](const void* from, const void* to) {
    return mremap(const_cast<void*>(from), size_, size_, MREMAP_MAYMOVE | MREMAP_FIXED,
                  const_cast<void*>(to)) != MAP_FAILED;
  };
  if (!move(copy.code_, code_)) return false;
  copy.code_ = nullptr;
  if (move(copy.writable_, writable_)) {
    copy.writable_ = nullptr;
  } else {
    std::swap(writable_, copy.writable_);
  }
  std::swap(file_, copy.file_);
  return true;
}

bool CodeMemory::write(std::size_t offset, std::span<const std::uint8_t> code) noexcept {
  if (file_ < 0 || code.size() < much_code) {
    std::memcpy(writable_ + offset, code.data(), code.size());
    return true;
  }
  while (!code.empty()) {
    const ssize_t done = pwrite(file_, code.data(), code.size(), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    offset += static_cast<std::size_t>(done);
    code = code.subspan(static_cast<std::size_t>(done));
  }
  return true;
}

void CodeMemory::release(std::size_t offset, std::size_t bytes) noexcept {
  const std::size_t page = page_size();
  const std::size_t first = (offset + page - 1) & ~(page - 1);
  const std::size_t end = (offset + bytes) & ~(page - 1);
  if (first >= end) return;
  if (file_ < 0) {
    madvise(writable_ + first, end - first, MADV_REMOVE);
    return;
  }
  fallocate(file_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(first),
            static_cast<off_t>(end - first));
}

}  // namespace wrun::inline v0::os
