/* WASI: clocks, random bytes, arguments, variables, streams and sockets of the program's. */

#include "guest.h"

static int finalized = 0;
static void finalize(void* env) {
  (void)env;
  ++finalized;
}

/* It fails, and has finalized what it was given. */
#define FAILS_AND_FINALIZES(call)   \
  do {                              \
    const int before = finalized;   \
    FAILS(WRUN_ERROR_USAGE, call);  \
    CHECK(finalized == before + 1); \
  } while (0)

/* One second later at each look. */
static wrun_wasi_errno_t now(void* env, wrun_wasi_clockid_t clock, uint64_t precision,
                             uint64_t* out) {
  (void)precision;
  if (clock > WRUN_WASI_CLOCK_MONOTONIC) return WRUN_WASI_ERRNO_INVAL;
  *out = ++*(uint64_t*)env * 1000000000;
  return 0;
}

static wrun_wasi_errno_t count(void* env, void* bytes, size_t size) {
  (void)env;
  for (size_t i = 0; i < size; ++i) ((uint8_t*)bytes)[i] = (uint8_t)(i + 1);
  return 0;
}

static void list_args(void* env, wrun_wasi_add_argument_t add, void* list) {
  (void)env;
  add(list, "program");
  add(list, "-v");
  add(list, "file");
}

static void list_env(void* env, wrun_wasi_add_variable_t add, void* list) {
  add(list, "HOME", env);
}

static void test_process(wasm_engine_t* engine) {
  static uint64_t seconds = 40;
  wrun_wasi_clock_methods_t methods = WRUN_WASI_CLOCK_METHODS_INIT;
  methods.now = now;
  wrun_wasi_clock_t* clock = NULL;
  OK(wrun_wasi_clock_implement(&methods, &seconds, finalize, &clock));
  wrun_wasi_config_t* config = wrun_wasi_config_new();
  wrun_wasi_config_set_clock(config, clock);
  OK(wrun_wasi_config_set_random(config, count, NULL, finalize));
  OK(wrun_wasi_config_set_args_callback(config, list_args, NULL, finalize));
  OK(wrun_wasi_config_set_env_callback(config, list_env, (void*)"/", finalize));
  OK(wrun_wasi_config_add_env(config, "USER", "me"));
  guest_t guest = start_guest(engine, config);
  CHECK(call_guest(&guest, "seconds", 0, 0, 0) == 41 &&
        call_guest(&guest, "seconds", 0, 0, 0) == 42);
  CHECK(call_guest(&guest, "random", 0, 0, 0) == 0x04030201);
  CHECK(call_guest(&guest, "args", 0, 0, 0) == 3 && call_guest(&guest, "environ", 0, 0, 0) == 2);
  CHECK(wrun_wasi_context_calls(guest.context, WRUN_WASI_CALLS_CLOCKS) == 2);
  CHECK(wrun_wasi_context_calls(guest.context, WRUN_WASI_CALLS_FILES) == 0);
  CHECK(wrun_wasi_context_calls(guest.context, 99) == 0);
  CHECK(strcmp(wrun_wasi_callkind_text(WRUN_WASI_CALLS_PROCESS), "process") == 0);
  CHECK(wrun_wasi_callkind_text(99) == NULL);
  end_guest(&guest);
  wrun_wasi_config_delete(config);
  CHECK(finalized == 3);
  uint64_t time = 0;
  CHECK(wrun_wasi_clock_now(clock, WRUN_WASI_CLOCK_WALL, &time) == 0 && time == 43000000000);
  CHECK(wrun_wasi_clock_now(clock, WRUN_WASI_CLOCK_THREAD_CPU, &time) == WRUN_WASI_ERRNO_INVAL);
  wrun_wasi_clock_advance(clock, 1);
  wrun_wasi_clock_delete(clock);
  CHECK(finalized == 4);
  methods.struct_size = 8;
  FAILS_AND_FINALIZES(wrun_wasi_clock_implement(&methods, NULL, finalize, &clock));
}

