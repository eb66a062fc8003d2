#pragma once

// Standard input, output and error: the interfaces, and ready-made streams. None of them blocks.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include <wrun/export.hpp>
#include <wrun/wasi/errno.hpp>
#include <wrun/wasi/poll.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

class InputStream {
 public:
  virtual ~InputStream() = default;
  /// Reads at most bytes.size() bytes; 0 is the end of the stream; would_block if none are there.
  virtual Outcome<std::size_t> read(std::span<std::byte> bytes) = 0;
  /// Ready when read() wouldn't answer would_block.
  virtual std::unique_ptr<Pollable> subscribe() = 0;
  /// Whether a person may type at the other end: what isatty() tells the guest.
  virtual bool is_terminal() const { return false; }
};

class OutputStream {
 public:
  virtual ~OutputStream() = default;
  /// Writes a first part of the bytes, or would_block. A full sink answers nospc, a closed one
  /// pipe.
  virtual Outcome<std::size_t> write(std::span<const std::byte> bytes) = 0;
  /// Ready when write() wouldn't answer would_block.
  virtual std::unique_ptr<Pollable> subscribe() = 0;
  /// Whether a person may read at the other end: what isatty() tells the guest.
  virtual bool is_terminal() const { return false; }
};

/// A pollable that is always ready.
WRUN_API std::unique_ptr<Pollable> always_ready();

/// The host's own standard input. The descriptor's flags are left as they are.
WRUN_API std::shared_ptr<InputStream> host_stdin();
/// As host_stdin().
WRUN_API std::shared_ptr<OutputStream> host_stdout();
/// As host_stdin().
WRUN_API std::shared_ptr<OutputStream> host_stderr();
/// A stream over a descriptor of the host's, which stays the host's to close.
WRUN_API std::shared_ptr<InputStream> input_from_fd(int fd);
/// A stream over a descriptor of the host's, which stays the host's to close.
WRUN_API std::shared_ptr<OutputStream> output_to_fd(int fd);

/// A file of the host's, from its start. Errors: what opening it answers.
WRUN_API Outcome<std::shared_ptr<InputStream>> input_from_file(const std::string& path);
/// A file of the host's, made or emptied; beyond `cap` bytes, writing answers nospc. Errors: what
/// opening it answers.
WRUN_API Outcome<std::shared_ptr<OutputStream>> output_to_file(const std::string& path,
                                                               std::uint64_t cap = std::uint64_t{1}
                                                                                   << 40);
/// Passes that many bytes on to another stream, then answers nospc.
WRUN_API std::shared_ptr<OutputStream> capped_output(std::shared_ptr<OutputStream> stream,
                                                     std::uint64_t cap);

/// At its end from the start.
WRUN_API std::shared_ptr<InputStream> empty_input();
/// The sink of everything.
WRUN_API std::shared_ptr<OutputStream> null_output();

/// Reads from a text.
class StringInput final : public InputStream {
 public:
  /// The text is read once.
  explicit StringInput(std::string text) : text_(std::move(text)) {}
  WRUN_API Outcome<std::size_t> read(std::span<std::byte> bytes) override;
  WRUN_API std::unique_ptr<Pollable> subscribe() override;

 private:
  std::mutex mutex_;
  std::string text_;
  std::size_t position_ = 0;
};

/// Asks a function, which fills a first part of the bytes and answers how many; 0 is the end.
class CallbackInput final : public InputStream {
 public:
  using Source = std::function<Outcome<std::size_t>(std::span<std::byte>)>;
  /// Called on the threads that read.
  explicit CallbackInput(Source source) : source_(std::move(source)) {}
  WRUN_API Outcome<std::size_t> read(std::span<std::byte> bytes) override;
  WRUN_API std::unique_ptr<Pollable> subscribe() override;

 private:
  Source source_;
};

/// Collects what is written, up to a cap: then nospc. Thread-safe.
class StringOutput final : public OutputStream {
 public:
  static constexpr std::size_t default_cap = std::size_t{64} << 20;

  /// `cap` is in bytes.
  explicit StringOutput(std::size_t cap = default_cap) : cap_(cap) {}
  WRUN_API Outcome<std::size_t> write(std::span<const std::byte> bytes) override;
  WRUN_API std::unique_ptr<Pollable> subscribe() override;
  /// What was written so far.
  WRUN_API std::string text() const;
  /// The same, and starts anew.
  WRUN_API std::string take();

 private:
  mutable std::mutex mutex_;
  std::string text_;
  std::size_t cap_;
};

/// Keeps the last `capacity` bytes written. Thread-safe.
class RingOutput final : public OutputStream {
 public:
  /// `capacity` is in bytes.
  explicit RingOutput(std::size_t capacity) : capacity_(capacity) {}
  WRUN_API Outcome<std::size_t> write(std::span<const std::byte> bytes) override;
  WRUN_API std::unique_ptr<Pollable> subscribe() override;
  /// The last bytes written, in order.
  WRUN_API std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::string bytes_;
  std::size_t next_ = 0;
  std::size_t capacity_;
};

/// Hands what is written to a function, which answers how many bytes it took, or an Errno.
class CallbackOutput final : public OutputStream {
 public:
  using Sink = std::function<Outcome<std::size_t>(std::span<const std::byte>)>;
  /// Called on the threads that write.
  explicit CallbackOutput(Sink sink) : sink_(std::move(sink)) {}
  WRUN_API Outcome<std::size_t> write(std::span<const std::byte> bytes) override;
  WRUN_API std::unique_ptr<Pollable> subscribe() override;

 private:
  Sink sink_;
};

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
