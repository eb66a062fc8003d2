/* WASI: a file system of the program's, in memory, that a guest reads and writes. */

#include "guest.h"

typedef wrun_wasi_errno_t err_t;

enum { MOST_NODES = 16, MOST_BYTES = 256, MOST_NAME = 32 };
/* A file, a directory or a link, which has its target as bytes. */
typedef struct node_t {
  char name[MOST_NAME];
  struct node_t* parent; /* NULL: not in use, but for the root */
  wrun_wasi_filetype_t type;
  uint64_t modified;
  size_t size;
  char bytes[MOST_BYTES];
} node_t;

typedef struct {
  node_t nodes[MOST_NODES]; /* the first is the root */
  int open;
  int roots_closed;
  int finalized;
} system_t;

static node_t* find_child(system_t* system, const node_t* parent, const char* name, size_t size) {
  for (int i = 1; i < MOST_NODES; ++i) {
    node_t* each = &system->nodes[i];
    if (each->parent == parent && strlen(each->name) == size && !memcmp(each->name, name, size))
      return each;
  }
  return NULL;
}
/* Walks to the directory that the last component is in; NULL if there is none. */
static node_t* walk(system_t* system, node_t* from, const char** path) {
  for (const char* slash; from && (slash = strchr(*path, '/')) && slash[1]; *path = slash + 1)
    from = find_child(system, from, *path, (size_t)(slash - *path));
  return from && from->type == WRUN_WASI_FILETYPE_DIRECTORY ? from : NULL;
}
static node_t* find(system_t* system, node_t* from, const char* path) {
  node_t* parent = walk(system, from, &path);
  if (!parent || strcmp(path, ".") == 0) return parent;
  return find_child(system, parent, path, strcspn(path, "/"));
}
static err_t make(system_t* system, node_t* from, const char* path, wrun_wasi_filetype_t type,
                  node_t** out) {
  node_t* parent = walk(system, from, &path);
  const size_t size = strcspn(path, "/");
  if (!parent) return WRUN_WASI_ERRNO_NOENT;
  if (strstr(path, "..") || path[0] == '/') return WRUN_WASI_ERRNO_NOTCAPABLE;
  if (size >= MOST_NAME) return WRUN_WASI_ERRNO_NAMETOOLONG;
  if (find_child(system, parent, path, size)) return WRUN_WASI_ERRNO_EXIST;
  for (int i = 1; i < MOST_NODES; ++i) {
    node_t* each = &system->nodes[i];
    if (each->parent) continue;
    memset(each, 0, sizeof *each);
    memcpy(each->name, path, size);
    each->parent = parent;
    each->type = type;
    *out = each;
    return 0;
  }
  return WRUN_WASI_ERRNO_NOSPC;
}
static err_t fs_open(void* env, void* directory, const char* path, const wrun_wasi_open_t* how,
                     void** node, bool* is_directory) {
  system_t* system = env;
  node_t* found = find(system, directory, path);
  err_t error = found ? 0 : WRUN_WASI_ERRNO_NOENT;
  if (found && how->exclusive) error = WRUN_WASI_ERRNO_EXIST;
  if (!found && how->create)
    error = make(system, directory, path, WRUN_WASI_FILETYPE_REGULAR_FILE, &found);
  if (error) return error;
  *is_directory = found->type == WRUN_WASI_FILETYPE_DIRECTORY;
  if (how->directory && !*is_directory) return WRUN_WASI_ERRNO_NOTDIR;
  if (how->truncate) found->size = 0;
  ++system->open;
  *node = found;
  return 0;
}
static void fs_close(void* env, void* node) {
  system_t* system = env;
  if (node == &system->nodes[0]) {
    ++system->roots_closed;
  } else {
    --system->open;
  }
}
static err_t fs_stat(void* env, void* node, wrun_wasi_filestat_t* out) {
  const node_t* of = node;
  out->inode = (uint64_t)(of - ((system_t*)env)->nodes) + 1;
  out->links = 1;
  out->size = of->size;
  out->modified = of->modified;
  out->type = of->type;
  return 0;
}
static err_t fs_read(void* env, void* node, uint64_t offset, void* bytes, size_t size,
                     size_t* done) {
  (void)env;
  const node_t* file = node;
  const size_t left = offset < file->size ? file->size - (size_t)offset : 0;
  *done = size < left ? size : left;
  memcpy(bytes, file->bytes + (left ? offset : 0), *done);
  return 0;
}
static err_t fs_write(void* env, void* node, uint64_t offset, const void* bytes, size_t size,
                      size_t* done) {
  (void)env;
  node_t* file = node;
  if (offset >= MOST_BYTES) return WRUN_WASI_ERRNO_NOSPC;
  *done = size < MOST_BYTES - offset ? size : MOST_BYTES - (size_t)offset;
  memcpy(file->bytes + offset, bytes, *done);
  if (file->size < offset + *done) file->size = (size_t)offset + *done;
  return 0;
}
static err_t fs_set_size(void* env, void* node, uint64_t size) {
  (void)env;
  if (size > MOST_BYTES) return WRUN_WASI_ERRNO_NOSPC;
  node_t* file = node;
  if (size > file->size) memset(file->bytes + file->size, 0, (size_t)size - file->size);
  file->size = (size_t)size;
  return 0;
}
static err_t fs_stat_at(void* env, void* directory, const char* path, bool follow,
                        wrun_wasi_filestat_t* out) {
  node_t* found = find(env, directory, path);
  const bool leads_on = follow && found && found->type == WRUN_WASI_FILETYPE_SYMBOLIC_LINK;
  return found && !leads_on ? fs_stat(env, found, out) : WRUN_WASI_ERRNO_NOENT;
}
static err_t fs_set_times_at(void* env, void* directory, const char* path, bool follow,
                             const wrun_wasi_times_t* times) {
  node_t* found = find(env, directory, path);
  if (!found || follow) return WRUN_WASI_ERRNO_NOENT;
  if (times->change_modified == WRUN_WASI_TIME_SET) found->modified = times->modified;
  return 0;
}
static err_t fs_create_directory(void* env, void* directory, const char* path) {
  node_t* made = NULL;
  return make(env, directory, path, WRUN_WASI_FILETYPE_DIRECTORY, &made);
}
static err_t fs_symlink(void* env, void* directory, const char* target, const char* path) {
  node_t* made = NULL;
  const err_t error = make(env, directory, path, WRUN_WASI_FILETYPE_SYMBOLIC_LINK, &made);
  return error ? error : fs_write(env, made, 0, target, strlen(target), &made->size);
}
static err_t fs_read_link(void* env, void* directory, const char* path, char* target, size_t size,
                          size_t* done) {
  node_t* found = find(env, directory, path);
  if (!found || found->type != WRUN_WASI_FILETYPE_SYMBOLIC_LINK) return WRUN_WASI_ERRNO_INVAL;
  return fs_read(env, found, 0, target, size, done);
}
static err_t fs_entry(void* env, void* directory, uint64_t after, wrun_wasi_entry_t* out) {
  static const char* const dots[] = {".", ".."};
  const node_t* nodes = ((system_t*)env)->nodes;
  for (uint64_t i = after; i < MOST_NODES + 1; ++i) {
    if (i >= 2 && nodes[i - 1].parent != directory) continue;
    out->next = i + 1;
    out->name = i < 2 ? dots[i] : nodes[i - 1].name;
    out->type = i < 2 ? WRUN_WASI_FILETYPE_DIRECTORY : nodes[i - 1].type;
    return 0;
  }
  return 0;
}
/* End of the file system. */

