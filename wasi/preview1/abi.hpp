#pragma once

// Numbers and layouts of wasi_snapshot_preview1, as its witx says.
// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md

#include <cstdint>

namespace wrun::inline v0::wasi::preview1 {

using Fd = std::uint32_t;
using Address = std::uint32_t;
using Size = std::uint32_t;

/// A set of rights.
using Rights = std::uint64_t;

namespace right {
inline constexpr Rights fd_datasync = 1u << 0;
inline constexpr Rights fd_read = 1u << 1;
inline constexpr Rights fd_seek = 1u << 2;
inline constexpr Rights fd_fdstat_set_flags = 1u << 3;
inline constexpr Rights fd_sync = 1u << 4;
inline constexpr Rights fd_tell = 1u << 5;
inline constexpr Rights fd_write = 1u << 6;
inline constexpr Rights fd_advise = 1u << 7;
inline constexpr Rights fd_allocate = 1u << 8;
inline constexpr Rights path_create_directory = 1u << 9;
inline constexpr Rights path_create_file = 1u << 10;
inline constexpr Rights path_link_source = 1u << 11;
inline constexpr Rights path_link_target = 1u << 12;
inline constexpr Rights path_open = 1u << 13;
inline constexpr Rights fd_readdir = 1u << 14;
inline constexpr Rights path_readlink = 1u << 15;
inline constexpr Rights path_rename_source = 1u << 16;
inline constexpr Rights path_rename_target = 1u << 17;
inline constexpr Rights path_filestat_get = 1u << 18;
inline constexpr Rights path_filestat_set_size = 1u << 19;
inline constexpr Rights path_filestat_set_times = 1u << 20;
inline constexpr Rights fd_filestat_get = 1u << 21;
inline constexpr Rights fd_filestat_set_size = 1u << 22;
inline constexpr Rights fd_filestat_set_times = 1u << 23;
inline constexpr Rights path_symlink = 1u << 24;
inline constexpr Rights path_remove_directory = 1u << 25;
inline constexpr Rights path_unlink_file = 1u << 26;
inline constexpr Rights poll_fd_readwrite = 1u << 27;
inline constexpr Rights sock_shutdown = 1u << 28;
inline constexpr Rights sock_accept = 1u << 29;

inline constexpr Rights none = 0;
inline constexpr Rights stream =
    fd_read | fd_write | fd_fdstat_set_flags | fd_filestat_get | poll_fd_readwrite;
inline constexpr Rights socket = stream | sock_shutdown | sock_accept;
inline constexpr Rights file = fd_datasync | fd_read | fd_seek | fd_fdstat_set_flags | fd_sync |
                               fd_tell | fd_write | fd_advise | fd_allocate | fd_filestat_get |
                               fd_filestat_set_size | fd_filestat_set_times | poll_fd_readwrite;
inline constexpr Rights directory =
    fd_fdstat_set_flags | fd_sync | fd_datasync | fd_advise | path_create_directory |
    path_create_file | path_link_source | path_link_target | path_open | fd_readdir |
    path_readlink | path_rename_source | path_rename_target | path_filestat_get |
    path_filestat_set_size | path_filestat_set_times | fd_filestat_get | fd_filestat_set_times |
    path_symlink | path_remove_directory | path_unlink_file | poll_fd_readwrite;
}  // namespace right

namespace fdflag {
inline constexpr std::uint16_t append = 1;
inline constexpr std::uint16_t dsync = 2;
inline constexpr std::uint16_t nonblock = 4;
inline constexpr std::uint16_t rsync = 8;
inline constexpr std::uint16_t sync = 16;
inline constexpr std::uint16_t all = 31;
}  // namespace fdflag

namespace oflag {
inline constexpr std::uint32_t creat = 1;
inline constexpr std::uint32_t directory = 2;
inline constexpr std::uint32_t excl = 4;
inline constexpr std::uint32_t trunc = 8;
inline constexpr std::uint32_t all = 15;
}  // namespace oflag

namespace fstflag {
inline constexpr std::uint32_t atim = 1;
inline constexpr std::uint32_t atim_now = 2;
inline constexpr std::uint32_t mtim = 4;
inline constexpr std::uint32_t mtim_now = 8;
inline constexpr std::uint32_t all = 15;
}  // namespace fstflag

inline constexpr std::uint32_t lookup_symlink_follow = 1;

enum class Whence : std::uint8_t { set, cur, end };
enum class EventType : std::uint8_t { clock, fd_read, fd_write };
inline constexpr std::uint16_t subclock_abstime = 1;
inline constexpr std::uint16_t eventrw_hangup = 1;

inline constexpr std::uint32_t recv_peek = 1;
inline constexpr std::uint32_t recv_waitall = 2;
inline constexpr std::uint32_t shutdown_read = 1;
inline constexpr std::uint32_t shutdown_write = 2;

/// Bytes in a struct.
inline constexpr std::uint32_t iovec_size = 8;
inline constexpr std::uint32_t subscription_size = 48;
inline constexpr std::uint32_t event_size = 32;
inline constexpr std::uint32_t dirent_size = 24;
inline constexpr std::uint32_t filestat_size = 64;
inline constexpr std::uint32_t fdstat_size = 24;
inline constexpr std::uint32_t prestat_size = 8;

/// As POSIX's IOV_MAX.
inline constexpr std::uint32_t iovec_limit = 1024;
inline constexpr std::uint32_t path_limit = 65536;

}  // namespace wrun::inline v0::wasi::preview1
