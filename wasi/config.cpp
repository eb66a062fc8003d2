#include <wrun/wasi/config.hpp>

#include "lib/wasm/compose.hpp"

namespace wrun::inline v0::wasi {

namespace {

class FixedArguments final : public Arguments {
 public:
  explicit FixedArguments(std::vector<std::string> arguments) : arguments_(std::move(arguments)) {}
  std::vector<std::string> arguments() override { return arguments_; }

 private:
  std::vector<std::string> arguments_;
};

bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

}  // namespace

std::shared_ptr<Arguments> Config::fixed_arguments(std::vector<std::string> arguments) {
  return std::make_shared<FixedArguments>(std::move(arguments));
}

Config& Config::env(std::string name, std::string value) {
  if (!error_ && (name.empty() || name.find('=') != std::string::npos || has_nul(name))) {
    error_ = Error(ErrorKind::usage, compose("\"{}\" can't name a variable", name));
  }
  variables_.emplace_back(std::move(name), std::move(value));
  return *this;
}

Config& Config::dir(const std::string& host_path, std::string guest_path, Access access,
                    const HostDirectoryOptions& options) {
  Outcome<std::shared_ptr<Directory>> directory = host_directory(host_path, options);
  if (directory) {
    mounts_.push_back({std::move(guest_path), *std::move(directory), access, host_path});
    return *this;
  }
  if (!error_) {
    error_ = Error(ErrorKind::io,
                   compose("can't open directory \"{}\": {}", host_path, text(directory.error())));
  }
  return *this;
}

Error exit_error(std::uint32_t status) {
  Error::Details details;
  details.exit_status = static_cast<int>(status);
  return Error(ErrorKind::exit, compose("exit with status {}", status), std::move(details));
}

namespace {

void append_escaped(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (code < 0x20 || code == 0x7f) {
      compose_to(out, "\\x{:02x}", code);
    } else {
      out.push_back(c);
    }
  }
}

}  // namespace

std::string text(const Denial& denial) {
  std::string out = "denied: " + denial.call;
  if (!denial.what.empty()) {
    out += " \"";
    append_escaped(out, denial.what);
    out += '"';
  }
  out += ": " + denial.reason;
  if (!denial.grant.empty()) {
    out += "; add ";
    append_escaped(out, denial.grant);
  }
  return out;
}

}  // namespace wrun::inline v0::wasi
