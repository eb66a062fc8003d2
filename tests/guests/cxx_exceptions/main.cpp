// C++ exceptions in every place: through many frames with destructors, by type and by base class,
// rethrown, thrown while another is handled, out of constructors, virtual calls and callbacks.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

struct Problem {
  explicit Problem(std::string text) : what(std::move(text)) {}
  virtual ~Problem() = default;
  std::string what;
};
struct Malformed : Problem {
  Malformed(std::string text, std::size_t place) : Problem(std::move(text)), at(place) {}
  std::size_t at;
};

std::vector<std::string> journal;

struct Guard {
  explicit Guard(std::string text) : name(std::move(text)) {}
  ~Guard() { journal.push_back("~" + name); }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  std::string name;
};

void report(const char* title) {
  std::printf("%-12s", title);
  for (const std::string& line : journal) std::printf(" %s", line.c_str());
  std::printf("\n");
  journal.clear();
}

[[gnu::noinline]] int dive(int depth, int kind) {
  const Guard guard(std::to_string(depth));
  if (depth > 0) return dive(depth - 1, kind) + 1;
  switch (kind) {
    case 0:
      throw 42;
    case 1:
      throw Malformed("at the bottom", 7);
    case 2:
      throw std::make_unique<int>(5);
    default:
      return 0;
  }
}

void by_type() {
  for (int kind = 0; kind < 4; ++kind) {
    try {
      journal.push_back("returned " + std::to_string(dive(3, kind)));
    } catch (int i) {
      journal.push_back("int " + std::to_string(i));
    } catch (const Problem& problem) {
      const auto* malformed = dynamic_cast<const Malformed*>(&problem);
      journal.push_back(problem.what + "/" + std::to_string(malformed ? malformed->at : 0));
    } catch (...) {
      journal.push_back("something");
    }
  }
  report("by type");
}

void rethrown() {
  try {
    try {
      dive(1, 1);
    } catch (Problem& problem) {
      problem.what += ", seen";
      throw;
    }
  } catch (const Problem& problem) {
    journal.push_back(problem.what);
  }
  try {
    try {
      dive(0, 0);
    } catch (...) {
      const Guard guard("handler");
      throw Malformed("from a handler", 1);
    }
  } catch (const Malformed& malformed) {
    journal.push_back(malformed.what);
  }
  report("rethrown");
}

struct Part {
  explicit Part(int n) : name("part" + std::to_string(n)) {
    if (n == 3) throw Problem("part 3 is missing");
  }
  Guard name;
};
struct Whole {
  Whole() : a(1), b(2), c(3), d(4) {}
  Part a, b, c, d;
};

void constructors() {
  try {
    Whole whole;
  } catch (const Problem& problem) {
    journal.push_back(problem.what);
  }
  report("constructors");
}

class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}
  long parse() {
    const long value = sum();
    if (at_ != text_.size()) throw Malformed("trailing text", at_);
    return value;
  }

 private:
  long sum() {
    long value = product();
    while (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-'))
      value += text_[at_++] == '+' ? product() : -product();
    return value;
  }
  long product() {
    long value = factor();
    while (at_ < text_.size() && (text_[at_] == '*' || text_[at_] == '/')) {
      const bool divides = text_[at_++] == '/';
      const long right = factor();
      if (divides && right == 0) throw Problem("division by zero");
      value = divides ? value / right : value * right;
    }
    return value;
  }
  long factor() {
    if (at_ == text_.size()) throw Malformed("unexpected end", at_);
    if (text_[at_] == '(') {
      ++at_;
      const long value = sum();
      if (at_ == text_.size() || text_[at_++] != ')') throw Malformed("no bracket", at_);
      return value;
    }
    if (text_[at_] < '0' || text_[at_] > '9') throw Malformed("no number", at_);
    long value = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9')
      value = value * 10 + (text_[at_++] - '0');
    return value;
  }
  const std::string& text_;
  std::size_t at_ = 0;
};

void parser() {
  for (const char* text : {"1+2*3", "(1+2)*3", "8/(4-4)", "2*", "(1", "1)", "x"}) {
    try {
      journal.push_back(std::to_string(Parser(text).parse()));
    } catch (const Malformed& malformed) {
      journal.push_back(malformed.what + "@" + std::to_string(malformed.at));
    } catch (const Problem& problem) {
      journal.push_back(problem.what);
    }
  }
  report("parser");
}

void callbacks() {
  const std::map<std::string, std::function<int(int)>> functions = {
      {"double", [](int x) { return 2 * x; }},
      {"refuse", [](int x) -> int { throw Problem("refused " + std::to_string(x)); }}};
  for (const auto& [name, function] : functions) {
    try {
      journal.push_back(name + "=" + std::to_string(function(21)));
    } catch (const Problem& problem) {
      journal.push_back(problem.what);
    }
  }
  const std::vector<int> numbers = {5, 3, 9, 1};
  try {
    std::for_each(numbers.begin(), numbers.end(), [](int n) {
      if (n == 9) throw n * n;
    });
  } catch (int square) {
    journal.push_back("square " + std::to_string(square));
  }
  report("callbacks");
}

void many(int rounds) {
  std::uint32_t sum = 0;
  for (int i = 0; i < rounds; ++i) {
    try {
      sum += static_cast<std::uint32_t>(dive(i % 5, i % 4));
    } catch (int value) {
      sum = sum * 31 + static_cast<std::uint32_t>(value);
    } catch (const Malformed& malformed) {
      sum = sum * 37 + static_cast<std::uint32_t>(malformed.at);
    } catch (const std::unique_ptr<int>& value) {
      sum = sum * 41 + static_cast<std::uint32_t>(*value);
    }
    journal.clear();
  }
  std::printf("%d rounds, %u\n", rounds, sum);
}

}  // namespace

int main(int argc, char** argv) {
  by_type();
  rethrown();
  constructors();
  parser();
  callbacks();
  many(argc > 1 ? std::atoi(argv[1]) : 1000);
  return 0;
}
