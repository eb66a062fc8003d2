#include <wrun/wasi/network.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::wasi {

namespace {

std::optional<unsigned> number(std::string_view text, unsigned most) {
  unsigned value = 0;
  if (text.empty() || text.size() > 5) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > most) return std::nullopt;
  return value;
}

/// Names are compared without regard to case and to a dot at the end.
std::string plain_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string plain(name);
  for (char& c : plain) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return plain;
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

/// What looks like an address but isn't one (10.1, 0x7f.1) must not become a name, since a resolver
/// may make an address of it: a name's last part begins with a letter.
bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  };
  const std::size_t last = text.rfind('.') + 1;
  return text.size() <= 253 && last < text.size() && is_letter(text[last]) && text.front() != '.' &&
         text.find("..") == text.npos && std::all_of(text.begin(), text.end(), fits);
}

struct HostAndPorts {
  std::string_view host;
  std::optional<std::string_view> ports;
};

/// Splits "host:ports", "[v6]:ports", "[v6]" and what has no ports; nothing if brackets are wrong.
std::optional<HostAndPorts> split(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return std::nullopt;
    const std::string_view rest = text.substr(end + 1);
    const std::string_view host = text.substr(1, end - 1);
    if (rest.empty()) return HostAndPorts{host, {}};
    if (rest.front() != ':') return std::nullopt;
    return HostAndPorts{host, rest.substr(1)};
  }
  const std::size_t colon = text.find(':');
  if (colon == text.npos || text.find(':', colon + 1) != text.npos) return HostAndPorts{text, {}};
  return HostAndPorts{text.substr(0, colon), text.substr(colon + 1)};
}

bool in_network(const IpAddress& address, const IpAddress& network, unsigned prefix) {
  if (address.is_v6 != network.is_v6) return false;
  const unsigned whole = prefix / 8;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole, network.bytes.begin())) {
    return false;
  }
  const unsigned rest = prefix % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return ((address.bytes[whole] ^ network.bytes[whole]) & mask) == 0;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  constexpr std::size_t longest = 45;
  constexpr std::uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (text.size() > longest) return std::nullopt;
  const std::string copy(text);
  IpAddress address;
  if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data()) == 1) return address;
  if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) != 1) return std::nullopt;
  address.is_v6 = true;
  if (!std::equal(std::begin(mapped), std::end(mapped), address.bytes.begin())) return address;
  IpAddress v4;
  std::copy(address.bytes.begin() + 12, address.bytes.end(), v4.bytes.begin());
  return v4;
}

bool IpAddress::is_loopback() const {
  static const IpAddress v6 = *parse("::1");
  return is_v6 ? *this == v6 : bytes[0] == 127;
}

bool IpAddress::is_unspecified() const {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::string text(const IpAddress& address) {
  char buffer[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), buffer, sizeof buffer);
  return buffer;
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const auto refuse = [&] {
    return Error(ErrorKind::usage, compose("'{}' isn't ADDRESS:PORT", text));
  };
  const auto parts = split(text);
  if (!parts || !parts->ports) return refuse();
  const auto port = number(*parts->ports, 0xffff);
  if (!port) return refuse();
  Endpoint endpoint;
  endpoint.port = static_cast<std::uint16_t>(*port);
  endpoint.address = IpAddress::parse(parts->host);
  if (endpoint.address) return endpoint;
  endpoint.name = plain_name(parts->host);
  if (!is_name(endpoint.name)) return refuse();
  if (endpoint.name == "localhost") endpoint.address = IpAddress::parse("127.0.0.1");
  return endpoint;
}

std::string text(const Endpoint& endpoint) {
  if (!endpoint.name.empty()) return compose("{}:{}", endpoint.name, endpoint.port);
  if (!endpoint.address) return compose("*:{}", endpoint.port);
  const bool v6 = endpoint.address->is_v6;
  return compose("{}{}{}:{}", v6 ? "[" : "", text(*endpoint.address), v6 ? "]" : "", endpoint.port);
}

