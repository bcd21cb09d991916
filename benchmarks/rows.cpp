// Rows of ten scalars a second, from the first log() to the return of finish(), beside what a program does that
// makes a tree of nodes for each row and writes it to a stream. "caller" and "behind" are nanoseconds of processor
// time a row, of the thread that logs and of the run's own; "allocations" counts operator new a row, "caller's"
// those of the thread that logs. rows [--benchmark_...]
#include <benchmark/benchmark.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "allocation_count.h"
#include "cpu_clock.h"
#include "sconce/sconce.h"
#include "scratch_folder.h"

namespace {

using sconce::benchmarks::allocations_of_ended_threads;
using sconce::benchmarks::allocations_of_this_thread;
using sconce::benchmarks::process_cpu_seconds;
using sconce::benchmarks::thread_cpu_seconds;

constexpr std::int64_t kRows = 1'000'000;

/// Ten doubles of which most need 17 digits, as losses do.
double number(std::int64_t row, int cell) { return 0.1 * static_cast<double>(row) / (cell + 3); }

/// Rows a second and what each costs, since its making.
class Meter {
 public:
  void count(benchmark::State& state) const {
    const double caller = thread_cpu_seconds() - thread_;
    const double all = process_cpu_seconds() - process_;
    const auto rows = static_cast<double>(kRows);
    state.SetItemsProcessed(state.items_processed() + kRows);
    state.counters["caller"] = 1e9 * caller / rows;
    state.counters["behind"] = 1e9 * (all - caller) / rows;
    const std::int64_t callers = allocations_of_this_thread() - own_allocations_;
    state.counters["caller's"] = static_cast<double>(callers) / rows;
    state.counters["allocations"] =
        static_cast<double>(callers + allocations_of_ended_threads() - others_allocations_) / rows;
  }

 private:
  double thread_ = thread_cpu_seconds();
  double process_ = process_cpu_seconds();
  std::int64_t own_allocations_ = allocations_of_this_thread();
  std::int64_t others_allocations_ = allocations_of_ended_threads();
};

void log_rows(benchmark::State& state, const sconce::benchmarks::ScratchFolder& folder) {
  for (auto _ : state) {
    state.PauseTiming();
    sconce::Run run(sconce::RunOptions("rows").dir(folder.path()));
    state.ResumeTiming();
    const Meter meter;
    for (std::int64_t i = 0; i < kRows; ++i) {
      run.log({{"loss", number(i, 0)},
               {"accuracy", number(i, 1)},
               {"lr", number(i, 2)},
               {"grad_norm", number(i, 3)},
               {"epoch", number(i, 4)},
               {"step_time", number(i, 5)},
               {"momentum", number(i, 6)},
               {"entropy", number(i, 7)},
               {"kl", number(i, 8)},
               {"reward", number(i, 9)}});
    }
    run.finish();
    meter.count(state);
    state.PauseTiming();
    std::filesystem::remove_all(run.dir());
    state.ResumeTiming();
  }
}

void write_trees(benchmark::State& state, const sconce::benchmarks::ScratchFolder& folder) {
  for (auto _ : state) {
    std::ofstream out(folder.path() / "rows.jsonl");
    const Meter meter;
    for (std::int64_t i = 0; i < kRows; ++i) {
      const nlohmann::ordered_json row{{"loss", number(i, 0)},
                                       {"accuracy", number(i, 1)},
                                       {"lr", number(i, 2)},
                                       {"grad_norm", number(i, 3)},
                                       {"epoch", number(i, 4)},
                                       {"step_time", number(i, 5)},
                                       {"momentum", number(i, 6)},
                                       {"entropy", number(i, 7)},
                                       {"kl", number(i, 8)},
                                       {"reward", number(i, 9)},
                                       {"_timestamp", 1.7e9 + 1e-3 * static_cast<double>(i)},
                                       {"_runtime", 1e-3 * static_cast<double>(i)},
                                       {"_step", i}};
      out << row.dump() << '\n';
    }
    out.close();
    meter.count(state);
  }
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const sconce::benchmarks::ScratchFolder folder;
  const auto add = [&](const char* name, auto* measure) {
    benchmark::RegisterBenchmark(name, [&folder, measure](benchmark::State& state) { measure(state, folder); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(1);
  };
  add("sconce", log_rows);
  add("nlohmann and ofstream", write_trees);
  benchmark::RunSpecifiedBenchmarks();
}