static void finalize(void* env) {
  ++((system_t*)env)->finalized;
}

static wrun_wasi_directory_t* mount(system_t* system) {
  wrun_wasi_filesystem_methods_t methods = WRUN_WASI_FILESYSTEM_METHODS_INIT;
  methods.open = fs_open;
  methods.close = fs_close;
  methods.stat = fs_stat;
  methods.read = fs_read;
  methods.write = fs_write;
  methods.set_size = fs_set_size;
  methods.stat_at = fs_stat_at;
  methods.set_times_at = fs_set_times_at;
  methods.create_directory = fs_create_directory;
  methods.symlink = fs_symlink;
  methods.read_link = fs_read_link;
  methods.entry = fs_entry;
  system->nodes[0].type = WRUN_WASI_FILETYPE_DIRECTORY;
  wrun_wasi_directory_t* root = NULL;
  OK(wrun_wasi_directory_implement(&methods, system, &system->nodes[0], finalize, &root));
  return root;
}

static node_t* add(system_t* system, const char* path, wrun_wasi_filetype_t type,
                   const char* bytes) {
  node_t* made = NULL;
  CHECK(make(system, &system->nodes[0], path, type, &made) == 0);
  CHECK(fs_write(system, made, 0, bytes, strlen(bytes), &made->size) == 0);
  return made;
}

