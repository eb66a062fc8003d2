/* Tiers, compile threads, profilers and the cache of machine code. */

#include <unistd.h>

#include "support.h"

static const char* text =
    "(module (func (export \"sum\") (param i32) (result i32) (local i32)"
    "  (loop (local.set 1 (i32.add (local.get 1) (local.get 0)))"
    "    (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"
    "  (local.get 1)))";

static bool is_info(wasm_engine_t* engine, wrun_engine_info_t which, const char* wanted) {
  wasm_name_t found;
  wrun_engine_info(engine, which, &found);
  const bool is_equal = strcmp(found.data, wanted) == 0;
  wasm_byte_vec_delete(&found);
  return is_equal;
}

/* Takes the configuration. */
static void run(wasm_config_t* config, const char* tier) {
  wasm_engine_t* engine = wasm_engine_new_with_config(config);
  wasm_store_t* store = wasm_store_new(engine);
  wasm_instance_t* instance = instantiate(engine, store, text);
  wasm_extern_t* sum = get_export(instance, "sum");
  for (int i = 0; i < 20; ++i) {
    const int32_t count = 10000;
    CHECK(call_i32(wasm_extern_as_func(sum), 1, &count) == 50005000);
  }
  /* Where nothing can be compiled, all is interpreted. */
  CHECK(is_info(engine, WRUN_INFO_TIER, tier) || is_info(engine, WRUN_INFO_TIER, "interpreter"));
  CHECK(is_info(engine, WRUN_INFO_MEMORY_CHECKS, "explicit"));
  wasm_extern_delete(sum);
  wasm_instance_delete(instance);
  wasm_store_delete(store);
  wasm_engine_delete(engine);
}

static bool is_there(const char* directory, const char* format) {
  char path[200];
  char name[100];
  snprintf(name, sizeof name, format, (int)getpid());
  snprintf(path, sizeof path, "%s/%s", directory, name);
  const bool found = access(path, F_OK) == 0;
  if (found) CHECK(unlink(path) == 0);
  return found;
}

/* A first engine fills the cache, a second one takes from it. */
static void use_cache(const char* directory) {
  for (int i = 0; i < 2; ++i) {
    wasm_config_t* config = wasm_config_new();
    wrun_compiler_options_t options = WRUN_COMPILER_OPTIONS_INIT;
    options.explicit_checks = true;
    OK(wrun_config_set_compiler(config, &options));
    OK(wrun_config_set_cache(config, directory, i == 0 ? 0 : 1 << 20));
    wasm_name_t name;
    uint64_t most = 0;
    wrun_config_get_cache(config, &name, &most);
    CHECK(name.size == strlen(directory) && memcmp(name.data, directory, name.size) == 0);
    CHECK(most == (i == 0 ? 1 << 30 : 1 << 20));
    wasm_byte_vec_delete(&name);
    run(config, "automatic");
  }
}

int main(void) {
  char directory[] = "/tmp/wrun-c-compiler-XXXXXX";
  CHECK(mkdtemp(directory) != NULL && chdir(directory) == 0);
  static const char* const names[] = {"automatic", "interpreter", "compiler"};
  for (wrun_tier_t tier = WRUN_TIER_AUTOMATIC; tier <= WRUN_TIER_COMPILER; ++tier) {
    wasm_config_t* config = wasm_config_new();
    wrun_compiler_options_t options = WRUN_COMPILER_OPTIONS_INIT;
    options.tier = tier;
    options.explicit_checks = true;
    options.hot_after = 10;
    options.compile_threads = tier == WRUN_TIER_AUTOMATIC ? 2 : 0;
    options.code_bytes = 1 << 20;
    options.perf_map = tier == WRUN_TIER_COMPILER;
    options.jitdump = tier == WRUN_TIER_COMPILER;
    options.debugger = tier == WRUN_TIER_COMPILER;
    OK(wrun_config_set_compiler(config, &options));
    wrun_compiler_options_t set = WRUN_COMPILER_OPTIONS_INIT;
    CHECK(wrun_config_get_compiler(config, &set) && memcmp(&set, &options, sizeof set) == 0);
    set.struct_size = 1;
    CHECK(!wrun_config_get_compiler(config, &set));
    options.tier = 3;
    FAILS(WRUN_ERROR_USAGE, wrun_config_set_compiler(config, &options));
    options.tier = WRUN_TIER_AUTOMATIC;
    options.hot_after = 0;
    FAILS(WRUN_ERROR_USAGE, wrun_config_set_compiler(config, &options));
    options.struct_size = 0;
    FAILS(WRUN_ERROR_USAGE, wrun_config_set_compiler(config, &options));
    run(config, names[tier]);
  }
  /* Both are written, or nothing is compiled here. */
  CHECK(is_there("/tmp", "perf-%d.map") == is_there(directory, "jit-%d.dump"));

  use_cache("cache");
  CHECK(access("cache", F_OK) != 0 || rmdir("cache") != 0);
  CHECK(chdir("/tmp") == 0);
  char command[100];
  snprintf(command, sizeof command, "rm -r %s", directory);
  CHECK(system(command) == 0);
  printf("ok\n");
  return 0;
}
