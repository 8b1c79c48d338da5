"""What the simulated AWS says of the past: CloudWatch, Cost Explorer and CloudTrail, for the walk."""

import datetime
import json
import time
from decimal import Decimal

from botocore.config import Config

from outcome import check, refused

DAY = datetime.timedelta(days=1)
NAMESPACE = "AWS/WorkSpaces"
METRICS = ("UserConnected", "Stopped", "CPUUsage", "MemoryUsage", "RootVolumeDiskUsage", "UserVolumeDiskUsage", "InSessionLatency")
# CloudTrail answers two requests a second; this client waits instead of failing.
PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 12})


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def query(number, desktop, metric, stat, period):
    metric = {"Namespace": NAMESPACE, "MetricName": metric, "Dimensions": [{"Name": "WorkspaceId", "Value": desktop}]}
    return {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


def values(cloudwatch, queries, start, end, **more):
    """Values by time for each query, over all pages."""
    found = {}
    paginator = cloudwatch.get_paginator("get_metric_data")
    for page in paginator.paginate(MetricDataQueries=queries, StartTime=start, EndTime=end, **more):
        for result in page["MetricDataResults"]:
            check(len(result["Timestamps"]) == len(result["Values"]), "as many times as values")
            check(all(isinstance(at, datetime.datetime) for at in result["Timestamps"]), "Timestamps are not times")
            check(result["StatusCode"] in ("Complete", "PartialData"), f"odd status {result['StatusCode']}")
            known = found.setdefault(result["Id"], {})
            fresh = dict(zip(result["Timestamps"], result["Values"]))
            check(not known.keys() & fresh.keys(), "a value came twice")
            known.update(fresh)
    return found


def metrics(walk, session, region, desktops):
    """A week of every metric of some desktops, whole and in small pages."""
    cloudwatch = walk.client(session, "cloudwatch", region)
    end = now()
    end -= datetime.timedelta(seconds=end.timestamp() % 300)
    start = end - 7 * DAY
    some = list(desktops)[:20]
    queries = [query(2 * n, desktop, "UserConnected", "Maximum", 300) for n, desktop in enumerate(some)]
    queries += [query(2 * n + 1, desktop, "Stopped", "Maximum", 300) for n, desktop in enumerate(some)]
    found = values(cloudwatch, queries, start, end)
    whole = 0
    for n in range(len(some)):
        connected, stopped = found[f"q{2 * n}"], found[f"q{2 * n + 1}"]
        check(not connected.keys() & stopped.keys(), "a desktop is stopped and running in the same slot")
        check(set(connected.values()) <= {0.0, 1.0} and set(stopped.values()) <= {1.0}, "odd values")
        check(all(start <= at < end and at.timestamp() % 300 == 0 for at in connected), "a value outside of the request")
        whole += len(connected) + len(stopped) >= 6 * 288
    check(whole >= len(some) - 3, f"only {whole} of {len(some)} desktops are known")
    few = values(cloudwatch, queries[:3], start, end, MaxDatapoints=500, ScanBy="TimestampAscending")
    check(all(few[key] == found[key] for key in few), "small pages hold other values")
    daily = [query(n, desktop, metric, "Average", 86400) for n, (desktop, metric) in enumerate((d, m) for d in some for m in METRICS)]
    means = values(cloudwatch, daily, start, end)
    check(all(len(series) <= 8 for series in means.values()), "more than one value a day")
    check(any(0 < value < 100 for series in means.values() for value in series.values()), "no gauge has a value")
    listed = cloudwatch.get_paginator("list_metrics").paginate(Namespace=NAMESPACE, MetricName="UserConnected")
    ids = {row["Dimensions"][0]["Value"] for page in listed for row in page["Metrics"]}
    check(ids <= set(desktops) and len(ids) >= len(desktops) * 0.9 - 2, "ListMetrics lists other desktops")
    bad = [query(0, some[0], "Stopped", "Sum", 300)]
    refused("ValidationError", cloudwatch.get_metric_data, MetricDataQueries=bad * 2, StartTime=start, EndTime=end)
    refused("ValidationError", cloudwatch.get_metric_data, MetricDataQueries=bad, StartTime=end, EndTime=start)
    refused("InvalidNextToken", cloudwatch.get_metric_data, MetricDataQueries=bad, StartTime=start, EndTime=end, NextToken="x")
    return found


def costs(walk, session, members):
    """Months and days by service, by usage type and by desktop."""
    explorer = walk.client(session, "ce", "us-east-1")
    today = now().date()
    month = today.replace(day=1)
    before = (month - DAY).replace(day=1)
    period = {"Start": str(before), "End": str(month)}

    def ask(operation=explorer.get_cost_and_usage, **arguments):
        arguments = {"TimePeriod": period, "Granularity": "MONTHLY", "Metrics": ["UnblendedCost", "UsageQuantity"], **arguments}
        results = []
        while True:
            page = operation(**arguments)
            results += page["ResultsByTime"]
            if "NextPageToken" not in page:
                return results
            arguments["NextPageToken"] = page["NextPageToken"]

    def amount(metrics):
        return Decimal(metrics["UnblendedCost"]["Amount"])

    (whole,) = ask()
    check(whole["TimePeriod"] == period and whole["Estimated"] is False, f"odd period {whole}")
    total = amount(whole["Total"])
    for keys in (["SERVICE"], ["USAGE_TYPE"], ["SERVICE", "REGION"], ["LINKED_ACCOUNT"]):
        groups = [{"Type": "DIMENSION", "Key": key} for key in keys]
        parts = [group for result in ask(GroupBy=groups) for group in result["Groups"]]
        check(abs(sum(amount(group["Metrics"]) for group in parts) - total) < Decimal("0.001"), f"{keys} do not add up")
    days = ask(Granularity="DAILY")
    check(len(days) == (month - before).days, "not a result for each day")
    check(abs(sum(amount(day["Total"]) for day in days) - total) < Decimal("0.001"), "days do not add up to the month")
    desktops = {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon WorkSpaces"]}}
    recent = {"Start": str(today - 13 * DAY), "End": str(today + DAY)}
    by_resource = {"TimePeriod": recent, "Granularity": "DAILY", "Filter": desktops, "GroupBy": [{"Type": "DIMENSION", "Key": "RESOURCE_ID"}]}
    try:
        rows = ask(explorer.get_cost_and_usage_with_resources, **by_resource)
    except explorer.exceptions.DataUnavailableException:
        rows = []
    keys = {group["Keys"][0] for result in rows for group in result["Groups"]}
    check(all(key.startswith("arn:aws:workspaces:") for key in keys), "a resource is not an ARN")
    refused("ValidationException", ask, TimePeriod={"Start": str(today - 500 * DAY), "End": str(today)})
    refused("ValidationException", ask, GroupBy=[{"Type": "DIMENSION", "Key": "COLOUR"}])
    root = walk.client(walk.root, "ce", "us-east-1")
    everybody = ask(root.get_cost_and_usage, GroupBy=[{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}])
    seen = {group["Keys"][0]: amount(group["Metrics"]) for result in everybody for group in result["Groups"]}
    check(set(seen) <= set(members) and total in seen.values(), "the management account sees other costs")
    return bool(rows)


def events(walk, session, region):
    """CloudTrail's whole history of a place, and that it can be searched."""
    cloudtrail = session.client("cloudtrail", region_name=region, endpoint_url=walk.endpoint, config=PATIENT)
    pages = cloudtrail.get_paginator("lookup_events").paginate()
    found = [event for page in pages for event in page["Events"]]
    times = [event["EventTime"] for event in found]
    check(times == sorted(times, reverse=True), "events are not newest first")
    check(all(at > now() - 91 * DAY for at in times), "an event is too old")
    check(len({event["EventId"] for event in found}) == len(found), "an event came twice")
    for event in found:
        record = json.loads(event["CloudTrailEvent"])
        check(record["eventID"] == event["EventId"] and record["eventName"] == event["EventName"], "record and event differ")
        check(record["awsRegion"] == region, "an event of another region")
    impatient = walk.client(session, "cloudtrail", region)
    time.sleep(1.1)
    impatient.lookup_events(MaxResults=1)
    impatient.lookup_events(MaxResults=1)
    refused("ThrottlingException", impatient.lookup_events, MaxResults=1)
    time.sleep(1.1)
    refused("InvalidMaxResultsException", impatient.lookup_events, MaxResults=51)
    return found


def life_left_events(walk, session, region, desktop):
    """Each verb the walk used on its desktop is in the history, in its order."""
    cloudtrail = session.client("cloudtrail", region_name=region, endpoint_url=walk.endpoint, config=PATIENT)
    wanted = [{"AttributeKey": "ResourceName", "AttributeValue": desktop}]
    pages = cloudtrail.get_paginator("lookup_events").paginate(LookupAttributes=wanted)
    found = [event for page in pages for event in page["Events"]]
    done = {event["EventName"] for event in found if "errorCode" not in json.loads(event["CloudTrailEvent"])}
    verbs = {"Create", "Stop", "Start", "Reboot", "Rebuild", "Terminate"}
    missing = {f"{verb}Workspaces" for verb in verbs} | {"RestoreWorkspace", "ModifyWorkspaceProperties", "ModifyWorkspaceState"}
    check(missing <= done, f"without an event: {missing - done}")
    check(all(event["Username"] == "walk" for event in found), "somebody else's event")
