#include "tools/wrun/units.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

namespace wrun::inline v0::tool {
namespace {

using Unit = std::pair<std::string_view, double>;

constexpr double kibi = 1024;
constexpr std::array<Unit, 14> sizes{{{"", 1},
                                      {"b", 1},
                                      {"k", kibi},
                                      {"kb", kibi},
                                      {"kib", kibi},
                                      {"m", kibi* kibi},
                                      {"mb", kibi* kibi},
                                      {"mib", kibi* kibi},
                                      {"g", kibi* kibi* kibi},
                                      {"gb", kibi* kibi* kibi},
                                      {"gib", kibi* kibi* kibi},
                                      {"t", kibi* kibi* kibi* kibi},
                                      {"tb", kibi* kibi* kibi* kibi},
                                      {"tib", kibi* kibi* kibi* kibi}}};
constexpr std::array<Unit, 7> durations{
    {{"", 1e9}, {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};

template <std::size_t N>
std::optional<double> parse_amount(std::string_view text, const std::array<Unit, N>& units) {
  double number = 0;
  const auto [rest, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || number < 0 || !std::isfinite(number)) return std::nullopt;
  std::string unit(rest, text.data() + text.size());
  for (char& c : unit) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const auto& [name, factor] : units) {
    if (unit == name) return number * factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto amount = parse_amount(text, sizes);
  if (!amount || *amount >= 0x1p64) return std::nullopt;
  return static_cast<std::uint64_t>(*amount);
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const auto amount = parse_amount(text, durations);
  if (!amount || *amount >= 0x1p63) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(*amount));
}

std::string format_duration(std::chrono::nanoseconds time) {
  struct Named {
    std::string_view name;
    double nanoseconds;
  };
  constexpr std::array<Named, 4> units{{{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}}};
  const auto count = static_cast<double>(time.count());
  std::size_t fitting = 0;
  while (fitting + 1 < units.size() && count < units[fitting].nanoseconds) ++fitting;
  const double amount = count / units[fitting].nanoseconds;
  const int decimals = units[fitting].nanoseconds == 1 || amount >= 100 ? 0 : amount >= 10 ? 1 : 2;
  std::array<char, 64> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), amount,
                                          std::chars_format::fixed, decimals);
  std::string text(digits.data(), error == std::errc() ? end : digits.data());
  return text.append(" ").append(units[fitting].name);
}

}  // namespace wrun::inline v0::tool
