#include "tools/wrun/script/script_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/text/script.hpp"
#include "lib/text/source.hpp"
#include "tools/wrun/files.hpp"
#include "tools/wrun/script/feature_sets.hpp"
#include "tools/wrun/script/runner.hpp"
#include "tools/wrun/script/thread.hpp"

namespace wrun::inline v0::tool {
namespace {

/// Finds lines of ascending offsets in one pass over the text.
class LineCounter {
 public:
  explicit LineCounter(std::string_view text) : text_(text) {}

  std::size_t line_of(std::size_t offset) {
    if (offset < at_) {
      at_ = 0;
      line_ = 1;
    }
    const auto from = text_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ = std::min(offset, text_.size());
    line_ += static_cast<std::size_t>(
        std::count(from, text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
    return line_;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

// A script of the component model; of those, the core modules are checked.
bool is_of_components(const wat::Script& script) {
  return std::any_of(
      script.commands.begin(), script.commands.end(), [](const wat::Command& command) {
        return command.kind == wat::CommandKind::component ||
               (command.kind == wat::CommandKind::unsupported && command.text == "component");
      });
}

Verdict parse_core_module(std::string_view text, const wat::ScriptModule& module) {
  const auto parsed = wat::parse_module(text, module);
  return parsed ? Verdict::passed() : Verdict::failed(parsed.error().message());
}

class FileRun {
 public:
  FileRun(const std::filesystem::path& path, std::string_view text, bool verbose)
      : path_(path.string()), lines_(text), verbose_(verbose) {}

  void count(const wat::Command& command, const Verdict& verdict) {
    switch (verdict.kind) {
      case Verdict::Kind::passed:
        ++report_.tally.passed;
        if (verbose_ && !verdict.note.empty()) add(command, verdict.note, false);
        break;
      case Verdict::Kind::failed:
        ++report_.tally.failed;
        add(command, verdict.text, true);
        break;
      case Verdict::Kind::skipped:
        report_.tally.skip(verdict.text, commands_in(command));
        break;
    }
  }

  void broken(const Error& error) {
    ++report_.tally.failed;
    report_.findings.push_back(
        {true, path_, lines_.line_of(error.offset().value_or(0)), error.message()});
  }

  void set_functions(const FunctionCounts& functions) { report_.functions = functions; }
  ScriptReport take() { return std::move(report_); }

 private:
  static std::uint64_t commands_in(const wat::Command& command) {
    return 1 + command.commands.size();
  }

  void add(const wat::Command& command, const std::string& text, bool is_failure) {
    report_.findings.push_back({is_failure, path_, lines_.line_of(command.begin),
                                fmt::format("{}: {}", wat::name(command.kind), text)});
  }

  std::string path_;
  LineCounter lines_;
  bool verbose_;
  ScriptReport report_;
};

ScriptReport unread(const std::string& path, const Failure& failure) {
  ScriptReport report;
  report.tally.failed = 1;
  report.findings.push_back({true, path, 0, failure.error->message()});
  return report;
}

}  // namespace

ScriptReport run_script_file(const std::filesystem::path& path, Config config,
                             std::optional<Features> features, bool verbose, Stress stress) {
  auto content = read_file(path.string());
  if (const auto* failure = std::get_if<Failure>(&content)) return unread(path.string(), *failure);
  const auto& bytes = std::get<Bytes>(content);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());

  const ScriptFeatures wanted = features_for(path);
  const wat::Script script = wat::parse_script(text);
  FileRun run(path, text, verbose);
  config.features = features.value_or(wanted.features);
  ScriptRunner runner(text, config, stress);
  const bool components = is_of_components(script);
  const auto count_finished = [&] {
    for (const ThreadVerdict& each : runner.take_finished()) {
      run.count(*each.command, each.verdict);
    }
  };
  for (const wat::Command& command : script.commands) {
    if (wanted.missing) {
      run.count(command, Verdict::skipped(*wanted.missing));
    } else if (command.kind == wat::CommandKind::component) {
      for (const auto& module : command.core_modules)
        run.count(command, parse_core_module(text, module));
      run.count(command, runner.run(command));
    } else if (components && command.kind != wat::CommandKind::module) {
      run.count(command, Verdict::skipped("component"));
    } else {
      run.count(command, runner.run(command));
    }
    count_finished();
  }
  runner.end_threads();
  count_finished();
  if (script.error) run.broken(*script.error);
  run.set_functions(runner.functions());
  return run.take();
}

}  // namespace wrun::inline v0::tool
