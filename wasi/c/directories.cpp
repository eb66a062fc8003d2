// Directories for C programs: the host's, in memory, in archives.

#include "wasi/c/handles.hpp"
#include "wasi/c/options.hpp"

using namespace wrun;
using namespace wrun::wasi;

extern "C" {

void wrun_wasi_directory_delete(wrun_wasi_directory_t* directory) {
  delete directory;
}

wrun_error_t* wrun_wasi_directory_host(const char* path,
                                       const wrun_wasi_host_directory_options_t* options,
                                       wrun_wasi_directory_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto read = read_host_options(options);
    if (!read) return std::move(read).error();
    return give_handle(host_directory(std::string(capi::text(path)), *read), capi::text(path), out);
  });
}

wrun_wasi_directory_t* wrun_wasi_directory_read_only(const wrun_wasi_directory_t* directory) {
  return make_handle<wrun_wasi_directory_t>([&] { return read_only_view(directory->directory); });
}

wrun_wasi_directory_t* wrun_wasi_directory_overlay(const wrun_wasi_directory_t* lower,
                                                   const wrun_wasi_directory_t* upper) {
  return make_handle<wrun_wasi_directory_t>(
      [&] { return overlay(lower->directory, upper->directory); });
}

wrun_error_t* wrun_wasi_directory_copy_tree(const wrun_wasi_directory_t* from,
                                            const wrun_wasi_directory_t* to) {
  return capi::attempt([&]() -> Result<void> {
    const auto done = copy_tree(*from->directory, *to->directory);
    if (!done) return io_error("copying a directory", done.error());
    return {};
  });
}

wrun_error_t* wrun_wasi_directory_archive(const void* bytes, size_t size,
                                          const wrun_wasi_quota_t* quota,
                                          wrun_wasi_directory_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto read = read_quota(quota);
    if (!read) return std::move(read).error();
    return give_handle(archive_directory({static_cast<const std::byte*>(bytes), size}, *read), out);
  });
}

wrun_error_t* wrun_wasi_directory_archive_file(const char* path, const wrun_wasi_quota_t* quota,
                                               wrun_wasi_directory_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto read = read_quota(quota);
    if (!read) return std::move(read).error();
    return give_handle(archive_file(std::string(capi::text(path)), *read), out);
  });
}

wrun_error_t* wrun_wasi_files_new(const wrun_wasi_quota_t* quota, wrun_wasi_files_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto read = read_quota(quota);
    if (!read) return std::move(read).error();
    *out = new wrun_wasi_files_t{MemoryFiles::create(*read)};
    return {};
  });
}

wrun_error_t* wrun_wasi_files_new_with_clock(const wrun_wasi_quota_t* quota,
                                             const wrun_wasi_clock_t* clock,
                                             wrun_wasi_files_t** out) {
  return capi::attempt([&]() -> Result<void> {
    auto read = read_quota(quota);
    if (!read) return std::move(read).error();
    *out = new wrun_wasi_files_t{MemoryFiles::create(*read, clock->clock)};
    return {};
  });
}

void wrun_wasi_files_delete(wrun_wasi_files_t* files) {
  delete files;
}

wrun_wasi_directory_t* wrun_wasi_files_root(const wrun_wasi_files_t* files) {
  return make_handle<wrun_wasi_directory_t>([&] { return files->files->root(); });
}

wrun_error_t* wrun_wasi_files_write(wrun_wasi_files_t* files, const char* path, const void* bytes,
                                    size_t size) {
  return capi::attempt([&]() -> Result<void> {
    const auto done =
        files->files->write(std::string(capi::text(path)), {static_cast<const char*>(bytes), size});
    if (!done) return io_error(capi::text(path), done.error());
    return {};
  });
}

wrun_error_t* wrun_wasi_files_read(const wrun_wasi_files_t* files, const char* path, uint64_t most,
                                   wasm_byte_vec_t* out) {
  return capi::attempt([&]() -> Result<void> {
    const auto content = files->files->read(std::string(capi::text(path)), most);
    if (!content) return io_error(capi::text(path), content.error());
    return give_bytes(*content, out);
  });
}

bool wrun_wasi_files_usage(const wrun_wasi_files_t* files, wrun_wasi_quota_t* out) {
  return capi::guarded(false, [&] {
    const FilesUsage usage = files->files->usage();
    return capi::write_answers({sizeof *out, usage.bytes, usage.files}, *out);
  });
}

}  // extern "C"
