/* WASI: arguments, clocks, random numbers, streams, exits, denials. */

#include <unistd.h>

#include "guest.h"

static int denials = 0;
static void denied(void* env, const wrun_wasi_denial_t* denial) {
  if (denials++ == 0)
    printf("%s denied %s: %s; %s\n", (const char*)env, denial->call, denial->reason, denial->grant);
}

static void test_nothing(wasm_engine_t* engine) {
  wrun_wasi_config_t* config = wrun_wasi_config_new();
  OK(wrun_wasi_config_on_denied(config, denied, (void*)"nothing", NULL));
  guest_t guest = start_guest(engine, config);
  CHECK(call_guest(&guest, "args", 0, 0, 0) == 0);
  CHECK(call_guest(&guest, "seconds", 0, 0, 0) == -1);
  CHECK(call_guest(&guest, "random", 0, 0, 0) == -1);
  CHECK(denials >= 2);
  end_guest(&guest);
  wrun_wasi_config_delete(config);
}

static int finalized = 0;
static void finalize(void* env) {
  (void)env;
  ++finalized;
}

static wrun_wasi_errno_t source(void* env, void* bytes, size_t size, size_t* done) {
  CHECK(size >= 4);
  memcpy(bytes, env, 4);
  *done = 4;
  return 0;
}

static wrun_wasi_errno_t sink(void* env, const void* bytes, size_t size, size_t* done) {
  printf("%s<%.*s>\n", (const char*)env, (int)size, (const char*)bytes);
  *done = size;
  return 0;
}

static void expect_text(const wrun_wasi_output_t* output, const char* expected) {
  wasm_byte_vec_t text;
  CHECK(wrun_wasi_output_text(output, &text));
  CHECK(text.size == strlen(expected));
  CHECK(text.size == 0 || memcmp(text.data, expected, text.size) == 0);
  wasm_byte_vec_delete(&text);
}

static void test_streams(wasm_engine_t* engine) {
  wrun_wasi_config_t* config = wrun_wasi_config_new();
  wrun_wasi_input_t* input = wrun_wasi_input_bytes("ping", 4);
  wrun_wasi_output_t* buffer = wrun_wasi_output_buffer(100);
  wrun_wasi_output_t* ring = wrun_wasi_output_ring(6);
  wrun_wasi_config_set_stdin(config, input);
  wrun_wasi_config_set_stdout(config, buffer);
  wrun_wasi_config_set_stderr(config, ring);
  guest_t guest = start_guest(engine, config);
  CHECK(call_guest(&guest, "copy", 2, 0, 1) == 0);
  CHECK(call_guest(&guest, "write", 1, 2, 0) == 0);
  expect_text(buffer, "ping");
  expect_text(ring, "te.txt");
  wasm_byte_vec_t text;
  CHECK(wrun_wasi_output_take(buffer, &text) && text.size == 4);
  wasm_byte_vec_delete(&text);
  expect_text(buffer, "");
  wrun_wasi_usage_t usage = WRUN_WASI_USAGE_INIT;
  CHECK(wrun_wasi_context_usage(guest.context, &usage));
  CHECK(usage.calls == 3 && usage.bytes_in == 4 && usage.bytes_out == 12);
  CHECK(usage.time_ns == WRUN_NOT_MEASURED);
  end_guest(&guest);
  wrun_wasi_input_delete(input);
  wrun_wasi_output_delete(buffer);
  wrun_wasi_output_delete(ring);

  input = wrun_wasi_input_callback(source, (void*)"pong", finalize);
  wrun_wasi_output_t* output = wrun_wasi_output_callback(sink, (void*)"sink", finalize);
  wrun_wasi_output_t* capped = wrun_wasi_output_capped(output, 6);
  wrun_wasi_config_set_stdin(config, input);
  wrun_wasi_config_set_stdout(config, capped);
  wrun_wasi_config_measure_time(config, true);
  wrun_wasi_input_delete(input);
  wrun_wasi_output_delete(output);
  CHECK(!wrun_wasi_output_text(capped, &text) && !wrun_wasi_output_take(capped, &text));
  wrun_wasi_output_delete(capped);
  guest = start_guest(engine, config);
  wrun_wasi_config_delete(config);
  CHECK(call_guest(&guest, "copy", 2, 0, 1) == 0);
  CHECK(call_guest(&guest, "copy", 2, 0, 1) == 0);
  CHECK(call_guest(&guest, "copy", 2, 0, 1) == 51); /* nospc */
  CHECK(wrun_wasi_context_usage(guest.context, &usage) && usage.time_ns != WRUN_NOT_MEASURED);
  CHECK(finalized == 0);
  end_guest(&guest);
  CHECK(finalized == 2);
}

