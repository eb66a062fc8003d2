#pragma once

// Options of directories and files as C programs give them.

#include "wasi/c/handles.hpp"

namespace wrun::inline v0::wasi {

inline Access to_access(wrun_wasi_access_t access) {
  return static_cast<Access>(access & WRUN_WASI_READ_WRITE);
}

inline Result<HostDirectoryOptions> read_host_options(
    const wrun_wasi_host_directory_options_t* options) {
  const wrun_wasi_host_directory_options_t defaults = WRUN_WASI_HOST_DIRECTORY_OPTIONS_INIT;
  auto read = capi::read_options(options ? *options : defaults, defaults);
  if (!read) return std::move(read).error();
  return HostDirectoryOptions{read->special_files, read->force_walk};
}

inline Result<FilesQuota> read_quota(const wrun_wasi_quota_t* quota) {
  const wrun_wasi_quota_t defaults = WRUN_WASI_QUOTA_INIT;
  auto read = capi::read_options(quota ? *quota : defaults, defaults);
  if (!read) return std::move(read).error();
  return FilesQuota{read->bytes, read->files};
}

}  // namespace wrun::inline v0::wasi
