#include "terminal/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>

#include "terminal/display_text.h"

namespace sconce::terminal {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// As wandb reads its switches.
bool is_silent() {
  const char* const setting = std::getenv("WANDB_SILENT");
  std::string word = setting == nullptr ? "" : setting;
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return word == "true" || word == "1" || word == "t" || word == "yes" || word == "y" || word == "on";
}

/// Whether stderr takes more before the deadline.
bool wait_for_room(steady_clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()).count();
    pollfd terminal{STDERR_FILENO, POLLOUT, 0};
    const int ready = ::poll(&terminal, 1, static_cast<int>(std::max<milliseconds::rep>(left, 0)));
    if (ready >= 0 || errno != EINTR) {
      return ready > 0 && (terminal.revents & POLLOUT) != 0;
    }
  }
}

bool write_line(std::string_view line, steady_clock::time_point deadline) {
  while (!line.empty()) {
    if (!wait_for_room(deadline)) {
      return false;
    }
    const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written < 0 && errno != EINTR && errno != EAGAIN) {
      return false;
    }
    line.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  return true;
}

}  // namespace

Terminal::Terminal() noexcept : is_on_(::isatty(STDERR_FILENO) == 1 && !is_silent()) {}

std::size_t Terminal::width() const noexcept {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

void Terminal::write(std::string_view lines, milliseconds patience) const noexcept {
  if (!is_on_) {
    return;
  }
  const auto deadline = steady_clock::now() + patience;
  while (!lines.empty()) {
    const std::size_t size = std::min(lines.find('\n'), lines.size() - 1) + 1;
    if (!write_line(lines.substr(0, size), deadline)) {
      return;
    }
    lines.remove_prefix(size);
  }
}

ProgressLine::ProgressLine(const Terminal& terminal) noexcept
    : terminal_(terminal), due_(steady_clock::now() + std::chrono::seconds(1)) {}

ProgressLine::~ProgressLine() {
  if (columns_ > 0) {
    show("");
  }
}

bool ProgressLine::is_due() const noexcept { return terminal_.is_on() && steady_clock::now() >= due_; }

/// The cursor stays at the line's begin, so that what others write replaces it.
void ProgressLine::show(std::string_view text) {
  constexpr auto kPause = milliseconds(200);
  const std::string line = cut(text, terminal_.width() - 1);
  const std::size_t columns = columns_of(line);
  const std::string blanks(columns_ - std::min(columns, columns_), ' ');
  terminal_.write("\r" + line + blanks + "\r", milliseconds(0));
  columns_ = columns;
  due_ = steady_clock::now() + kPause;
}

}  // namespace sconce::terminal
