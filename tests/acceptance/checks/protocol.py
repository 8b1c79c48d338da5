"""The simulated AWS under an independent client: boto3 walks every operation, in both protocols it knows."""

import subprocess
from pathlib import Path

from product import python
from runner import check, contains, equal

WALK = Path(__file__).resolve().parents[2] / "boto3" / "walk.py"


def walk(place, *more):
    endpoint = place.simulate("--accounts", "3", "--desktops", "160", "--seed", "3", "--speed", "600")
    done = subprocess.run(
        [python(), WALK, "--endpoint", endpoint, "--accounts", "3", "--desktops", "160", *more],
        env=place.environment(), capture_output=True, text=True, timeout=80,
    )
    equal((done.returncode, done.stderr.strip()), (0, ""), "walk.py ended")
    contains(done.stdout, "ok: 3 accounts, 160 desktops")


@check("boto3 walks every operation in JSON and query protocol", seconds=90)
def in_json(place):
    walk(place)


@check("boto3 walks every operation in CBOR where the model allows it", seconds=90)
def in_cbor(place):
    walk(place, "--cbor")
