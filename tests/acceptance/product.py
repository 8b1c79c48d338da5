"""A place to try the product in: a data folder, commands in a clean environment, and the processes started for it."""

import collections
import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import time

Ended = collections.namedtuple("Ended", "code out err")

PARENT_DEATH = 1  # PR_SET_PDEATHSIG


def _die_with_parent():
    """In the child: should this suite be killed, nothing it started lives on."""
    try:
        ctypes.CDLL(None).prctl(PARENT_DEATH, signal.SIGKILL)
    except (OSError, AttributeError):
        pass  # not Linux; the suite still ends what it started when it ends by itself


class Running:
    """A process that goes on until it is told to stop."""

    def __init__(self, arguments, environment, log):
        self.arguments = [str(argument) for argument in arguments]
        self.log = log
        self.remarks = log.with_suffix(".err")
        with open(self.log, "wb") as out, open(self.remarks, "wb") as err:
            self.process = subprocess.Popen(
                self.arguments, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                preexec_fn=_die_with_parent,
            )

    @property
    def pid(self):
        return self.process.pid

    def said(self):
        """Standard output alone."""
        return self.log.read_text(errors="replace")

    def output(self):
        """Standard output, and standard error after it."""
        return self.said() + self.remarks.read_text(errors="replace")

    def wait_for(self, pattern, seconds=30):
        """Waits until the output holds `pattern` and answers its first group."""
        until = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.output(), re.MULTILINE)
            if found:
                return found.group(1) if found.groups() else found.group(0)
            if self.process.poll() is not None:
                raise RuntimeError(f"{self} ended with {self.process.returncode}: {self.output()}")
            if time.monotonic() > until:
                raise RuntimeError(f"{self} did not say {pattern!r} within {seconds} s: {self.output()}")
            time.sleep(0.02)

    def wait(self, seconds):
        return self.process.wait(timeout=seconds)

    def stop(self, seconds=10):
        """SIGTERM; answers the exit code, or None when it had to be killed."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                return None
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __str__(self):
        return " ".join(self.arguments[:3])


class Place:
    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder
        self.data = folder / "data"
        self.variables = {}
        self.running = []
        self.last = None
        (folder / "home").mkdir()

    def environment(self, more=None):
        """Nothing of the caller's AWS or stocktake settings, and no way to AWS by accident."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
        kept |= {
            "HOME": str(self.folder / "home"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1,localhost",
            "RUST_BACKTRACE": "1",
        }
        kept |= self.variables
        kept |= more or {}
        return {name: value for name, value in kept.items() if value is not None}

    def use_aws(self, endpoint):
        """The variables of the issue's accept block, for every later command."""
        self.variables |= {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "k",
            "AWS_SECRET_ACCESS_KEY": "s",
            "AWS_REGION": "us-east-1",
        }

    def forget_aws(self):
        for name in [name for name in self.variables if name.startswith("AWS_")]:
            del self.variables[name]

    # Commands

    def call(self, *arguments, data=True, text=None, more=None, seconds=60):
        """Runs a command to its end. `data` adds --data-dir."""
        words = [str(self.binary), *map(str, arguments)]
        if data:
            words += ["--data-dir", str(self.data)]
        done = subprocess.run(
            words, env=self.environment(more), input=text or "", capture_output=True, text=True, timeout=seconds,
            preexec_fn=_die_with_parent,
        )
        self.last = (words[1:], Ended(done.returncode, done.stdout, done.stderr))
        return self.last[1]

    def good(self, *arguments, codes=(0,), **how):
        """As `call`, and it must end well."""
        ended = self.call(*arguments, **how)
        if ended.code not in codes:
            raise RuntimeError(f"stocktake {' '.join(map(str, arguments))} ended with {ended.code}: {ended.out}{ended.err}")
        return ended

    def json(self, *arguments, **how):
        """The answer of a command that takes --format json."""
        return json.loads(self.good(*arguments, "--format", "json", **how).out)

    def query(self, sql, **how):
        return self.json("query", sql, **how)

    def number(self, sql, **how):
        """The one value a query answers."""
        return next(iter(self.query(sql, **how)[0].values()))

    # Processes

    def start(self, *arguments, data=True, more=None):
        words = [self.binary, *arguments]
        if data:
            words += ["--data-dir", self.data]
        return self.start_other(words, more)

    def start_other(self, words, more=None):
        log = self.folder / f"process-{len(self.running)}.log"
        running = Running(words, self.environment(more), log)
        self.running.append(running)
        return running

    def simulate(self, *dials):
        """A simulated AWS with these dials; answers its address."""
        running = self.start("simulate", "--listen", "127.0.0.1:0", *dials, data=False)
        return running.wait_for(r"^AWS simulator on (http://\S+)")

    def serve(self, *arguments, more=None):
        """A server on this place's data folder; answers it and its address."""
        running = self.start("serve", "--listen", "127.0.0.1:0", *arguments, more=more)
        return running, running.wait_for(r"listening on (https?://[0-9.:]+)")

    def serve_again(self, server):
        """Ends the server, starts another, and answers what that one says in its first moments."""
        server.stop()
        again, _ = self.serve()
        time.sleep(0.3)
        return again.output()

    def discover(self, org="Acme", regions="us-east-1,eu-west-1"):
        """Onboards every account of the simulated AWS."""
        return self.json(
            "account", "discover", "--org", org, "--role-name", "stocktake-read", "--external-id", "stocktake-demo",
            "--regions", regions, "--add",
        )

    def sync(self, codes=(0,), **how):
        return self.json("sync", "--wait", codes=codes, **how)

    def close(self):
        """Ends what was started; answers what did not want to."""
        unwilling = []
        for running in reversed(self.running):
            running.process.send_signal(signal.SIGCONT)
            if running.stop() is None:
                unwilling.append(str(running))
        return unwilling

    def diary(self):
        """What a failure needs to be understood: the last command, and the ends of the logs."""
        lines = []
        if self.last:
            words, ended = self.last
            lines.append(f"last command: stocktake {' '.join(words)} -> {ended.code}")
            lines += _tail(ended.out, 10) + _tail(ended.err, 10)
        for running in self.running:
            if running.log.exists():
                lines += [f"log of {running}:"] + _tail(running.output(), 15)
        return "\n".join(lines)


def _tail(text, count):
    return ["  " + line[:300] for line in text.splitlines()[-count:]]


def python():
    """The interpreter that has boto3 and moto."""
    return sys.executable
