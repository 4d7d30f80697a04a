"""A Hugging Face Hub on this machine: the HTTP routes that huggingface_hub uses to read, create and fill repositories.

Files kept in "large file storage" redirect to a blob as on the real Hub; others are served directly. Every request is
written down. Tokens: WRITER may do everything, READER may read gated and private repositories.
"""

import base64
import hashlib
import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

READER, WRITER = "hf_reader", "hf_writer"
LARGE = (".safetensors", ".parquet", ".webp", ".png")
KINDS = {"models": "", "datasets": "datasets/", "spaces": "spaces/"}


@dataclass
class Repository:
    """Commits in order, each a dict from path to content, and the names that point at them."""

    commits: dict = field(default_factory=dict)
    refs: dict = field(default_factory=dict)
    private: bool = False
    gated: bool = False
    sdk: str | None = None
    variables: dict = field(default_factory=dict)

    def commit(self, files, branch="main"):
        listing = repr(sorted((path, hashlib.sha1(body).hexdigest()) for path, body in files.items()))
        name = hashlib.sha1(f"{len(self.commits)} {listing}".encode()).hexdigest()
        self.commits[name] = dict(files)
        self.refs[branch] = name
        return name

    def resolve(self, revision):
        name = self.refs.get(revision, revision)
        return name if name in self.commits else None


def oid(body, path):
    if path.endswith(LARGE):
        return hashlib.sha256(body).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()


