#include "support/child.h"

#include <fcntl.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <thread>

namespace sconce::test {

void die_with_parent() {
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

std::string wait_for(pid_t process) {
  constexpr auto kPatience = std::chrono::minutes(1);
  const auto start = std::chrono::steady_clock::now();
  int status = 0;
  while (::waitpid(process, &status, WNOHANG) != process) {
    if (std::chrono::steady_clock::now() - start > kPatience) {
      ::kill(process, SIGKILL);
      ::waitpid(process, &status, 0);
      return "hangs";
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return WIFEXITED(status) ? "exit " + std::to_string(WEXITSTATUS(status))
                           : "signal " + std::to_string(WTERMSIG(status));
}

Child::Child(const std::function<void()>& body) {
  std::fflush(nullptr);  // or both processes write it
  id_ = ::fork();
  if (id_ < 0) {
    throw std::runtime_error("cannot fork");
  }
  if (id_ == 0) {
    die_with_parent();
    const int errors = ::open((folder_.path() / "errors").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(errors, STDERR_FILENO);
    body();
    ::_exit(0);
  }
}

Child::~Child() {
  if (!ended_) {
    send(SIGKILL);
    end();
  }
}

void Child::send(int signal) const { ::kill(id_, signal); }

std::string Child::end() {
  ended_ = true;
  return wait_for(id_);
}

std::string Child::errors() const { return read_text(folder_.path() / "errors"); }

void without_catch(const std::function<void()>& body) { std::thread(body).join(); }

}  // namespace sconce::test
