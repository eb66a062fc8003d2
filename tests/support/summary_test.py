#!/usr/bin/env python3
"""What summary.py makes of results as ctest writes them."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import summary  # noqa: E402

PASSED = '<testcase name="a" status="run" time="1"><system-out>fine</system-out></testcase>'
FAILED = ('<testcase name="b" status="fail" time="1"><failure message=""/>'
          "<system-out>1 is not 2</system-out></testcase>")
SKIPPED = ('<testcase name="c" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/>'
           "<system-out>looking\nskipped: no data\nbye</system-out></testcase>")
GTEST_SKIPPED = ('<testcase name="d" status="notrun">'
                 '<skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>'
                 "<system-out>/x/g.cpp:2: Skipped\nno such file\n[  SKIPPED ] A.b</system-out>"
                 "</testcase>")
MISSING = ('<testcase name="e" status="notrun"><skipped message="Unable to find executable"/>'
           "<system-out/></testcase>")


def summarize(*cases):
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write("<testsuite>" + "".join(cases) + "</testsuite>")
        file.flush()
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            code = summary.main(file.name)
    return code, printed.getvalue().splitlines()


class Summary(unittest.TestCase):
    def test_success_is_one_line(self):
        self.assertEqual(summarize(PASSED, PASSED), (0, ["2 passed, 0 failed, 0 skipped"]))

    def test_a_failure_is_shown_and_makes_the_exit_code(self):
        code, lines = summarize(PASSED, FAILED)
        self.assertEqual(code, 1)
        self.assertIn("1 is not 2", lines)
        self.assertEqual(lines[-3:], ["FAILED b: after 1.0 s", "  | 1 is not 2",
                                      "1 passed, 1 failed, 0 skipped"])

    def test_the_end_has_the_first_failure(self):
        output = "fine\n" * 9 + "x.cpp:3: Failure\nwhich\n" + "less\n" * 9
        _, lines = summarize(FAILED.replace("1 is not 2", output))
        self.assertEqual(lines[-7:-4], ["FAILED b: after 1.0 s", "  | x.cpp:3: Failure",
                                        "  | which"])

    def test_skips_give_their_reasons(self):
        code, lines = summarize(PASSED, SKIPPED, GTEST_SKIPPED)
        self.assertEqual(code, 0)
        self.assertEqual(lines[-3:], ["skipped c: no data", "skipped d: no such file",
                                      "1 passed, 0 failed, 2 skipped"])

    def test_a_test_that_could_not_start_failed(self):
        code, lines = summarize(PASSED, MISSING)
        self.assertEqual((code, lines[-1]), (1, "1 passed, 1 failed, 0 skipped"))

    def test_no_test_is_a_failure(self):
        self.assertEqual(summarize(), (1, ["0 passed, 0 failed, 0 skipped"]))
        self.assertEqual(summarize(SKIPPED)[0], 1)


if __name__ == "__main__":
    unittest.main()
