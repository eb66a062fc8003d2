#pragma once

// A page that needs nothing but itself: no script, no font, no picture from elsewhere.

#include <string>
#include <string_view>
#include <vector>

#include "tools/wrun/page/markup.hpp"

namespace wrun::inline v0::tool {

/// The class that fills a shape with the colour of this number, in light and in dark; from the
/// seventh on all are the same.
std::string colour_class(std::size_t number);

/// The whole document; `body` is what Markup wrote.
std::string html_page(std::string_view title, std::string_view body);

struct Column {
  std::string_view name;
  bool is_number = false;
};

void add_table(Markup& markup, const std::vector<Column>& columns,
               const std::vector<std::vector<std::string>>& rows);

}  // namespace wrun::inline v0::tool
