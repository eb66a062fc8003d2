#pragma once

// Call: one host call of a guest into wasi_snapshot_preview1, with a method for each of its
// functions. It holds the context's lock while it works, and gives it up while it sleeps.
//
// Knows no WebAssembly: bind.cpp makes imports of the methods by their C++ types.

#include <algorithm>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include <wrun/error.hpp>

#include "wasi/context_state.hpp"
#include "wasi/preview1/abi.hpp"
#include "wasi/preview1/guest_memory.hpp"

namespace wrun::inline v0::wasi::preview1 {

class Call {
 public:
  using u32 = std::uint32_t;
  using u64 = std::uint64_t;
  using s64 = std::int64_t;
  using Interrupts = std::span<const Interrupt* const>;

  /// `interrupts` end its sleep; the context's own one does so in any case.
  Call(ContextState& context, GuestMemory memory, Interrupts interrupts)
      : context_(context), memory_(memory), interrupts_(interrupts), lock_(context.mutex) {
    context_.calls.fetch_add(1, std::memory_order_relaxed);
  }

  /// Set if the guest must not go on.
  std::optional<Error>& stopped() { return stopped_; }

  Errno args_get(Address argv, Address buffer);
  Errno args_sizes_get(Address count, Address size);
  Errno environ_get(Address environ, Address buffer);
  Errno environ_sizes_get(Address count, Address size);
  Errno clock_res_get(u32 clock, Address resolution);
  Errno clock_time_get(u32 clock, u64 precision, Address time);
  Errno fd_advise(Fd fd, u64 offset, u64 length, u32 advice);
  Errno fd_allocate(Fd fd, u64 offset, u64 length);
  Errno fd_close(Fd fd);
  Errno fd_datasync(Fd fd);
  Errno fd_fdstat_get(Fd fd, Address fdstat);
  Errno fd_fdstat_set_flags(Fd fd, u32 flags);
  Errno fd_fdstat_set_rights(Fd fd, u64 base, u64 inheriting);
  Errno fd_filestat_get(Fd fd, Address filestat);
  Errno fd_filestat_set_size(Fd fd, u64 size);
  Errno fd_filestat_set_times(Fd fd, u64 atim, u64 mtim, u32 flags);
  Errno fd_pread(Fd fd, Address iovs, Size count, u64 offset, Address nread);
  Errno fd_prestat_get(Fd fd, Address prestat);
  Errno fd_prestat_dir_name(Fd fd, Address path, Size length);
  Errno fd_pwrite(Fd fd, Address iovs, Size count, u64 offset, Address nwritten);
  Errno fd_read(Fd fd, Address iovs, Size count, Address nread);
  Errno fd_readdir(Fd fd, Address buffer, Size length, u64 cookie, Address used);
  Errno fd_renumber(Fd fd, Fd to);
  Errno fd_seek(Fd fd, s64 offset, u32 whence, Address new_offset);
  Errno fd_sync(Fd fd);
  Errno fd_tell(Fd fd, Address offset);
  Errno fd_write(Fd fd, Address iovs, Size count, Address nwritten);
  Errno path_create_directory(Fd fd, Address path, Size length);
  Errno path_filestat_get(Fd fd, u32 flags, Address path, Size length, Address filestat);
  Errno path_filestat_set_times(Fd fd, u32 flags, Address path, Size length, u64 atim, u64 mtim,
                                u32 fst_flags);
  Errno path_link(Fd old_fd, u32 old_flags, Address old_path, Size old_length, Fd new_fd,
                  Address new_path, Size new_length);
  Errno path_open(Fd fd, u32 dirflags, Address path, Size length, u32 oflags, u64 base,
                  u64 inheriting, u32 fdflags, Address opened);
  Errno path_readlink(Fd fd, Address path, Size length, Address buffer, Size buffer_length,
                      Address used);
  Errno path_remove_directory(Fd fd, Address path, Size length);
  Errno path_rename(Fd fd, Address old_path, Size old_length, Fd new_fd, Address new_path,
                    Size new_length);
  Errno path_symlink(Address old_path, Size old_length, Fd fd, Address new_path, Size new_length);
  Errno path_unlink_file(Fd fd, Address path, Size length);
  Errno poll_oneoff(Address in, Address out, Size count, Address nevents);
  void proc_exit(u32 status);
  Errno proc_raise(u32 signal);
  Errno sched_yield();
  Errno random_get(Address buffer, Size length);
  Errno sock_accept(Fd fd, u32 flags, Address accepted);
  Errno sock_recv(Fd fd, Address iovs, Size count, u32 flags, Address nread, Address out_flags);
  Errno sock_send(Fd fd, Address iovs, Size count, u32 flags, Address nwritten);
  Errno sock_shutdown(Fd fd, u32 how);

 private:
  using Buffers = std::vector<GuestRange>;

  /// The descriptor, if it has the rights: else badf or notcapable. Badf for the place of a
  /// directory where nothing is granted.
  Outcome<std::shared_ptr<Descriptor>> descriptor(Fd fd, Rights rights) const;
  /// What a descriptor with these rights is; badf if it is no T.
  template <class T>
  Outcome<std::shared_ptr<T>> object(Fd fd, Rights rights) const;

