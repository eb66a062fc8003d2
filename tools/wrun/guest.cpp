#include "tools/wrun/guest.hpp"

#include <fmt/format.h>

#include <memory>

#include "tools/wrun/files.hpp"
#include "tools/wrun/guest_run.hpp"
#include "tools/wrun/report.hpp"

namespace wrun::inline v0::tool {
namespace {

int write_usage(const std::string& file, const MeasuredUsage& usage) {
  const std::string json = dump(usage_json(usage)) + "\n";
  const auto written = write_text(file, json);
  const auto* failure = std::get_if<Failure>(&written);
  return failure == nullptr ? exit_ok : report(*failure);
}

}  // namespace

int run_last_guest(const GuestOptions& options) {
  GuestRun& guest = *std::make_unique<GuestRun>(options).release();
  guest.run();
  std::optional<MeasuredUsage> usage;
  if (options.usage) usage = guest.usage();
  if (options.json) {
    print_json(guest.outcome(), usage);
  } else {
    print_text(guest.outcome());
    if (usage && options.usage_file.empty()) fmt::print(stderr, "{}", usage_text(*usage));
  }
  const int status = guest.outcome().status;
  if (!usage || options.usage_file.empty()) return status;
  const int written = write_usage(options.usage_file, *usage);
  return status == exit_ok ? written : status;
}

}  // namespace wrun::inline v0::tool
