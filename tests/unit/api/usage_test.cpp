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