class Hub:
    """The state of the server: repositories by (kind, id), uploaded blobs, what was asked."""

    def __init__(self):
        self.repositories, self.blobs, self.seen = {}, {}, []
        self.down = False  # answers 503 to everything
        self.corrupt = 0  # this many of the next downloads arrive damaged
        self.commit_headers = []

    def add(self, identifier, files, kind="models", **options):
        repository = self.repositories.setdefault((kind, identifier), Repository(**options))
        repository.commit(files)
        return repository

    @contextmanager
    def serve(self):
        handler = type("Handler", (Handler,), {"hub": self})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *args):
        pass

    def handle_request(self):
        self.hub.seen.append(f"{self.command} {unquote(self.path)}")
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        if self.headers.get("Transfer-Encoding") == "chunked":
            self.body = self.read_chunks()
        if self.hub.down:
            return self.reply(503, b"down")
        path = unquote(urlsplit(self.path).path)
        for method, pattern, action in ROUTES:
            match = re.fullmatch(pattern, path)
            if match and self.command in method:
                return action(self, **match.groupdict())
        return self.reply(404, b"no such route", {"X-Error-Code": "RepoNotFound"})

    do_GET = do_HEAD = do_POST = do_PUT = handle_request

    def read_chunks(self):
        parts = []
        while size := int(self.rfile.readline().strip() or b"0", 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def reply(self, status, body, headers=None):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code, message=""):
        self.reply(status, {"error": message}, {"X-Error-Code": code, "X-Error-Message": message})

    @property
    def token(self):
        return (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None

    def find(self, kind, identifier, revision="main", missing_revision_ok=False):
        """The repository and its commit; None after a refusal was sent."""
        repository = self.hub.repositories.get((kind, identifier))
        if self.token not in (None, READER, WRITER):
            return self.refuse(401, "", "Invalid credentials in Authorization header")
        if repository is None or (repository.private and self.token is None):
            return self.refuse(404 if self.token else 401, "RepoNotFound", "Repository not found")
        if repository.gated and self.token is None:
            return self.refuse(401, "GatedRepo", "Access to this repository is restricted")
        name = repository.resolve(revision)
        if name is None and not missing_revision_ok:
            return self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return repository, name

    def may_write(self):
        if self.token is None:
            return self.refuse(401, "", "Invalid username or password.")
        if self.token != WRITER:
            return self.refuse(403, "", "You don't have the rights to do that.")
        return True

    def info(self, kind, identifier, revision="main"):
        if found := self.find(kind, identifier, revision):
            repository, name = found
            files = [{"rfilename": path} for path in repository.commits[name]]
            self.reply(200, {"id": identifier, "sha": name, "private": repository.private, "siblings": files})

    def tree(self, kind, identifier, revision):
        if found := self.find(kind, identifier, revision):
            repository, name = found
            self.reply(200, [self.entry(path, body) for path, body in sorted(repository.commits[name].items())])

    def entry(self, path, body):
        entry = {"type": "file", "path": path, "size": len(body), "oid": hashlib.sha1(body).hexdigest()}
        if path.endswith(LARGE):
            entry["lfs"] = {"oid": oid(body, path), "size": len(body), "pointerSize": 134}
        return entry

    def resolve(self, prefix, identifier, revision, path):
        kind = next(kind for kind, start in KINDS.items() if start == (prefix or ""))
        found = self.find(kind, identifier, revision)
        if not found:
            return None
        repository, name = found
        body = repository.commits[name].get(path)
        if body is None:
            return self.refuse(404, "EntryNotFound", "Entry not found")
        headers = {"X-Repo-Commit": name, "ETag": f'"{oid(body, path)}"'}
        if not path.endswith(LARGE):
            return self.reply(200, self.travel(body), headers)
        self.hub.blobs[oid(body, path)] = body
        linked = {"X-Linked-ETag": headers["ETag"], "X-Linked-Size": str(len(body))}
        port = self.server.server_port  # another host name, for on the real Hub files come from another host
        location = f"http://localhost:{port}/blobs/{oid(body, path)}"
        return self.reply(302, b"", {**headers, **linked, "Location": location})

    def travel(self, body):
        if self.command == "GET" and self.hub.corrupt:
            self.hub.corrupt -= 1
            return bytes(len(body))
        return body

    def blob(self, digest):
        self.reply(200, self.travel(self.hub.blobs[digest]), {"ETag": f'"{digest}"'})

    def create(self):
        wanted = json.loads(self.body)
        if not self.may_write():
            return None
        kind, owner = f"{wanted.get('type') or 'model'}s", wanted.get("organization") or "writer"
        identifier = f"{owner}/{wanted['name']}"
        url = f"http://{self.headers['Host']}/{KINDS[kind]}{identifier}"
        if (kind, identifier) in self.hub.repositories:
            return self.reply(409, {"url": url, "error": "You already created this repo"})
        private = wanted.get("visibility") == "private"
        repository = self.hub.add(identifier, {".gitattributes": b""}, kind, private=private)
        repository.sdk = wanted.get("sdk")
        return self.reply(200, {"url": url, "name": identifier})

    def branch(self, kind, identifier, revision):
        """A new branch where the main one stands."""
        found = self.may_write() and self.find(kind, identifier)
        if not found:
            return None
        repository, name = found
        if revision in repository.refs:
            return self.refuse(409, "", "Reference already exists")
        repository.refs[revision] = name
        return self.reply(200, {})

    def variable(self, identifier):
        found = self.may_write() and self.find("spaces", identifier)
        if not found:
            return None
        repository, _ = found
        wanted = json.loads(self.body)
        repository.variables[wanted["key"]] = {"value": wanted["value"]}
        return self.reply(200, repository.variables)

    def check_card(self):
        content = json.loads(self.body)["content"]
        good = content.startswith("---\n") and "\n---" in content[4:]
        self.reply(200 if good else 400, {"errors": [] if good else [{"message": "no metadata"}], "warnings": []})

    def preupload(self, kind, identifier, revision):
        if self.may_write() and self.find(kind, identifier, revision, missing_revision_ok=True):
            files = [
                {"path": f["path"], "uploadMode": "lfs" if f["path"].endswith(LARGE) else "regular"}
                for f in json.loads(self.body)["files"]
            ]
            self.reply(200, {"files": [{**file, "shouldIgnore": False} for file in files]})

    def lfs_batch(self, prefix, identifier):
        if not self.may_write():
            return None
        wanted = json.loads(self.body)["objects"]
        base = f"http://{self.headers['Host']}/blobs"
        objects = [
            {"oid": o["oid"], "size": o["size"], "actions": {"upload": {"href": f"{base}/{o['oid']}"}}} for o in wanted
        ]
        return self.reply(200, {"transfer": "basic", "objects": objects})

    def store(self, digest):
        if hashlib.sha256(self.body).hexdigest() != digest:
            return self.reply(400, b"checksum differs")
        self.hub.blobs[digest] = self.body
        return self.reply(200, b"")

    def commit(self, kind, identifier, revision):
        if not self.may_write():
            return None
        found = self.find(kind, identifier, revision)
        if not found:
            return None
        repository, name = found
        files = dict(repository.commits[name])
        for line in self.body.splitlines():
            item = json.loads(line)
            value = item["value"]
            if item["key"] == "header":
                self.hub.commit_headers.append(value)
            elif item["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif item["key"] == "lfsFile":
                files[value["path"]] = self.hub.blobs[value["oid"]]
            else:
                files.pop(value["path"])
        name = repository.commit(files, revision)
        url = f"http://{self.headers['Host']}/{KINDS[kind]}{identifier}/commit/{name}"
        return self.reply(200, {"commitUrl": url, "commitOid": name})


REPO = r"/(?P<identifier>[^/]+/[^/]+)"
API = r"/api/(?P<kind>models|datasets|spaces)" + REPO
REVISION = r"/(?P<revision>[^/]+)"
ROUTES = (
    (("GET",), API, Handler.info),
    (("GET",), API + "/revision" + REVISION, Handler.info),
    (("GET",), API + "/tree" + REVISION, Handler.tree),
    (
        ("GET", "HEAD"),
        r"/(?P<prefix>datasets/|spaces/)?" + REPO[1:] + "/resolve" + REVISION + "/(?P<path>.+)",
        Handler.resolve,
    ),
    (("GET", "HEAD"), r"/blobs/(?P<digest>\w+)", Handler.blob),
    (("PUT",), r"/blobs/(?P<digest>\w+)", Handler.store),
    (("POST",), r"/api/repos/create", Handler.create),
    (("POST",), r"/api/validate-yaml", Handler.check_card),
    (("POST",), API + "/preupload" + REVISION, Handler.preupload),
    (("POST",), r"/(?P<prefix>datasets/|spaces/)?" + REPO[1:] + r"\.git/info/lfs/objects/batch", Handler.lfs_batch),
    (("POST",), API + "/commit" + REVISION, Handler.commit),
    (("POST",), API + "/branch" + REVISION, Handler.branch),
    (("POST",), r"/api/spaces" + REPO + "/variables", Handler.variable),
)
