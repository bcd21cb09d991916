"""Uploads runs with the real client and compares what its server got with what lies in the run's directory, value by
value: upload_test.py CLIENT PROGRAM [long]. The client's exit status says nothing, so it is not asked."""

import concurrent.futures
import hashlib
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

import recording_server
import wandb_log

CLIENT, PROGRAM = sys.argv[1:3]
DOES_NOT_MATTER = {"wandb-summary.json", "config.yaml", "output.log"}  # the client writes its own


def plain(value):
    """NaN and infinities as the history spells them; the client may write a whole float as an integer."""
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def expect(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: expected\n{json.dumps(wanted, indent=1)}\ngot\n{json.dumps(got, indent=1)}")


def in_the_log(rows):
    """A row whose step does not rise comes behind all others, with the next step and its own one as a cell."""
    newest, rising, late = -1, [], []
    for row in rows:
        (rising if row["_step"] > newest else late).append(row)
        newest = max(newest, row["_step"])
    for number, row in enumerate(late):
        rising.append({**row, "_step": newest + 1 + number, "_late_step": row["_step"]})
    return rising


def rows_of(run):
    return [json.loads(line) for line in (run / "wandb-history.jsonl").read_text().splitlines()]


def lines_of(file):
    return file.read_text().splitlines() if file.exists() else []


def files_of(run):
    return {str(path.relative_to(run / "files")): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (run / "files").rglob("*") if path.is_file() and path.name not in DOES_NOT_MATTER}


class Logged:
    """What a run's directory says, before the client writes into it."""

    def __init__(self, run):
        self.run = run
        self.rows = rows_of(run)
        self.files = files_of(run)
        self.events = [json.loads(line) for line in lines_of(run / "wandb-events.jsonl")]
        self.output = lines_of(run / "files/output.log")
        self.summary = json.loads((run / "files/wandb-summary.json").read_text())
        self.config = {}
        for line in (run / "files/config.yaml").read_text().splitlines():
            key, end = json.JSONDecoder().raw_decode(line)
            self.config[key] = json.loads(line[end + 1:])["value"]


class Upload:
    """A server, a folder for the run, and the client between them."""

    def __init__(self, recording=recording_server.Recording):
        self.server = recording_server.RecordingServer(recording)
        self.folder = tempfile.TemporaryDirectory()
        self.told = ""

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        if failed:
            print(self.told)
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()

    def log(self, *words):
        """Runs the program; the run's directory."""
        words = [PROGRAM, self.folder.name + "/wandb", *words]
        done = subprocess.run(words, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=600)
        expect("exit status", done.returncode, -9 if "killed" in words else 0)
        return pathlib.Path(done.stdout.splitlines()[0])

    def start(self, *words):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WANDB")}
        environment |= {"WANDB_API_KEY": "x" * 40, "WANDB_BASE_URL": self.server.url, "WANDB_ERROR_REPORTING": "false",
                        "HOME": self.folder.name, "PYTHONWARNINGS": "ignore"}
        return subprocess.Popen([CLIENT, *words], env=environment, cwd=self.folder.name, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def sync(self, run, seconds=120):
        """Uploads the run; what the server got."""
        self.wait(self.start("sync", str(run)), seconds)
        return self.got(run)

    def wait(self, client, seconds=120):
        try:
            self.told, _ = client.communicate(timeout=seconds)
        finally:
            client.kill()

    def got(self, run):
        with self.server.lock:
            return self.server.run(run.name.rsplit("-", 1)[1])


def compare_rows(got, rows, files):
    expect("history", [plain(row) for row in got.rows()], in_the_log(rows))
    expect("files", {name: sha for name, sha in got.files.items() if name not in DOES_NOT_MATTER}, files)


def compare_beside_rows(got, logged):
    """System metrics, whose `_runtime` the client counts from a whole second, and lines of the console, which get the
    time of the upload and, from stderr, a mark."""
    events = got.system_metrics()
    for event, wanted in zip(events, logged.events):
        for key, slack in {"_timestamp": 1e-3, "_runtime": 1.1}.items():
            expect(f"{key} of system metrics is near", abs(event.pop(key) - wanted.pop(key)) <= slack, True)
    expect("system metrics", events, logged.events)
    lines = [got.output[number] for number in sorted(got.output)]
    expect("output", sorted(re.sub("^(ERROR )?[^ ]+ ", "", line) for line in lines), sorted(logged.output))
    marked = [line.split(" ", 2)[2] for line in lines if line.startswith("ERROR ")]
    expect("output to stderr", [line for line in marked if line == "to stderr"],
           [line for line in logged.output if line == "to stderr"])


def compare(got, logged, is_killed=False):
    compare_rows(got, logged.rows, logged.files)
    compare_beside_rows(got, logged)
    for variable, value in {"entity": "me", "project": "shapes", "displayName": "a name", "groupName": "a group",
                            "jobType": "train", "notes": "notes \u20ac", "tags": ["one", "two"]}.items():
        expect(variable, got.bucket.get(variable), value)
    expect("complete", got.complete, True)
    config = got.config()
    names = config.pop("_wandb", {})
    wanted_names = logged.config.pop("_wandb")
    if is_killed:  # the client says itself how long it took
        got.summary.pop("_wandb", None)
        logged.summary.pop("_wandb")
    expect("summary", plain(got.summary), logged.summary)
    if is_killed and got.exit_code == 0:
        return  # a client in Python that keeps the rest back until the last record
    expect("config", config, logged.config)
    expect("names of classes", {kind: names[kind] for kind in names if kind in wanted_names}, wanted_names)
    expect("exit code", got.exit_code, 1 if is_killed else 3)
    expect("marks", len(list(logged.run.glob("*.synced"))), 1)


def all_that_was_logged_arrives():
    with Upload() as upload:
        logged = Logged(upload.log("everything"))
        got = upload.sync(logged.run)
        compare(got, logged)
        if can_follow_a_run():  # older ones ask the server for its version first
            expect("alerts", [(alert["title"], alert["text"]) for alert in got.alerts],
                   [("a title", "a text \u20ac")])


def a_killed_run_arrives():
    with Upload() as upload:
        logged = Logged(upload.log("killed"))
        compare(upload.sync(logged.run), logged, is_killed=True)


def late_rows_arrive_behind_the_others():
    with Upload() as upload:
        logged = Logged(upload.log("late"))
        got = upload.sync(logged.run)
        logged.summary["_step"] = got.summary["_step"]  # newer clients take that of the last row they send
        compare(got, logged)
        expect("late rows", sum("_late_step" in row for row in got.rows()), 4)


def a_run_that_goes_on_arrives_once():
    with Upload() as upload:
        run = upload.log("rows", "20")
        upload.sync(run)
        for rows in ["7", "0"]:  # with a late row and a picture each time
            expect("directory", upload.log("resumed", rows), run)
            logged = Logged(run)
            got = upload.sync(run)
            arrived = [plain(row) for row in got.rows()]
            steps = [row["_step"] for row in arrived]
            expect("rising steps", steps, sorted(set(steps)))
            expect("rows", sorted(row["_timestamp"] for row in arrived), sorted(row["_timestamp"] for row in logged.rows))
            expect("files", {name: sha for name, sha in got.files.items() if name not in DOES_NOT_MATTER}, logged.files)
            expect("summary", got.summary["lr"], logged.summary["lr"])
            expect("exit code", got.exit_code, 3)
        expect("late rows", [row["_late_step"] for row in arrived if "_late_step" in row], [3, 3])


def every_whole_record_of_a_cut_log_arrives():
    with Upload() as upload:
        whole = upload.log("everything")
        log = next(whole.glob("*.wandb")).read_bytes()
        logged = Logged(whole)
        for part in [1, 9, len(log) // 2]:  # of the end
            shutil.rmtree(upload.folder.name + "/cut", ignore_errors=True)
            run = pathlib.Path(shutil.copytree(whole, f"{upload.folder.name}/cut/{whole.name}"))
            next(run.glob("*.wandb")).write_bytes(log[:-part])
            with Upload() as another:
                got = another.sync(run)
            records = list(wandb_log.records(log[:-part]))
            rows = sum(wandb_log.HISTORY in record for record in records)
            files = {wandb_log.file_of(record) for record in records if wandb_log.FILES in record}
            expect(f"rows without {part} bytes", [plain(row) for row in got.rows()], logged.rows[:rows])
            expect(f"files without {part} bytes", sorted(files - set(got.files)), [])
            expect("complete", got.complete, True)


def the_longest_line_arrives():
    with Upload() as upload:
        logged = Logged(upload.log("line", "10383360"))
        compare(upload.sync(logged.run), logged)


def a_longer_line_is_left_out_by_the_client():
    with Upload() as upload:
        logged = Logged(upload.log("line", "10383361"))
        expect("rows", [row["text"] for row in upload.sync(logged.run).rows()], ["short"])


def the_viewer_reads_what_was_logged():
    with Upload() as upload:
        logged = Logged(upload.log("everything"))
        client = upload.start("leet", "inspect", "--summary", "--json", str(logged.run))
        upload.wait(client)
        seen = json.loads(upload.told)
        logged.config.pop("_wandb")
        logged.summary.pop("_wandb")
        expect("config", seen["config"], logged.config)
        expect("summary", plain(seen["summary"]), logged.summary)
        wanted = {"state": "failed", "exit_code": 3, "step": 100, "name": "a name", "project": "shapes", "tags": ["one", "two"]}
        expect("run", {key: seen[key] for key in wanted}, wanted)


def a_run_arrives_while_it_is_logged():
    with Upload() as upload:
        words = [PROGRAM, upload.folder.name + "/wandb", "when-told", "50"]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
            run = pathlib.Path(program.stdout.readline().strip())
            client = upload.start("beta", "sync", "--live", str(next(run.glob("*.wandb"))))
            try:
                got = upload.got(run)
                upload.server.wait_until("the run is known", lambda: got.bucket)
                tell(program)
                upload.server.wait_until("the first rows are there", lambda: got.line_count() == 50)
                expect("complete", got.complete, False)
                tell(program)
                expect("exit status", program.wait(60), 0)
                upload.wait(client)
            finally:
                client.kill()
                program.kill()
        files = files_of(run)
        files["wandb-metadata.json"] = got.files["wandb-metadata.json"]  # of the beginning of the run, or of its end
        compare_rows(got, rows_of(run), files)
        expect("summary", (got.summary["best_loss"], got.summary["picture"]), (0.125, rows_of(run)[-1]["picture"]))
        expect("exit code", got.exit_code, 3)
        expect("complete", got.complete, True)


def tell(program):
    program.stdin.write("go\n")
    program.stdin.flush()


def a_million_rows_arrive():
    with Upload(recording_server.Totals) as upload:
        begin = time.monotonic()
        run = upload.log("rows", "1000000")
        logged = time.monotonic()
        wanted = recording_server.Totals()
        with open(run / "wandb-history.jsonl", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                wanted.add_row(number, json.loads(line))
        read = time.monotonic()
        got = upload.sync(run, 1200)
        print(f"a million rows: logged in {logged - begin:.1f} s, uploaded in {time.monotonic() - read:.1f} s;",
              f"history {size(run, '*.jsonl')} MB, log {size(run, '*.wandb')} MB", flush=True)
        expect("rows", got.count, 1000000)
        expect("sums", got.sums, wanted.sums)
        expect("exit code", got.exit_code, 3)


def ten_thousand_pictures_arrive():
    with Upload() as upload:
        begin = time.monotonic()
        logged = Logged(upload.log("pictures", "10000"))
        read = time.monotonic()
        got = upload.sync(logged.run, 1200)
        print(f"10000 pictures: logged in {read - begin:.1f} s, uploaded in {time.monotonic() - read:.1f} s", flush=True)
        compare(got, logged)


def size(run, pattern):
    return round(next(run.glob(pattern)).stat().st_size / 1e6, 1)


def can_follow_a_run():
    return "--live" in subprocess.run([CLIENT, "beta", "sync", "--help"], capture_output=True, text=True, check=False,
                                      timeout=120).stdout


def passes(case):
    begin = time.monotonic()
    try:
        case()
    except BaseException:
        print(f"FAILED: {case.__name__}\n{traceback.format_exc()}", flush=True)
        return False
    print(f"{case.__name__}: {time.monotonic() - begin:.0f} s", flush=True)
    return True


def cases():
    if sys.argv[3:] == ["long"]:
        return [a_million_rows_arrive, ten_thousand_pictures_arrive], 1
    short = [all_that_was_logged_arrives, a_killed_run_arrives, late_rows_arrive_behind_the_others,
             every_whole_record_of_a_cut_log_arrives]
    newer = [a_run_arrives_while_it_is_logged, the_viewer_reads_what_was_logged, the_longest_line_arrives,
             a_longer_line_is_left_out_by_the_client, a_run_that_goes_on_arrives_once]
    return (newer if can_follow_a_run() else []) + short, 5  # the client mostly waits


if __name__ == "__main__":
    chosen, threads = cases()
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        sys.exit(not all(list(pool.map(passes, chosen))))