  /// A path of the guest's: short enough, UTF-8, without NUL.
  Outcome<std::string> path(Address address, Size length) const;
  /// The vectors' ranges, in pieces that are moved one at a time.
  Outcome<Buffers> buffers(Address iovs, Size count) const;
  /// Arguments and environment: pointers into a row of texts that end with NUL.
  Errno put_texts(const std::vector<std::string>& texts, Address pointers, Address buffer) const;
  Errno put_text_sizes(const std::vector<std::string>& texts, Address count, Address size) const;
  Errno put_filestat(const FileStat& stat, Address address) const;

  /// A directory and a path in it, with what is needed to refuse politely.
  struct Place {
    std::shared_ptr<Descriptor> descriptor;
    Directory* directory = nullptr;
    std::string path;
  };
  /// Checks the guest's rights, what the mount grants, and that there is a directory at all.
  Outcome<Place> place(const char* call, Fd fd, Rights rights, Access access, Address address,
                       Size length) const;
  /// Tells the host of a denial, and answers the guest.
  Errno deny_access(const char* call, const Descriptor& descriptor, const std::string& path,
                    Access access) const;
  Errno deny_ungranted(const char* call, const std::string& path, Access access) const;
  Errno deny_capability(const char* call, const char* capability, const char* flag) const;
  /// Passes an errno on; one that says that a path leads outside is told to the host.
  Errno explain(const char* call, const Place& place, Errno error) const;

  /// Does `attempt` until it answers something else than would_block, sleeping in between unless
  /// the descriptor is non-blocking.
  template <class Attempt, class Subscribe>
  auto until_done(const Descriptor& descriptor, Attempt attempt, Subscribe subscribe)
      -> decltype(attempt());
  /// False if the sleep was interrupted; stopped() may be set then.
  bool sleep(std::span<Pollable* const> pollables);
  /// Whether something wants this call to end soon.
  bool interrupted() const;

  Outcome<std::size_t> read_some(Descriptor& descriptor, std::span<std::byte> bytes,
                                 std::optional<u64> offset);
  Outcome<std::size_t> write_some(Descriptor& descriptor, std::span<const std::byte> bytes,
                                  std::optional<u64> offset);
  Errno read(Fd fd, Rights rights, Address iovs, Size count, std::optional<u64> offset,
             Address nread);
  Errno write(Fd fd, Rights rights, Address iovs, Size count, std::optional<u64> offset,
              Address nwritten);
  /// All of the pieces, or as far as it goes; an error only if nothing went. `whole`: goes on
  /// after a part, as writing does; reading is content with what there is.
  template <class Piece, class Attempt, class Subscribe>
  Outcome<std::size_t> transfer(const Descriptor& descriptor, const std::vector<Piece>& pieces,
                                Attempt attempt, Subscribe subscribe, bool whole);
  Outcome<Fd> insert_opened(const Place& place, const Opened& opened, Rights base,
                            Rights inheriting, std::uint16_t flags);

  struct Subscription;
  Outcome<Subscription> subscription(Address address) const;
  Errno subscribe(Subscription& subscription) const;
  Errno subscribe_clock(Subscription& subscription) const;
  /// A directory that was open from the start, or the stand-in for one.
  Outcome<std::shared_ptr<Descriptor>> preopen(Fd fd) const;
  std::uint64_t bytes_ready(const Subscription& subscription) const;

  ContextState& context_;
  GuestMemory memory_;
  Interrupts interrupts_;
  std::unique_lock<std::mutex> lock_;
  std::optional<Error> stopped_;
};

/// Something to wait for until a descriptor can be read or written; null if it is none of those.
std::unique_ptr<Pollable> readable(const Object& object);
std::unique_ptr<Pollable> writable(const Object& object);
/// Whether preview 1's flags are consistent; the times that they say.
Outcome<NewTimes> new_times(std::uint64_t atim, std::uint64_t mtim, std::uint32_t flags);

template <class T>
Outcome<std::shared_ptr<T>> Call::object(Fd fd, Rights rights) const {
  const Outcome<std::shared_ptr<Descriptor>> found = descriptor(fd, rights);
  if (!found) return found.error();
  const auto* typed = std::get_if<std::shared_ptr<T>>(&(*found)->object);
  if (typed == nullptr) return Errno::badf;
  return *typed;
}

template <class Attempt, class Subscribe>
auto Call::until_done(const Descriptor& descriptor, Attempt attempt, Subscribe subscribe)
    -> decltype(attempt()) {
  while (true) {
    auto result = attempt();
    if (result.error() != Errno::would_block || (descriptor.flags & fdflag::nonblock) != 0) {
      return result;
    }
    const std::unique_ptr<Pollable> pollable = subscribe();
    if (!pollable) return result;
    Pollable* const one[] = {pollable.get()};
    if (!sleep(one)) return Errno::intr;
  }
}

template <class Piece, class Attempt, class Subscribe>
Outcome<std::size_t> Call::transfer(const Descriptor& descriptor, const std::vector<Piece>& pieces,
                                    Attempt attempt, Subscribe subscribe, bool whole) {
  std::size_t total = 0;
  for (Piece piece : pieces) {
    while (!piece.empty()) {
      if (total != 0 && interrupted()) return total;
      Outcome<std::size_t> done = attempt(piece);
      if (done.error() == Errno::would_block && (whole || total == 0)) {
        done = until_done(
            descriptor, [&] { return attempt(piece); }, subscribe);
      }
      if (!done) return total == 0 ? done : Outcome<std::size_t>(total);
      const std::size_t count = std::min(*done, piece.size());
      total += count;
      if (count == 0 || (!whole && count < piece.size())) return total;
      piece = piece.subspan(count);
    }
  }
  return total;
}

}  // namespace wrun::inline v0::wasi::preview1
