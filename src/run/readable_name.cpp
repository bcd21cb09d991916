#include "run/readable_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <string_view>
#include <system_error>

namespace sconce {
namespace {

constexpr std::array<std::string_view, 48> kQualities{
    "amber",   "autumn", "blazing", "bold",   "brave",    "bright", "calm",    "clear",  "copper", "cosy",
    "crimson", "dusky",  "early",   "fabled", "faithful", "fiery",  "gentle",  "gilded", "golden", "grand",
    "hidden",  "humble", "ivory",   "jolly",  "kind",     "lively", "lucid",   "merry",  "mild",   "noble",
    "patient", "polar",  "proud",   "quiet",  "radiant",  "rapid",  "scarlet", "serene", "silver", "steady",
    "sunny",   "swift",  "tender",  "tidal",  "vivid",    "warm",   "wise",    "young"};
constexpr std::array<std::string_view, 48> kThings{
    "aurora",  "beacon",  "blaze",  "bonfire", "candle", "comet",    "corona",  "crystal", "dawn",    "daylight",
    "ember",   "firefly", "flame",  "flare",   "flash",  "gleam",    "glimmer", "glow",    "hearth",  "horizon",
    "lamp",    "lantern", "laser",  "lens",    "light",  "lustre",   "mirror",  "moon",    "morning", "nova",
    "prism",   "pulsar",  "quasar", "rainbow", "ray",    "shadow",   "shine",   "spark",   "star",    "sun",
    "sunrise", "sunset",  "taper",  "torch",   "tinder", "twilight", "wick",    "zenith"};

template <std::size_t N>
std::string_view any_of(const std::array<std::string_view, N>& words, std::random_device& device) {
  return words[std::uniform_int_distribution<std::size_t>(0, N - 1)(device)];
}

std::int64_t count_runs(const std::filesystem::path& dir) {
  std::error_code none;
  const std::filesystem::directory_iterator entries(dir, none);
  return std::count_if(begin(entries), end(entries), [](const auto& entry) {
    return entry.path().filename().string().rfind("offline-run-", 0) == 0;
  });
}

}  // namespace

std::string readable_name(const std::filesystem::path& dir) {
  std::random_device device;
  return fmt::format("{}-{}-{}", any_of(kQualities, device), any_of(kThings, device), count_runs(dir) + 1);
}

}  // namespace sconce
