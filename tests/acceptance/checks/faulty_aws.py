"""An AWS that errs, throttles, breaks off and lets sessions expire: what is brought home is right or said to be partial."""

from estate import Estate
from runner import check, contains, equal, expect

DIALS = ("--accounts", "3", "--desktops", "600", "--seed", "11")


def honest(place, *fault, seconds=60, dials=DIALS):
    """Two syncs under a fault; each is complete or says which scopes are not."""
    clean = place.simulate(*dials)
    truth = set(Estate(clean).desktops(with_tags=False))
    place.use_aws(place.simulate(*dials, *fault))
    place.variables["STOCKTAKE_AWS_REQUESTS_PER_SECOND"] = "0"
    for _ in range(5):  # discovery may meet the fault too, and then says so
        discovered = place.call("account", "discover", "--org", "Acme", "--role-name", "stocktake-read", "--external-id",
                                "stocktake-demo", "--regions", "us-east-1,eu-west-1", "--add")
        if discovered.code == 0:
            break
        contains(discovered.err, "request id")
    equal(discovered.code, 0, "discover")
    runs = [place.sync(codes=(0, 3), seconds=seconds) for _ in range(2)]
    for run in runs:
        incomplete = [scope for scope in run["scopes"] if scope["status"] != "complete"]
        equal(run["state"], "partial" if incomplete else "succeeded", "the state fits the scopes")
        for scope in incomplete:
            expect(scope["status"] in ("partial", "failed", "skipped"), f"{scope}")
            if scope["status"] != "skipped":
                expect(scope["failure"] and scope["failure"]["code"], f"no reason: {scope}")
        equal(run["run"]["counts"]["rows_missing"], 0, "a fault made rows missing")
        equal(run["run"]["counts"]["rows_deleted"], 0, "a fault deleted rows")
    rows = place.json("query", "select account_id, region, workspace_id from workspaces", "--limit", "10000")
    ours = {(row["account_id"], row["region"], row["workspace_id"]) for row in rows}
    expect(ours <= {tuple(key) for key in truth}, "desktops were invented")
    whole = {(s["account_id"], s["region"]) for run in runs for s in run["scopes"]
             if s["resource_type"] == "workspaces" and s["status"] == "complete"}
    for key in truth:
        expect((key.account_id, key.region) not in whole or tuple(key) in ours, f"{key} is in a complete scope and not here")
    complete = sum(scope["status"] == "complete" for run in runs for scope in run["scopes"])
    total = sum(len(run["scopes"]) for run in runs)
    print(f"        {complete} of {total} scopes complete, {len(ours)} of {len(truth)} desktops")
    return complete / total, len(ours), len(truth)


@check("one call in twenty fails", seconds=120)
def errors(place):
    share, ours, truth = honest(place, "--error-rate", "0.05")
    expect(share > 0.9, f"only {share:.0%} of scopes were complete")
    equal(ours, truth, "desktops after two syncs")


@check("six of ten calls fail", seconds=120)
def many_errors(place):
    share, _, _ = honest(place, "--error-rate", "0.6", seconds=100, dials=("--accounts", "2", "--desktops", "120"))
    expect(share < 1, "with so many errors no scope failed: the check proves nothing")


@check("AWS throttles after a few calls a second", seconds=120)
def throttled(place):
    share, ours, truth = honest(place, "--throttle-rate", "4", seconds=100)
    expect(share > 0.9, f"only {share:.0%} of scopes were complete")
    equal(ours, truth, "desktops after two syncs")


@check("one listing in seven breaks off in the middle", seconds=120)
def truncated(place):
    honest(place, "--truncate-rate", "0.15", seconds=100)


@check("assumed roles expire during the sync", seconds=120)
def expiring(place):
    share, ours, truth = honest(place, "--session-seconds", "2", "--latency-ms", "80", seconds=100)
    equal((share, ours), (1.0, truth), "complete scopes and desktops")