/* A clock of each kind, and the times that it gives to files. */
static void test_clocks(wasm_engine_t* engine) {
  wrun_wasi_clock_t* system = wrun_wasi_clock_system();
  wrun_wasi_clock_t* fixed = wrun_wasi_clock_fixed(7000000000, 1);
  uint64_t time = 0;
  CHECK(wrun_wasi_clock_now(system, WRUN_WASI_CLOCK_WALL, &time) == 0 && time > 1000000000);
  CHECK(wrun_wasi_clock_now(fixed, WRUN_WASI_CLOCK_WALL, &time) == 0 && time == 7000000000);
  CHECK(wrun_wasi_steady_now() <= wrun_wasi_steady_now());
  wrun_wasi_files_t* files = NULL;
  OK(wrun_wasi_files_new_with_clock(NULL, fixed, &files));
  OK(wrun_wasi_files_write(files, "file", "x", 1));
  wrun_wasi_quota_t quota = WRUN_WASI_QUOTA_INIT;
  quota.struct_size = 1;
  FAILS(WRUN_ERROR_USAGE, wrun_wasi_files_new_with_clock(&quota, fixed, &files));
  wrun_wasi_files_delete(files);
  wrun_wasi_clock_delete(system);
  wrun_wasi_clock_delete(fixed);
  wrun_wasi_config_t* config = wrun_wasi_config_new();
  guest_t guest = start_guest(engine, config);
  wrun_wasi_context_interrupt(guest.context);
  wrun_wasi_context_clear_interrupt(guest.context);
  end_guest(&guest);
  wrun_wasi_config_delete(config);
}

/* A pipe that has nothing at first: whoever reads waits until it is worth looking again. */
typedef struct {
  char bytes[64];
  size_t size;
  int looks;
} pipe_t;

static wrun_wasi_errno_t pipe_read(void* env, void* bytes, size_t size, size_t* done) {
  pipe_t* pipe = env;
  if (pipe->looks < 3) return WRUN_WASI_ERRNO_AGAIN;
  *done = size < pipe->size ? size : pipe->size;
  memcpy(bytes, pipe->bytes, *done);
  pipe->size = 0;
  return 0;
}
static void pipe_poll(void* env, wrun_wasi_readiness_t* out) {
  CHECK(out->fd == -1 && out->at == WRUN_UNLIMITED && !out->ready);
  out->ready = ++((pipe_t*)env)->looks >= 3;
  out->at = wrun_wasi_steady_now() + 1000;
}
static wrun_wasi_errno_t pipe_write(void* env, const void* bytes, size_t size, size_t* done) {
  pipe_t* pipe = env;
  *done = size < 4 ? size : 4;
  memcpy(pipe->bytes + pipe->size, bytes, *done);
  pipe->size += *done;
  return 0;
}

static void test_streams(wasm_engine_t* engine) {
  pipe_t in = {"abcdefgh", 8, 0}, out = {{0}, 0, 0};
  wrun_wasi_input_methods_t reads = WRUN_WASI_INPUT_METHODS_INIT;
  reads.read = pipe_read;
  reads.poll = pipe_poll;
  reads.is_terminal = true;
  wrun_wasi_output_methods_t writes = WRUN_WASI_OUTPUT_METHODS_INIT;
  writes.write = pipe_write;
  wrun_wasi_input_t* input = NULL;
  wrun_wasi_output_t* output = NULL;
  finalized = 0;
  OK(wrun_wasi_input_implement(&reads, &in, finalize, &input));
  OK(wrun_wasi_output_implement(&writes, &out, finalize, &output));
  wrun_wasi_config_t* config = wrun_wasi_config_new();
  wrun_wasi_config_set_stdin(config, input);
  wrun_wasi_config_set_stdout(config, output);
  wrun_wasi_input_delete(input);
  wrun_wasi_output_delete(output);
  guest_t guest = start_guest(engine, config);
  CHECK(call_guest(&guest, "copy", 2, 0, 1) == 0);
  printf("%d looks, %.*s\n", in.looks, (int)out.size, out.bytes);
  end_guest(&guest);
  wrun_wasi_config_delete(config);
  CHECK(finalized == 2);
  reads.struct_size = writes.struct_size = 1000;
  FAILS_AND_FINALIZES(wrun_wasi_input_implement(&reads, &in, finalize, &input));
  FAILS_AND_FINALIZES(wrun_wasi_output_implement(&writes, &in, finalize, &output));
}

