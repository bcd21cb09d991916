#include "store/metadata.h"

#include <fmt/chrono.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>
#include <vector>

#include "store/git.h"

#ifdef __APPLE__
#include <crt_externs.h>
#endif

namespace sconce::store {
namespace {

using nlohmann::ordered_json;

std::vector<std::string> command_line() {
  std::vector<std::string> words;
#ifdef __APPLE__
  words.assign(*_NSGetArgv(), *_NSGetArgv() + *_NSGetArgc());
#else
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  for (std::string word; std::getline(in, word, '\0');) {
    words.push_back(word);
  }
#endif
  return words;
}

/// Cores, where hardware threads of one core count once; 0 if the system does not tell.
std::size_t physical_cpus() {
  std::set<std::pair<std::string, std::string>> cores;
  std::ifstream in("/proc/cpuinfo");
  std::string package;
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(':');
    if (line.rfind("physical id", 0) == 0) {
      package = line.substr(colon + 1);
    } else if (line.rfind("core id", 0) == 0) {
      cores.emplace(package, line.substr(colon + 1));
    }
  }
  return cores.size();
}

void add_system(ordered_json& json) {
  utsname system{};
  if (::uname(&system) == 0) {
    json["os"] = std::string(system.sysname) + "-" + system.release + "-" + system.machine;
    json["host"] = system.nodename;
  }
  const unsigned logical = std::thread::hardware_concurrency();
  const std::size_t physical = physical_cpus();
  json["cpu_count"] = physical > 0 ? physical : logical;
  json["cpu_count_logical"] = logical;
}

void add_program(ordered_json& json) {
  std::vector<std::string> words = command_line();
  std::error_code ignored;
  if (!words.empty()) {
    json["program"] = words.front();
    words.erase(words.begin());
    json["args"] = words;
  }
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", ignored);
  if (!executable.empty()) {
    json["executable"] = executable.string();
  }
  const auto root = std::filesystem::current_path(ignored);
  json["root"] = root.string();
  if (const auto git = git_state(root)) {
    ordered_json& entry = json["git"] = ordered_json::object();
    if (!git->remote.empty()) {
      entry["remote"] = git->remote;
    }
    entry["commit"] = git->commit;
  }
}

void add_names(ordered_json& json, const RunDescription& run) {
  json["project"] = run.project;
  json["name"] = run.name;
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) {
      json[key] = value;
    }
  };
  add("group", run.group);
  add("jobType", run.job_type);
  add("notes", run.notes);
  if (!run.tags.empty()) {
    json["tags"] = run.tags;
  }
}

}  // namespace

std::string metadata_text(const RunDescription& run, std::optional<int> exit_code) {
  ordered_json json = ordered_json::object();
  add_names(json, run);
  std::tm utc{};
  ::gmtime_r(&run.start, &utc);
  json["startedAt"] = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", utc);
  add_system(json);
  add_program(json);
  if (run.gpu_count > 0) {
    json["gpu_count"] = run.gpu_count;
  }
  json["state"] = !exit_code ? "running" : *exit_code == 0 ? "finished" : "failed";
  if (exit_code) {
    json["exitcode"] = *exit_code;
  }
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace sconce::store