bool SocketRules::Rule::covers(Direction asked, const Endpoint& endpoint) const {
  return (any_direction || asked == direction) && endpoint.port >= first_port &&
         endpoint.port <= last_port && covers_host(endpoint);
}

bool SocketRules::Rule::covers_host(const Endpoint& endpoint) const {
  switch (host) {
    case Host::any:
      return true;
    case Host::loopback:
      return endpoint.address && endpoint.address->is_loopback();
    case Host::network:
      return endpoint.address && in_network(*endpoint.address, network, prefix);
    case Host::name:
      return !endpoint.name.empty() && plain_name(endpoint.name) == name;
    case Host::subdomains:
      return plain_name(endpoint.name).ends_with("." + name);
  }
  return false;
}

bool SocketRules::parse_host(std::string_view text, Rule& rule) {
  using Host = Rule::Host;
  if (text == "*") return true;
  if (text == "loopback") {
    rule.host = Host::loopback;
    return true;
  }
  const std::size_t slash = text.find('/');
  if (const auto address = IpAddress::parse(text.substr(0, slash))) {
    const unsigned bits = address->is_v6 ? 128 : 32;
    const auto prefix = slash == text.npos ? bits : number(text.substr(slash + 1), bits);
    if (!prefix) return false;
    rule.host = Host::network;
    rule.network = *address;
    rule.prefix = *prefix;
    return true;
  }
  const bool below = text.starts_with("*.");
  rule.host = below ? Host::subdomains : Host::name;
  rule.name = plain_name(below ? text.substr(2) : text);
  return is_name(rule.name);
}

Result<SocketRules::Rule> SocketRules::parse(std::string_view text) {
  const auto refuse = [&] {
    return Error(ErrorKind::usage, compose("'{}' isn't [listen|connect] HOST[:PORTS]", text));
  };
  Rule rule;
  rule.text = text;
  std::string_view rest = text;
  for (const auto& [word, direction] :
       {std::pair("listen ", Direction::listen), std::pair("connect ", Direction::connect)}) {
    if (!text.starts_with(word)) continue;
    rest.remove_prefix(std::strlen(word));
    rule.any_direction = false;
    rule.direction = direction;
  }
  const auto parts = split(rest);
  if (!parts || !parse_host(parts->host, rule)) return refuse();
  if (!parts->ports || *parts->ports == "*") return rule;
  const std::size_t dash = std::min(parts->ports->find('-'), parts->ports->size());
  const auto first = number(parts->ports->substr(0, dash), 0xffff);
  const auto last =
      dash == parts->ports->size() ? first : number(parts->ports->substr(dash + 1), 0xffff);
  if (!first || !last || *last < *first) return refuse();
  rule.first_port = static_cast<std::uint16_t>(*first);
  rule.last_port = static_cast<std::uint16_t>(*last);
  return rule;
}

Result<void> SocketRules::add(std::string_view text, bool allows) {
  auto rule = parse(text);
  if (!rule) return std::move(rule).error();
  rule->allows = allows;
  rules_.push_back(*std::move(rule));
  return {};
}

Result<void> SocketRules::allow(std::string_view rule) {
  return add(rule, true);
}
Result<void> SocketRules::deny(std::string_view rule) {
  return add(rule, false);
}

SocketRules::Verdict SocketRules::judge(Direction direction, const Endpoint& endpoint) const {
  Endpoint judged = endpoint;
  if (direction == Direction::connect && judged.address && judged.address->is_unspecified()) {
    judged.address = IpAddress::parse(judged.address->is_v6 ? "::1" : "127.0.0.1");
  }
  Verdict verdict;
  for (const Rule& rule : rules_) {
    if (!rule.covers(direction, judged)) continue;
    if (!rule.allows) return {false, rule.text};
    if (!verdict.allowed) verdict = {true, rule.text};
  }
  return verdict;
}

SocketRules SocketRules::loopback_only() {
  SocketRules rules;
  (void)rules.allow("loopback");
  return rules;
}

}  // namespace wrun::inline v0::wasi
