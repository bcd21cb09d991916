"""Uploads a run with the real client and compares what its server got with what lies in the run's directory, value by
value: upload_test.py CLIENT PROGRAM. The client's exit status says nothing, so it is not asked."""

import hashlib
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import recording_server

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
        sys.exit(f"{what}: expected\n{json.dumps(wanted, indent=1)}\ngot\n{json.dumps(got, indent=1)}")


def files_of(run):
    files = {}
    for path in (run / "files").rglob("*"):
        name = str(path.relative_to(run / "files"))
        if path.is_file() and name not in DOES_NOT_MATTER:
            files[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return files


def lines_of(file):
    return file.read_text().splitlines() if file.exists() else []


def config_of(run):
    config = {}
    for line in (run / "files/config.yaml").read_text().splitlines():
        key, end = json.JSONDecoder().raw_decode(line)
        config[key] = json.loads(line[end + 1:])["value"]
    return config


def sync(client, server, run):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WANDB")}
    environment |= {"WANDB_API_KEY": "x" * 40, "WANDB_BASE_URL": server.url, "WANDB_ERROR_REPORTING": "false",
                    "HOME": str(run.parent), "PYTHONWARNINGS": "ignore"}
    return subprocess.run([client, "sync", str(run)], env=environment, timeout=120, cwd=run.parent, capture_output=True,
                          text=True, check=False)


class Logged:
    """What a run's directory says, before the client writes into it."""

    def __init__(self, run):
        self.run = run
        self.rows = [json.loads(line) for line in (run / "wandb-history.jsonl").read_text().splitlines()]
        self.summary = json.loads((run / "files/wandb-summary.json").read_text())
        self.config = config_of(run)
        self.files = files_of(run)
        self.events = [json.loads(line) for line in lines_of(run / "wandb-events.jsonl")]
        self.output = lines_of(run / "files/output.log")


def compare_beside_rows(got, logged):
    """System metrics, whose `_runtime` the client counts from a whole second, and lines of the console, which get the
    time of the upload and, from stderr, a mark."""
    events = [got.events[number] for number in sorted(got.events)]
    for event, wanted in zip(events, logged.events):
        for key in ("_timestamp", "_runtime"):
            slack = 1e-3 if key == "_timestamp" else 1.1
            if abs(event.pop(key) - wanted.pop(key)) > slack:
                sys.exit(f"{key} of system metrics: {event} is not {wanted}")
    expect("system metrics", events, logged.events)
    lines = [got.output[number] for number in sorted(got.output)]
    expect("output", sorted(re.sub("^(ERROR )?[^ ]+ ", "", line) for line in lines), sorted(logged.output))
    marked = [line.split(" ", 2)[2] for line in lines if line.startswith("ERROR ")]
    expect("output to stderr", marked, [line for line in logged.output if line == "to stderr"])


def compare(got, logged, killed):
    expect("history", [plain(row) for row in got.rows()], logged.rows)
    expect("files", {name: sha for name, sha in got.files.items() if name not in DOES_NOT_MATTER}, logged.files)
    for variable, value in {"project": "shapes", "displayName": "a name", "groupName": "a group", "jobType": "train",
                            "notes": "notes \u20ac", "tags": ["one", "two"]}.items():
        expect(variable, got.bucket.get(variable), value)
    compare_beside_rows(got, logged)
    expect("complete", got.complete, True)
    config = got.config()
    names = config.pop("_wandb", {})
    wanted_names = logged.config.pop("_wandb")
    expect("config", config, logged.config)
    if killed:  # the client says itself how long it took
        got.summary.pop("_wandb", None)
        logged.summary.pop("_wandb")
    expect("summary", plain(got.summary), logged.summary)
    if killed and got.exit_code == 0:
        return  # a client in Python that keeps the rest back until the last record
    expect("names of classes", {kind: names[kind] for kind in names if kind in wanted_names}, wanted_names)
    expect("exit code", got.exit_code, 1 if killed else 3)
    expect("marks", len(list(logged.run.glob("*.synced"))), 1)


def upload(client, program, *killed):
    server = recording_server.RecordingServer()
    with tempfile.TemporaryDirectory() as folder:
        words = [program, folder + "/wandb", *killed]
        run = pathlib.Path(subprocess.run(words, check=not killed, stdout=subprocess.PIPE, text=True).stdout.split("\n")[-2])
        logged = Logged(run)
        told = sync(client, server, run)
        try:
            compare(server.run(run.name.rsplit("-", 1)[1]), logged, killed)
        except SystemExit:
            print(told.stdout, told.stderr)
            raise
    print(len(logged.rows), "rows and", len(logged.files), "files arrived", *killed)


if __name__ == "__main__":
    upload(*sys.argv[1:])
    upload(*sys.argv[1:], "killed")
