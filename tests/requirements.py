"""Prints which requirements passing tests claim: ``make requirements``."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main() -> int:
    """Run the suite, print a line for every claimed requirement and the totals per section."""
    results = ROOT / ".requirements.json"
    results.unlink(missing_ok=True)
    code = subprocess.call(
        [sys.executable, "-m", "pytest", "-q", "-n", "2"], cwd=ROOT, stdout=sys.stderr.fileno()
    )
    claimed: dict[str, list[str]] = (
        json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
    )
    for number in sorted(claimed, key=lambda n: (n.split("-")[0], int(n.split("-")[1]))):
        tests = sorted(set(claimed[number]))
        print(f"{number}\t{len(tests)}\t{tests[0]}")
    sections = Counter(number.split("-")[0] for number in claimed)
    print(" ".join(f"{section}:{count}" for section, count in sorted(sections.items())))
    return code


if __name__ == "__main__":
    sys.exit(main())
