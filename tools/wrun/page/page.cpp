#include "tools/wrun/page/page.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wrun::inline v0::tool {
namespace {

// Texts in and beside shapes are at least 4.5 times as bright or dark as what is behind them.
constexpr std::string_view style = R"(
:root { color-scheme: light dark; --back: #fff; --text: #1b1b1b; --faint: #595959; --line: #c8c8c8;
  --c0: #9cc3e6; --c1: #f5c38b; --c2: #a9d5a0; --c3: #e8a9a6; --c4: #c9b6e4; --c5: #d9d08c;
  --c6: #c4c4c4; }
@media (prefers-color-scheme: dark) {
  :root { --back: #16181c; --text: #ececec; --faint: #a8a8a8; --line: #4a4d55;
    --c0: #1f4e79; --c1: #744a12; --c2: #2b5e28; --c3: #7a2f2c; --c4: #4d3a75; --c5: #5c5414;
    --c6: #45484f; } }
body { background: var(--back); color: var(--text); font: 14px/1.5 system-ui, sans-serif;
  margin: 2em auto; max-width: 1200px; padding: 0 1em; }
svg { display: block; height: auto; width: 100%; }
svg text { fill: var(--text); font-size: 12px; }
svg .faint { fill: var(--faint); }
svg .axis { stroke: var(--line); }
svg .mark { stroke: var(--text); stroke-width: 2; }
svg .box { stroke: var(--back); }
svg .dot { fill: var(--text); fill-opacity: 0.6; }
.c0 { fill: var(--c0); } .c1 { fill: var(--c1); } .c2 { fill: var(--c2); } .c3 { fill: var(--c3); }
.c4 { fill: var(--c4); } .c5 { fill: var(--c5); } .c6 { fill: var(--c6); }
table { border-collapse: collapse; margin: 1em 0; }
th, td { border-bottom: 1px solid var(--line); padding: 2px 12px 2px 0; text-align: left; }
th { color: var(--faint); font-weight: normal; }
.number { font-variant-numeric: tabular-nums; text-align: right; }
p { color: var(--faint); }
)";

}  // namespace

std::string colour_class(std::size_t number) {
  return fmt::format("c{}", std::min<std::size_t>(number, 6));
}

std::string html_page(std::string_view title, std::string_view body) {
  const std::string name = escaped(title);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<h1>{}</h1>\n{}</body>\n</html>\n",
      name, style, name, body);
}

void add_table(Markup& markup, const std::vector<Column>& columns,
               const std::vector<std::vector<std::string>>& rows) {
  const auto add = [&](std::string_view element, std::size_t at, std::string_view text) {
    const std::string place = columns[at].is_number ? "number" : "name";
    markup.add(element, {{"class", place}}, text);
  };
  markup.open("table").open("thead").open("tr");
  for (std::size_t i = 0; i < columns.size(); ++i) add("th", i, columns[i].name);
  markup.close().close().open("tbody");
  for (const auto& row : rows) {
    markup.open("tr");
    for (std::size_t i = 0; i < row.size(); ++i) add("td", i, row[i]);
    markup.close();
  }
  markup.close().close();
}

}  // namespace wrun::inline v0::tool
