#include "lib/text/script.hpp"

#include "text_helpers.hpp"

namespace wrun::wat {
namespace {

Command only(std::string_view text) {
  Script script = parse_script(text);
  EXPECT_FALSE(script.error.has_value());
  EXPECT_EQ(script.commands.size(), 1u) << text;
  return script.commands.empty() ? Command{} : script.commands[0];
}

TEST(Script, ModulesAreSlicesOfTheText) {
  const std::string_view text =
      "(module $m (func)) (module definition $d binary \"x\") (module quote \"(\")";
  const Script script = parse_script(text);
  ASSERT_EQ(script.commands.size(), 3u);
  EXPECT_EQ(script.commands[0].module->id, "m");
  EXPECT_EQ(script.commands[0].module->form, ModuleForm::text);
  EXPECT_EQ(parse_module(text, *script.commands[0].module, false).value().bytes, parse("(func)"));
  EXPECT_TRUE(script.commands[1].module->is_definition);
  EXPECT_EQ(script.commands[1].module->form, ModuleForm::binary);
  EXPECT_EQ(script.commands[2].module->form, ModuleForm::quote);
  EXPECT_FALSE(parse_module(text, *script.commands[2].module).has_value());
}

TEST(Script, ABadModuleDoesNotHideTheRest) {
  const std::string_view text = "(module (func (nope))) (assert_return (invoke \"f\"))";
  const Script script = parse_script(text);
  ASSERT_EQ(script.commands.size(), 2u);
  const auto parsed = parse_module(text, *script.commands[0].module);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().offset(), 15u);
  EXPECT_EQ(script.commands[1].kind, CommandKind::assert_return);
}

TEST(Script, FieldsWithoutModule) {
  const std::string_view text = "(func) (memory 0) (invoke \"f\") (func (export \"f\"))";
  const Script script = parse_script(text);
  ASSERT_EQ(script.commands.size(), 3u);
  EXPECT_EQ(parse_module(text, *script.commands[0].module).value().bytes,
            parse("(func) (memory 0)"));
  EXPECT_EQ(script.commands[1].kind, CommandKind::action);
}

TEST(Script, Actions) {
  const Command invoke = only("(invoke $M \"f\" (i32.const -1) (f64.const inf) (ref.null func))");
  EXPECT_EQ(invoke.action->module, "M");
  EXPECT_EQ(invoke.action->name, "f");
  ASSERT_EQ(invoke.action->arguments.size(), 3u);
  EXPECT_EQ(invoke.action->arguments[0].bits[0], 0xffff'ffffu);
  EXPECT_EQ(invoke.action->arguments[2].heap, wasm::HeapType(wasm::AbstractHeap::func));
  const Command get = only("(assert_return (get \"g\") (i64.const 1))");
  EXPECT_EQ(get.action->kind, ActionKind::get);
  EXPECT_EQ(get.results.at(0).kind, ValueKind::i64);
}

TEST(Script, Patterns) {
  const Command command = only(
      "(assert_return (invoke \"f\") (f32.const nan:canonical) (v128.const f32x4 1 nan:arithmetic "
      "nan:canonical 0x1p1) (ref.extern 3) (ref.extern) (ref.host 1) (ref.null) (ref.i31) "
      "(ref.struct) (either (i32.const 1) (i32.const 2)) (v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 "
      "12 13 14 15 -1))");
  ASSERT_EQ(command.kind, CommandKind::assert_return) << command.text;
  const auto& r = command.results;
  ASSERT_EQ(r.size(), 10u);
  EXPECT_EQ(r[0].nan[0], NanPattern::canonical);
  EXPECT_EQ(r[1].nan[0], NanPattern::none);
  EXPECT_EQ(r[1].nan[1], NanPattern::arithmetic);
  EXPECT_EQ(r[1].nan[2], NanPattern::canonical);
  EXPECT_EQ(r[1].bits[0], 0x3f80'0000u);
  EXPECT_EQ(r[1].bits[1], 0x4000'0000'0000'0000u);
  EXPECT_EQ(r[2].operand, 3u);
  EXPECT_FALSE(r[3].operand.has_value());
  EXPECT_EQ(r[4].kind, ValueKind::ref_host);
  EXPECT_FALSE(r[5].heap.has_value());
  EXPECT_EQ(r[6].kind, ValueKind::ref_i31);
  EXPECT_EQ(r[7].kind, ValueKind::ref_struct);
  EXPECT_EQ(r[8].alternatives.at(1).bits[0], 2u);
  EXPECT_EQ(r[9].bits[1], 0xff0f'0e0d'0c0b'0a09u);
}

TEST(Script, Assertions) {
  EXPECT_EQ(only("(assert_trap (invoke \"f\") \"boom\")").text, "boom");
  EXPECT_TRUE(only("(assert_trap (module (func)) \"boom\")").module.has_value());
  EXPECT_EQ(only("(assert_exhaustion (invoke \"f\") \"x\")").kind, CommandKind::assert_exhaustion);
  EXPECT_EQ(only("(assert_exception (invoke \"f\"))").kind, CommandKind::assert_exception);
  for (const auto kind :
       {CommandKind::assert_malformed, CommandKind::assert_invalid, CommandKind::assert_unlinkable,
        CommandKind::assert_malformed_custom, CommandKind::assert_invalid_custom}) {
    const Command command =
        only("(" + std::string(name(kind)) + " (module quote \"(func)\") \"why\")");
    EXPECT_EQ(command.kind, kind);
    EXPECT_EQ(command.text, "why");
  }
}

TEST(Script, InstancesAndRegistration) {
  const Command instance = only("(module instance $I $M)");
  EXPECT_EQ(instance.kind, CommandKind::instance);
  EXPECT_EQ(instance.id, "I");
  EXPECT_EQ(instance.target, "M");
  const Command registered = only("(register \"as\" $M)");
  EXPECT_EQ(registered.name, "as");
  EXPECT_EQ(registered.target, "M");
}

TEST(Script, Threads) {
  const Command thread = only(
      "(thread $T (shared (module $Mem)) (register \"mem\" $Mem) (module (func)) (assert_return "
      "(invoke \"f\")))");
  EXPECT_EQ(thread.kind, CommandKind::thread);
  EXPECT_EQ(thread.id, "T");
  EXPECT_EQ(thread.shared, "Mem");
  ASSERT_EQ(thread.commands.size(), 3u);
  EXPECT_EQ(thread.commands[2].kind, CommandKind::assert_return);
  EXPECT_EQ(only("(wait $T)").id, "T");
}

TEST(Script, WhatCannotBeReadSaysWhy) {
  EXPECT_EQ(only("(assert_invalid (component) \"x\")").text, "component");
  EXPECT_EQ(only("(assert_return (invoke \"f\") (u32.const 1))").text,
            "unknown operator u32.const");
  EXPECT_EQ(only("(frobnicate)").kind, CommandKind::unsupported);
}

TEST(Script, ComponentsGiveTheCoreModulesThatTheyDefine) {
  const std::string_view text =
      "(component $c (import \"a\" (core module (import \"b\" \"c\" (func))))"
      " (core type (module)) (core module $A (func)) (; x ;) (component (core (; y ;) module $B "
      "(export \"x\")))"
      " (core instance (instantiate $A)) (export \"m\" (core module $A)))";
  const Script script = parse_script(text);
  ASSERT_EQ(script.commands.size(), 1u);
  const Command& component = script.commands.front();
  EXPECT_EQ(component.kind, CommandKind::component);
  ASSERT_EQ(component.core_modules.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto module = parse_module(text, component.core_modules[i]);
    ASSERT_TRUE(module.has_value()) << module.error().message();
    EXPECT_EQ(module->name, i == 0 ? "A" : "B");
  }
  EXPECT_FALSE(parse_module("(core module)").has_value());
  EXPECT_TRUE(parse_script("(component (core module").error.has_value());
}

TEST(Script, UnbalancedTextKeepsWhatCameBefore) {
  const Script script = parse_script("(module) (module");
  EXPECT_EQ(script.commands.size(), 1u);
  ASSERT_TRUE(script.error.has_value());
  EXPECT_TRUE(parse_script("(module) )").error.has_value());
}

}  // namespace
}  // namespace wrun::wat
