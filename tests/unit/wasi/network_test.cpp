// Rules about hosts and ports, and the sockets that are opened by them.

#include <wrun/wasi/network.hpp>

#include <gtest/gtest.h>

namespace wrun::test {
namespace {

using wasi::Direction;
using wasi::Endpoint;
using wasi::SocketRules;

struct Row {
  std::vector<const char*> allow;
  std::vector<const char*> deny;
  Direction direction;
  const char* endpoint;
  bool allowed;
};

constexpr auto listen = Direction::listen;
constexpr auto connect = Direction::connect;

const Row rows[] = {
    {{}, {}, connect, "127.0.0.1:80", false},
    {{"*"}, {}, connect, "127.0.0.1:80", true},
    {{"*:80"}, {}, connect, "10.0.0.1:81", false},
    {{"10.0.0.1"}, {}, connect, "10.0.0.1:65535", true},
    {{"10.0.0.1:80"}, {}, listen, "10.0.0.1:80", true},
    {{"connect 10.0.0.1:80"}, {}, listen, "10.0.0.1:80", false},
    {{"listen 10.0.0.1:80"}, {}, connect, "10.0.0.1:80", false},
    {{"10.0.0.0/8:80-90"}, {}, connect, "10.255.1.2:80", true},
    {{"10.0.0.0/8:80-90"}, {}, connect, "10.255.1.2:90", true},
    {{"10.0.0.0/8:80-90"}, {}, connect, "10.255.1.2:91", false},
    {{"10.0.0.0/8"}, {}, connect, "11.0.0.0:80", false},
    {{"10.0.0.0/9"}, {}, connect, "10.127.0.1:80", true},
    {{"10.0.0.0/9"}, {}, connect, "10.128.0.1:80", false},
    {{"0.0.0.0/0"}, {}, connect, "1.2.3.4:80", true},
    {{"0.0.0.0/0"}, {}, connect, "[::2]:80", false},
    {{"[2001:db8::/32]:443"}, {}, connect, "[2001:db8:1::1]:443", true},
    {{"2001:db8::/32"}, {}, connect, "[2001:db9::1]:443", false},
    // An IPv4 address in IPv6's clothes is that IPv4 address.
    {{"*"}, {"10.0.0.0/8"}, connect, "[::ffff:10.0.0.1]:80", false},
    {{"loopback"}, {}, connect, "127.9.9.9:80", true},
    {{"loopback"}, {}, connect, "[::1]:80", true},
    {{"loopback"}, {}, connect, "[::ffff:127.0.0.1]:80", true},
    {{"loopback"}, {}, connect, "10.0.0.1:80", false},
    {{"loopback"}, {}, listen, "0.0.0.0:80", false},
    // Connecting to the unspecified address reaches this host.
    {{"*"}, {"loopback"}, connect, "0.0.0.0:80", false},
    {{"*"}, {"127.0.0.0/8"}, connect, "0.0.0.0:80", false},
    {{"*"}, {"loopback"}, connect, "[::]:80", false},
    {{"*"}, {"loopback"}, listen, "0.0.0.0:80", true},
    {{"example.com:443"}, {}, connect, "Example.COM.:443", true},
    {{"example.com"}, {}, connect, "www.example.com:443", false},
    {{"*.example.com"}, {}, connect, "www.example.com:443", true},
    {{"*.example.com"}, {}, connect, "example.com:443", false},
    {{"*.example.com"}, {}, connect, "badexample.com:443", false},
    {{"example.com"}, {}, connect, "10.0.0.1:443", false},
    {{"localhost"}, {"loopback"}, connect, "localhost:80", false},
    // Denying beats allowing, whichever was said first or is narrower.
    {{"*", "10.0.0.1:80"}, {"10.0.0.0/8"}, connect, "10.0.0.1:80", false},
};

TEST(Network, rules) {
  for (const Row& row : rows) {
    SocketRules rules;
    std::string said;
    for (const char* rule : row.allow) {
      EXPECT_TRUE(rules.allow(rule)) << rule;
      said += std::string(" allow ") + rule;
    }
    for (const char* rule : row.deny) {
      EXPECT_TRUE(rules.deny(rule)) << rule;
      said += std::string(" deny ") + rule;
    }
    const auto endpoint = Endpoint::parse(row.endpoint);
    ASSERT_TRUE(endpoint) << row.endpoint;
    EXPECT_EQ(rules.judge(row.direction, *endpoint).allowed, row.allowed)
        << said << ": " << row.endpoint;
  }
}

TEST(Network, a_name_that_is_allowed_at_an_address_that_is_denied) {
  SocketRules rules;
  ASSERT_TRUE(rules.allow("example.com"));
  ASSERT_TRUE(rules.deny("10.0.0.0/8"));
  Endpoint endpoint = *Endpoint::parse("example.com:80");
  EXPECT_TRUE(rules.judge(connect, endpoint).allowed);
  endpoint.address = wasi::IpAddress::parse("10.1.1.1");
  EXPECT_FALSE(rules.judge(connect, endpoint).allowed);
  EXPECT_EQ(rules.judge(connect, endpoint).rule, "10.0.0.0/8");
  endpoint.address = wasi::IpAddress::parse("93.184.216.34");
  EXPECT_TRUE(rules.judge(connect, endpoint).allowed);
}

TEST(Network, what_is_no_rule) {
  for (const char* rule :
       {"", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0.1:65536", "10.0.0.1:9-8", "10.0.0.1:x",
        "[::1", "[::1]80", "0127.1", "10.1", "0x7f.1", "*.10", "a..b", ".a", "a b", "connect ",
        "::ffff:10.0.0.1/104", "accept 10.0.0.1"}) {
    EXPECT_FALSE(SocketRules().allow(rule)) << rule;
  }
}

TEST(Network, endpoints) {
  for (const char* text : {"127.0.0.1:80", "[::1]:0", "[2001:db8::1]:65535", "example.com:443"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(wasi::text(*endpoint), text);
  }
  for (const char* text : {"", "127.0.0.1", ":80", "127.0.0.1:", "127.0.0.1:65536", "::1:80",
                           "127.1:80", "a b:80", "127.0.0.1:080000"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

TEST(Network, loopback_only) {
  const SocketRules rules = SocketRules::loopback_only();
  EXPECT_TRUE(rules.judge(listen, *Endpoint::parse("127.0.0.1:0")).allowed);
  EXPECT_FALSE(rules.judge(connect, *Endpoint::parse("192.0.2.1:80")).allowed);
}

wasi::WaitResult wait_for(std::unique_ptr<wasi::Pollable> pollable) {
  wasi::Pollable* const one[] = {pollable.get()};
  return wasi::wait(one, wasi::steady_now() + 10'000'000'000, {});
}

TEST(Network, a_connection_to_a_listener) {
  Endpoint endpoint = *Endpoint::parse("127.0.0.1:0");
  const auto listener = wasi::listen_on(endpoint);
  ASSERT_TRUE(listener) << wasi::text(listener.error());
  EXPECT_NE(endpoint.port, 0);
  EXPECT_EQ((*listener)->accept().error(), wasi::Errno::would_block);
  const auto client = wasi::connect_to(endpoint);
  ASSERT_TRUE(client) << wasi::text(client.error());
  ASSERT_EQ(wait_for((*listener)->acceptable()), wasi::WaitResult::ready);
  const auto server = (*listener)->accept();
  ASSERT_TRUE(server);
  ASSERT_EQ(wait_for((*client)->sendable()), wasi::WaitResult::ready);
  const std::string text = "hello";
  EXPECT_EQ(*(*client)->send(std::as_bytes(std::span(text))), 5u);
  ASSERT_EQ(wait_for((*server)->receivable()), wasi::WaitResult::ready);
  std::byte buffer[16];
  EXPECT_EQ(*(*server)->receive(buffer, false), 5u);
}

TEST(Network, a_connection_that_is_refused) {
  Endpoint endpoint = *Endpoint::parse("127.0.0.1:0");
  {
    const auto listener = wasi::listen_on(endpoint);
    ASSERT_TRUE(listener);
  }
  const auto client = wasi::connect_to(endpoint);
  if (!client) {
    EXPECT_EQ(client.error(), wasi::Errno::connrefused);
    return;
  }
  ASSERT_EQ(wait_for((*client)->receivable()), wasi::WaitResult::ready);
  std::byte buffer[16];
  EXPECT_EQ((*client)->receive(buffer, false).error(), wasi::Errno::connrefused);
}

}  // namespace
}  // namespace wrun::test
