"""The data folder: one process at a time, and a database that is not ours to break."""

import hashlib
import os
import socket
import sqlite3
import stat

from runner import check, contains, equal, expect


def filled(place):
    """A data folder with an account in it; answers the database file."""
    place.good("account", "add", "--id", "111122223333", "--org", "Client A", "--role-arn",
               "arn:aws:iam::111122223333:role/stocktake-read", "--external-id", "X1", "--regions", "eu-west-1")
    return place.data / "stocktake.db"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@check("a corrupt database is refused with advice and left as it is")
def corrupt(place):
    database = filled(place)
    with open(database, "r+b") as file:
        file.write(os.urandom(4096))
    before = digest(database)
    for command in (("account", "list"), ("serve", "--listen", "127.0.0.1:0"), ("sync", "--wait")):
        ended = place.call(*command, seconds=20)
        equal(ended.code, 1, f"exit code of {command}")
        contains(ended.err, "stocktake.db", "not a readable stocktake database", "backups", "move it away")
        equal(digest(database), before, "the file's contents")
    doctor = place.call("doctor")
    equal(doctor.code, 1, "doctor's exit code")
    contains(doctor.out, "PROBLEM", "stocktake.db")
    expect("panicked" not in doctor.err, doctor.err)


@check("a database that was cut short is refused and left as it is")
def cut_short(place):
    database = filled(place)
    with open(database, "r+b") as file:
        file.truncate(4096 + 100)
    before = digest(database)
    ended = place.call("account", "list", seconds=20)
    equal(ended.code, 1, "exit code")
    contains(ended.err, "stocktake.db")
    equal(digest(database), before, "the file's contents")


@check("a folder in the database's place is an error that names it")
def a_folder(place):
    place.data.mkdir()
    (place.data / "stocktake.db").mkdir()
    ended = place.call("account", "list", seconds=20)
    equal(ended.code, 1, "exit code")
    contains(ended.err, "stocktake.db", "directory")


@check("a newer schema is refused and left as it is")
def newer_schema(place):
    database = filled(place)
    raw = sqlite3.connect(database, isolation_level=None)
    raw.execute("INSERT INTO schema_migration VALUES (9999, 'tomorrow', 'x', '2027-01-01T00:00:00Z')")
    raw.close()
    ended = place.call("account", "list", seconds=20)
    equal(ended.code, 1, "exit code")
    contains(ended.err, "schema version 9999", "newer stocktake")
    raw = sqlite3.connect(database)
    equal(raw.execute("SELECT account_id FROM account").fetchall(), [("111122223333",)], "accounts")
    raw.close()


@check("a second server on the same folder is told who holds it")
def twice(place):
    server, _ = place.serve()
    second = place.call("serve", "--listen", "127.0.0.1:0", seconds=20)
    equal(second.code, 1, "exit code")
    contains(second.err, "in use", f"pid {server.pid}", "--data-dir")
    equal(place.json("account", "list"), [], "the first one still answers")
    server.kill()
    # A killed process leaves its socket and lock file behind; neither keeps the next one out.
    equal(place.json("account", "list"), [], "a command after a kill")
    place.serve()


@check("a port in use is said, and the folder is free again")
def port_in_use(place):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = "127.0.0.1:%d" % other.getsockname()[1]
        ended = place.call("serve", "--listen", address, seconds=20)
        equal(ended.code, 1, "exit code of serve")
        contains(ended.err, address, "in use")
        ended = place.call("simulate", "--listen", address, data=False, seconds=20)
        equal(ended.code, 1, "exit code of simulate")
        contains(ended.err, address, "in use")
        place.good("account", "list")


@check("what is in the folder is for its owner alone")
def private(place):
    filled(place)
    server, _ = place.serve()
    equal(stat.S_IMODE(place.data.stat().st_mode), 0o700, "the folder's mode")
    for name in ("stocktake.db", "stocktake.lock", "control.sock"):
        equal(stat.S_IMODE((place.data / name).stat().st_mode), 0o600, f"mode of {name}")
    equal(server.stop(), 0, "exit code of a server stopped as soon as it listens")
    expect(not (place.data / "control.sock").exists(), "the socket outlives the server")


@check("a data folder that cannot be made is named")
def not_makeable(place):
    (place.folder / "file").write_text("")
    ended = place.call("account", "list", "--data-dir", place.folder / "file" / "data", data=False, seconds=20)
    equal(ended.code, 1, "exit code")
    contains(ended.err, str(place.folder / "file"))
