"""Collects checks, runs them one after the other, each with a place of its own and a time limit, and counts.

A check is a function with one parameter, the place. Whatever it started is ended when it returns, and a process that
does not end is a failure of the check.
"""

import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from product import Place

CHECKS = []


class Failure(Exception):
    """Something is not as it should be."""


class Skipped(Exception):
    """The check cannot be made here; the text says why."""


class TookTooLong(Failure):
    pass


def check(title, seconds=60):
    """Registers a function as a check."""

    def register(function):
        CHECKS.append((title, seconds, function))
        return function

    return register


def expect(condition, what):
    if not condition:
        raise Failure(what() if callable(what) else what)


def equal(got, wanted, what):
    if got != wanted:
        raise Failure(f"{what}: got {got!r}, wanted {wanted!r}")


def contains(text, *parts):
    """Every part stands in the text, in whatever case."""
    missing = [part for part in parts if str(part).lower() not in text.lower()]
    if missing:
        raise Failure(f"{missing} not in: {text.strip()[:1000]}")


def eventually(condition, what, seconds=10, every=0.05):
    """Waits for `condition` to answer something true, and answers that."""
    until = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > until:
            raise Failure(f"{what() if callable(what) else what}: not within {seconds} s")
        time.sleep(every)


def _alarm(_signal, _frame):
    raise TookTooLong("the check ran into its time limit")


def _ended(_signal, _frame):
    raise SystemExit("ended by a signal")


def run(binary, words):
    """Runs the checks whose title or file holds one of `words`, or all. Answers the exit code."""
    signal.signal(signal.SIGALRM, _alarm)
    signal.signal(signal.SIGTERM, _ended)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for title, seconds, function in CHECKS:
        topic = function.__module__.rsplit(".", 1)[-1]
        if words and not any(word in title or word == topic for word in words):
            continue
        started = time.monotonic()
        verdict, why = _run_one(binary, seconds, function)
        took = time.monotonic() - started
        counts[verdict] += 1
        word = {"passed": "ok", "failed": "FAILED", "skipped": "skipped"}[verdict]
        print(f"{word:8}{topic}: {title} ({took:.1f} s)", flush=True)
        if why:
            print("        " + why.strip().replace("\n", "\n        "), flush=True)
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"\n{counts['passed']} passed, {counts['failed']} failed{skipped}")
    if not counts["passed"] and not counts["failed"]:
        print("no check fits", file=sys.stderr)
        return 2
    return 1 if counts["failed"] else 0


def _run_one(binary, seconds, function):
    folder = Path(tempfile.mkdtemp(prefix="stocktake-acceptance-"))
    place = Place(binary, folder)
    verdict, why = "passed", None
    signal.alarm(seconds)
    try:
        function(place)
    except Skipped as reason:
        verdict, why = "skipped", str(reason)
    except Failure as failure:
        verdict, why = "failed", f"{failure}\n{_where(failure)}"
    except Exception:  # a check that breaks is a check that failed
        verdict, why = "failed", traceback.format_exc()
    finally:
        signal.alarm(0)
        unwilling = place.close()
        diary = place.diary()
        shutil.rmtree(folder, ignore_errors=True)
    if unwilling and verdict != "failed":
        verdict, why = "failed", "did not end within 10 s of SIGTERM: " + "; ".join(unwilling)
    if verdict == "failed":
        why += "\n" + diary
    return verdict, why


def _where(failure):
    """The innermost line of a check that the failure came from."""
    frames = [f for f in traceback.extract_tb(failure.__traceback__) if "/checks/" in f.filename]
    return f"at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
