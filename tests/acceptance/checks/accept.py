"""The issue's own block: a simulated AWS of 2,000 desktops, brought home and compared with what boto3 reads there."""

import collections
import json

from estate import Estate, Key
from runner import check, equal, expect

DIALS = ("--accounts", "3", "--desktops", "2000", "--seed", "7")


def bring_home(place):
    """The commands of the block; answers the rows of the query that the block ends with."""
    found = place.discover()
    onboarded = [account for account in found if account["added"]]
    equal(len(onboarded), 3, "onboarded accounts")
    equal([a["added"] for a in place.discover()], [False] * len(found), "onboarded the second time")
    run = place.sync()
    equal(run["state"], "succeeded", "the sync ended")
    equal(run["run"]["counts"]["rows_missing"], 0, "missing after the first sync")
    equal({scope["status"] for scope in run["scopes"]}, {"complete"}, "scopes ended")
    per_25 = run["run"]["calls_per_25_desktops"]
    print(f"        {run['run']['counts']['calls_made']} calls, {per_25:.2f} for 25 desktops, "
          f"{run['run']['duration_ms'] / 1000:.1f} s")
    return place.query("select state, count(*) n from workspaces group by state")


def compare(place, before, after, states):
    """Ids, places, properties and tags as boto3 reads them. People come and go while we look, so a state must be the
    one of before or of after."""
    columns = (
        "account_id, region, workspace_id, state, user_name, bundle_id, directory_id, running_mode, compute_type, "
        "organization_name, tags"
    )
    rows = place.json("query", f"select {columns} from workspaces", "--limit", "10000")
    ours = {Key(row["account_id"], row["region"], row["workspace_id"]): row for row in rows}
    equal(len(ours), len(rows), "distinct desktops")
    expect(len(before) == 2000, f"the simulator has {len(before)} desktops")
    missing, invented = set(before) - set(ours), set(ours) - set(before)
    expect(not missing and not invented, f"not brought home: {list(missing)[:3]}; invented: {list(invented)[:3]}")
    for key, truth in before.items():
        row = ours[key]
        properties = truth["WorkspaceProperties"]
        wanted = {
            "user_name": truth["UserName"],
            "bundle_id": truth["BundleId"],
            "directory_id": truth["DirectoryId"],
            "running_mode": properties["RunningMode"],
            "compute_type": properties["ComputeTypeName"],
            "organization_name": "Acme",
            "tags": truth["Tags"],
        }
        row = dict(row, tags=json.loads(row["tags"]))
        equal({name: row[name] for name in wanted}, wanted, f"{key}")
        expect(row["state"] in (truth["State"], after[key]["State"]), f"{key} is {row['state']}")
    steady = collections.Counter(t["State"] for key, t in before.items() if after[key]["State"] == t["State"])
    counted = {row["state"]: row["n"] for row in states}
    equal(sum(counted.values()), 2000, "counted by state")
    moving = 2000 - sum(steady.values())
    for state in set(steady) | set(counted):
        least = steady[state]
        expect(least <= counted.get(state, 0) <= least + moving, f"{state}: {counted.get(state)} counted, {least} there")


def again(place):
    """A second sync of an estate nobody changes writes no history."""
    counts = place.sync()["run"]["counts"]
    equal((counts["rows_new"], counts["rows_missing"]), (0, 0), "new and missing in a second sync")
    # A state is no attribute: people coming and going write no version.
    equal(counts["versions_written"], 0, "versions written by a second sync")


@check("the block works with no server running", seconds=120)
def without_server(place):
    endpoint = place.simulate(*DIALS)
    place.use_aws(endpoint)
    before = Estate(endpoint).desktops()
    states = bring_home(place)
    compare(place, before, Estate(endpoint).desktops(with_tags=False), states)
    again(place)


@check("the block works through the control socket of a running server", seconds=120)
def through_the_socket(place):
    endpoint = place.simulate(*DIALS)
    place.use_aws(endpoint)
    server, _ = place.serve()
    # The commands know no AWS: what follows can only be the server's work.
    place.forget_aws()
    before = Estate(endpoint).desktops()
    states = bring_home(place)
    compare(place, before, Estate(endpoint).desktops(with_tags=False), states)
    equal(place.query("select count(*) n from jobs where kind = 'sync' and state = 'succeeded'"), [{"n": 1}], "syncs")
    equal(server.stop(), 0, "the server's exit code")
    equal(place.number("select count(*) from workspaces"), 2000, "desktops after the server ended")


@check("a routine sync of a large account makes at most 2.5 calls for 25 desktops and writes no version", seconds=120)
def calls(place):
    place.use_aws(place.simulate("--accounts", "1", "--desktops", "2000", "--seed", "7"))
    place.discover()
    place.sync()
    run = place.sync()["run"]
    print(f"        {run['counts']['calls_made']} calls, {run['calls_per_25_desktops']:.2f} for 25 desktops")
    expect(run["calls_per_25_desktops"] <= 2.5, f"{run['calls_per_25_desktops']} calls for 25 desktops")
    equal(run["counts"]["calls_made"] * 25 / 2000, run["calls_per_25_desktops"], "calls, counted again")
    equal((run["counts"]["rows_new"], run["counts"]["versions_written"]), (0, 0), "new rows, versions")
