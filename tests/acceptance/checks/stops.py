"""Ends in the middle of a sync: asked for by SIGTERM, or at once by SIGKILL."""

import signal
import sqlite3
import time

from estate import Estate
from runner import check, equal, eventually, expect
from web import Web

ALL = 1200
DIALS = ("--accounts", "3", "--desktops", str(ALL), "--seed", "13", "--latency-ms", "100")


def slow_estate(place):
    endpoint = place.simulate(*DIALS)
    place.use_aws(endpoint)
    place.variables["STOCKTAKE_AWS_REQUESTS_PER_SECOND"] = "0"
    place.discover()
    return endpoint


def look(place, sql):
    """Reads the database beside whoever has it open."""
    raw = sqlite3.connect(f"file:{place.data / 'stocktake.db'}?mode=ro", uri=True, timeout=5)
    try:
        return raw.execute(sql).fetchall()
    finally:
        raw.close()


def rows(place):
    return look(place, "SELECT count(*) FROM workspace")[0][0]


def sound(place):
    equal(look(place, "PRAGMA integrity_check"), [("ok",)], "PRAGMA integrity_check")
    equal(look(place, "PRAGMA foreign_key_check"), [], "PRAGMA foreign_key_check")
    twice = look(place, "SELECT resource_id, count(*) FROM resource_version WHERE valid_to IS NULL "
                        "GROUP BY resource_type, account_id, region, resource_id HAVING count(*) > 1")
    equal(twice, [], "resources with two versions in force")
    without = look(place, "SELECT count(*) FROM workspace w WHERE NOT EXISTS (SELECT 1 FROM resource_version v WHERE "
                          "v.resource_id = w.workspace_id AND v.valid_to IS NULL)")[0][0]
    equal(without, 0, "desktops without a version in force")


@check("SIGTERM in the middle of a sync: out within 10 s, resumed by the next start", seconds=120)
def terminated(place):
    slow_estate(place)
    server, _ = place.serve()
    place.good("sync")
    eventually(lambda: rows(place) >= 200, lambda: f"200 rows are written ({rows(place)})", seconds=30)
    started = time.monotonic()
    code = server.stop(10)
    took = time.monotonic() - started
    equal(code, 0, f"exit code within 10 s ({took:.1f} s)")
    kept = rows(place)
    expect(200 <= kept < ALL, f"{kept} rows: the stop did not come in the middle")
    sound(place)
    states = look(place, "SELECT state, attempts FROM job WHERE kind = 'sync'")
    equal(states, [("queued", 1)], "the job while nobody runs")
    place.serve()
    # Nobody asks for anything: the start itself takes the job up.
    eventually(lambda: look(place, "SELECT state, attempts FROM job WHERE kind = 'sync'") == [("succeeded", 2)],
               lambda: f"the job has ended ({look(place, 'SELECT state, attempts, error FROM job')})", seconds=60)
    equal(rows(place), ALL, "desktops")
    again(place)
    print(f"        stopped after {took:.1f} s with {kept} of {ALL} rows")


def again(place):
    counts = place.sync()["run"]["counts"]
    equal((counts["rows_new"], counts["rows_missing"], counts["rows_deleted"]), (0, 0, 0), "new, missing, deleted")
    equal(counts["versions_written"], 0, "versions written")
    equal(look(place, "SELECT count(*), count(DISTINCT resource_id) FROM resource_version WHERE resource_type = "
                      "'workspaces'"), [(ALL, ALL)], "versions of desktops")


@check("two syncs at once write each desktop once", seconds=90)
def at_once(place):
    slow_estate(place)
    place.serve()
    for _ in range(2):
        place.good("sync")
        # One that waits would be taken for the same as the next; one that runs is not.
        eventually(lambda: look(place, "SELECT count(*) FROM job WHERE kind = 'sync' AND state = 'queued'") == [(0,)],
                   "the sync has begun", seconds=10)
    equal(look(place, "SELECT count(*) FROM job WHERE kind = 'sync'"), [(2,)], "syncs")
    eventually(lambda: look(place, "SELECT count(*) FROM job WHERE kind = 'sync' AND state = 'succeeded'") == [(2,)],
               "both have ended", seconds=60, every=0.2)
    sound(place)
    new = look(place, "SELECT sum(rows_new) FROM sync_scope_run WHERE resource_type = 'workspaces'")
    equal((rows(place), new), (ALL, [(ALL,)]), "desktops, and rows that were new to one of the syncs")
    again(place)


@check("SIGTERM to a command that syncs by itself: out within 10 s, nothing lost", seconds=90)
def command_terminated(place):
    slow_estate(place)
    command = place.start("sync", "--wait")
    eventually(lambda: rows(place) >= 100, "100 rows are written", seconds=30)
    started = time.monotonic()
    command.process.send_signal(signal.SIGTERM)
    command.wait(10)
    expect(time.monotonic() - started < 10, "it took too long")
    expect(rows(place) >= 100, "rows were lost")
    sound(place)
    place.sync()
    equal(rows(place), ALL, "desktops")


@check("kill -9 at many moments of a sync: nothing committed is lost, the next one ends it", seconds=150)
def killed(place):
    endpoint = slow_estate(place)
    moments = []
    for target in (0, 1, 150, 500, 950):
        command = place.start("sync", "--wait")
        if target == 0:
            eventually(lambda: look(place, "SELECT 1 FROM job WHERE state = 'running'"), "a job runs", seconds=20)
        else:
            eventually(lambda: rows(place) >= target or command.process.poll() is not None, f"{target} rows", seconds=30)
        seen = rows(place)
        command.kill()
        moments.append(seen)
        expect(rows(place) >= seen, f"{rows(place)} rows after the kill, {seen} before")
        sound(place)
    expect(max(moments) < ALL, f"the kills came too late: {moments}")
    place.sync(seconds=100)
    truth = {tuple(key) for key in Estate(endpoint).desktops(with_tags=False)}
    equal(set(look(place, "SELECT account_id, region, workspace_id FROM workspace")), truth, "desktops")
    sound(place)
    again(place)
    open_jobs = look(place, "SELECT state, count(*) FROM job WHERE state IN ('running', 'queued') GROUP BY state")
    equal(open_jobs, [], "jobs left over")
    print(f"        killed at {moments} of {ALL} rows")


@check("kill -9 of a server: the next start takes its jobs up by itself", seconds=90)
def server_killed(place):
    slow_estate(place)
    server, _ = place.serve()
    place.good("sync")
    eventually(lambda: rows(place) >= 300, "300 rows are written", seconds=30)
    server.kill()
    sound(place)
    _, url = place.serve()
    eventually(lambda: look(place, "SELECT state FROM job WHERE kind = 'sync'") == [("succeeded",)],
               lambda: f"the job has ended ({look(place, 'SELECT state, attempts, error FROM job')})", seconds=60)
    equal(rows(place), ALL, "desktops")
    equal(Web(url).get("/health").json()["status"], "ok", "health")
