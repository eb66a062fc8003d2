#pragma once

// HTML and SVG, written so that parsers of either kind, and of XML, agree on what it says.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace wrun::inline v0::tool {

/// Text as it may stand between tags and in quotes. What is no UTF-8, or no character that XML
/// knows, becomes U+FFFD.
std::string escaped(std::string_view text);

/// A length in a drawing: at most two decimals.
std::string length(double value);

struct Attribute {
  std::string_view name;
  std::string value;  ///< escaped when it is written
};

/// Elements, each inside the one that was opened before and isn't closed yet.
class Markup {
 public:
  using Attributes = std::initializer_list<Attribute>;

  Markup& open(std::string_view element, Attributes attributes = {});
  Markup& close();
  Markup& text(std::string_view text);
  /// An element with nothing but text in it.
  Markup& add(std::string_view element, Attributes attributes = {}, std::string_view text = {});

  /// What was written; closes what is open.
  std::string take();

 private:
  void write_tag(std::string_view element, Attributes attributes);

  std::string written_;
  std::vector<std::string> open_;
};

}  // namespace wrun::inline v0::tool
