"""The other commands: doctor, openapi, demo, and what every command has in common."""

import json
from pathlib import Path

from runner import check, contains, equal, expect
from web import Web

COMMITTED = Path(__file__).resolve().parents[3] / "docs" / "openapi.json"


@check("`openapi` prints the committed document, and the server serves it")
def openapi(place):
    printed = place.good("openapi", data=False).out
    document = json.loads(printed)
    contains(document["openapi"], "3.1")
    expect(COMMITTED.exists(), f"{COMMITTED.name} is not committed")
    equal(printed.strip() == COMMITTED.read_text().strip(), True, "docs/openapi.json is what `stocktake openapi` prints")
    _, url = place.serve()
    equal(Web(url).get("/api/openapi.json").json() == document, True, "the served document is the same")


@check("`doctor` answers 0 when all is well and 1 when something is not")
def doctor(place):
    ended = place.call("doctor")
    equal(ended.code, 1, "a folder that is not there")
    contains(ended.err, "there is no data folder")
    expect(not place.data.exists(), "it must not be made by looking for it")
    place.data.mkdir()
    ended = place.call("doctor")
    equal(ended.code, 0, f"an empty folder: {ended.out}{ended.err}")
    contains(ended.out, "configuration", "database", "accounts")
    server, _ = place.serve()
    ended = place.call("doctor")
    equal(ended.code, 0, f"with a server: {ended.out}{ended.err}")
    contains(ended.out, "a server is running")
    server.stop()
    findings = json.loads(place.good("doctor", "--format", "json").out)
    expect(isinstance(findings, list) and len(findings) > 3, f"as JSON: {findings}")
    (place.data / "stocktake.toml").write_text("[serve]\n")
    ended = place.call("doctor")
    equal(ended.code, 1, "an unknown key")
    contains(ended.out, "PROBLEM", "configuration", "serve")


@check("`demo --json` says url, username and password in its first line, and is labelled", seconds=90)
def demo(place):
    demo = place.start("demo", "--json", "--listen", "127.0.0.1:0", data=False)
    login = json.loads(demo.wait_for(r"^(\{.*\})$", seconds=60))
    equal(sorted(login), ["password", "url", "username"], "keys")
    equal(json.loads(demo.said().splitlines()[0]), login, "the first line of standard output")
    web = Web(login["url"])
    contains(web.get("/").body.decode(), "<!doctype html>")
    equal(web.get("/api/v1/setup").json()["demo"], True, "labelled as a demo")
    equal(web.log_in(login["username"], login["password"]).status, 200, "login")
    me = web.get("/api/v1/me").json()
    equal((me["demo"], me["global_admin"]), (True, True), "me")
    workspaces = web.get("/api/v1/workspaces?limit=1").json()
    accounts = web.get("/api/v1/accounts?limit=100").json()
    equal((workspaces["total"], accounts["total"]), (500, 12), "desktops and accounts")
    expect(workspaces["as_of"], "no data age")
    equal(len({a["organization_id"] for a in accounts["items"]}), 12, "clients")
    health = web.get("/health").json()
    equal((health["status"], health["demo"]), ("ok", True), "health")
    equal(demo.stop(), 0, "exit code after SIGTERM")


@check("a demo in a folder of its own keeps it", seconds=90)
def demo_kept(place):
    for _ in range(2):
        demo = place.start("demo", "--json", "--listen", "127.0.0.1:0", "--desktops", "40", "--accounts", "2")
        login = json.loads(demo.wait_for(r"^(\{.*\})$", seconds=60))
        web = Web(login["url"])
        equal(web.log_in(login["username"], login["password"]).status, 200, "login")
        equal(web.get("/api/v1/workspaces?limit=1").json()["total"], 40, "desktops")
        equal(demo.stop(), 0, "exit code")


@check("health, metrics and the seeds' aliases answer")
def endpoints(place):
    place.good("user", "add", "anna", "--global-admin", text="correct horse battery")
    server, url = place.serve()
    web = Web(url)
    health = web.get("/health").json()
    equal(health["status"], "ok", "health")
    expect({"database", "cache", "workers", "scheduler", "last_sync"} <= set(health["components"]), f"{health}")
    equal([web.get(path).status for path in ("/health/live", "/health/ready")], [200, 200], "live and ready")
    contains(web.get("/metrics").body.decode(), "# TYPE", "stocktake_database_writable 1")
    login = web.post("/auth/login", {"username": "anna", "password": "correct horse battery"})
    equal(login.status, 200, "POST /auth/login")
    web.token = login.json()["access_token"]
    for path in ("/api/v1/dashboard", "/api/v1/workspaces", "/api/v1/sync/history", "/api/v1/inventory/workspaces",
                 "/api/v1/directories", "/api/v1/bundles", "/api/v1/jobs", "/api/v1/settings", "/api/v1/users",
                 "/api/v1/organizations", "/api/v1/accounts", "/api/v1/audit"):
        answer = web.get(path)
        equal(answer.status, 200, f"{path}: {answer}")
    equal(server.stop(), 0, "exit code after SIGTERM")


@check("wrong usage is exit code 2 and help lists the exit codes")
def usage(place):
    equal(place.call("nonsense", data=False).code, 2, "an unknown command")
    equal(place.call("query", "--format", "xml", "select 1").code, 2, "an unknown format")
    contains(place.good("--help", data=False).out, "Exit codes", "serve", "setup-link")
    contains(place.good("--version", data=False).out, "stocktake ")
    ended = place.call("sync", "--wait")
    equal(ended.code, 1, "a sync without accounts")
    contains(ended.err, "account add")
    ended = place.call("account", "test", "111122223333")
    equal(ended.code, 1, "a test of an unknown account")
    contains(ended.err, "111122223333")
    ended = place.call("sync", "--wait", "--org", "Nobody")
    equal(ended.code, 1, "a sync of an unknown organization")
    contains(ended.err, "Nobody")
    ended = place.call("account", "remove", "111122223333", "--yes")
    equal(ended.code, 1, "removing an unknown account")


@check("no credentials and no AWS are errors that say what to do", seconds=90)
def no_aws(place):
    add = ("account", "add", "--id", "111122223333", "--org", "A", "--role-arn", "arn:aws:iam::111122223333:role/r",
           "--external-id", "X1", "--regions", "eu-west-1")
    place.good(*add)
    place.variables["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"  # the discard port: nobody answers
    ended = place.call("sync", "--wait", "--format", "json")
    equal(ended.code, 1, "exit code without credentials")
    contains(ended.out, "NoCredentials", "AWS_ACCESS_KEY_ID")
    place.use_aws("http://127.0.0.1:9")
    ended = place.call("sync", "--wait", "--format", "json", seconds=80)
    equal(ended.code, 1, "exit code without an AWS")
    contains(ended.out, "ConnectionFailed")
