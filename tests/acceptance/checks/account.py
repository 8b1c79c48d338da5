"""Onboarding: testing an account, the policy it needs, and input that must be refused without a trace."""

import json
import re

from estate import Estate
from runner import check, contains, equal, expect

ROLE = "arn:aws:iam::{}:role/stocktake-read"


@check("`account test` finds everything allowed, and that the external id is asked for")
def everything_allowed(place):
    endpoint = place.simulate("--accounts", "2", "--desktops", "60", "--seed", "5")
    place.use_aws(endpoint)
    account = place.discover()
    account = next(a["id"] for a in account if a["added"])
    test = json.loads(place.good("account", "test", account, "--format", "json").out)
    equal((test["passed"], test["assumable_without_external_id"]), (True, False), "passed, assumable without")
    tried = {(p["action"], p["region"]) for p in test["permissions"]}
    regions = ("us-east-1", "eu-west-1")
    for action in granted(place):
        # Bills are an account's, not a region's.
        places = (None,) if action.startswith("ce:") else regions
        expect(all((action, place) in tried for place in places), f"{action} was not tried everywhere: {tried}")
    expect(all(p["allowed"] for p in test["permissions"]), f"refused: {test['permissions']}")
    contains(test["caller_arn"], account, "assumed-role/stocktake-read")
    ended = place.good("account", "test", account)
    contains(ended.out + ended.err, "everything a sync needs is allowed")


def granted(place):
    policy = json.loads(place.good("account", "policy", "--format", "json").out)
    return [action for statement in policy["Statement"] for action in statement["Action"]]


@check("the policy prints as JSON, CloudFormation and Terraform with the same actions")
def policies(place):
    actions = granted(place)
    expect("workspaces:DescribeWorkspaces" in actions, f"granted: {actions}")
    expect(all(re.fullmatch(r"[a-z]+:(Describe|Get|List|Lookup)\w+", action) for action in actions), f"more than reading: {actions}")
    arguments = ("account", "policy", "--role-name", "our-reader", "--external-id", "acme-42", "--trusted-account-id",
                 "999988887777")
    cloudformation = place.good(*arguments, "--format", "cloudformation").out
    contains(cloudformation, "AWSTemplateFormatVersion", "AWS::IAM::Role", "our-reader", "acme-42", "999988887777")
    equal(set(re.findall(r'- "?((?:workspaces|tag|ce|cloudtrail|cloudwatch):\w+)', cloudformation)), set(actions), "actions in CloudFormation")
    expect("\t" not in cloudformation, "tabs in YAML")
    as_yaml(cloudformation)
    terraform = place.good(*arguments, "--format", "terraform").out
    contains(terraform, 'resource "aws_iam_role"', "our-reader", "acme-42", "999988887777")
    equal(set(re.findall(r'"((?:workspaces|tag|ce|cloudtrail|cloudwatch):\w+)"', terraform)), set(actions), "actions in Terraform")
    for opening, closing in ("{}", "[]", "()"):
        equal(terraform.count(opening), terraform.count(closing), f"{opening} and {closing} in Terraform")


