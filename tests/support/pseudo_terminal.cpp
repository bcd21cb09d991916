#include "support/pseudo_terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace sconce::test {
namespace {

using std::chrono::steady_clock;

constexpr auto kPatience = std::chrono::minutes(1);

}  // namespace

PseudoTerminal::PseudoTerminal(int columns) : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
  winsize size{};
  size.ws_row = 24;
  size.ws_col = static_cast<unsigned short>(columns);
  if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0 ||
      ::ioctl(master_, TIOCSWINSZ, &size) != 0) {
    throw std::runtime_error("cannot make a terminal");
  }
  name_ = ::ptsname(master_);
}

PseudoTerminal::~PseudoTerminal() { ::close(master_); }

void PseudoTerminal::become_stderr() const {
  const int terminal = ::open(name_.c_str(), O_RDWR | O_NOCTTY);
  ::dup2(terminal, STDERR_FILENO);
  ::close(terminal);
  ::unsetenv("WANDB_SILENT");
}

/// False when everybody has closed the terminal and all is read, or nothing comes until the deadline.
bool PseudoTerminal::read_some(steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
  pollfd master{master_, POLLIN, 0};
  std::array<char, 4096> bytes{};
  if (left <= 0 || ::poll(&master, 1, static_cast<int>(left)) != 1) {
    return false;
  }
  const ssize_t size = ::read(master_, bytes.data(), bytes.size());
  if (size <= 0) {
    return false;
  }
  output_.append(bytes.data(), static_cast<std::size_t>(size));
  return true;
}

bool PseudoTerminal::wait_for(const std::string& text) {
  const auto deadline = steady_clock::now() + kPatience;
  while (output_.find(text) == std::string::npos) {
    if (!read_some(deadline)) {
      return false;
    }
  }
  return true;
}

std::string PseudoTerminal::output() {
  for (const auto deadline = steady_clock::now() + kPatience; read_some(deadline);) {
  }
  return output_;
}

std::string PseudoTerminal::screen() {
  std::string screen;
  std::string line;
  std::size_t place = 0;
  for (const char c : output()) {
    if (c == '\n') {
      line.erase(line.find_last_not_of(' ') + 1);
      screen += line + '\n';
      line.clear();
      place = 0;
    } else if (c == '\r') {
      place = 0;
    } else {
      line.resize(std::max(line.size(), place + 1), ' ');
      line[place++] = c;
    }
  }
  return screen + line;
}

}  // namespace sconce::test
