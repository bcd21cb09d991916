#include "store/git.h"

#include <gtest/gtest.h>

#include "store/file.h"
#include "support/run_reader.h"

namespace sconce::store {
namespace {

namespace fs = std::filesystem;

const std::string kCommit = "0123456789abcdef0123456789abcdef01234567";
const std::string kOther = "fedcba9876543210fedcba9876543210fedcba98";

/// Repositories by hand: what git writes, without git.
class GitTest : public testing::Test {
 protected:
  fs::path in_folder(const std::string& name) const { return folder_.path() / name; }
  void write(const std::string& name, const std::string& text) const {
    write_file(in_folder(name), text, in_folder("scratch"));
  }
  /// A repository in `repo` with a commit on main.
  void make_repository() const {
    write("repo/.git/HEAD", "ref: refs/heads/main\n");
    write("repo/.git/refs/heads/main", kCommit + "\n");
  }
  void set_remote(const std::string& url) const {
    write("repo/.git/config", "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = " + url +
                                  "\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n");
  }
  std::string commit_of(const std::string& folder) const {
    const auto state = git_state(in_folder(folder));
    return state ? state->commit : "no repository";
  }
  std::string remote_of(const std::string& url) const {
    make_repository();
    set_remote(url);
    const auto state = git_state(in_folder("repo"));
    return state ? state->remote : "no repository";
  }

  test::TemporaryFolder folder_;
};

TEST_F(GitTest, FindsTheRepositoryOfAFolder) {
  make_repository();
  fs::create_directories(in_folder("repo/src/deep"));
  EXPECT_EQ(commit_of("repo"), kCommit);
  EXPECT_EQ(commit_of("repo/"), kCommit);
  EXPECT_EQ(commit_of("repo/src/deep"), kCommit);
  EXPECT_EQ(commit_of("repo/no such folder"), kCommit);
  EXPECT_EQ(git_state(in_folder("repo"))->remote, "") << "there is none";
}

TEST_F(GitTest, FindsNothingWhereThereIsNone) {
  fs::create_directories(in_folder("plain"));
  EXPECT_EQ(commit_of("plain"), "no repository");
  write("odd/.git", "no repository either");
  EXPECT_EQ(commit_of("odd"), "no repository");
  write("gone/.git", "gitdir: /no/such/folder\n");
  EXPECT_EQ(commit_of("gone"), "no repository");
}

TEST_F(GitTest, FindsNothingBeforeTheFirstCommit) {
  write("repo/.git/HEAD", "ref: refs/heads/main\n");
  EXPECT_EQ(commit_of("repo"), "no repository");
}

TEST_F(GitTest, FindsNothingInABrokenRepository) {
  fs::create_directories(in_folder("empty/.git"));
  EXPECT_EQ(commit_of("empty"), "no repository");
  write("repo/.git/HEAD", "ref: refs/heads/main\n");
  write("repo/.git/refs/heads/main", kCommit.substr(1) + "\n");
  EXPECT_EQ(commit_of("repo"), "no repository") << "39 digits";
  write("repo/.git/refs/heads/main", "x" + kCommit.substr(1) + "\n");
  EXPECT_EQ(commit_of("repo"), "no repository");
}

TEST_F(GitTest, ReadsADetachedHead) {
  make_repository();
  write("repo/.git/HEAD", kOther + "\n");
  EXPECT_EQ(commit_of("repo"), kOther);
}

TEST_F(GitTest, ReadsHashesOf64Digits) {
  make_repository();
  const std::string hash = kCommit + kOther.substr(0, 24);
  write("repo/.git/refs/heads/main", hash + "\n");
  EXPECT_EQ(commit_of("repo"), hash);
}

TEST_F(GitTest, ReadsPackedRefs) {
  write("repo/.git/HEAD", "ref: refs/heads/topic/a\n");
  write("repo/.git/packed-refs", "# pack-refs with: peeled fully-peeled sorted \n" + kOther +
                                     " refs/heads/topic\n" + kOther + " refs/remotes/origin/topic/a\n" + kCommit +
                                     " refs/heads/topic/a\n^" + kOther + "\n");
  EXPECT_EQ(commit_of("repo"), kCommit);
  write("repo/.git/refs/heads/topic/a", kOther + "\n");
  EXPECT_EQ(commit_of("repo"), kOther) << "a loose ref is newer than a packed one";
}

TEST_F(GitTest, ReadsAWorktree) {
  make_repository();
  set_remote("https://example.com/repo.git");
  write("tree/.git", "gitdir: " + in_folder("repo/.git/worktrees/tree").string() + "\n");
  write("repo/.git/worktrees/tree/HEAD", "ref: refs/heads/topic\n");
  write("repo/.git/worktrees/tree/commondir", "../..\n");
  write("repo/.git/refs/heads/topic", kOther + "\n");
  EXPECT_EQ(commit_of("tree"), kOther);
  EXPECT_EQ(git_state(in_folder("tree"))->remote, "https://example.com/repo.git");
}

TEST_F(GitTest, ReadsASubmodule) {
  make_repository();
  write("repo/lib/.git", "gitdir: ../.git/modules/lib\n");
  write("repo/.git/modules/lib/HEAD", kOther + "\n");
  EXPECT_EQ(commit_of("repo/lib"), kOther);
  EXPECT_EQ(commit_of("repo"), kCommit);
}

TEST_F(GitTest, TellsTheUrlOfOrigin) {
  EXPECT_EQ(remote_of("https://example.com/team/repo.git"), "https://example.com/team/repo.git");
  EXPECT_EQ(remote_of("git@example.com:team/repo.git"), "git@example.com:team/repo.git");
  EXPECT_EQ(remote_of("/srv/repo.git"), "/srv/repo.git");
}

TEST_F(GitTest, TellsTheUrlOfNoOtherRemote) {
  make_repository();
  write("repo/.git/config",
        "[remote \"fork\"]\n\turl = fork\n[remote \"origin\"]\n\tpushurl = push\n\turl=main\n"
        "[remote \"origin2\"]\n\turl = second\n");
  EXPECT_EQ(git_state(in_folder("repo"))->remote, "main");
  write("repo/.git/config", "[remote \"fork\"]\n\turl = fork\n[branch \"main\"]\n\tremote = origin\n");
  EXPECT_EQ(git_state(in_folder("repo"))->remote, "");
}

TEST_F(GitTest, TellsNoPassword) {
  EXPECT_EQ(remote_of("https://user:secret@example.com/repo.git"), "https://example.com/repo.git");
  EXPECT_EQ(remote_of("https://token@example.com:8443/repo.git"), "https://example.com:8443/repo.git");
  EXPECT_EQ(remote_of("https://user:p@ss@example.com/repo.git"), "https://example.com/repo.git");
  EXPECT_EQ(remote_of("https://user:secret@example.com"), "https://example.com");
  EXPECT_EQ(remote_of("ssh://user@example.com/repo.git"), "ssh://example.com/repo.git");
  EXPECT_EQ(remote_of("https://example.com/team/repo@v2"), "https://example.com/team/repo@v2");
}

}  // namespace
}  // namespace sconce::store
