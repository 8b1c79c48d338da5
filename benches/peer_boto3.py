"""The peer of a first sync: boto3 reading the same desktops with the same calls, storing nothing.

usage: peer_boto3.py --endpoint URL [--regions us-east-1,eu-west-1] [--threads 8]
Prints JSON: accounts, desktops, calls, seconds. Compare with `stocktake bench sync`, which also
writes what it reads, with history. Needs boto3 (tests/boto3/requirements.txt).
"""

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

parser = argparse.ArgumentParser()
parser.add_argument("--endpoint", required=True)
parser.add_argument("--regions", default="us-east-1,eu-west-1")
parser.add_argument("--threads", type=int, default=8)
args = parser.parse_args()
config = Config(retries={"mode": "standard", "max_attempts": 5})


def client(service, region, credentials=None):
    keys = credentials or {"AccessKeyId": "bench", "SecretAccessKey": "bench", "SessionToken": None}
    return boto3.client(
        service, region_name=region, endpoint_url=args.endpoint, config=config,
        aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def read(account):
    role = f"arn:aws:iam::{account}:role/stocktake-read"
    credentials = client("sts", "us-east-1").assume_role(
        RoleArn=role, RoleSessionName="peer", ExternalId="stocktake-demo")["Credentials"]
    desktops = calls = 0
    for region in args.regions.split(","):
        workspaces = client("workspaces", region, credentials)
        tagging = client("resourcegroupstaggingapi", region, credentials)
        listings = [
            (workspaces, "describe_workspace_directories", {}),
            (tagging, "get_resources", {"ResourceTypeFilters": ["workspaces:workspace"], "ResourcesPerPage": 100}),
            (workspaces, "describe_workspaces", {}),
            (workspaces, "describe_workspaces_connection_status", {}),
        ]
        for service, operation, parameters in listings:
            for page in service.get_paginator(operation).paginate(**parameters):
                calls += 1
                desktops += len(page.get("Workspaces", []))
    return desktops, calls


members = []
for page in client("organizations", "us-east-1").get_paginator("list_accounts").paginate():
    members += [account["Id"] for account in page["Accounts"]]
clock = time.monotonic()
with ThreadPoolExecutor(args.threads) as pool:
    results = list(pool.map(read, members))
print(json.dumps({
    "accounts": len(members),
    "desktops": sum(desktops for desktops, _ in results),
    "calls": sum(calls for _, calls in results),
    "seconds": round(time.monotonic() - clock, 2),
}))
