"""Checks that every relative link in the Markdown files points at something in the repository."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

root = Path(__file__).resolve().parent.parent
files = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
    cwd=root, capture_output=True, text=True, check=True,
).stdout.split()
link = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")


def anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+\s+(.+)$", path.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", t.lower()).strip().replace(" ", "-") for t in titles}


broken, checked = [], 0
for name in files:
    page = root / name
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)
    for target in link.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        checked += 1
        path, _, anchor = unquote(target).partition("#")
        goal = (page.parent / path).resolve() if path else page
        if not goal.exists():
            broken.append(f"{name}: {target}")
        elif anchor and goal.suffix == ".md" and anchor not in anchors(goal):
            broken.append(f"{name}: {target} (no such heading)")
for line in broken:
    print("broken link:", line)
print(f"{checked} links in {len(files)} pages, {len(broken)} broken")
sys.exit(bool(broken))
