"""`stocktake query`: what may be asked, what may not, and how answers are cut off."""

import csv
import io
import json

from runner import check, contains, equal, expect


def stocked(place):
    place.use_aws(place.simulate("--accounts", "2", "--desktops", "60", "--seed", "5"))
    place.discover()
    place.sync()


REFUSED = [
    "delete from workspaces",
    "update workspaces set state = 'X'",
    "insert into account (account_id) values ('x')",
    "drop table workspace",
    "create table x (y)",
    "pragma user_version",
    "pragma writable_schema = 1",
    "select * from pragma_table_info('workspace')",
    "attach database '/tmp/x.db' as x",
    "vacuum into '/tmp/x.db'",
    "begin",
    "explain select 1",
    "select 1; select 2",
    "select 1; delete from workspace",
    "select * from workspace",
    "select * from main.workspace",
    "select password_hash from person",
    "select * from main.login_session",
    "select * from sqlite_schema",
    "select * from sqlite_temp_schema",
    "with workspaces as (select * from main.workspace) select * from workspaces",
    "with accounts as (select * from main.person) select * from accounts",
    "select load_extension('x')",
    "select writefile('/tmp/x', 'y')",
    "select zeroblob(1000000000)",
    "select no_such_column from workspaces",
    "select * from nowhere",
    "selec 1",
    "",
]


@check("SQL that writes, looks around or says two things is refused and changes nothing", seconds=120)
def refused(place):
    stocked(place)
    server, _ = place.serve()
    # Through a server, so that 30 queries cost no 30 starts; the door is the same.
    for sql in REFUSED:
        ended = place.call("query", sql)
        equal(ended.code, 1, f"exit code of {sql!r}: {ended.out}")
        equal(ended.out, "", f"output of {sql!r}")
        expect(len(ended.err.strip()) > 20 and "panicked" not in ended.err, f"{sql!r}: {ended.err}")
    equal(place.number("select count(*) from workspaces"), 60, "desktops")
    contains(place.call("query", "delete from workspaces").err, "Only one SELECT")
    contains(place.call("query", "select 1; select 2").err, "one statement")
    contains(place.call("query", "select * from nowhere").err, "workspaces_all")
    contains(place.call("query", "select no_such_column from workspaces").err, "no_such_column", "running_mode")
    server.stop()


@check("a query without end ends by its deadline, and pages go on meanwhile", seconds=60)
def endless(place):
    stocked(place)
    place.serve()
    slow = place.start("query", "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n")
    equal(place.number("select count(*) from workspaces"), 60, "asked meanwhile")
    equal(slow.wait(30), 1, "exit code")
    contains(slow.output(), "longer than", "narrow")


@check("--limit cuts off and says so; the formats")
def limits(place):
    stocked(place)
    sql = "select workspace_id, tags from workspaces order by workspace_id"
    ended = place.good("query", sql, "--limit", "3", "--format", "json")
    rows = json.loads(ended.out)
    equal(len(rows), 3, "rows")
    equal(list(rows[0]), ["workspace_id", "tags"], "columns")
    contains(ended.err, "cut off after 3 rows", "--limit")
    ended = place.good("query", sql, "--limit", "60", "--format", "json")
    equal((len(json.loads(ended.out)), ended.err), (60, ""), "all rows and no note")
    ended = place.good("query", sql, "--limit", "2", "--format", "csv")
    parsed = list(csv.DictReader(io.StringIO(ended.out)))
    equal([row["workspace_id"] for row in parsed], [row["workspace_id"] for row in rows[:2]], "CSV rows")
    json.loads(parsed[0]["tags"])
    contains(place.good("query", sql, "--limit", "1").out, "workspace_id", rows[0]["workspace_id"])
    for wrong, code in (("0", 1), ("20000", 1), ("-1", 2), ("x", 2)):
        ended = place.call("query", sql, f"--limit={wrong}")
        equal((ended.code, ended.out), (code, ""), f"exit code and output for --limit={wrong}")
    equal(place.query("select 1 one where 1 = 0"), [], "no rows as JSON")
    equal(place.query("select null a, 1.5 b, 'x' c, 7 d"), [{"a": None, "b": 1.5, "c": "x", "d": 7}], "types")


@check("without SQL the views and their columns are listed")
def schema(place):
    place.data.mkdir()
    ended = place.good("query")
    contains(ended.out, "workspaces", "running_mode", "sync_history", "AUTO_STOP")
    described = {view["name"]: [column["name"] for column in view["columns"]] for view in place.json("query")}
    for view, columns in described.items():
        got = place.good("query", f"select * from {view}", "--format", "csv").out.splitlines()[0].split(",")
        equal(got, columns, f"columns of {view}")
