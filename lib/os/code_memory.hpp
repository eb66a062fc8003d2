#pragma once

// Memory for machine code, mapped twice: where it runs it is never writable, where it is written
// it is never executable.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace wrun::inline v0::os {

class CodeMemory {
 public:
  CodeMemory() = default;
  CodeMemory(CodeMemory&& other) noexcept;
  CodeMemory& operator=(CodeMemory&& other) noexcept;
  ~CodeMemory();

  /// Nothing where the system refuses executable memory or has no room. Memory is taken as it is
  /// written. `for_perf`: such that `perf` looks its code up in perf-PID.map, which it does only
  /// of memory that it takes for nobody's file.
  static std::optional<CodeMemory> create(std::size_t bytes, bool for_perf) noexcept;

  /// Where it runs.
  const std::uint8_t* data() const { return code_; }
  std::size_t size() const { return size_; }
  /// Where the byte of the code at `offset` is written.
  std::uint8_t* writable(std::size_t offset) const { return writable_ + offset; }
  /// Writes code there: much of it without mapping its pages, which nobody may want to write again.
  /// False where the system has no memory.
  bool write(std::size_t offset, std::span<const std::uint8_t> code) noexcept;
  /// Gives the memory of whole pages back.
  void release(std::size_t offset, std::size_t bytes) noexcept;

  /// Another one like it, where nothing runs yet.
  std::optional<CodeMemory> another() const noexcept { return create(size_, file_ < 0); }
  /// Takes the place of this one's memory with that of `copy`, which has the same code: threads run
  /// on in it. This one's stays with children of fork(). False where the system refuses.
  bool replace_by(CodeMemory copy) noexcept;

 private:
  bool map_file() noexcept;
  bool map_anonymous() noexcept;

  const std::uint8_t* code_ = nullptr;
  std::uint8_t* writable_ = nullptr;
  std::size_t size_ = 0;
  int file_ = -1;  // none of anonymous memory
};

}  // namespace wrun::inline v0::os
