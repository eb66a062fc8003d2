#include <wrun/usage.hpp>

#include "tests/unit/api/support.hpp"

namespace wrun::test {
namespace {

Usage some() {
  Usage usage;
  usage.host_calls = 7;
  usage.memory_bytes = 65536;
  usage.memory_peak_bytes = 131072;
  usage.instances = 1;
  return usage;
}

TEST(UsageText, JsonTellsWhatWasNotMeasured) {
  EXPECT_EQ(to_json(some()),
            R"({"instructions":null,"host_calls":7,"waits":0,"host_bytes_in":null,)"
            R"("host_bytes_out":null,"host_time_ns":null,"wall_time_ns":null,"cpu_time_ns":null,)"
            R"("memory_bytes":65536,"memory_peak_bytes":131072,"memory_byte_seconds":0,)"
            R"("heap_bytes":0,"heap_peak_bytes":0,"stack_bytes":0,"stack_peak_bytes":0,)"
            R"("table_elements":0,"table_peak_elements":0,"instances":1,"instances_peak":0,)"
            R"("host_calls_by_name":null,"soft_limits_passed":[]})");
  Usage usage = some();
  usage.instructions = 0;
  usage.host_work = HostWork{1, 2, std::chrono::nanoseconds(3)};
  const std::string text = to_json(usage);
  EXPECT_NE(text.find(R"("instructions":0,)"), text.npos);
  EXPECT_NE(text.find(R"("host_bytes_in":1,"host_bytes_out":2,"host_time_ns":3,)"), text.npos);
}

TEST(UsageText, PrometheusHasASampleForEachUsage) {
  Usage measured = some();
  measured.host_work = HostWork{1, 2, std::chrono::milliseconds(1500)};
  const std::vector<LabelledUsage> usages{{{{"tenant", "a"}}, some()},
                                          {{{"tenant", "b\"\\\n"}, {"x", ""}}, measured}};
  const std::string text = to_prometheus(usages);
  EXPECT_NE(text.find("# TYPE wrun_host_calls_total counter\n"
                      "wrun_host_calls_total{tenant=\"a\"} 7\n"
                      "wrun_host_calls_total{tenant=\"b\\\"\\\\\\n\",x=\"\"} 7\n"),
            text.npos)
      << text;
  EXPECT_NE(text.find("# wrun_host_time_seconds_total{tenant=\"a\"} wasn't measured\n"
                      "wrun_host_time_seconds_total{tenant=\"b\\\"\\\\\\n\",x=\"\"} 1.500000000\n"),
            text.npos)
      << text;
  EXPECT_NE(text.find("# TYPE wrun_memory_bytes gauge\nwrun_memory_bytes{tenant=\"a\"} 65536\n"),
            text.npos);
}

// One line that isn't as Prometheus wants it costs all the others, too.
TEST(UsageText, NoLabelBreaksTheText) {
  const auto label = [](std::string name, std::string value) {
    const std::vector<LabelledUsage> usages{{{{std::move(name), std::move(value)}}, some()}};
    const std::string text = to_prometheus(usages);
    const std::size_t at = text.find("\nwrun_instances{") + 16;
    return text.substr(at, text.find("} 1\n", at) - at);
  };
  EXPECT_EQ(label("te\"n a\xc3\xa4=", "a"), "te_n_a___=\"a\"");
  EXPECT_EQ(label("9to5", "a"), "_to5=\"a\"");
  EXPECT_EQ(label("", "a"), "_=\"a\"");
  EXPECT_EQ(label("_Az9", "\xff"), "_Az9=\"\xef\xbf\xbd\"");
  EXPECT_EQ(label("x", "\xc3\xa4\xf0\x9f\x98\x80"), "x=\"\xc3\xa4\xf0\x9f\x98\x80\"");
  // Cut short, overlong, a surrogate.
  EXPECT_EQ(label("x", "a\xe2\x82"), "x=\"a\xef\xbf\xbd\xef\xbf\xbd\"");
  EXPECT_EQ(label("x", "\xc0\xaf!"), "x=\"\xef\xbf\xbd\xef\xbf\xbd!\"");
  EXPECT_EQ(label("x", "\xed\xa0\x80"), "x=\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
  Usage usage = some();
  usage.host_calls_by_name = {{"host.\xff", 1}};
  EXPECT_NE(to_json(usage).find("{\"host.\xef\xbf\xbd\":1}"), std::string::npos);
}

TEST(UsageText, WithoutLabelsOrUsages) {
  const std::vector<LabelledUsage> one{{{}, some()}};
  EXPECT_NE(to_prometheus(one).find("\nwrun_instances 1\n"), std::string::npos);
  const std::string none = to_prometheus({});
  EXPECT_EQ(none.find("\nwrun_"), std::string::npos);
}

TEST(UsageText, OfARealStore) {
  World world(Config{.fuel = true});
  const Instance instance = world.instance(add_text);
  take(take(instance.func("add")).call({1, 2}));
  const std::string text = to_json(take(world.store.usage()));
  EXPECT_NE(text.find(R"("instructions":3,)"), text.npos) << text;
}

}  // namespace
}  // namespace wrun::test
