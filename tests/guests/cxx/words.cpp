// words FILE: counts the words of a file with the C++ library's strings, maps and algorithms.
#include <algorithm>
#include <cctype>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <numeric>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

struct Shape {
  virtual ~Shape() = default;
  virtual double measure(const std::string& word) const = 0;
};

struct Length : Shape {
  double measure(const std::string& word) const override {
    return static_cast<double>(word.size());
  }
};

struct Vowels : Shape {
  double measure(const std::string& word) const override {
    return static_cast<double>(std::count_if(word.begin(), word.end(), [](char c) {
      return std::string("aeiou").find(c) != std::string::npos;
    }));
  }
};

std::vector<std::string> split(std::istream& in) {
  std::vector<std::string> words{std::istream_iterator<std::string>(in), {}};
  for (auto& word : words) {
    std::erase_if(word, [](unsigned char c) { return !std::isalnum(c); });
  }
  std::erase(words, "");
  return words;
}

}  // namespace

int main(int argc, char** argv) {
  std::ifstream file(argc > 1 ? argv[1] : "text");
  if (!file) {
    std::cerr << "can't open the file\n";
    return 1;
  }
  const auto words = split(file);
  std::unordered_map<std::string, int> counts;
  for (const auto& word : words) ++counts[word];

  std::vector<std::pair<std::string, int>> order(counts.begin(), counts.end());
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::cout << words.size() << " words, " << order.size() << " different\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(10, order.size()); ++i) {
    std::cout << order[i].first << ' ' << order[i].second << '\n';
  }

  std::map<std::string, std::unique_ptr<Shape>> shapes;
  shapes.emplace("length", std::make_unique<Length>());
  shapes.emplace("vowels", std::make_unique<Vowels>());
  std::cout.precision(12);
  for (const auto& entry : shapes) {
    const double sum = std::accumulate(words.begin(), words.end(), 0.0,
                                       [&entry](double so_far, const std::string& word) {
                                         return so_far + entry.second->measure(word);
                                       });
    std::ostringstream line;
    line << "mean " << entry.first << ' ' << sum / static_cast<double>(words.size());
    std::cout << line.str() << '\n';
  }
  return 0;
}
