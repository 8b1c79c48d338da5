"""Measures our inference and llama.cpp's on the same file and threads; scripts/bench-inference runs it and says how.

The two take turns, and the median of the rounds counts. llama.cpp is first tried with its weights repacked and
not, with flash attention and without, and then measured in the setting that was best for each figure. Each
measurement says how much of the machine others took meanwhile.
"""

import argparse
import itertools
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from gguf import GGUFReader

PREFILL, DECODE, PROMPT = 512, 64, 16
SETTINGS = [{"repack": r, "flash": f} for r, f in itertools.product((1, 0), (1, 0))]


def busy_seconds():
    """The time that all processors have worked since the start of the machine, or that a neighbour took."""
    with open("/proc/stat") as file:
        user, nice, system, _idle, _wait, irq, soft, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + soft + steal) / os.sysconf("SC_CLK_TCK")


def call(command):
    """Runs a command; gives what it printed, its peak RSS, and the share of the machine that others used."""
    busy, start = busy_seconds(), time.monotonic()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=errors, text=True)
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        taken = time.monotonic() - start
        if process.returncode != 0:
            errors.seek(0)
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}: {errors.read()[-800:]}")
    own = usage.ru_utime + usage.ru_stime
    others = min(1.0, max(0.0, busy_seconds() - busy - own) / taken / os.cpu_count())
    return printed, usage.ru_maxrss * 1024, others


class Peer:
    def __init__(self, folder, model, threads):
        self.folder, self.model, self.threads = folder, model, threads

    def speed(self, setting, prompt=PREFILL, words=DECODE):
        """Tokens per second of a prompt and of decoding, whichever is asked for, as llama-bench measures them."""
        printed, rss, others = call([
            self.folder / "llama-bench", "-m", self.model, "-t", self.threads, "-p", prompt, "-n", words,
            "--repack", setting["repack"], "-fa", setting["flash"], "-r", 1, "-o", "json",
        ])  # fmt: skip
        tests = json.loads(printed)
        found = {"prefill" if test["n_prompt"] else "decode": test["avg_ts"] for test in tests}
        return {**found, "rss": rss, "others": others, "build": tests[0]["build_commit"], "cpu": tests[0]["cpu_info"]}

    def first_token(self, repack):
        printed, _, others = call([
            self.folder / "peer_first_token", self.model, "--prompt", PROMPT, "--threads", self.threads,
            "--context", PREFILL + DECODE + 1, "--repack", repack,
        ])  # fmt: skip
        return {**json.loads(printed), "others": others}

    def text(self, path, count):
        printed, _, _ = call([self.folder / "peer_logits", self.model, path, "--tokens", count])
        return json.loads(printed)

    def forced(self, ids, context, repack=1, flash=1, batch=512):
        printed, _, _ = call([
            self.folder / "peer_logits", self.model, ids, "--context", context, "--threads", self.threads,
            "--repack", repack, "--flash", flash, "--batch", batch,
        ])  # fmt: skip
        return json.loads(printed)["top1"]


class Ours:
    def __init__(self, binary, model, threads):
        self.start = [binary, "bench", "inference", "--model", model, "--threads", threads, "--format", "json"]

    def measure(self):
        printed, rss, others = call(self.start)
        found = json.loads(printed)
        return {**found, "rss": max(rss, found["peak_rss_bytes"]), "others": others}

    def forced(self, ids, context):
        printed, _, _ = call([*self.start, "--forced-tokens", ids, "--context", context])
        return json.loads(printed)["top1"]


def bandwidth(folder, threads):
    return float(call([folder / "read_bandwidth", threads])[0])


def model_facts(path):
    """Bytes that one decoded token reads of the weights, the trained length, and whether longrope is there."""
    reader = GGUFReader(path)
    sizes = {tensor.name: int(tensor.n_bytes) for tensor in reader.tensors}
    read = sum(sizes.values())
    if "output.weight" in sizes:
        read -= sizes["token_embd.weight"]
    keys = {key: field.contents() for key, field in reader.fields.items() if not key.startswith("tokenizer")}
    architecture = keys["general.architecture"]
    return {
        "name": keys.get("general.name", path.name),
        "file_bytes": path.stat().st_size,
        "read_bytes": read,
        "longrope": "rope_factors_long.weight" in sizes,
        "original": keys.get(f"{architecture}.rope.scaling.original_context_length"),
    }


def speeds(peer, ours, rounds):
    tried = [(setting, peer.speed(setting)) for setting in SETTINGS]
    best = {figure: max(tried, key=lambda one: one[1][figure])[0] for figure in ("prefill", "decode")}
    first = min((1, 0), key=lambda repack: peer.first_token(repack)["load_to_first_token_ms"])
    rows = []
    for _ in range(rounds):
        row = {
            "prefill": peer.speed(best["prefill"], words=0),
            "decode": peer.speed(best["decode"], prompt=0),
            "first": peer.first_token(first),
        }
        if ours:
            row["ours"] = ours.measure()
        rows.append(row)
    median = statistics.median
    result = {
        "peer": {
            "prefill": median(row["prefill"]["prefill"] for row in rows),
            "decode": median(row["decode"]["decode"] for row in rows),
            "first_ms": median(row["first"]["load_to_first_token_ms"] for row in rows),
            "rss": min(found["rss"] for _, found in tried),
            "settings": {**best, "first": {"repack": first}},
            "build": tried[0][1]["build"],
        },
        "tried": [{**setting, **{key: found[key] for key in ("prefill", "decode", "rss", "others")}} for setting, found in tried],
        "others": max(part["others"] for row in rows for part in row.values()),
        "cpu": tried[0][1]["cpu"],
    }
    if ours:
        runs = [row["ours"] for row in rows]
        result["ours"] = {
            "prefill": median(run["prefill_tokens_per_second"] for run in runs),
            "decode": median(run["decode_tokens_per_second"] for run in runs),
            "first_ms": median(run["load_to_first_token_ms"] for run in runs),
            "rss": max(run["rss"] for run in runs),
            "kv": runs[0]["kv_bytes"],
            "kernel": runs[0]["kernel"],
        }
    return result


