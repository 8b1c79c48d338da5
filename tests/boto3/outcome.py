"""How the walk says that something is not as AWS would have it."""

from botocore.exceptions import ClientError


class Failure(Exception):
    """Something is not as AWS would have it."""


def check(condition, what):
    if not condition:
        raise Failure(what)


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        got = error.response["Error"]["Code"]
        check(got == code, f"expected {code}, got {got}: {error}")
        check(error.response["ResponseMetadata"].get("RequestId"), f"{code} carries no request id")
        return
    raise Failure(f"expected {code}, but the call succeeded")
