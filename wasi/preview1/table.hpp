#pragma once

// The one table of wasi_snapshot_preview1: each function's name and the method that it is. The
// WebAssembly types of the imports are those of the methods.

#include <tuple>

#include "wasi/preview1/call.hpp"

namespace wrun::inline v0::wasi::preview1 {

inline constexpr auto module_name = "wasi_snapshot_preview1";

template <auto Method>
struct Row {
  const char* name;
};

inline constexpr auto functions = std::tuple{
    Row<&Call::args_get>{"args_get"},
    Row<&Call::args_sizes_get>{"args_sizes_get"},
    Row<&Call::clock_res_get>{"clock_res_get"},
    Row<&Call::clock_time_get>{"clock_time_get"},
    Row<&Call::environ_get>{"environ_get"},
    Row<&Call::environ_sizes_get>{"environ_sizes_get"},
    Row<&Call::fd_advise>{"fd_advise"},
    Row<&Call::fd_allocate>{"fd_allocate"},
    Row<&Call::fd_close>{"fd_close"},
    Row<&Call::fd_datasync>{"fd_datasync"},
    Row<&Call::fd_fdstat_get>{"fd_fdstat_get"},
    Row<&Call::fd_fdstat_set_flags>{"fd_fdstat_set_flags"},
    Row<&Call::fd_fdstat_set_rights>{"fd_fdstat_set_rights"},
    Row<&Call::fd_filestat_get>{"fd_filestat_get"},
    Row<&Call::fd_filestat_set_size>{"fd_filestat_set_size"},
    Row<&Call::fd_filestat_set_times>{"fd_filestat_set_times"},
    Row<&Call::fd_pread>{"fd_pread"},
    Row<&Call::fd_prestat_dir_name>{"fd_prestat_dir_name"},
    Row<&Call::fd_prestat_get>{"fd_prestat_get"},
    Row<&Call::fd_pwrite>{"fd_pwrite"},
    Row<&Call::fd_read>{"fd_read"},
    Row<&Call::fd_readdir>{"fd_readdir"},
    Row<&Call::fd_renumber>{"fd_renumber"},
    Row<&Call::fd_seek>{"fd_seek"},
    Row<&Call::fd_sync>{"fd_sync"},
    Row<&Call::fd_tell>{"fd_tell"},
    Row<&Call::fd_write>{"fd_write"},
    Row<&Call::path_create_directory>{"path_create_directory"},
    Row<&Call::path_filestat_get>{"path_filestat_get"},
    Row<&Call::path_filestat_set_times>{"path_filestat_set_times"},
    Row<&Call::path_link>{"path_link"},
    Row<&Call::path_open>{"path_open"},
    Row<&Call::path_readlink>{"path_readlink"},
    Row<&Call::path_remove_directory>{"path_remove_directory"},
    Row<&Call::path_rename>{"path_rename"},
    Row<&Call::path_symlink>{"path_symlink"},
    Row<&Call::path_unlink_file>{"path_unlink_file"},
    Row<&Call::poll_oneoff>{"poll_oneoff"},
    Row<&Call::proc_exit>{"proc_exit"},
    Row<&Call::proc_raise>{"proc_raise"},
    Row<&Call::random_get>{"random_get"},
    Row<&Call::sched_yield>{"sched_yield"},
    Row<&Call::sock_accept>{"sock_accept"},
    Row<&Call::sock_recv>{"sock_recv"},
    Row<&Call::sock_send>{"sock_send"},
    Row<&Call::sock_shutdown>{"sock_shutdown"},
};

}  // namespace wrun::inline v0::wasi::preview1
