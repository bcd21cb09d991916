#include <ATen/ATen.h>
#include <sconce/sconce.h>

#include <filesystem>

int log_everything(sconce::Run& run);
bool registered();

int main(int, char** arguments) {
  sconce::Run run(sconce::RunOptions("consumer").dir(arguments[1]));
  const int rows = log_everything(run);
  run.finish();
  const bool written = std::filesystem::file_size(run.dir() / "wandb-history.jsonl") > 0;
  return rows > 0 && written && registered() ? 0 : 1;
}
