"""Progress while a sync runs: over server-sent events, to those who may see it."""

import http.client
import json
from urllib.parse import urlparse

from runner import check, equal, expect
from web import Web

PASSWORD = "correct horse battery"


class Stream:
    """An open event stream."""

    def __init__(self, url, token):
        parts = urlparse(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        self.connection.request("GET", "/api/v1/sync/stream", headers={"Authorization": f"Bearer {token}"})
        self.answer = self.connection.getresponse()
        equal(self.answer.status, 200, "the stream")
        equal(self.answer.getheader("content-type").split(";")[0], "text/event-stream", "its type")
        # It says at once that it is open, so nothing that happens from here on is missed.
        equal(self.answer.readline(), b": connected\n", "the first line")

    def read(self, last):
        """Events as (name, data), up to and with the first that `last` holds for."""
        name = None
        while True:
            line = self.answer.readline().decode().rstrip()
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data = json.loads(line[5:])
                yield name, data
                if last(name, data):
                    self.connection.close()
                    return


def is_end_of_sync(name, data):
    return name == "job" and inner(data)["state"] == "succeeded"


def inner(data):
    """What an event tells of: the message, with or without its type around it."""
    return data.get("data", data)


@check("a sync's progress comes over the stream, to each what they may see", seconds=90)
def stream(place):
    place.use_aws(place.simulate("--accounts", "2", "--desktops", "400", "--seed", "19", "--latency-ms", "80"))
    place.good("account", "discover", "--org", "MSP", "--org-per-account", "--role-name", "stocktake-read", "--external-id",
               "stocktake-demo", "--regions", "us-east-1,eu-west-1", "--add")
    accounts = place.json("account", "list")
    mine = accounts[0]
    place.good("user", "add", "anna", "--global-admin", text=PASSWORD)
    place.good("user", "add", "vera", "--role", f"{mine['organization_name']}=viewer", text=PASSWORD)
    _, url = place.serve()
    equal(Web(url).get("/api/v1/sync/stream").status, 401, "the stream for nobody")
    admin, viewer = Web(url), Web(url)
    admin.log_in("anna", PASSWORD)
    viewer.log_in("vera", PASSWORD)
    all_of_it, part_of_it = Stream(url, admin.token), Stream(url, viewer.token)
    equal(admin.post("/api/v1/sync/trigger", {}).status, 202, "trigger")

    seen = list(all_of_it.read(is_end_of_sync))
    jobs = [inner(data) for name, data in seen if name == "job"]
    done = [job["progress"]["done"] for job in jobs]
    equal(done, sorted(done), "progress goes forward")
    expect(len(set(done)) >= 3, f"no progress between start and end: {done}")
    scopes = [inner(data) for name, data in seen if name == "sync_scope"]
    equal({scope["account_id"] for scope in scopes}, {account["id"] for account in accounts}, "accounts in the stream")
    ended = {(s["account_id"], s["region"], s["resource_type"]) for s in scopes if s["status"] == "complete"}
    equal(len(ended), 2 * (2 * 5 + 1), "scopes whose end was told")

    mine_ended = len([key for key in ended if key[0] == mine["id"]])
    told = set()

    def all_mine(name, data):
        if name == "sync_scope" and inner(data)["status"] == "complete":
            told.add((inner(data)["region"], inner(data)["resource_type"]))
        return len(told) == mine_ended

    for name, data in part_of_it.read(all_mine):
        if name == "sync_scope":
            equal(inner(data)["account_id"], mine["id"], "an account in the stream of a viewer of another client")
        expect(name != "job" or inner(data)["organization_id"] == mine["organization_id"], f"a viewer sees {data}")
