"""The acceptance suite: the built binary, tried from outside as its users try it.

    STOCKTAKE_BIN=path/to/stocktake python tests/acceptance/run.py [WORD …]

Needs Python 3.11 with tests/boto3/requirements.txt installed. Words choose checks by topic (a file in `checks/`) or by
a part of their title. Everything stays on loopback; ports are free ones; folders are temporary.
"""

import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # the checkout stays as it is

import checks  # noqa: E402  registers them
import runner  # noqa: E402

if __name__ == "__main__":
    binary = os.environ.get("STOCKTAKE_BIN")
    if not binary or not os.access(binary, os.X_OK):
        sys.exit("set STOCKTAKE_BIN to the stocktake binary")
    print(f"{len(runner.CHECKS)} checks in {len(checks.TOPICS)} topics: {' '.join(checks.TOPICS)}\n")
    sys.exit(runner.run(Path(binary).resolve(), sys.argv[1:]))
