/* WASI: directories of the host's, in memory, in archives. */

#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

/* What a guest finds in dir/note.txt of a directory; nothing if it can't be opened. */
static void show(wasm_engine_t* engine, const char* what, const wrun_wasi_directory_t* directory) {
  wrun_wasi_config_t* config = wrun_wasi_config_new();
  wrun_wasi_output_t* output = wrun_wasi_output_buffer(1000);
  wrun_wasi_config_set_stdout(config, output);
  OK(wrun_wasi_config_add_directory(config, directory, "/", WRUN_WASI_READ_WRITE));
  guest_t guest = start_guest(engine, config);
  const int32_t descriptor = call_guest(&guest, "open", 2, 0, 2);
  if (descriptor > 0) CHECK(call_guest(&guest, "copy", 2, descriptor, 1) == 0);
  wasm_byte_vec_t text;
  CHECK(wrun_wasi_output_text(output, &text));
  printf("%s: %.*s\n", what, (int)text.size, text.data);
  wasm_byte_vec_delete(&text);
  end_guest(&guest);
  wrun_wasi_output_delete(output);
  wrun_wasi_config_delete(config);
}

/* The errno of making dir/note.txt and writing to it, 0 for success. */
static int32_t change(wasm_engine_t* engine, const wrun_wasi_directory_t* directory,
                      wrun_wasi_access_t access) {
  wrun_wasi_config_t* config = wrun_wasi_config_new();
  OK(wrun_wasi_config_add_directory(config, directory, "/", access));
  guest_t guest = start_guest(engine, config);
  const int32_t descriptor = call_guest(&guest, "open", 2, 1, 64);
  const int32_t result =
      descriptor > 0 ? call_guest(&guest, "write", 1, descriptor, 0) : -descriptor;
  end_guest(&guest);
  wrun_wasi_config_delete(config);
  return result;
}

static wrun_wasi_files_t* make_files(const char* content) {
  wrun_wasi_quota_t quota = WRUN_WASI_QUOTA_INIT;
  quota.bytes = 1 << 20;
  wrun_wasi_files_t* files = NULL;
  OK(wrun_wasi_files_new(&quota, &files));
  OK(wrun_wasi_files_write(files, "dir/note.txt", content, strlen(content)));
  return files;
}

static void test_memory(wasm_engine_t* engine) {
  wrun_wasi_files_t* files = make_files("in memory");
  wrun_wasi_directory_t* root = wrun_wasi_files_root(files);
  show(engine, "files", root);
  wrun_wasi_directory_t* view = wrun_wasi_directory_read_only(root);
  CHECK(change(engine, view, WRUN_WASI_READ_WRITE) == 69); /* rofs */
  wrun_wasi_files_t* upper_files = NULL;
  OK(wrun_wasi_files_new(NULL, &upper_files));
  wrun_wasi_directory_t* upper = wrun_wasi_files_root(upper_files);
  wrun_wasi_directory_t* both = wrun_wasi_directory_overlay(view, upper);
  CHECK(change(engine, both, WRUN_WASI_READ_WRITE) == 0);
  show(engine, "overlay", both);
  show(engine, "lower", root);

  wasm_byte_vec_t content;
  OK(wrun_wasi_files_read(files, "dir/note.txt", 100, &content));
  CHECK(content.size == 9);
  wasm_byte_vec_delete(&content);
  FAILS(WRUN_ERROR_IO, wrun_wasi_files_read(files, "dir/note.txt", 3, &content));
  FAILS(WRUN_ERROR_IO, wrun_wasi_files_read(files, "none", 3, &content));
  wrun_wasi_quota_t used = WRUN_WASI_QUOTA_INIT;
  CHECK(wrun_wasi_files_usage(files, &used) && used.bytes >= 9 && used.files >= 2);

  wrun_wasi_files_t* copies = NULL;
  OK(wrun_wasi_files_new(NULL, &copies));
  wrun_wasi_directory_t* copy = wrun_wasi_files_root(copies);
  OK(wrun_wasi_directory_copy_tree(root, copy));
  show(engine, "copy", copy);
  wrun_wasi_directory_delete(copy);
  wrun_wasi_files_delete(copies);
  wrun_wasi_directory_delete(both);
  wrun_wasi_directory_delete(upper);
  wrun_wasi_files_delete(upper_files);
  wrun_wasi_directory_delete(view);
  wrun_wasi_directory_delete(root);
  wrun_wasi_files_delete(files);
}

