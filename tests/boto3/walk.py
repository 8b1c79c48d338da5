"""Walks every operation of the simulated AWS with boto3, a client that shares no code with it.

Fails on the first response botocore cannot parse and on every count or state that is not what it should be.
Run it against `stocktake simulate --speed 600` or so: faster, and transitions are over before they are seen; slower,
and it waits long for them. Exits 0 when all is well.
"""

import argparse
import datetime
import sys
import time

import boto3
import botocore.model
from botocore.config import Config

import past
from outcome import Failure, check, refused

EXTERNAL_ID = "stocktake-demo"
ROLE = "stocktake-read"
WRITE_ROLE = "stocktake-write"
CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30)


class Walk:
    def __init__(self, endpoint, regions):
        self.endpoint = endpoint
        self.regions = regions
        self.root = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name=regions[0])

    def client(self, session, service, region=None):
        return session.client(service, region_name=region or self.regions[0], endpoint_url=self.endpoint, config=CONFIG)

    def assume(self, account, external_id=EXTERNAL_ID, role=ROLE):
        sts = self.client(self.root, "sts")
        answer = sts.assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/{role}",
            RoleSessionName="walk",
            ExternalId=external_id,
            DurationSeconds=900,
        )
        credentials = answer["Credentials"]
        check(isinstance(credentials["Expiration"], datetime.datetime), "Expiration is not a time")
        check(answer["AssumedRoleUser"]["Arn"].endswith(f"assumed-role/{role}/walk"), "wrong AssumedRoleUser")
        return boto3.Session(
            credentials["AccessKeyId"],
            credentials["SecretAccessKey"],
            credentials["SessionToken"],
            region_name=self.regions[0],
        )

    def identity(self, accounts):
        sts = self.client(self.root, "sts")
        home = sts.get_caller_identity()["Account"]
        check(home not in accounts, "a static key must be the management account")
        account = accounts[0]
        got = self.client(self.assume(account), "sts").get_caller_identity()
        check(got["Account"] == account and f":assumed-role/{ROLE}/" in got["Arn"], f"wrong identity {got}")
        arn = f"arn:aws:iam::{account}:role/{ROLE}"
        refused("AccessDenied", sts.assume_role, RoleArn=arn, RoleSessionName="walk")
        refused("AccessDenied", sts.assume_role, RoleArn=arn, RoleSessionName="walk", ExternalId="wrong")
        refused("AccessDenied", sts.assume_role, RoleArn=arn + "x", RoleSessionName="walk", ExternalId=EXTERNAL_ID)
        refused("ValidationError", sts.assume_role, RoleArn=arn, RoleSessionName="walk", ExternalId=EXTERNAL_ID, DurationSeconds=43200)
        stranger = boto3.Session("ASIAUNKNOWNKEY000000", "secret", "token", region_name=self.regions[0])
        refused("InvalidClientTokenId", self.client(stranger, "sts").get_caller_identity)
        refused("UnrecognizedClientException", self.client(stranger, "workspaces").describe_workspaces)

    def organization(self):
        organizations = self.client(self.root, "organizations")
        about = organizations.describe_organization()["Organization"]
        pages = organizations.get_paginator("list_accounts").paginate(PaginationConfig={"PageSize": 2})
        accounts = [account for page in pages for account in page["Accounts"]]
        ids = [account["Id"] for account in accounts]
        check(len(ids) == len(set(ids)) and len(ids) >= 2, "ListAccounts repeats or hides accounts")
        check(all(isinstance(a["JoinedTimestamp"], datetime.datetime) for a in accounts), "JoinedTimestamp is not a time")
        check(about["MasterAccountId"] in ids, "the management account is not listed")
        members = [account for account in ids if account != about["MasterAccountId"]]
        member = self.client(self.assume(members[0]), "organizations")
        refused("AccessDeniedException", member.list_accounts)
        return members

    def listings(self, session, writer, region):
        """Every listing of one account and region; returns its desktops by id."""
        workspaces = self.client(session, "workspaces", region)
        pages = list(workspaces.get_paginator("describe_workspaces").paginate())
        check(all(len(page["Workspaces"]) <= 25 for page in pages), "a page has more than 25 rows")
        check(all(len(page["Workspaces"]) == 25 for page in pages[:-1]), "a page before the last is not full")
        desktops = {row["WorkspaceId"]: row for page in pages for row in page["Workspaces"]}
        check(len(desktops) == sum(len(page["Workspaces"]) for page in pages), "a desktop is listed twice")
        self.connections(workspaces, desktops)
        directories = self.directories(workspaces, desktops)
        self.bundles(workspaces, desktops)
        if desktops:
            self.filters(workspaces, desktops, directories)
            self.tags(session, writer, workspaces, desktops, region)
        return desktops

    def connections(self, workspaces, desktops):
        pages = workspaces.get_paginator("describe_workspaces_connection_status").paginate()
        rows = [row for page in pages for row in page["WorkspacesConnectionStatus"]]
        check({row["WorkspaceId"] for row in rows} == set(desktops), "connection status covers other desktops")
        for row in rows:
            check(row["ConnectionState"] in ("CONNECTED", "DISCONNECTED", "UNKNOWN"), f"odd connection state {row}")
            check(isinstance(row["ConnectionStateCheckTimestamp"], datetime.datetime), "check time is not a time")
            last = row.get("LastKnownUserConnectionTimestamp")
            check(last is None or isinstance(last, datetime.datetime), "last connection is not a time")
        if desktops:
            some = list(desktops)[:25]
            rows = workspaces.describe_workspaces_connection_status(WorkspaceIds=some)["WorkspacesConnectionStatus"]
            check([row["WorkspaceId"] for row in rows] == some, "connection status by id differs")

    def directories(self, workspaces, desktops):
        pages = workspaces.get_paginator("describe_workspace_directories").paginate()
        rows = {row["DirectoryId"]: row for page in pages for row in page["Directories"]}
        check({row["DirectoryId"] for row in desktops.values()} <= set(rows), "a desktop's directory is not listed")
        for row in rows.values():
            check(len(row["SubnetIds"]) == 2 and len(row["RegistrationCode"]) <= 20, f"odd directory {row}")
        if rows:
            one = workspaces.describe_workspace_directories(DirectoryIds=[next(iter(rows))])["Directories"]
            check(len(one) == 1, "a directory is not found by id")
        return rows

    def bundles(self, workspaces, desktops):
        paginator = workspaces.get_paginator("describe_workspace_bundles")
        amazon = [row for page in paginator.paginate(Owner="AMAZON") for row in page["Bundles"]]
        own = [row for page in paginator.paginate() for row in page["Bundles"]]
        check(len(amazon) > 20, "too few of AWS's own bundles")
        check(all(row["Owner"] == "AMAZON" for row in amazon), "AWS's bundles have another owner")
        check(all(isinstance(row["CreationTime"], datetime.datetime) for row in amazon), "CreationTime is not a time")
        known = {row["BundleId"] for row in amazon + own}
        check({row["BundleId"] for row in desktops.values()} <= known, "a desktop's bundle is not listed")

    def filters(self, workspaces, desktops, directories):
        paginator = workspaces.get_paginator("describe_workspaces")

        def listed(**arguments):
            return {row["WorkspaceId"] for page in paginator.paginate(**arguments) for row in page["Workspaces"]}

        def expected(**wanted):
            return {i for i, row in desktops.items() if all(row[key] == value for key, value in wanted.items())}

        directory = next(iter(directories))
        row = next(iter(desktops.values()))
        check(listed(DirectoryId=directory) == expected(DirectoryId=directory), "filter by directory")
        check(listed(BundleId=row["BundleId"]) == expected(BundleId=row["BundleId"]), "filter by bundle")
        person = {"DirectoryId": row["DirectoryId"], "UserName": row["UserName"]}
        check(listed(**person) == expected(**person), "filter by user")
        check(len(workspaces.describe_workspaces(Limit=1)["Workspaces"]) == 1, "Limit is not honoured")
        some = list(desktops)[:25]
        rows = workspaces.describe_workspaces(WorkspaceIds=some)["Workspaces"]
        check({r["WorkspaceId"] for r in rows} == set(some), "filter by ids")
        refused("InvalidParameterValuesException", workspaces.describe_workspaces, UserName=row["UserName"])
        refused("InvalidParameterValuesException", workspaces.describe_workspaces, WorkspaceIds=some[:1], BundleId=row["BundleId"])
        refused("ValidationException", workspaces.describe_workspaces, NextToken="made-up")
        refused("ValidationException", workspaces.describe_workspaces, WorkspaceIds=["ws-000000000"] * 26)
        refused("ValidationException", workspaces.describe_workspaces, WorkspaceIds=["bad"])

    def tags(self, session, writer, workspaces, desktops, region):
        tagging = self.client(session, "resourcegroupstaggingapi", region)
        paginator = tagging.get_paginator("get_resources")

        def tagged(**arguments):
            pages = paginator.paginate(ResourceTypeFilters=["workspaces:workspace"], **arguments)
            rows = [row for page in pages for row in page["ResourceTagMappingList"]]
            return {row["ResourceARN"].rsplit("/", 1)[1]: as_dict(row["Tags"]) for row in rows}

        mapped = tagged(ResourcesPerPage=100)
        check(set(mapped) <= set(desktops), "the tagging API lists desktops that are not there")
        for desktop in list(desktops)[:5]:
            direct = as_dict(workspaces.describe_tags(ResourceId=desktop)["TagList"])
            check(direct == mapped.get(desktop, {}), f"tags of {desktop} differ between the two APIs")
        desktop = next(iter(desktops))
        tag = {"Key": "Walk", "Value": "no"}
        refused("AccessDeniedException", workspaces.create_tags, ResourceId=desktop, Tags=[tag])
        writing = self.client(writer, "workspaces", region)
        writing.create_tags(ResourceId=desktop, Tags=[{"Key": "Walk", "Value": "yes"}, {"Key": "Empty", "Value": ""}])
        check(as_dict(workspaces.describe_tags(ResourceId=desktop)["TagList"])["Walk"] == "yes", "CreateTags")
        check(set(tagged(TagFilters=[{"Key": "Walk", "Values": ["yes", "no"]}])) == {desktop}, "TagFilters")
        check(tagged(TagFilters=[{"Key": "Walk", "Values": ["no"]}]) == {}, "TagFilters by value")
        writing.delete_tags(ResourceId=desktop, TagKeys=["Walk", "Empty"])
        check("Walk" not in as_dict(workspaces.describe_tags(ResourceId=desktop)["TagList"]), "DeleteTags")
        refused("ResourceNotFoundException", workspaces.describe_tags, ResourceId="ws-zzzzzzzz0")
        refused("InvalidParameterValuesException", writing.create_tags, ResourceId=desktop, Tags=[{"Key": "aws:x", "Value": ""}])

    def life(self, session, region):
        """One desktop from birth to end, through every verb."""
        workspaces = self.client(session, "workspaces", region)
        directory = workspaces.describe_workspace_directories()["Directories"][0]["DirectoryId"]
        bundles = workspaces.describe_workspace_bundles(Owner="AMAZON")["Bundles"]
        bundle = next(row["BundleId"] for row in bundles if row["ComputeType"]["Name"] == "STANDARD")
        request = {
            "DirectoryId": directory,
            "UserName": "walk.tester",
            "BundleId": bundle,
            "Tags": [{"Key": "Owner", "Value": "walk"}],
            "WorkspaceProperties": {"RunningMode": "AUTO_STOP", "RunningModeAutoStopTimeoutInMinutes": 120},
        }
        strange = dict(request, BundleId="wsb-000000000", UserName="someone.else")
        answer = workspaces.create_workspaces(Workspaces=[request, strange])
        check(len(answer["PendingRequests"]) == 1 and len(answer["FailedRequests"]) == 1, f"CreateWorkspaces: {answer}")
        check(answer["FailedRequests"][0]["ErrorCode"] == "ResourceNotFound.Bundle", "reason of the failed request")
        desktop = answer["PendingRequests"][0]["WorkspaceId"]
        check(answer["PendingRequests"][0]["State"] == "PENDING", "a new desktop is PENDING")
        again = workspaces.create_workspaces(Workspaces=[request])["FailedRequests"]
        check(len(again) == 1, "a second desktop for the same person was accepted")
        refused("ValidationException", workspaces.create_workspaces, Workspaces=[request] * 26)

        def row():
            rows = workspaces.describe_workspaces(WorkspaceIds=[desktop])["Workspaces"]
            return rows[0] if rows else None

        def passes(through, to):
            deadline = time.monotonic() + 60
            seen = []
            while True:
                now = row()
                state = now["State"] if now else None
                if not seen or seen[-1] != state:
                    seen.append(state)
                if state == to:
                    break
                check(time.monotonic() < deadline, f"never became {to}: {seen}")
                time.sleep(0.02)
            check(through in seen, f"{through} was not seen on the way to {to}: {seen}")

        def act(operation, member):
            failed = operation(**{member: [{"WorkspaceId": desktop}]})["FailedRequests"]
            check(failed == [], f"{member}: {failed}")

        passes("PENDING", "AVAILABLE")
        check("IpAddress" in row() and "ComputerName" in row(), "a built desktop has an address and a name")
        act(workspaces.stop_workspaces, "StopWorkspaceRequests")
        passes("STOPPING", "STOPPED")
        failed = workspaces.stop_workspaces(StopWorkspaceRequests=[{"WorkspaceId": desktop}])["FailedRequests"]
        check(len(failed) == 1 and failed[0]["ErrorCode"], "a stopped desktop was stopped again")
        act(workspaces.start_workspaces, "StartWorkspaceRequests")
        passes("STARTING", "AVAILABLE")
        act(workspaces.reboot_workspaces, "RebootWorkspaceRequests")
        passes("REBOOTING", "AVAILABLE")
        act(workspaces.rebuild_workspaces, "RebuildWorkspaceRequests")
        passes("REBUILDING", "AVAILABLE")
        workspaces.restore_workspace(WorkspaceId=desktop)
        passes("RESTORING", "AVAILABLE")
        workspaces.modify_workspace_state(WorkspaceId=desktop, WorkspaceState="ADMIN_MAINTENANCE")
        check(row()["State"] == "ADMIN_MAINTENANCE", "ModifyWorkspaceState")
        workspaces.modify_workspace_state(WorkspaceId=desktop, WorkspaceState="AVAILABLE")
        self.properties(workspaces, desktop, row, passes)
        refused("ValidationException", workspaces.terminate_workspaces, TerminateWorkspaceRequests=[{"WorkspaceId": desktop}] * 26)
        act(workspaces.terminate_workspaces, "TerminateWorkspaceRequests")
        passes("TERMINATING", None)
        return desktop

    def properties(self, workspaces, desktop, row, passes):
        modify = workspaces.modify_workspace_properties
        refused("InvalidParameterValuesException", modify, WorkspaceId=desktop, WorkspaceProperties={"RunningModeAutoStopTimeoutInMinutes": 61})
        modify(WorkspaceId=desktop, WorkspaceProperties={"RunningMode": "ALWAYS_ON"})
        check(row()["WorkspaceProperties"]["RunningMode"] == "ALWAYS_ON", "RunningMode did not change")
        modify(WorkspaceId=desktop, WorkspaceProperties={"ComputeTypeName": "POWER"})
        check(row()["ModificationStates"][0]["Resource"] == "COMPUTE_TYPE", "ModificationStates is empty")
        refused("OperationInProgressException", modify, WorkspaceId=desktop, WorkspaceProperties={"RunningMode": "AUTO_STOP"})
        passes("UPDATING", "AVAILABLE")
        check(row()["WorkspaceProperties"]["ComputeTypeName"] == "POWER", "ComputeTypeName did not change")

    def everything(self):
        accounts = self.organization()
        self.identity(accounts)
        total = 0
        alive = None
        for account in accounts:
            session, writer = self.assume(account), self.assume(account, role=WRITE_ROLE)
            past.costs(self, session, accounts)
            for region in self.regions:
                desktops = self.listings(session, writer, region)
                total += len(desktops)
                if desktops:
                    past.metrics(self, session, region, desktops)
                    past.events(self, session, region)
                    alive = alive or (writer, region)
        check(alive is not None, "there is no desktop anywhere")
        past.life_left_events(self, *alive, self.life(*alive))
        return len(accounts), total


def as_dict(tags):
    return {tag["Key"]: tag.get("Value", "") for tag in tags}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--regions", default="us-east-1,eu-west-1")
    parser.add_argument("--accounts", type=int, help="client accounts there must be")
    parser.add_argument("--desktops", type=int, help="desktops there must be in all of them")
    parser.add_argument("--cbor", action="store_true", help="speak RPC v2 CBOR where the service model allows it")
    arguments = parser.parse_args()
    if arguments.cbor:
        # botocore has no setting for it: it takes the first protocol of this list that the service knows.
        botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = ("smithy-rpc-v2-cbor", "json", "query")
    try:
        accounts, desktops = Walk(arguments.endpoint, arguments.regions.split(",")).everything()
        check(arguments.accounts in (None, accounts), f"{accounts} accounts")
        check(arguments.desktops in (None, desktops), f"{desktops} desktops")
    except Failure as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        return 1
    print(f"ok: {accounts} accounts, {desktops} desktops, botocore {boto3.__version__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
