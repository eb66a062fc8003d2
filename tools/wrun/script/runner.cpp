#include "tools/wrun/script/runner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/wrun/script/script_values.hpp"
#include "tools/wrun/script/thread.hpp"

namespace wrun::inline v0::tool {
namespace {

using wat::CommandKind;

std::string describe(const Error& error) {
  return fmt::format("{}: {}", text(error.kind()), error.message());
}

std::string words_of(const Error& error) {
  return error.trap() ? std::string(text(*error.trap())) : error.message();
}

// The suite's texts are prefixes of what an engine may say; some add an index to a trap's words.
bool says(std::string_view got, std::string_view wanted) {
  if (got.starts_with(wanted)) return true;
  if (got.empty() || !wanted.starts_with(got)) return false;
  const std::string_view rest = wanted.substr(got.size());
  return rest.size() > 1 && rest.front() == ' ' &&
         rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

std::string note_on(const Error& error, const std::string& wanted) {
  if (says(words_of(error), wanted) || says(error.message(), wanted)) return {};
  return fmt::format("expected \"{}\", got \"{}\"", wanted, error.message());
}

}  // namespace

Verdict ScriptRunner::run(const wat::Command& command) {
  switch (command.kind) {
    case CommandKind::module:
      return define_module(*command.module);
    case CommandKind::instance:
      return instantiate(command);
    case CommandKind::register_:
      return register_instance(command);
    case CommandKind::action:
    case CommandKind::assert_return:
      return assert_return(command);
    case CommandKind::assert_trap:
      return assert_stops(command, ErrorKind::trap);
    case CommandKind::assert_exhaustion:
      return assert_stops(command, ErrorKind::exhaustion);
    case CommandKind::assert_exception:
      return assert_stops(command, ErrorKind::exception);
    case CommandKind::assert_unlinkable:
      return assert_unlinkable(command);
    case CommandKind::assert_malformed:
    case CommandKind::assert_malformed_custom:
      return assert_rejected(command, ErrorKind::malformed);
    case CommandKind::assert_invalid:
    case CommandKind::assert_invalid_custom:
      return assert_rejected(command, ErrorKind::invalid);
    case CommandKind::thread:
      return start_thread(command);
    case CommandKind::wait:
      return wait_for(command);
    case CommandKind::component:
      return Verdict::skipped("component");
    case CommandKind::unsupported:
      return Verdict::failed("not understood: " + command.text);
  }
  return Verdict::failed("not understood");
}

Verdict ScriptRunner::define_module(const wat::ScriptModule& module) {
  const auto loaded = world_.load(module);
  if (!loaded) {
    const Error& error = loaded.error();
    if (!module.is_definition) world_.keep(module.id, error);
    return Verdict::failed("a valid module was refused, " + describe(error));
  }
  world_.define(module.id, *loaded);
  if (module.is_definition) return Verdict::passed();
  const auto instance = world_.instantiate(*loaded);
  world_.keep(module.id, instance);
  if (!instance) return Verdict::failed("instantiation failed, " + describe(instance.error()));
  return Verdict::passed();
}

Verdict ScriptRunner::instantiate(const wat::Command& command) {
  const Module* module = world_.definition(command.target);
  if (module == nullptr)
    return Verdict::failed("there is no module " + command.target.value_or(""));
  const auto instance = world_.instantiate(*module);
  world_.keep(command.id, instance);
  if (!instance) return Verdict::failed("instantiation failed, " + describe(instance.error()));
  return Verdict::passed();
}

Verdict ScriptRunner::register_instance(const wat::Command& command) {
  if (world_.offer_shared(command.name, command.target)) return Verdict::passed();
  const auto instance = world_.instance(command.target);
  if (!instance) return Verdict::failed(describe(instance.error()));
  world_.offer(command.name, *instance);
  return Verdict::passed();
}

Result<ScriptRunner::Values> ScriptRunner::perform(const wat::Action& action,
                                                   const Instance& instance) {
  if (action.kind == wat::ActionKind::get) {
    const auto value =
        instance.global(action.name).and_then([](Global global) { return global.get(); });
    if (!value) return value.error();
    return Values{*value};
  }
  const auto function = instance.func(action.name);
  if (!function) return function.error();
  Values arguments;
  for (const wat::Value& argument : action.arguments) {
    const auto value = to_val(world_.store(), argument);
    if (!value) return value.error();
    arguments.push_back(*value);
  }
  return function->call(arguments);
}

Result<ScriptRunner::Values> ScriptRunner::perform(const wat::Action& action) {
  const auto instance = world_.instance(action.module);
  if (!instance) return instance.error();
  return perform(action, *instance);
}

Result<ScriptRunner::Values> ScriptRunner::outcome(const wat::Command& command) {
  if (command.action) return perform(*command.action);
  const auto module = world_.load(*command.module);
  if (!module) return module.error();
  const auto instance = world_.instantiate(*module);
  if (!instance) return instance.error();
  return Values{};
}

Verdict ScriptRunner::assert_return(const wat::Command& command) {
  const auto results = perform(*command.action);
  const bool any_result = command.kind == CommandKind::action;
  const std::string wanted = any_result ? "any result" : tool::describe(command.results);
  if (!results)
    return Verdict::failed(fmt::format("expected {}, got {}", wanted, describe(results.error())));
  if (any_result || matches(*results, command.results)) return Verdict::passed();
  return Verdict::failed(
      fmt::format("expected {}, got {}", wanted, tool::describe(*results, command.results)));
}

Verdict ScriptRunner::assert_stops(const wat::Command& command, ErrorKind wanted) {
  const auto results = outcome(command);
  const std::string expected = fmt::format("{} \"{}\"", text(wanted), command.text);
  if (results)
    return Verdict::failed(fmt::format("expected {}, got {}", expected, tool::describe(*results)));
  const Error& error = results.error();
  if (error.kind() == wanted && (says(words_of(error), command.text) || command.text.empty())) {
    return Verdict::passed();
  }
  return Verdict::failed(fmt::format("expected {}, got {}", expected, describe(error)));
}

Verdict ScriptRunner::assert_unlinkable(const wat::Command& command) {
  const auto module = world_.load(*command.module);
  if (!module) return Verdict::failed("a valid module was refused, " + describe(module.error()));
  const auto linked = world_.link(*module);
  if (linked)
    return Verdict::failed(fmt::format("expected unlinkable \"{}\", but it links", command.text));
  const Error& error = linked.error();
  if (error.kind() == ErrorKind::unlinkable) return Verdict::passed(note_on(error, command.text));
  return Verdict::failed(
      fmt::format("expected unlinkable \"{}\", got {}", command.text, describe(error)));
}

Verdict ScriptRunner::assert_rejected(const wat::Command& command, ErrorKind wanted) {
  const auto module = world_.load(*command.module);
  const std::string expected = fmt::format("{} \"{}\"", text(wanted), command.text);
  if (module) return Verdict::failed(fmt::format("expected {}, but it is valid", expected));
  const Error& error = module.error();
  if (error.kind() == wanted) return Verdict::passed(note_on(error, command.text));
  return Verdict::failed(fmt::format("expected {}, got {}", expected, describe(error)));
}

}  // namespace wrun::inline v0::tool