def as_yaml(text):
    """moto brings PyYAML; CloudFormation's own tags are read as plain values."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, suffix, node: loader.construct_scalar(node))
    template = yaml.load(text, Loader=Loader)
    role = next(r for r in template["Resources"].values() if r["Type"] == "AWS::IAM::Role")
    statement = role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
    equal(statement["Condition"]["StringEquals"]["sts:ExternalId"], "acme-42", "the external id asked for")


def nothing_stored(place):
    equal(place.json("account", "list"), [], "accounts stored")
    equal(place.query("select organization_name from organizations"), [], "organizations stored")


@check("wrong input is refused by name and stores nothing")
def wrong_input(place):
    def refused(code, *parts, **changed):
        given = {"id": "111122223333", "org": "Client", "role-arn": ROLE.format("111122223333"), "external-id": "X1",
                 "regions": "eu-west-1"} | {name.replace("_", "-"): value for name, value in changed.items()}
        ended = place.call("account", "add", *[word for name, value in given.items() for word in (f"--{name}", value)])
        equal(ended.code, code, f"exit code for {changed}: {ended.err}")
        contains(ended.err, *parts)
        equal(ended.out, "", "printed as if it had worked")

    refused(2, "11112222333", "12 digits", id="11112222333")
    refused(2, "1111222233334", id="1111222233334")
    refused(2, "11112222333x", id="11112222333x")
    refused(2, "role ARN", role_arn="stocktake-read")
    refused(2, "role ARN", role_arn="arn:aws:iam::111122223333:user/someone")
    refused(2, "eu-west-9", "eu-west-1", regions="eu-west-1,eu-west-9")
    refused(1, "444455556666", "111122223333", role_arn=ROLE.format("444455556666"))
    refused(1, "external id", external_id="no spaces allowed")
    refused(1, "endpoint_url", "https", endpoint_url="http://192.0.2.1:4566")
    nothing_stored(place)
    ended = place.call("account", "discover", "--org", "Client", "--add", "--role-name", "r", "--regions", "mars-1")
    equal(ended.code, 2, "discover with an unknown region")
    contains(ended.err, "mars-1")
    ended = place.call("account", "discover", "--org", "Client", "--add", "--role-name", "r")
    equal(ended.code, 1, "discover without credentials")
    contains(ended.err, "NoCredentials")
    nothing_stored(place)


@check("an account can be onboarded once only")
def duplicate(place):
    arguments = ("account", "add", "--id", "111122223333", "--role-arn", ROLE.format("111122223333"), "--external-id",
                 "X1", "--regions", "eu-west-1")
    place.good(*arguments, "--org", "Client A")
    ended = place.call(*arguments, "--org", "Client B")
    equal(ended.code, 1, "exit code")
    contains(ended.err, "111122223333", "already")
    accounts = place.json("account", "list")
    equal([(a["id"], a["organization_name"]) for a in accounts], [("111122223333", "Client A")], "accounts")
    equal(place.query("select organization_name n from organizations"), [{"n": "Client A"}], "organizations")


@check("an external id is generated, shown, and fits the policy")
def generated(place):
    ended = place.good("account", "add", "--id", "111122223333", "--org", "A", "--role-arn", ROLE.format("111122223333"))
    found = re.search(r"External id (\w{32}) was generated", ended.err)
    expect(found, f"it is not shown: {ended.err}")
    equal(place.json("account", "list")[0]["external_id"], found.group(1), "external id stored")


@check("a role that cannot be assumed fails its own account and no other", seconds=90)
def wrong_role(place):
    endpoint = place.simulate("--accounts", "2", "--desktops", "80", "--seed", "5")
    place.use_aws(endpoint)
    good, bad = sorted(Estate(endpoint).members())
    for account, role in ((good, "stocktake-read"), (bad, "stocktake-raed")):
        place.good("account", "add", "--id", account, "--org", f"Client {account}", "--role-arn",
                   f"arn:aws:iam::{account}:role/{role}", "--external-id", "stocktake-demo", "--regions",
                   "us-east-1,eu-west-1")
    run = place.sync(codes=(3,))
    truth = [key for key in Estate(endpoint).desktops(with_tags=False) if key.account_id == good]
    equal(place.number(f"select count(*) from workspaces where account_id = '{good}'"), len(truth), "the good one's desktops")
    scopes = {status: [s for s in run["scopes"] if s["account_id"] == bad and s["status"] == status]
              for status in ("complete", "failed", "skipped")}
    equal((len(scopes["complete"]), len(scopes["failed"])), (0, 1), "scopes of the bad one complete, failed")
    expect(len(scopes["skipped"]) >= 8, f"skipped: {scopes['skipped']}")
    failure = scopes["failed"][0]["failure"]
    contains(failure["code"], "AccessDenied")
    expect(failure["request_id"], f"no request id: {failure}")
    alerts = place.query("select kind, account_id from alerts where closed_at is null")
    equal(alerts, [{"kind": "credentials", "account_id": bad}], "alerts")
    test = place.call("account", "test", bad)
    equal(test.code, 1, "account test's exit code")
    contains(test.out + test.err, "AccessDenied", "could not be assumed")
    doctor = place.call("doctor")
    equal(doctor.code, 1, "doctor's exit code")
    contains(doctor.out, bad, "AccessDenied")
    only_bad = place.call("sync", "--wait", "--account", bad)
    equal(only_bad.code, 1, "exit code of a sync of the bad one alone")
