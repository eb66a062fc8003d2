#include "lib/text/print_code.hpp"

#include <algorithm>

#include "lib/text/label_stack.hpp"
#include "lib/text/print_atoms.hpp"
#include "lib/text/print_immediates.hpp"
#include "lib/wasm/type_reader.hpp"

namespace wrun::inline v0::wat {
namespace {

using wasm::Op;

constexpr std::uint32_t max_indent = 40;

bool opens_block(Op op) {
  return op == Op::block || op == Op::loop || op == Op::if_ || op == Op::try_ ||
         op == Op::try_table;
}

bool closes_block(Op op) {
  return op == Op::end || op == Op::delegate;
}

bool divides_block(Op op) {
  return op == Op::else_ || op == Op::catch_ || op == Op::catch_all;
}

Op read_op(BodyReader& in) {
  const std::uint8_t byte = in.u8();
  return wasm::op_from_code(byte < 0xfb ? byte : std::uint32_t{byte} << 16 | in.u32());
}

class BodyPrinter {
 public:
  BodyPrinter(PrintContext& context, std::uint32_t function)
      : context_(context),
        function_(function),
        range_(context.module.functions[function].body),
        in_(context.module.bytes, range_.offset, range_.offset + range_.size, nullptr) {
    const auto& names = context.module.names;
    if (const auto it = names.locals.find(function); it != names.locals.end())
      locals_ = PrintedNames(it->second), local_names_ = &it->second;
    if (const auto it = names.labels.find(function); it != names.labels.end())
      label_names_ = &it->second;
  }

  bool print(std::uint64_t max_size);

 private:
  void local_declarations();
  void instruction(Op op);
  void line();
  std::string_view next_label();

  PrintContext& context_;
  std::uint32_t function_;
  wasm::ByteRange range_;
  BodyReader in_;
  PrintedNames locals_;
  const wasm::Names::Map* local_names_ = nullptr;
  const wasm::Names::Map* label_names_ = nullptr;
  LabelStack labels_;
  std::uint32_t block_count_ = 0;
  std::uint32_t depth_ = 1;
};

bool BodyPrinter::print(std::uint64_t max_size) {
  print_signature(context_, context_.module.type_of(wasm::FuncIdx(function_)), locals_);
  local_declarations();
  labels_.start();
  while (depth_ > 0) {
    if (context_.out.size() > max_size) return false;
    const Op op = read_op(in_);
    // The function's own `end` is the closing parenthesis.
    if (op == Op::end && depth_ == 1) break;
    instruction(op);
  }
  const bool all_labels = !label_names_ || label_names_->empty() ||
                          std::prev(label_names_->end())->first < block_count_;
  if (!all_labels) context_.all_names_printed = false;
  context_.out += ')';
  return true;
}

void BodyPrinter::line() {
  context_.out += '\n';
  context_.out.append(2 + 2 * std::min(depth_, max_indent), ' ');
}

void BodyPrinter::local_declarations() {
  const auto& type = context_.module.type_of(wasm::FuncIdx(function_));
  auto index = static_cast<std::uint32_t>(type.params.size());
  for (std::uint32_t runs = in_.u32(); runs > 0; --runs) {
    const std::uint32_t count = in_.u32();
    const wasm::ValType local = wasm::TypeReader<wasm::Trust::yes>(in_, 0, nullptr).val_type();
    bool is_open = false;
    for (std::uint32_t i = 0; i < count; ++i, ++index) {
      const bool is_named = locals_.has(index);
      if (is_open && is_named) context_.out += ')';
      if (!is_open || is_named) {
        if (i == 0) line();
        context_.out += i == 0 ? "(local" : " (local";
        locals_.print_name(index, context_.out);
      }
      context_.out += ' ';
      print_value_type(context_, local);
      if (is_named) context_.out += ')';
      is_open = !is_named;
    }
    if (is_open) context_.out += ')';
  }
  if (local_names_ && std::prev(local_names_->end())->first >= index)
    context_.all_names_printed = false;
}

std::string_view BodyPrinter::next_label() {
  const std::uint32_t number = block_count_++;
  if (!label_names_) return {};
  const auto it = label_names_->find(number);
  if (it == label_names_->end()) return {};
  if (PrintedNames::is_usable(it->second)) return it->second;
  context_.all_names_printed = false;
  return {};
}

void BodyPrinter::instruction(Op op) {
  if (closes_block(op)) --depth_;
  if (divides_block(op)) --depth_;
  line();
  if (divides_block(op)) ++depth_;
  context_.out += wasm::info(op).text();
  if (closes_block(op)) labels_.pop();
  if (opens_block(op)) {
    const std::string_view label = next_label();
    if (!label.empty()) context_.out += ' ', print_id(label, context_.out);
    print_immediates(context_, {locals_, labels_}, op, in_);
    labels_.push(label);
    ++depth_;
  } else {
    print_immediates(context_, {locals_, labels_}, op, in_);
  }
}

}  // namespace

bool print_body(PrintContext& context, std::uint32_t function, std::uint64_t max_size) {
  return BodyPrinter(context, function).print(max_size);
}

void print_expression(PrintContext& context, wasm::ConstExpr expression) {
  BodyReader in(context.module.bytes, expression.offset, expression.offset + expression.size,
                nullptr);
  const PrintedNames no_locals;
  LabelStack labels;
  labels.start();
  const std::size_t begin = context.out.size();
  std::uint32_t count = 0;
  for (Op op = read_op(in); op != Op::end; op = read_op(in), ++count) {
    if (count > 0) context.out += ' ';
    context.out += wasm::info(op).text();
    print_immediates(context, {no_locals, labels}, op, in);
  }
  if (count != 1) return;
  context.out.insert(begin, 1, '(');
  context.out += ')';
}

}  // namespace wrun::inline v0::wat
