"""A disk that is full: reading goes on, writing says why not, and it is over when there is space again."""

import errno
import os
import subprocess

from runner import Skipped, check, contains, equal, eventually, expect
from web import Web

PASSWORD = "correct horse battery"


class SmallDisk:
    """The data folder on a tmpfs of its own."""

    def __init__(self, place, megabytes):
        self.path = place.data
        self.path.mkdir()
        if os.geteuid() != 0:
            raise Skipped("needs root, to mount a small tmpfs")
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", self.path], capture_output=True, text=True,
            timeout=20,
        )
        if done.returncode != 0:
            raise Skipped(f"a tmpfs cannot be mounted here: {done.stderr.strip()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Lazily, since a server may still have files open in it; they go with its end.
        subprocess.run(["umount", "-l", self.path], capture_output=True, timeout=20)

    def fill(self):
        ballast = os.open(self.path / "ballast", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            for size in (65536, 4096, 1):
                try:
                    while os.write(ballast, b"x" * size):
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
        finally:
            os.close(ballast)

    def free(self):
        (self.path / "ballast").unlink()


@check("a full disk: read-only with a reason, over by itself when there is space", seconds=150)
def full(place):
    endpoint = place.simulate("--accounts", "3", "--desktops", "900", "--seed", "17")
    place.use_aws(endpoint)
    with SmallDisk(place, 48) as disk:
        place.good("user", "add", "anna", "--global-admin", text=PASSWORD)
        place.discover()
        server, url = place.serve(more={"STOCKTAKE_AWS_REQUESTS_PER_SECOND": "0"})
        web = Web(url)
        equal(web.log_in("anna", PASSWORD).status, 200, "login")
        disk.fill()
        refusal = refused_write(place, web)
        contains(refusal.err, "cannot be written")
        expect("full" in refusal.err or "space" in refusal.err, f"the reason is not said: {refusal.err}")
        # Reading goes on, in words that say what is the matter.
        database = web.get("/health").json()["components"]["database"]
        equal(database["status"], "degraded", f"database: {database}")
        contains(database["detail"], "read-only")
        equal(web.get("/health/ready").status, 200, "ready to serve reads")
        equal(web.get("/api/v1/workspaces").status, 200, "the desktops' list")
        me = web.get("/api/v1/me")
        expect(me.json()["read_only"]["reason"], f"no banner: {me}")
        answer = web.post("/api/v1/organizations", {"name": "Never"})
        equal((answer.status, answer.code()), (503, "read_only"), f"a write: {answer}")
        contains(web.get("/metrics").body.decode(), "stocktake_database_writable 0")
        equal(len(place.query("select account_id from accounts")), 3, "accounts in a query")
        disk.free()
        eventually(lambda: web.get("/health").json()["components"]["database"]["status"] == "ok",
                   "the database takes writes again", seconds=15, every=0.3)
        equal(web.get("/api/v1/me").json()["read_only"], None, "banner")
        run = place.sync(seconds=80)
        equal(run["state"], "succeeded", "a sync afterwards")
        equal(place.number("select count(*) from workspaces"), 900, "desktops")
        equal(place.query("select organization_name n from organizations"), [{"n": "Acme"}], "organizations")
        equal(server.stop(), 0, "exit code")


def refused_write(place, web):
    """Writes until one is refused: the write-ahead log may have room for a few more. A sync that began before the disk
    was full may not hang either."""
    for _ in range(3):
        ended = place.call("sync", "--wait", "--format", "json", seconds=40)
        if ended.code == 1 and "cannot be written" in ended.err:
            return ended
    for number in range(200):
        ended = place.call("account", "add", "--id", f"{number:012}", "--org", "Acme")
        if ended.code != 0:
            return ended
    raise AssertionError("200 accounts fit on a full disk")


@check("a start on a full disk says so", seconds=60)
def start_on_full(place):
    with SmallDisk(place, 4) as disk:
        disk.fill()
        ended = place.call("account", "list", seconds=30)
        equal(ended.code, 1, "exit code")
        expect("panicked" not in ended.err, ended.err)
        expect("full" in ended.err or "space" in ended.err, f"the reason is not said: {ended.err}")
        disk.free()
        equal(place.json("account", "list"), [], "accounts, with space again")
