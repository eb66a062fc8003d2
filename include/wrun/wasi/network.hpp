#pragma once

// Which hosts and ports a guest may reach or be reached at: rules, and sockets opened by them. In
// preview 1 a guest opens no sockets itself, so the rules bind what its host opens for it.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wrun/export.hpp>
#include <wrun/result.hpp>
#include <wrun/wasi/sockets.hpp>

namespace wrun {
inline namespace v0 {
namespace wasi {

/// IPv4 or IPv6. IPv4 addresses mapped into IPv6 are IPv4 addresses here.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes = {};  ///< IPv4: the first four
  bool is_v6 = false;

  /// "127.0.0.1", "::1"; nothing if it isn't one.
  WRUN_API static std::optional<IpAddress> parse(std::string_view text);
  /// Whether it is of 127.0.0.0/8, or ::1.
  WRUN_API bool is_loopback() const;
  /// Whether it is 0.0.0.0 or ::.
  WRUN_API bool is_unspecified() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};
/// What parse() reads.
WRUN_API std::string text(const IpAddress& address);

/// One end of a connection.
struct Endpoint {
  std::string name;                  ///< that was asked for; empty if it was an address
  std::optional<IpAddress> address;  ///< absent before the name is resolved
  std::uint16_t port = 0;

  /// "127.0.0.1:80", "[::1]:80", "localhost:80" (whose address is 127.0.0.1), "example.com:80".
  WRUN_API static Result<Endpoint> parse(std::string_view text);
};
/// What parse() reads, with the name if there is one.
WRUN_API std::string text(const Endpoint& endpoint);

enum class Direction : std::uint8_t { listen, connect };

/// A list of rules `[listen|connect] HOST[:PORTS]`. HOST is an address, a network (10.0.0.0/8), a
/// name (example.com, *.example.com), `loopback` or `*`; an IPv6 one is in brackets if ports
/// follow. PORTS is 80, 8000-8999 or `*`. Without a direction a rule is about both.
///
/// What no rule allows is denied, and a rule that denies beats all that allow. Rules about names
/// say nothing about addresses, and the other way around; what has both must be denied by neither.
class SocketRules {
 public:
  /// Adds a rule that allows. Errors: usage (not a rule).
  WRUN_API Result<void> allow(std::string_view rule);
  /// Adds a rule that denies. Errors: usage (not a rule).
  WRUN_API Result<void> deny(std::string_view rule);
  /// Whether there are no rules: all is denied.
  bool empty() const { return rules_.empty(); }

  struct Verdict {
    bool allowed = false;
    std::string rule;  ///< the one that decided; empty if there was none
  };
  /// Connecting to 0.0.0.0 or :: reaches this host, and is judged as such.
  WRUN_API Verdict judge(Direction direction, const Endpoint& endpoint) const;

  /// Rules that allow this host's own addresses, both ways, and nothing else.
  WRUN_API static SocketRules loopback_only();

 private:
  struct Rule {
    std::string text;
    bool allows = false;
    bool any_direction = true;
    Direction direction = Direction::listen;
    enum class Host : std::uint8_t { any, loopback, network, name, subdomains } host = Host::any;
    std::string name;
    IpAddress network;
    unsigned prefix = 0;
    std::uint16_t first_port = 0;
    std::uint16_t last_port = 0xffff;

    bool covers(Direction asked, const Endpoint& endpoint) const;
    bool covers_host(const Endpoint& endpoint) const;
  };

  static Result<Rule> parse(std::string_view text);
  static bool parse_host(std::string_view text, Rule& rule);
  Result<void> add(std::string_view text, bool allows);

  std::vector<Rule> rules_;
};

/// A socket that listens there. Port 0 becomes one that is free.
WRUN_API Outcome<std::shared_ptr<Listener>> listen_on(Endpoint& endpoint);
/// A connection that may still be in the making: until it is there, or has failed, its methods
/// answer would_block. Inval without an address.
WRUN_API Outcome<std::shared_ptr<Connection>> connect_to(const Endpoint& endpoint);

}  // namespace wasi
}  // namespace v0
}  // namespace wrun
