#pragma once

// A subcommand's options, described to the parser as far as they matter: describing one takes it as
// long as a small guest needs for a line of output, and what no word names can't be given.

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wrun::inline v0::tool {

/// An option, or none where it doesn't matter: then nothing is done with it.
class Described {
 public:
  Described() = default;
  explicit Described(CLI::Option* option) : option_(option) {}

  Described& type_name(const char* name) {
    if (option_ != nullptr) option_->type_name(name);
    return *this;
  }
  Described& description(const char* text) {
    if (option_ != nullptr) option_->description(text);
    return *this;
  }
  /// It may be given several times, one value each.
  Described& repeated() {
    if (option_ != nullptr) option_->type_size(1)->allow_extra_args(false);
    return *this;
  }
  /// `make()` gives the check, which takes long to make as well.
  template <class Make>
  Described& check(Make make) {
    if (option_ != nullptr) option_->check(make());
    return *this;
  }

 private:
  CLI::Option* option_ = nullptr;
};

/// Whether an option was given, where it may not have been described.
bool is_given(const CLI::App& command, const std::string& name);

/// Adds options to a subcommand as its own functions of these names do.
class OptionSet {
 public:
  using Words = std::vector<std::string>;

  /// `words` are those of the command line; null: all options matter.
  OptionSet(CLI::App& command, const Words* words = nullptr) : command_(&command), words_(words) {}

  template <class T>
  Described add_option(std::string_view name, T& value, std::string_view help) const {
    if (!matters(name)) return {};
    return Described(command_->add_option(std::string(name), value, std::string(help)));
  }
  template <class T, class Take>
  Described add_option_function(std::string_view name, Take take, std::string_view help) const {
    if (!matters(name)) return {};
    return Described(
        command_->add_option_function<T>(std::string(name), std::move(take), std::string(help)));
  }
  template <class T>
  Described add_flag(std::string_view name, T& value, std::string_view help) const {
    if (!matters(name)) return {};
    return Described(command_->add_flag(std::string(name), value, std::string(help)));
  }
  template <class Take>
  Described add_flag_callback(std::string_view name, Take take, std::string_view help) const {
    if (!matters(name)) return {};
    return Described(
        command_->add_flag_callback(std::string(name), std::move(take), std::string(help)));
  }

 private:
  /// `names` as the parser takes them: "--fuel", "--usage{-}", "--interruptible,!--uninterruptible"
  bool matters(std::string_view names) const;

  CLI::App* command_;
  const Words* words_;
};

}  // namespace wrun::inline v0::tool
