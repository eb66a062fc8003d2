#include "wasi/posix/file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <cerrno>
#include <limits>
#include <optional>

#include "wasi/posix/fd_pollable.hpp"
#include "wasi/posix/host_result.hpp"
#include "wasi/posix/signals.hpp"
#include "wasi/posix/stat.hpp"

namespace wrun::inline v0::wasi {

namespace {

constexpr std::uint64_t largest_offset = std::numeric_limits<off_t>::max();

bool file_size_is_limited() {
  rlimit limit = {};
  return ::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY;
}

/// Runs something that may raise SIGXFSZ or SIGPIPE, without letting it.
template <class Operation>
auto quietly(bool may_signal, Operation operation) {
  std::optional<WriteSignalGuard> guard;
  if (may_signal) guard.emplace();
  const auto result = operation();
  if (guard && result < 0 && (errno == EFBIG || errno == EPIPE)) guard->failed();
  return result;
}

class HostFile final : public File, public std::enable_shared_from_this<HostFile> {
 public:
  HostFile(UniqueFd fd, bool seekable) : fd_(std::move(fd)), seekable_(seekable) {}

  Outcome<FileStat> stat() override {
    struct stat status = {};
    if (::fstat(fd_.get(), &status) != 0) return from_host_errno(errno);
    return to_file_stat(status);
  }

  Outcome<void> set_times(const NewTimes& times) override {
    return check(::futimens(fd_.get(), to_timespecs(times).data()));
  }

  Outcome<void> set_size(std::uint64_t size) override {
    if (size > largest_offset) return Errno::inval;
    return check(quietly(file_size_is_limited(),
                         [&] { return ::ftruncate(fd_.get(), static_cast<off_t>(size)); }));
  }

  Outcome<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> bytes) override {
    if (!seekable_) return read_stream(bytes);
    if (offset > largest_offset) return Errno::inval;
    return transferred(::pread(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)));
  }

  Outcome<std::size_t> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    if (seekable_ && offset > largest_offset) return Errno::inval;
    return transferred(quietly(!seekable_ || file_size_is_limited(), [&] {
      return seekable_ ? ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset))
                       : ::write(fd_.get(), bytes.data(), bytes.size());
    }));
  }

  Outcome<Appended> append(std::span<const std::byte> bytes) override {
    if (!seekable_) {
      const Outcome<std::size_t> written = write_at(0, bytes);
      if (!written) return written.error();
      return Appended{*written, 0};
    }
    iovec vector = {const_cast<std::byte*>(bytes.data()), bytes.size()};
    const ssize_t written = quietly(
        file_size_is_limited(), [&] { return ::pwritev2(fd_.get(), &vector, 1, -1, RWF_APPEND); });
    if (written < 0) return errno == EINTR ? Errno::would_block : from_host_errno(errno);
    const off_t end = ::lseek(fd_.get(), 0, SEEK_CUR);
    if (end < 0) return from_host_errno(errno);
    return Appended{static_cast<std::size_t>(written), static_cast<std::uint64_t>(end)};
  }

  Outcome<void> allocate(std::uint64_t offset, std::uint64_t length) override {
    if (length == 0 || offset > largest_offset || length > largest_offset - offset) {
      return length == 0 ? Errno::inval : Errno::fbig;
    }
    const int result = quietly(file_size_is_limited(), [&] {
      return ::fallocate(fd_.get(), 0, static_cast<off_t>(offset), static_cast<off_t>(length));
    });
    if (result == 0) return {};
    if (errno != EOPNOTSUPP) return from_host_errno(errno);
    const Outcome<FileStat> status = stat();
    if (!status) return status.error();
    return status->size >= offset + length ? Outcome<void>() : set_size(offset + length);
  }

  Outcome<void> sync(bool data_only) override {
    const Outcome<void> result = check(data_only ? ::fdatasync(fd_.get()) : ::fsync(fd_.get()));
    // Pipes and devices that can't be synchronised have nothing to lose.
    if (result.error() == Errno::inval && !seekable_) return {};
    return result;
  }

  void advise(std::uint64_t offset, std::uint64_t length, Advice advice) override {
    if (offset > largest_offset || length > largest_offset) return;
    static constexpr int host_advice[] = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL,
                                          POSIX_FADV_RANDOM,   POSIX_FADV_WILLNEED,
                                          POSIX_FADV_DONTNEED, POSIX_FADV_NOREUSE};
    ::posix_fadvise(fd_.get(), static_cast<off_t>(offset), static_cast<off_t>(length),
                    host_advice[static_cast<std::size_t>(advice)]);
  }

  bool seekable() const override { return seekable_; }
  std::unique_ptr<Pollable> readable() override { return pollable(POLLIN); }
  std::unique_ptr<Pollable> writable() override { return pollable(POLLOUT); }

 private:
  /// A FIFO that nobody has opened for writing yet isn't at its end: it is opened without waiting
  /// for the other side, so it is here that the guest waits. Such a one has had no hang-up.
  Outcome<std::size_t> read_stream(std::span<std::byte> bytes) const {
    const Outcome<std::size_t> done = transferred(::read(fd_.get(), bytes.data(), bytes.size()));
    if (!done || *done != 0 || bytes.empty()) return done;
    struct stat status = {};
    if (::fstat(fd_.get(), &status) != 0 || !S_ISFIFO(status.st_mode)) return done;
    pollfd entry = {fd_.get(), POLLIN, 0};
    ::poll(&entry, 1, 0);
    const bool ended = (entry.revents & POLLHUP) != 0 && (entry.revents & POLLIN) == 0;
    return ended ? done : Errno::would_block;
  }

  std::unique_ptr<Pollable> pollable(int events) {
    return std::make_unique<FdPollable>(fd_.get(), static_cast<short>(events), shared_from_this());
  }

  UniqueFd fd_;
  bool seekable_;
};

}  // namespace

std::shared_ptr<File> make_host_file(UniqueFd fd, bool seekable) {
  return std::make_shared<HostFile>(std::move(fd), seekable);
}

}  // namespace wrun::inline v0::wasi
