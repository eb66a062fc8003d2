#include "tools/wrun/needed_grants.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace wrun::inline v0::tool {
namespace {

constexpr std::string_view directory = "--dir HOST::GUEST";
constexpr std::string_view environment = "--env NAME=VALUE";
constexpr std::string_view clock = "--allow-clock";
constexpr std::string_view listener = "--listen ADDRESS:PORT";
constexpr std::string_view random = "--allow-random";
constexpr std::string_view threads = "--allow-threads";

using Row = std::pair<std::string_view, std::string_view>;

/// Only what can't do its work without the grant: fd_read works on standard input, too.
constexpr std::array<Row, 17> needs{{{"environ_get", environment},
                                     {"clock_res_get", clock},
                                     {"clock_time_get", clock},
                                     {"poll_oneoff", clock},
                                     {"random_get", random},
                                     {"sock_accept", listener},
                                     {"fd_readdir", directory},
                                     {"path_create_directory", directory},
                                     {"path_filestat_get", directory},
                                     {"path_filestat_set_times", directory},
                                     {"path_link", directory},
                                     {"path_open", directory},
                                     {"path_readlink", directory},
                                     {"path_remove_directory", directory},
                                     {"path_rename", directory},
                                     {"path_symlink", directory},
                                     {"path_unlink_file", directory}}};

std::string_view flag_for(std::string_view function) {
  for (const auto& [name, flag] : needs) {
    if (name == function) return flag;
  }
  return {};
}

GrantReport& grant_for(std::vector<GrantReport>& grants, std::string_view flag) {
  for (GrantReport& grant : grants) {
    if (grant.flag == flag) return grant;
  }
  return grants.emplace_back(GrantReport{std::string(flag), {}});
}

}  // namespace

bool is_thread_spawn(const ImportType& import) {
  return import.module == "wasi" && import.name == "thread-spawn";
}

std::vector<GrantReport> needed_grants(const std::vector<ImportType>& imports) {
  std::vector<GrantReport> grants;
  for (const ImportType& import : imports) {
    if (is_thread_spawn(import)) grant_for(grants, threads).because.push_back(import.name);
    if (import.module != "wasi_snapshot_preview1") continue;
    const std::string_view flag = flag_for(import.name);
    if (!flag.empty()) grant_for(grants, flag).because.push_back(import.name);
  }
  return grants;
}

}  // namespace wrun::inline v0::tool