/* A .tar of one file. */
static size_t make_archive(char archive[2048], const char* content) {
  memset(archive, 0, 2048);
  strcpy(archive, "dir/note.txt");
  strcpy(archive + 100, "0000644");
  strcpy(archive + 108, "0000000");
  strcpy(archive + 116, "0000000");
  snprintf(archive + 124, 12, "%011o", (unsigned)strlen(content));
  strcpy(archive + 136, "00000000000");
  memset(archive + 148, ' ', 8);
  archive[156] = '0';
  memcpy(archive + 257, "ustar\00000", 8);
  unsigned sum = 0;
  for (int i = 0; i < 512; ++i) sum += (unsigned char)archive[i];
  snprintf(archive + 148, 8, "%06o", sum);
  strcpy(archive + 512, content);
  return 2048;
}

static void write_file(const char* path, const void* bytes, size_t size) {
  FILE* file = fopen(path, "wb");
  CHECK(file != NULL && fwrite(bytes, size, 1, file) == 1 && fclose(file) == 0);
}

static void test_host(wasm_engine_t* engine) {
  char path[] = "/tmp/wrun-dir-XXXXXX";
  CHECK(mkdtemp(path) != NULL);
  char name[80];
  snprintf(name, sizeof name, "%s/dir", path);
  CHECK(mkdir(name, 0700) == 0);
  snprintf(name, sizeof name, "%s/dir/note.txt", path);
  write_file(name, "on disk", 7);
  wrun_wasi_host_directory_options_t options = WRUN_WASI_HOST_DIRECTORY_OPTIONS_INIT;
  options.force_walk = true;
  wrun_wasi_directory_t* directory = NULL;
  OK(wrun_wasi_directory_host(path, &options, &directory));
  show(engine, "host", directory);
  CHECK(change(engine, directory, WRUN_WASI_READ) != 0);
  CHECK(change(engine, directory, WRUN_WASI_READ | WRUN_WASI_WRITE | WRUN_WASI_CREATE) == 0);
  show(engine, "host", directory);
  wrun_wasi_directory_delete(directory);
  FAILS(WRUN_ERROR_IO, wrun_wasi_directory_host("/nowhere", NULL, &directory));

  wrun_wasi_config_t* config = wrun_wasi_config_new();
  OK(wrun_wasi_config_add_dir(config, path, "/data", WRUN_WASI_READ, NULL));
  FAILS(WRUN_ERROR_IO, wrun_wasi_config_add_dir(config, "/nowhere", "/x", WRUN_WASI_READ, NULL));
  guest_t guest = start_guest(engine, config);
  CHECK(call_guest(&guest, "open", 2, 0, 2) > 0);
  end_guest(&guest);
  wrun_wasi_config_delete(config);

  char archive[2048];
  const size_t size = make_archive(archive, "packed");
  OK(wrun_wasi_directory_archive(archive, size, NULL, &directory));
  show(engine, "archive", directory);
  wrun_wasi_directory_delete(directory);
  FAILS(WRUN_ERROR_MALFORMED, wrun_wasi_directory_archive("no archive", 10, NULL, &directory));
  write_file(name, archive, size);
  OK(wrun_wasi_directory_archive_file(name, NULL, &directory));
  show(engine, "archive", directory);
  wrun_wasi_directory_delete(directory);

  remove(name);
  snprintf(name, sizeof name, "%s/dir", path);
  rmdir(name);
  rmdir(path);
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  test_memory(engine);
  test_host(engine);
  wasm_engine_delete(engine);
  return 0;
}
