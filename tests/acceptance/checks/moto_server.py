"""An AWS the product has never seen: moto_server, with desktops made by boto3 in two accounts."""

import json
import socket
import subprocess
import urllib.request
from pathlib import Path

from product import python
from runner import check, contains, equal, eventually, expect

SEED = Path(__file__).resolve().parents[2] / "boto3" / "seed_moto.py"
CLIENTS = {"111122223333": "Client A", "444455556666": "Client B"}
REGION = "eu-west-1"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    try:
        urllib.request.urlopen(f"{url}/moto-api/data.json", timeout=2).close()
        return True
    except OSError:
        return False


def start(place):
    """moto with its seed; answers what was made: {account: {region: {directory_id, desktops}}}."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    place.start_other([python(), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)])
    eventually(lambda: answers(url), "moto_server answers", seconds=40, every=0.2)
    done = subprocess.run(
        [python(), SEED, "--endpoint", url], env=place.environment(), capture_output=True, text=True, timeout=60
    )
    equal((done.returncode, done.stderr), (0, ""), "seed_moto.py ended")
    place.use_aws(url)
    return json.loads(done.stdout)


def onboard(place):
    for account, client in CLIENTS.items():
        added = place.json(
            "account", "add", "--id", account, "--org", client, "--role-arn",
            f"arn:aws:iam::{account}:role/stocktake-read", "--external-id", "X1", "--regions", REGION,
        )
        equal([(a["id"], a["organization_name"], a["external_id"]) for a in added], [(account, client, "X1")], "added")


@check("the same desktops with the same tags, each in its own client's account", seconds=120)
def same_estate(place):
    seeded = start(place)
    onboard(place)
    run = place.sync(codes=(3,))
    equal(run["state"], "partial", "the sync ended")
    rows = place.query("select account_id, organization_name, region, workspace_id, user_name, bundle_id, directory_id, "
                       "tags from workspaces")
    got = {(row["account_id"], row["workspace_id"]): row for row in rows}
    wanted = {(account, id) for account, regions in seeded.items() for id in regions[REGION]["desktops"]}
    equal(set(got), wanted, "desktops")
    for account, regions in seeded.items():
        for id, truth in regions[REGION]["desktops"].items():
            row = dict(got[account, id], tags=json.loads(got[account, id]["tags"]))
            equal(row, {
                "account_id": account, "organization_name": CLIENTS[account], "region": REGION, "workspace_id": id,
                "user_name": truth["user_name"], "bundle_id": truth["bundle_id"],
                "directory_id": regions[REGION]["directory_id"], "tags": truth["tags"],
            }, "desktop")
    unsupported(run)
    counts = place.sync(codes=(3,))["run"]["counts"]
    equal((counts["rows_new"], counts["rows_missing"], counts["versions_written"]), (0, 0, 0), "second sync")


def unsupported(run):
    """What moto has not is failed, says why, and hides nothing else."""
    status = {(scope["account_id"], scope["resource_type"]): scope for scope in run["scopes"]}
    for account in CLIENTS:
        for kind in ("workspaces", "directories"):
            equal(status[account, kind]["status"], "complete", f"{kind} of {account}")
        for kind in ("connection_status", "bundles"):
            scope = status[account, kind]
            equal(scope["status"], "failed", f"{kind} of {account}")
            failure = scope["failure"]
            expect(failure["code"] and len(failure["message"]) > 20, f"{kind}: what is wrong is not said: {failure}")
            expect("<html" not in failure["message"].lower(), f"{kind}: the error is a web page: {failure}")


@check("`account test` names what is missing and that the role needs no external id", seconds=90)
def test_warns(place):
    start(place)
    onboard(place)
    ended = place.call("account", "test", "111122223333", "--format", "json")
    test = json.loads(ended.out)
    equal(test["assumable_without_external_id"], True, "assumable without its external id")
    contains(" ".join(test["warnings"]), "without its external id", "sts:ExternalId")
    refused = {p["action"]: p for p in test["permissions"] if not p["allowed"]}
    expect("workspaces:DescribeWorkspaces" not in refused, f"refused: {refused}")
    expect("workspaces:DescribeWorkspacesConnectionStatus" in refused, f"refused: {list(refused)}")
    expect(all(p["failure"]["code"] for p in refused.values()), f"without a reason: {refused}")
    required = [p for p in refused.values() if not p["optional"]]
    equal((test["passed"], ended.code), (not required, 1 if required else 0), "passed, and the exit code")