static void test_files(wasm_engine_t* engine) {
  char path[] = "/tmp/wrun-stream-XXXXXX";
  close(mkstemp(path));
  wrun_wasi_output_t* output = NULL;
  OK(wrun_wasi_output_file(path, 100, &output));
  wrun_wasi_config_t* config = wrun_wasi_config_new();
  wrun_wasi_config_set_stdout(config, output);
  wrun_wasi_output_delete(output);
  guest_t guest = start_guest(engine, config);
  CHECK(call_guest(&guest, "write", 1, 1, 0) == 0);
  end_guest(&guest);

  wrun_wasi_input_t* input = NULL;
  OK(wrun_wasi_input_file(path, &input));
  remove(path);
  FAILS(WRUN_ERROR_IO, wrun_wasi_input_file(path, &input));
  FAILS(WRUN_ERROR_IO, wrun_wasi_output_file("/nowhere/file", 1, &output));
  output = wrun_wasi_output_host();
  wrun_wasi_config_set_stdin(config, input);
  wrun_wasi_config_set_stdout(config, output);
  wrun_wasi_input_delete(input);
  wrun_wasi_output_delete(output);
  guest = start_guest(engine, config);
  fflush(stdout);
  CHECK(call_guest(&guest, "copy", 2, 0, 1) == 0);
  printf("\n");
  end_guest(&guest);

  /* Descriptors of the program's. */
  int ends[2];
  CHECK(pipe(ends) == 0 && write(ends[1], "pipe", 4) == 4);
  input = wrun_wasi_input_fd(ends[0]);
  output = wrun_wasi_output_fd(ends[1]);
  wrun_wasi_config_set_stdin(config, input);
  wrun_wasi_config_set_stdout(config, output);
  wrun_wasi_input_delete(input);
  wrun_wasi_output_delete(output);
  guest = start_guest(engine, config);
  CHECK(call_guest(&guest, "copy", 2, 0, 1) == 0);
  char text[4];
  CHECK(read(ends[0], text, 4) == 4 && memcmp(text, "pipe", 4) == 0);
  end_guest(&guest);
  close(ends[0]);
  close(ends[1]);

  OK(wrun_wasi_config_inherit_stdio(config));
  input = wrun_wasi_input_empty();
  output = wrun_wasi_output_null();
  wrun_wasi_config_set_stdin(config, input);
  wrun_wasi_config_set_stderr(config, output);
  wrun_wasi_input_delete(input);
  wrun_wasi_output_delete(output);
  guest = start_guest(engine, config);
  CHECK(call_guest(&guest, "copy", 2, 0, 2) == 0);
  end_guest(&guest);
  input = wrun_wasi_input_host();
  output = wrun_wasi_output_host_error();
  CHECK(input != NULL && output != NULL);
  wrun_wasi_input_delete(input);
  wrun_wasi_output_delete(output);
  wrun_wasi_config_delete(config);
}

static wrun_error_t* leave(void* env, uint32_t status) {
  return wrun_error_new_exit((int)status + *(int*)env);
}

static int exit_status(wasm_engine_t* engine, const wrun_wasi_config_t* config) {
  guest_t guest = start_guest(engine, config);
  wrun_error_t* error = try_guest(&guest, "exit", 1, (const int32_t[]){5}, NULL);
  int status = 0;
  CHECK(error != NULL && wrun_error_exit_status(error, &status));
  wrun_error_delete(error);
  end_guest(&guest);
  return status;
}

static void test_process(wasm_engine_t* engine) {
  wrun_wasi_config_t* config = wrun_wasi_config_new();
  const char* args[] = {"program", "-v"};
  OK(wrun_wasi_config_set_args(config, 2, args));
  OK(wrun_wasi_config_add_env(config, "HOME", "/"));
  OK(wrun_wasi_config_set_fixed_clock(config, 5000000000u, 1));
  OK(wrun_wasi_config_set_seeded_random(config, 7));
  wrun_wasi_bounds_t bounds = WRUN_WASI_BOUNDS_INIT;
  bounds.random_bytes = 4;
  OK(wrun_wasi_config_set_bounds(config, &bounds));
  wrun_wasi_config_t* copy = wrun_wasi_config_copy(config);
  guest_t guest = start_guest(engine, config);
  guest_t twin = start_guest(engine, copy);
  CHECK(call_guest(&guest, "args", 0, 0, 0) == 2 && call_guest(&guest, "environ", 0, 0, 0) == 1);
  CHECK(call_guest(&guest, "seconds", 0, 0, 0) == 5);
  end_guest(&guest);
  end_guest(&twin);

  wrun_wasi_clock_t* clock = wrun_wasi_clock_new(1000000000, 1);
  wrun_wasi_config_set_clock(copy, clock);
  OK(wrun_wasi_config_set_system_random(copy));
  guest = start_guest(engine, copy);
  CHECK(call_guest(&guest, "seconds", 0, 0, 0) == 1);
  wrun_wasi_clock_advance(clock, 2000000000);
  CHECK(call_guest(&guest, "seconds", 0, 0, 0) == 3);
  end_guest(&guest);
  wrun_wasi_clock_delete(clock);
  OK(wrun_wasi_config_set_system_clock(copy));
  guest = start_guest(engine, copy);
  CHECK(call_guest(&guest, "seconds", 0, 0, 0) > 1000000000);
  wrun_wasi_context_interrupt(guest.context);
  end_guest(&guest);

  CHECK(exit_status(engine, config) == 5);
  int offset = 10;
  OK(wrun_wasi_config_on_exit(config, leave, &offset, NULL));
  CHECK(exit_status(engine, config) == 15);
  wrun_linker_t* linker = wrun_linker_new(engine);
  OK(wrun_wasi_config_add_to(config, linker));
  CHECK(wrun_linker_defines(linker, "wasi_snapshot_preview1", "fd_write"));
  wrun_linker_delete(linker);
  wrun_wasi_config_delete(config);
  wrun_wasi_config_delete(copy);
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  test_nothing(engine);
  test_streams(engine);
  test_files(engine);
  test_process(engine);
  wasm_engine_delete(engine);
  return 0;
}
