"""What is in an AWS, read with boto3 through the same assumed roles: the truth that a sync is compared with."""

import collections

import boto3
from botocore.config import Config

ROLE = "stocktake-read"
EXTERNAL_ID = "stocktake-demo"
CONFIG = Config(retries={"total_max_attempts": 2}, connect_timeout=5, read_timeout=30)

Key = collections.namedtuple("Key", "account_id region workspace_id")


class Estate:
    def __init__(self, endpoint, regions=("us-east-1", "eu-west-1")):
        self.endpoint = endpoint
        self.regions = regions
        self.root = boto3.Session("k", "s", region_name=regions[0])

    def client(self, session, service, region=None):
        return session.client(service, region_name=region, endpoint_url=self.endpoint, config=CONFIG)

    def members(self):
        """The client accounts: every member but the one our key belongs to."""
        pages = self.client(self.root, "organizations").get_paginator("list_accounts").paginate()
        home = self.client(self.root, "sts").get_caller_identity()["Account"]
        return {a["Id"]: a["Name"] for page in pages for a in page["Accounts"] if a["Id"] != home}

    def assume(self, account):
        got = self.client(self.root, "sts").assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/{ROLE}", RoleSessionName="truth", ExternalId=EXTERNAL_ID
        )["Credentials"]
        return boto3.Session(got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"])

    def desktops(self, with_tags=True):
        """Every desktop of every account and region: {Key: row of DescribeWorkspaces, with its Tags}."""
        found = {}
        for account in self.members():
            session = self.assume(account)
            for region in self.regions:
                tags = self.tags(session, region) if with_tags else {}
                pages = self.client(session, "workspaces", region).get_paginator("describe_workspaces").paginate()
                for row in (row for page in pages for row in page["Workspaces"]):
                    row["Tags"] = tags.get(row["WorkspaceId"], {})
                    found[Key(account, region, row["WorkspaceId"])] = row
        return found

    def tags(self, session, region):
        tagging = self.client(session, "resourcegroupstaggingapi", region)
        pages = tagging.get_paginator("get_resources").paginate(ResourceTypeFilters=["workspaces:workspace"])
        rows = (row for page in pages for row in page["ResourceTagMappingList"])
        return {row["ResourceARN"].rsplit("/", 1)[1]: {t["Key"]: t["Value"] for t in row["Tags"]} for row in rows}

    def count(self):
        return len(self.desktops(with_tags=False))
