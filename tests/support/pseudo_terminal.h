#pragma once

#include <chrono>
#include <string>

namespace sconce::test {

/// A terminal for a child to write to, and what it shows. To be made before the child is forked.
class PseudoTerminal {
 public:
  explicit PseudoTerminal(int columns = 80);
  ~PseudoTerminal();
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  /// In the child: stderr is this terminal, and nothing in the environment silences it.
  void become_stderr() const;
  /// Reads until the child has written this, or for a minute. Whether it came.
  bool wait_for(const std::string& text);
  /// All that was written, after the child has ended.
  std::string output();
  /// What of it stands there for people to read: a carriage return writes over its line.
  std::string screen();

 private:
  bool read_some(std::chrono::steady_clock::time_point deadline);

  int master_;
  std::string name_;
  std::string output_;
};

}  // namespace sconce::test
