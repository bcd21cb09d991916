"""As much of W&B's server as its client needs to upload a run, on 127.0.0.1. It keeps what it was sent."""

import gzip
import hashlib
import http.server
import json
import re
import sys
import threading


class Recording:
    """What came for one run."""

    def __init__(self):
        self.bucket = {}  # the newest value of every variable of UpsertBucket
        self.history = {}  # line by line number
        self.events = {}  # system metrics, the same
        self.output = {}  # lines of output.log, the same
        self.alerts = []  # the variables of each
        self.summary = {}
        self.files = {}  # sha256 by name
        self.exit_code = None
        self.complete = False

    def add_row(self, number, row):
        self.history[number] = row

    def line_count(self):
        return len(self.history)

    def rows(self):
        return [self.history[number] for number in sorted(self.history)]

    def system_metrics(self):
        return [self.events[number] for number in sorted(self.events)]

    def config(self):
        return {key: item["value"] for key, item in json.loads(self.bucket["config"]).items() if key != "wandb_version"}


class Totals(Recording):
    """Of a run that is too long to be kept: the number of rows, and the sum of each key."""

    def __init__(self):
        super().__init__()
        self.count = 0
        self.sums = {}

    def add_row(self, number, row):
        if number != self.count:
            raise ValueError(f"expected row {self.count}, got {number}")
        self.count += 1
        for key, value in row.items():
            self.sums[key] = self.sums.get(key, 0) + value

    def line_count(self):
        return self.count


class RecordingServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, recording=Recording):
        super().__init__(("127.0.0.1", 0), Handler)
        self.recording = recording
        self.lock = threading.Condition()  # of which all hear when something came
        self.runs = {}
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """The client resets connections when it ends; all else is worth seeing."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def run(self, name):
        if name not in self.runs:
            self.runs[name] = self.recording()
        return self.runs[name]

    def wait_until(self, what, is_so, seconds=120):
        with self.lock:
            if not self.lock.wait_for(is_so, seconds):
                raise TimeoutError(f"not within {seconds} seconds: {what}")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return gzip.decompress(data) if self.headers.get("Content-Encoding") == "gzip" else data

    def reply(self, answer):
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_PUT(self):
        _, _, run, name = self.path.split("/", 3)
        data = self.body()
        with self.server.lock:
            self.server.run(run).files[json.loads(bytes.fromhex(name))] = hashlib.sha256(data).hexdigest()
        self.reply({})

    def do_GET(self):
        self.reply({})

    def do_POST(self):
        data = self.body()
        if self.path == "/graphql":
            request = json.loads(data)
            with self.server.lock:
                self.reply({"data": self.graphql(request["query"], request.get("variables") or {})})
                self.server.lock.notify_all()
            return
        stream = re.match(r"/files/[^/]+/[^/]+/([^/]+)/file_stream", self.path)
        if stream:
            with self.server.lock:
                self.stream(self.server.run(stream.group(1)), json.loads(data))
                self.server.lock.notify_all()
        self.reply({})

    def graphql(self, query, variables):
        if "upsertBucket" in query:
            run = self.server.run(variables["name"])
            run.bucket.update({key: value for key, value in variables.items() if value is not None})
            project = {"id": "p", "name": variables.get("project") or "uncategorized", "entity": {"id": "e", "name": "me"}}
            bucket = {"id": "b", "name": variables["name"], "displayName": variables.get("displayName"), "description": None,
                      "config": "{}", "sweepName": None, "historyLineCount": run.line_count(), "project": project}
            return {"upsertBucket": {"inserted": True, "bucket": bucket}}
        if "createRunFiles" in query:
            names = variables["files"]
            urls = [{"name": name, "uploadUrl": f"{self.server.url}/put/{variables['run']}/{json.dumps(name).encode().hex()}"}
                    for name in names]
            return {"createRunFiles": {"runID": "b", "uploadHeaders": [], "files": urls}}
        if "notifyScriptableRunAlert" in query:
            self.server.run(variables["runName"]).alerts.append(variables)
            return {"notifyScriptableRunAlert": {"success": True}}
        if "serverInfo" in query:
            return {"serverInfo": {"features": [], "cliVersionInfo": None, "latestLocalVersionInfo": None},
                    "viewer": {"id": "v", "entity": "me", "flags": "{}", "username": "me", "teams": {"edges": []}}}
        if "__type" in query:
            names = ["createRunFiles"]
            return {key: {"fields": [{"name": name} for name in names], "inputFields": []}
                    for key in re.findall(r"(\w+): *__type", query)}
        if "viewer" in query:
            return {"viewer": {"id": "v", "entity": "me", "flags": "{}", "username": "me", "teams": {"edges": []}}}
        return {}

    @staticmethod
    def stream(run, post):
        for name, part in (post.get("files") or {}).items():
            numbered = list(enumerate(part["content"], part["offset"]))
            if name == "wandb-history.jsonl":
                for number, line in numbered:
                    run.add_row(number, json.loads(line))
            elif name == "wandb-events.jsonl":
                run.events.update((number, json.loads(line)) for number, line in numbered)
            elif name == "output.log":
                run.output.update((number, line.rstrip("\n")) for number, line in numbered)
            elif name == "wandb-summary.json":
                run.summary = json.loads(part["content"][-1])
        if post.get("complete"):
            run.complete = True
            run.exit_code = post.get("exitcode")
