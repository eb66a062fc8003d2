#!/usr/bin/env python3
"""Reads ctest's JUnit file; names what failed and what was skipped, with the reason, and ends with
the line `N passed, N failed, N skipped`. Exits 1 if a test failed or none ran."""

import re
import sys
import xml.etree.ElementTree as ElementTree

ASKED_TO_SKIP = ("SKIP_RETURN_CODE", "SKIP_REGULAR_EXPRESSION")


def reason(output):
    """The line in which a test says why it skips, or its last words."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line in lines:
        if re.match(r"skip(ped|ping)?\b", line, re.IGNORECASE):
            return re.sub(r"^skip(ped|ping)?[:\s]*", "", line, flags=re.IGNORECASE) or line
    for before, line in zip(lines, lines[1:]):
        # GoogleTest prints `file.cpp:12: Skipped`, the message, and then its marker.
        if re.search(r": Skipped$", before):
            return line
    return lines[-1] if lines else "no reason given"


def gist(output):
    """The few lines that say best what went wrong: from the first failure on, or the last ones."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    for index, line in enumerate(lines):
        if re.search(r": Failure$|\berror\b|ERROR|Traceback|mismatch|differ", line):
            return lines[index : index + 5]
    return lines[-5:]


def verdict(case):
    """(passed | failed | skipped, why) of one test."""
    output = case.findtext("system-out") or ""
    if case.get("status") == "run":
        return "passed", ""
    if case.get("status") == "disabled":
        return "skipped", "disabled"
    skipped = case.find("skipped")
    if skipped is None:
        failure = case.find("failure")
        message = failure.get("message") if failure is not None else ""
        return "failed", message or f"after {float(case.get('time', 0)):.1f} s"
    message = skipped.get("message", "")
    if message.startswith(ASKED_TO_SKIP):
        return "skipped", reason(output)
    return "failed", f"did not run: {message}"


def main(path):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    notes = {"failed": [], "skipped": []}
    try:
        cases = ElementTree.parse(path).getroot().iter("testcase")
        for case in cases:
            result, why = verdict(case)
            counts[result] += 1
            if result in notes:
                notes[result].append((case, why))
    except (OSError, ElementTree.ParseError) as error:
        print(f"no test results: {error}")
    for case, why in notes["failed"]:
        print(f"\nFAILED {case.get('name')}: {why}")
        print((case.findtext("system-out") or "").rstrip()[-4000:])
    if notes["skipped"] or notes["failed"]:
        print()
    for case, why in notes["skipped"]:
        print(f"skipped {case.get('name')}: {why}")
    for case, why in notes["failed"]:
        print(f"FAILED {case.get('name')}: {why}")
        for line in gist(case.findtext("system-out") or ""):
            print(f"  | {line[:160]}")
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