static wrun_wasi_errno_t receive(void* env, void* bytes, size_t size, bool peek, size_t* done) {
  (void)peek;
  ((pipe_t*)env)->looks = 3;
  return pipe_read(env, bytes, size, done);
}

static wrun_wasi_connection_t* connect_pipe(pipe_t* pipe) {
  wrun_wasi_connection_methods_t methods = WRUN_WASI_CONNECTION_METHODS_INIT;
  methods.receive = receive;
  methods.send = pipe_write;
  wrun_wasi_connection_t* made = NULL;
  OK(wrun_wasi_connection_implement(&methods, pipe, finalize, &made));
  methods.struct_size = 3;
  FAILS_AND_FINALIZES(wrun_wasi_connection_implement(&methods, pipe, finalize, &made));
  return made;
}
static wrun_wasi_errno_t accept_pipe(void* env, wrun_wasi_connection_t** out) {
  *out = connect_pipe(env);
  return 0;
}

static void test_sockets(wasm_engine_t* engine) {
  pipe_t granted = {"granted", 7, 0}, accepted = {{0}, 0, 0};
  finalized = 0;
  wrun_wasi_config_t* config = wrun_wasi_config_new();
  wrun_wasi_listener_methods_t methods = WRUN_WASI_LISTENER_METHODS_INIT;
  methods.accept = accept_pipe;
  OK(wrun_wasi_config_implement_listener(config, &methods, &accepted, finalize));
  methods.struct_size = 0;
  FAILS_AND_FINALIZES(wrun_wasi_config_implement_listener(config, &methods, NULL, finalize));
  wrun_wasi_connection_t* connection = connect_pipe(&granted);
  OK(wrun_wasi_config_grant_connection(config, connection));
  wrun_wasi_connection_delete(connection);
  /* 3 listens, 4 is connected, 5 is accepted. */
  guest_t guest = start_guest(engine, config);
  CHECK(call_guest(&guest, "accept", 1, 3, 0) == 0);
  CHECK(call_guest(&guest, "copy", 2, 4, 5) == 0);
  printf("accepted %.*s\n", (int)accepted.size, accepted.bytes);
  end_guest(&guest);
  wrun_wasi_config_delete(config);
  CHECK(finalized == 6);
}

static void test_texts(void) {
  CHECK(strcmp(wrun_wasi_errno_text(WRUN_WASI_ERRNO_NOENT), "noent") == 0);
  CHECK(strcmp(wrun_wasi_errno_text(WRUN_WASI_ERRNO_2BIG), "2big") == 0);
  CHECK(strcmp(wrun_wasi_errno_text(WRUN_WASI_ERRNO_XDEV), "xdev") == 0);
  CHECK(strcmp(wrun_wasi_errno_text(1000), "") == 0);
  CHECK(wrun_wasi_errno_from_host(0x7ffffff) == WRUN_WASI_ERRNO_IO);
  const wrun_wasi_denial_t denial = {"path_open", "/etc/passwd", "no directory granted covers it",
                                     "--dir /etc::/etc:ro"};
  wasm_name_t text;
  wrun_wasi_denial_to_string(&denial, &text);
  printf("%s\n", text.data);
  wasm_byte_vec_delete(&text);
  wrun_wasi_socket_rules_t* rules = wrun_wasi_socket_rules_loopback_only();
  CHECK(!wrun_wasi_socket_rules_empty(rules));
  wrun_wasi_socket_rules_deciding(rules, true, "127.0.0.1:80", &text);
  printf("%.*s\n", (int)text.size, text.data);
  wasm_byte_vec_delete(&text);
  wrun_wasi_socket_rules_deciding(rules, true, "nonsense", &text);
  CHECK(text.size == 0);
  wrun_wasi_socket_rules_delete(rules);
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  test_process(engine);
  test_clocks(engine);
  test_streams(engine);
  test_sockets(engine);
  test_texts();
  wasm_engine_delete(engine);
  return 0;
}
