// Streams that own a file of the host's.

#include <fcntl.h>

#include <cerrno>

#include <wrun/wasi/streams.hpp>

#include "wasi/posix/unique_fd.hpp"

namespace wrun::inline v0::wasi {

namespace {

class OwnedInput final : public InputStream {
 public:
  explicit OwnedInput(UniqueFd fd) : fd_(std::move(fd)), stream_(input_from_fd(fd_.get())) {}
  Outcome<std::size_t> read(std::span<std::byte> bytes) override { return stream_->read(bytes); }
  std::unique_ptr<Pollable> subscribe() override { return stream_->subscribe(); }
  bool is_terminal() const override { return stream_->is_terminal(); }

 private:
  UniqueFd fd_;
  std::shared_ptr<InputStream> stream_;
};

class OwnedOutput final : public OutputStream {
 public:
  explicit OwnedOutput(UniqueFd fd) : fd_(std::move(fd)), stream_(output_to_fd(fd_.get())) {}
  Outcome<std::size_t> write(std::span<const std::byte> bytes) override {
    return stream_->write(bytes);
  }
  std::unique_ptr<Pollable> subscribe() override { return stream_->subscribe(); }
  bool is_terminal() const override { return stream_->is_terminal(); }

 private:
  UniqueFd fd_;
  std::shared_ptr<OutputStream> stream_;
};

Outcome<UniqueFd> open(const std::string& path, int flags) {
  constexpr mode_t mode = 0666;
  if (path.find('\0') != path.npos) return Errno::inval;
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode));
  if (!fd) return from_host_errno(errno);
  return fd;
}

}  // namespace

Outcome<std::shared_ptr<InputStream>> input_from_file(const std::string& path) {
  Outcome<UniqueFd> fd = open(path, O_RDONLY);
  if (!fd) return fd.error();
  return std::shared_ptr<InputStream>(std::make_shared<OwnedInput>(*std::move(fd)));
}

Outcome<std::shared_ptr<OutputStream>> output_to_file(const std::string& path, std::uint64_t cap) {
  Outcome<UniqueFd> fd = open(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!fd) return fd.error();
  return capped_output(std::make_shared<OwnedOutput>(*std::move(fd)), cap);
}

}  // namespace wrun::inline v0::wasi
