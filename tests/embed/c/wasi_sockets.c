/* WASI: sockets that the program opened for a guest, and the rules for them. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest.h"

static int connect_to(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in at;
  memset(&at, 0, sizeof at);
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(connect(fd, (const struct sockaddr*)&at, sizeof at) == 0);
  return fd;
}

static void test_rules(void) {
  wrun_wasi_socket_rules_t* rules = wrun_wasi_socket_rules_new();
  CHECK(!wrun_wasi_socket_rules_judge(rules, true, "127.0.0.1:80"));
  OK(wrun_wasi_socket_rules_allow(rules, "listen loopback"));
  OK(wrun_wasi_socket_rules_deny(rules, "127.0.0.1:81"));
  CHECK(wrun_wasi_socket_rules_judge(rules, true, "127.0.0.1:80"));
  CHECK(!wrun_wasi_socket_rules_judge(rules, true, "127.0.0.1:81"));
  CHECK(!wrun_wasi_socket_rules_judge(rules, false, "127.0.0.1:80"));
  CHECK(!wrun_wasi_socket_rules_judge(rules, true, "nonsense"));
  FAILS(WRUN_ERROR_USAGE, wrun_wasi_socket_rules_allow(rules, "1.2.3.4:x:y"));
  wrun_wasi_socket_rules_delete(rules);
}

int main(void) {
  test_rules();
  wasm_engine_t* engine = wasm_engine_new();
  wrun_wasi_socket_rules_t* rules = wrun_wasi_socket_rules_new();
  OK(wrun_wasi_socket_rules_allow(rules, "loopback"));
  wrun_wasi_config_t* config = wrun_wasi_config_new();
  uint16_t port = 0;
  OK(wrun_wasi_config_listen(config, rules, "127.0.0.1:0", &port));
  CHECK(port != 0);
  FAILS(WRUN_ERROR_DENIED, wrun_wasi_config_listen(config, rules, "192.0.2.1:80", NULL));
  FAILS(WRUN_ERROR_DENIED, wrun_wasi_config_connect(config, rules, "192.0.2.1:80"));

  /* Another listener and a connection, by descriptors. */
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(listen(listener, 1) == 0);
  OK(wrun_wasi_config_add_listener(config, listener));
  int pair[2];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  OK(wrun_wasi_config_add_connection(config, pair[0]));
  char address[32];
  snprintf(address, sizeof address, "127.0.0.1:%u", (unsigned)port);
  OK(wrun_wasi_config_connect(config, rules, address));
  const int null = dup(0);
  FAILS(WRUN_ERROR_IO, wrun_wasi_config_add_listener(config, -1));
  close(null);

  /* 3 and 4 listen, 5 and 6 are connected. */
  const int client = connect_to(port);
  guest_t guest = start_guest(engine, config);
  CHECK(call_guest(&guest, "accept", 1, 3, 0) == 0);
  CHECK(call_guest(&guest, "write", 1, 5, 0) == 0);
  char text[8];
  CHECK(read(pair[1], text, 8) == 8);
  printf("%.8s\n", text);
  end_guest(&guest);
  close(client);
  close(pair[1]);
  wrun_wasi_config_delete(config);
  wrun_wasi_socket_rules_delete(rules);
  wasm_engine_delete(engine);
  return 0;
}