def share(one, other):
    return sum(a == b for a, b in zip(one, other, strict=True)) / len(one)


def agreement(peer, ours, facts, text, count):
    """How often the likeliest token is the same: the peer's settings among each other, and ours with each of them."""
    ids = peer.text(text, count)
    contexts = {"plain": len(ids)}
    if facts["longrope"]:
        contexts = {"long factors": 2 * max(facts["original"], len(ids))}
        # The peer rounds a context up, and so cannot keep one to a trained length that is not round.
        if facts["original"] % 256 == 0:
            contexts["short factors"] = facts["original"]
    result = {}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(ids, file)
        file.flush()
        for rope, context in contexts.items():
            runs = [peer.forced(file.name, context, **setting) for setting in SETTINGS]
            # One token at a time goes through other kernels than a batch does.
            runs.append(peer.forced(file.name, context, batch=1))
            own = [share(a, b) for a, b in itertools.combinations(runs, 2)]
            result[rope] = {"positions": len(ids), "peer": statistics.mean(own), "peer_least": min(own)}
            if ours:
                likeliest = ours.forced(file.name, context)
                found = [share(likeliest, run) for run in runs]
                result[rope] |= {"ours": statistics.mean(found), "ours_least": min(found)}
    return result


def table(facts, found, agreed, read_gb):
    peer, ours = found["peer"], found.get("ours")
    gigabytes = lambda size: f"{size / 1e9:.2f}"  # noqa: E731
    lines = [f"\n{facts['name']} ({gigabytes(facts['file_bytes'])} GB)\n"]
    lines += ["| | ours | llama.cpp | ours / llama.cpp |", "|---|---:|---:|---:|"]

    def row(title, key, shown):
        mine = shown(ours[key]) if ours else "-"
        ratio = f"{ours[key] / peer[key]:.2f}" if ours else "-"
        lines.append(f"| {title} | {mine} | {shown(peer[key])} | {ratio} |")

    row(f"prefill of {PREFILL}, tokens/s", "prefill", lambda rate: f"{rate:.1f}")
    row(f"decode of {DECODE}, tokens/s", "decode", lambda rate: f"{rate:.2f}")
    row(f"load to first token after {PROMPT}, ms", "first_ms", lambda ms: f"{ms:.0f}")
    row("peak RSS, GB", "rss", gigabytes)
    used = [facts["read_bytes"] * side["decode"] / 1e9 / read_gb if side else None for side in (ours, peer)]
    shown = [f"{part:.0%}" if part is not None else "-" for part in used]
    lines.append(f"| decode's share of read bandwidth | {shown[0]} | {shown[1]} | |")
    for rope, one in agreed.items():
        mine = f"{one['ours']:.1%} (least {one['ours_least']:.1%})" if ours else "-"
        own = f"{one['peer']:.1%} (least {one['peer_least']:.1%}) with itself"
        lines.append(f"| top-1 agreement over {one['positions']}, {rope} | {mine} | {own} | |")
    if ours:
        allowed = 1.1 * (facts["file_bytes"] + ours["kv"])
        lines.append(
            f"\nours: kernel {ours['kernel']}; file + KV {gigabytes(facts['file_bytes'] + ours['kv'])} GB, "
            f"with 10 % {gigabytes(allowed)} GB: {'kept' if ours['rss'] <= allowed else 'EXCEEDED'}"
        )
    lines.append(f"\nllama.cpp {peer['build']}, best settings: {json.dumps(peer['settings'])}; all tried:")
    for one in found["tried"]:
        lines.append(
            f"  repack {one['repack']} flash {one['flash']}: prefill {one['prefill']:.1f}, decode {one['decode']:.2f}, "
            f"RSS {gigabytes(one['rss'])} GB"
        )
    others = found["others"]
    lines.append(f"others used up to {others:.0%} of the machine" + (": TOO NOISY TO COUNT" if others > 0.05 else ""))
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", nargs="+", type=pathlib.Path)
    parser.add_argument("--peer", type=pathlib.Path, required=True)
    parser.add_argument("--ours", type=pathlib.Path)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--positions", type=int, required=True)
    parser.add_argument("--text", required=True)
    parser.add_argument("--format", choices=("table", "json"), required=True)
    args = parser.parse_args()

    read = {count: bandwidth(args.peer, count) for count in sorted({1, args.threads})}
    report = {"threads": args.threads, "read_bandwidth_gb_s": read, "models": []}
    for model in args.models:
        print(f"measuring {model.name}", file=sys.stderr)
        facts = model_facts(model)
        peer = Peer(args.peer, model, args.threads)
        ours = Ours(args.ours, model, args.threads) if args.ours else None
        found = speeds(peer, ours, args.rounds)
        agreed = agreement(peer, ours, facts, args.text, args.positions)
        report["models"].append({**facts, **found, "agreement": agreed})
        # Once more, since a machine is not the same all the time: the better one is what decode could have had.
        read |= {count: max(read[count], bandwidth(args.peer, count)) for count in read}
        if args.format == "table":
            rates = ", ".join(f"{rate} GB/s with {count} thread{'s' * (count > 1)}" for count, rate in read.items())
            print(f"\n{found['cpu']}, {args.threads} threads; memory reads {rates}")
            print(table(facts, found, agreed, max(read.values())), flush=True)
    if args.format == "json":
        print(json.dumps(report, indent=1))


main()