/* A guest reads a file, writes over it, and makes one. */
static void test_guest(wasm_engine_t* engine, system_t* system) {
  wrun_wasi_directory_t* root = mount(system);
  wrun_wasi_config_t* config = wrun_wasi_config_new();
  wrun_wasi_output_t* output = wrun_wasi_output_buffer(100);
  wrun_wasi_config_set_stdout(config, output);
  OK(wrun_wasi_config_add_directory(config, root, "/", WRUN_WASI_READ_WRITE));
  wrun_wasi_directory_delete(root);
  guest_t guest = start_guest(engine, config);
  wrun_wasi_config_delete(config);

  CHECK(call_guest(&guest, "open", 2, 0, 2) == -WRUN_WASI_ERRNO_NOENT);
  add(system, "dir", WRUN_WASI_FILETYPE_DIRECTORY, "");
  const int32_t made = call_guest(&guest, "open", 2, 1, 64);
  CHECK(made > 0 && call_guest(&guest, "write", 1, made, 0) == 0);
  const int32_t opened = call_guest(&guest, "open", 2, 0, 2);
  CHECK(opened > 0 && system->open == 2);
  CHECK(call_guest(&guest, "copy", 2, opened, 1) == 0);
  wasm_byte_vec_t text;
  CHECK(wrun_wasi_output_text(output, &text));
  printf("the guest wrote %.*s\n", (int)text.size, text.data);
  wasm_byte_vec_delete(&text);
  CHECK(!system->finalized);
  end_guest(&guest);
  CHECK(system->finalized == 1 && system->open == 0 && system->roots_closed == 1);
  wrun_wasi_output_delete(output);
}

/* Both ways between this and the library's own file system: every kind of file, and its times. */
static void test_copies(system_t* system) {
  add(system, "dir/link", WRUN_WASI_FILETYPE_SYMBOLIC_LINK, "note.txt");
  add(system, "dir/old.txt", WRUN_WASI_FILETYPE_REGULAR_FILE, "old")->modified = 1234;
  wrun_wasi_files_t* files = NULL;
  OK(wrun_wasi_files_new(NULL, &files));
  wrun_wasi_directory_t* theirs = wrun_wasi_files_root(files);
  wrun_wasi_directory_t* ours = mount(system);
  OK(wrun_wasi_directory_copy_tree(ours, theirs));
  wasm_byte_vec_t content;
  OK(wrun_wasi_files_read(files, "dir/link", 100, &content));
  printf("the link leads to %.*s\n", (int)content.size, content.data);
  wasm_byte_vec_delete(&content);

  static system_t other;
  wrun_wasi_directory_t* copy = mount(&other);
  OK(wrun_wasi_directory_copy_tree(theirs, copy));
  node_t* old = find(&other, &other.nodes[0], "dir/old.txt");
  CHECK(old && old->modified == 1234 && old->size == 3 && memcmp(old->bytes, "old", 3) == 0);
  node_t* link = find(&other, &other.nodes[0], "dir/link");
  CHECK(link && link->type == WRUN_WASI_FILETYPE_SYMBOLIC_LINK && link->size == 8);
  CHECK(other.open == 0);
  wrun_wasi_directory_delete(ours);
  wrun_wasi_directory_delete(theirs);
  wrun_wasi_directory_delete(copy);
  wrun_wasi_files_delete(files);
}

/* What isn't there is an errno; what can't be is an error. */
static void test_lacking(wasm_engine_t* engine) {
  static system_t system;
  wrun_wasi_filesystem_methods_t methods = WRUN_WASI_FILESYSTEM_METHODS_INIT;
  methods.close = fs_close;
  methods.struct_size += 8;
  wrun_wasi_directory_t* root = NULL;
  FAILS(WRUN_ERROR_USAGE,
        wrun_wasi_directory_implement(&methods, &system, &system.nodes[0], finalize, &root));
  CHECK(system.finalized == 1 && system.roots_closed == 0);
  methods.struct_size -= 8;
  methods.close = NULL;
  OK(wrun_wasi_directory_implement(&methods, &system, NULL, NULL, &root));
  wrun_wasi_config_t* config = wrun_wasi_config_new();
  OK(wrun_wasi_config_add_directory(config, root, "/", WRUN_WASI_READ_WRITE));
  wrun_wasi_directory_delete(root);
  guest_t guest = start_guest(engine, config);
  CHECK(call_guest(&guest, "open", 2, 0, 2) == -WRUN_WASI_ERRNO_NOTSUP);
  end_guest(&guest);
  wrun_wasi_config_delete(config);
}

int main(void) {
  static system_t system;
  wasm_engine_t* engine = wasm_engine_new();
  test_guest(engine, &system);
  test_copies(&system);
  test_lacking(engine);
  wasm_engine_delete(engine);
  return 0;
}
