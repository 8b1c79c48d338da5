"""Seeds a running moto_server with WorkSpaces in two accounts, reached through assumed roles.

Prints what was made as JSON, {account: {region: {directory, desktops: {id: {user, tags, …}}}}}, so that it can be
compared with what a sync brings home. Run it once per server; `--reset` empties the server first.
"""

import argparse
import json
import sys
import urllib.request

import boto3

REGION = "eu-west-1"
ACCOUNTS = {"111122223333": 5, "444455556666": 3}
ROLE = "stocktake-read"
DEPARTMENTS = ["Finance", "Sales", "Engineering"]
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    }
)


class Seeder:
    def __init__(self, endpoint, account):
        self.endpoint = endpoint
        self.account = account
        root = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name=REGION)
        sts = root.client("sts", endpoint_url=endpoint)
        credentials = sts.assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/{ROLE}", RoleSessionName="seed", ExternalId="stocktake-demo"
        )["Credentials"]
        self.session = boto3.Session(
            credentials["AccessKeyId"],
            credentials["SecretAccessKey"],
            credentials["SessionToken"],
            region_name=REGION,
        )

    def client(self, service):
        return self.session.client(service, endpoint_url=self.endpoint)

    def role(self):
        self.client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=TRUST)

    def directory(self):
        """A registered directory with the network it stands in."""
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.20.{part}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
            for part, zone in ((1, "a"), (2, "b"))
        ]
        directory = self.client("ds").create_directory(
            Name=f"corp-{self.account[:4]}.example.com",
            Password="Not-a-real-Passw0rd",
            Size="Small",
            VpcSettings={"VpcId": vpc, "SubnetIds": subnets},
        )["DirectoryId"]
        self.client("workspaces").register_workspace_directory(DirectoryId=directory, SubnetIds=subnets)
        return directory

    def desktops(self, directory, count):
        made = {}
        for number in range(count):
            tags = {"Department": DEPARTMENTS[number % 3], "Account": self.account}
            if number == 0:
                tags["Skip_Convert"] = "true"
            request = {
                "DirectoryId": directory,
                "UserName": f"user{number + 1}.{self.account[:4]}",
                "BundleId": "wsb-" + f"{number % 2}bh8rsxt5",
                "WorkspaceProperties": {
                    "RunningMode": "AUTO_STOP" if number % 2 else "ALWAYS_ON",
                    "ComputeTypeName": "STANDARD",
                    "RootVolumeSizeGib": 80,
                    "UserVolumeSizeGib": 50,
                },
                "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
            }
            answer = self.client("workspaces").create_workspaces(Workspaces=[request])
            if answer["FailedRequests"]:
                raise SystemExit(f"moto refused a desktop: {answer['FailedRequests']}")
            desktop = answer["PendingRequests"][0]["WorkspaceId"]
            made[desktop] = {"user_name": request["UserName"], "bundle_id": request["BundleId"], "tags": tags}
        return made


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--reset", action="store_true")
    arguments = parser.parse_args()
    if arguments.reset:
        request = urllib.request.Request(f"{arguments.endpoint}/moto-api/reset", method="POST")
        urllib.request.urlopen(request, timeout=10).close()
    seeded = {}
    for account, count in ACCOUNTS.items():
        seeder = Seeder(arguments.endpoint, account)
        seeder.role()
        directory = seeder.directory()
        seeded[account] = {REGION: {"directory_id": directory, "desktops": seeder.desktops(directory, count)}}
    json.dump(seeded, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
