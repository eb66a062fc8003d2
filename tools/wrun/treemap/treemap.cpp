#include "tools/wrun/treemap/treemap.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "tools/wrun/page/page.hpp"
#include "tools/wrun/treemap/module_parts.hpp"
#include "tools/wrun/treemap/squarify.hpp"

namespace wrun::inline v0::tool {
namespace {

// Of the drawing, in the units of its viewBox.
constexpr Rectangle canvas{0, 0, 1200, 720};
constexpr double least_area = 150;  ///< what is smaller is drawn together with others like it
constexpr double line_height = 16;
constexpr double character_width = 7;
constexpr double margin = 4;

constexpr std::size_t most_drawn = std::numeric_limits<std::size_t>::max();
constexpr std::size_t most_listed = 100;

std::string share_of(std::uint64_t bytes, std::uint64_t total) {
  return fmt::format("{:.2f} %", 100.0 * static_cast<double>(bytes) / static_cast<double>(total));
}

std::string grouped_digits(std::uint64_t number) {
  std::string text = fmt::format("{}", number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

/// The first so many characters, of which the last says that there were more.
std::string shortened(std::string_view text, std::size_t most) {
  std::size_t characters = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) == 0x80) continue;
    if (++characters == most) last = i;
  }
  return characters <= most ? std::string(text) : std::string(text.substr(0, last)) + "\u2026";
}

/// What of an owner is drawn on its area of the canvas, and where.
struct Layout {
  std::vector<ModulePart> parts;
  std::vector<Rectangle> places;
};

Layout lay_out(const ModulePart& owner, const Rectangle& place, std::string_view noun) {
  Layout layout;
  const double least = least_area * static_cast<double>(owner.bytes) / place.area();
  layout.parts = largest_parts(owner.parts, least, most_drawn, noun);
  std::vector<double> weights;
  for (const ModulePart& part : layout.parts) weights.push_back(static_cast<double>(part.bytes));
  layout.places = squarify(weights, place);
  return layout;
}

void add_label(Markup& markup, std::string_view name, const Rectangle& place) {
  const double room = (place.width - 2 * margin) / character_width;
  if (place.height < line_height || room < 3) return;
  markup.add("text",
             {{"x", length(place.x + margin)}, {"y", length(place.y + line_height - margin)}},
             shortened(name, static_cast<std::size_t>(room)));
}

void add_box(Markup& markup, const std::string& title, std::string_view label,
             const Rectangle& place, const std::string& colour) {
  markup.open("g").add("title", {}, title);
  markup.add("rect", {{"class", "box " + colour},
                      {"x", length(place.x)},
                      {"y", length(place.y)},
                      {"width", length(place.width)},
                      {"height", length(place.height)}});
  add_label(markup, label, place);
  markup.close();
}

/// A section, or in its place what it consists of.
void add_section(Markup& markup, const ModulePart& section, const Rectangle& place,
                 const std::string& colour, std::uint64_t total) {
  const auto title = [total](const ModulePart& part) {
    return fmt::format("{}: {} bytes, {}", part.name, grouped_digits(part.bytes),
                       share_of(part.bytes, total));
  };
  if (section.parts.empty()) return add_box(markup, title(section), section.name, place, colour);
  const Layout layout = lay_out(section, place, "functions");
  for (std::size_t i = 0; i < layout.parts.size(); ++i) {
    const ModulePart& part = layout.parts[i];
    add_box(markup, section.name + ", " + title(part), part.name, layout.places[i], colour);
  }
}

void add_map(Markup& markup, const ModulePart& whole) {
  markup.open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                      {"viewBox", fmt::format("0 0 {} {}", canvas.width, canvas.height)},
                      {"role", "img"}});
  const Layout layout = lay_out(whole, canvas, "sections");
  for (std::size_t i = 0; i < layout.parts.size(); ++i)
    add_section(markup, layout.parts[i], layout.places[i], colour_class(i), whole.bytes);
  markup.close();
}

/// The largest of an owner's parts, with their shares of all of the module.
void add_shares(Markup& markup, const ModulePart& owner, std::string_view noun,
                std::uint64_t total) {
  std::vector<std::vector<std::string>> rows;
  for (const ModulePart& part : largest_parts(owner.parts, 0, most_listed, noun))
    rows.push_back({part.name, grouped_digits(part.bytes), share_of(part.bytes, total)});
  rows.push_back({"all", grouped_digits(owner.bytes), share_of(owner.bytes, total)});
  add_table(markup, {{noun, false}, {"bytes", true}, {"of the module", true}}, rows);
}

}  // namespace

std::string treemap_page(const std::string& file, const Module& module) {
  const ModulePart whole = parts_of(module);
  Markup markup;
  markup.add("p", {},
             fmt::format("{} bytes. Areas are in proportion to bytes; each has its name and size "
                         "as a tooltip. What would be too small to see is drawn as one.",
                         grouped_digits(whole.bytes)));
  add_map(markup, whole);
  add_shares(markup, whole, "sections", whole.bytes);
  for (const ModulePart& section : whole.parts)
    if (!section.parts.empty()) add_shares(markup, section, "functions", whole.bytes);
  return html_page(file, markup.take());
}

}  // namespace wrun::inline v0::tool
