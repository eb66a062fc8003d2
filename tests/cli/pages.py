"""Checks of what the command measures and draws: `bench`, and pages written by --html.

Pages are read by two parsers, one of HTML and one of XML; what they draw is compared with what they
say, and both with the module.
"""

import html.parser
import json
import os
import pty
import re
import statistics
import subprocess
import xml.etree.ElementTree

from runner import HERE, clean_environment

SVG = "{http://www.w3.org/2000/svg}"
VOID = {"meta"}
EMPTY_MODULE = b"\0asm\1\0\0\0"
# Each ends an element, an attribute or a document somewhere, or is no character at all.
HOSTILE = [b"</title><script>alert(1)</script>", b"\\\" onload=\\\"alert(1)", b"']]>&amp;<!--",
           b"\\00\\01\\1b[2J\\7f", b"\\ef\\bf\\be\\ef\\bf\\bf", b"\\e2\\80\\ae" + b"w" * 500]


def run(wrun, scratch, *args, **options):
    done = subprocess.run([wrun, *args], cwd=scratch, env=clean_environment(), timeout=120,
                          capture_output=True, check=False, **options)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


class Balance(html.parser.HTMLParser):
    """What isn't closed where it should be, and what comes from elsewhere."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.problems = []

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "link", "img", "iframe", "use", "image"):
            self.problems.append(f"there is a <{tag}>")
        for name, _ in attrs:
            if name.startswith("on") or name in ("src", "href", "style"):
                self.problems.append(f"<{tag}> has {name}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        if tag not in VOID:
            self.problems.append(f"<{tag}/> is not closed in HTML")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes nothing")


def read_page(content):
    """(tree, problems)"""
    text = content.decode("utf-8")
    balance = Balance()
    balance.feed(text)
    balance.close()
    problems = balance.problems + [f"<{tag}> is never closed" for tag in balance.open]
    if not text.startswith("<!DOCTYPE html>\n"):
        problems.append("no doctype")
    for word in ("url(", "@import", "https:"):
        if word in text:
            problems.append(f"it has {word}")
    for word in ("prefers-color-scheme: dark", "color-scheme: light dark", "<title>"):
        if word not in text:
            problems.append(f"it has no {word}")
    return xml.etree.ElementTree.fromstring(text), problems


def boxes(svg):
    """(title, width, height) of what is drawn."""
    for group in svg.iter(SVG + "g"):
        rect = group.find(SVG + "rect")
        yield group.find(SVG + "title").text, float(rect.get("width")), float(rect.get("height"))


def treemap_problems(content, size):
    """Areas in proportion to bytes; bytes and shares that add up."""
    tree, problems = read_page(content)
    svg = tree.find(f".//{SVG}svg")
    width, height = map(float, svg.get("viewBox").split()[2:])
    total = area = share = drawn = 0
    for title, box_width, box_height in boxes(svg):
        said = re.search(r": ([\d,]+) bytes, ([\d.]+) %$", title)
        count = int(said[1].replace(",", ""))
        drawn += 1
        total += count
        share += float(said[2])
        area += box_width * box_height
        # Both lengths are rounded to hundredths.
        rounding = 0.01 * (box_width + box_height) + 0.01
        if abs(box_width * box_height - count / size * width * height) > rounding:
            problems.append(f"{title!r} has the area {box_width} x {box_height}")
    if total != size:
        problems.append(f"{total} bytes, not {size}")
    if abs(share - 100) > 0.005 * drawn + 0.01:
        problems.append(f"{share} %")
    if abs(area / (width * height) - 1) > 0.001:
        problems.append(f"the areas are {area}, not {width * height}")
    if drawn > 6000:
        problems.append(f"{drawn} boxes")
    return problems + table_problems(tree, size)


def table_problems(tree, size):
    tables = [[[cell.text for cell in row] for row in table.find("tbody")]
              for table in tree.iter("table")]
    problems = []
    for rows in tables:
        counts = [int(row[1].replace(",", "")) for row in rows]
        if rows[-1][0] != "all" or sum(counts[:-1]) != counts[-1]:
            problems.append(f"a table doesn't add up: {rows[-3:]}")
    if not tables or tables[0][-1][1:] != [f"{size:,}", "100.00 %"]:
        problems.append(f"sections are {tables and tables[0][-1]}, of {size}")
    return problems


def leb(number):
    out = bytearray()
    while True:
        out.append(number & 0x7f | (0x80 if number > 0x7f else 0))
        number >>= 7
        if not number:
            return bytes(out)


def section(number, content):
    return bytes([number]) + leb(len(content)) + content


def large_module(functions, data):
    """Functions of many sizes, and that much data."""
    bodies = [b"\0" + b"\x01" * (i * i % 900) + b"\x0b" for i in range(functions)]
    code = leb(functions) + b"".join(leb(len(body)) + body for body in bodies)
    content = EMPTY_MODULE + section(1, b"\1\x60\0\0")
    content += section(3, leb(functions) + bytes(functions)) + section(5, b"\1\0\1")
    return content + section(10, code) + section(11, b"\1\1" + leb(data) + bytes(data))


def padded_module():
    """Lengths of five bytes, as linkers write them."""
    body = b"\x82\x80\x80\x80\0" + b"\0\x0b"
    return (EMPTY_MODULE + section(1, b"\1\x60\0\0") + section(3, b"\2\0\0") +
            b"\x0a\x93\x80\x80\x80\0" + b"\x82\x80\x80\x80\0" + body * 2)


MODULES = {
    "hello": None,
    "nothing": EMPTY_MODULE,
    "functions": large_module(30_000, 10),
    "data": large_module(1, 10 << 20),
    "customs": EMPTY_MODULE + b"".join(section(0, b"\1x" + bytes(i % 7)) for i in range(20_000)),
    "one custom": EMPTY_MODULE + section(0, b"\0"),
    "padded": padded_module(),
}


def treemap_adds_up(wrun, scratch):
    problems = []
    for name, content in MODULES.items():
        file = scratch / f"{name}.wasm"
        if content is None:
            run(wrun, scratch, "parse", f"{name}.wat", "-o", file)
        else:
            file.write_bytes(content)
        code, out, err = run(wrun, scratch, "inspect", "--html", "-", file)
        found = [f"{code} {err}"] if code or err else treemap_problems(out, file.stat().st_size)
        problems += [f"{name}: {each}" for each in found]
    return problems


def treemap_golden(wrun, scratch):
    """What is drawn of hello.wat; how it is coloured isn't part of that."""
    code, out, err = run(wrun, scratch, "inspect", "--html", "page.html", "hello.wat")
    if code or out or err:
        return [f"{code} {out!r} {err}"]
    body = (scratch / "page.html").read_text().split("<body>\n")[1]
    golden = HERE / "golden" / "hello_treemap.html"
    if os.environ.get("WRUN_WRITE_GOLDEN"):
        golden.write_text(body)
    return [] if golden.read_text() == body else [f"not what {golden.name} has:\n{body}"]


def hostile_names(wrun, scratch):
    """Names of functions, sections and files stay text."""
    text = b"(module " + b"".join(b'(func (export "%s"))' % name for name in HOSTILE)
    file = scratch / "<b>&\"'\udcff.wat"
    file.write_bytes(text + b'(@custom "</svg><script>" "x"))')
    problems = []
    for words in (["inspect"], ["bench", "--rounds", "1", "--invoke", ""]):
        if words[0] == "bench":
            file.write_bytes(b'(module (func (export "")))')
        code, out, err = run(wrun, scratch, *words, "--html", "page.html", file.name)
        if code or out or err:
            problems.append(f"{words}: {code} {out!r} {err}")
            continue
        content = (scratch / "page.html").read_bytes()
        tree, found = read_page(content)
        problems += [f"{words}: {each}" for each in found]
        if not tree.find(".//h1").text.startswith("<b>&\"'\ufffd.wat"):
            problems.append(f"{words}: the heading is {tree.find('.//h1').text!r}")
        if words[0] == "inspect":
            titles = " ".join(title for title, _, _ in boxes(tree.find(f".//{SVG}svg")))
            if "</title><script>alert(1)</script>" not in titles or "</svg><script>" not in titles:
                problems.append(f"titles are {titles!r}")
    return problems


def bench_figures(wrun, scratch):
    """What is said of the rounds is true of them, and each tier has its phases."""
    code, out, err = run(wrun, scratch, "bench", "--json", "--rounds", "5", "hello.wat")
    if code or err:
        return [f"{code} {err}"]
    measured = json.loads(out)
    tiers = measured["tiers"]
    problems = []
    if "interp" not in tiers or measured["rounds"] != 5 or measured["file"] != "hello.wat":
        problems.append(f"{measured}")
    if ("no_compiler" in measured) != (list(tiers) == ["interp"]):
        problems.append(f"tiers: {list(tiers)}")
    for tier, by_phase in tiers.items():
        expected = {"load", "compile", "instantiate", "run", "total"}
        if set(by_phase) != expected - (set() if tier == "jit" else {"compile"}):
            problems.append(f"{tier}: {list(by_phase)}")
        parts = [each["times"] for phase, each in by_phase.items() if phase != "total"]
        if [sum(times) for times in zip(*parts)] != by_phase["total"]["times"]:
            problems.append(f"{tier}: phases don't add up: {by_phase}")
        for phase, each in by_phase.items():
            times = each["times"]
            middle = statistics.median(times)
            spread = statistics.median(abs(time - middle) for time in times)
            if [len(times), each["median"], each["least"], each["greatest"], each["spread"]] != [
                    5, middle, min(times), max(times), spread]:
                problems.append(f"{tier}, {phase}: {each}")
    return problems


def bench_table(wrun, scratch):
    """A row for each; the guest reads nothing of ours, and prints nothing."""
    code, out, err = run(wrun, scratch, "bench", "--rounds", "2", "--tier", "interp", "cat.wat",
                         input=b"never to be seen")
    text = out.decode()
    problems = [f"{code} {err}"] if code or err else []
    for phase in ("load", "instantiate", "run", "total"):
        if not re.search(rf"^{phase} +interp +[\d.]+ [mun]?s +[\d.]+ [mun]?s +[\d.]+ %$", text,
                         re.MULTILINE):
            problems.append(f"no row for {phase}: {text}")
    if "never" in text or "jit" in text or "compile  " in text:
        problems.append(text)
    if not text.startswith("cat.wat: ") or "2 rounds" not in text.splitlines()[0]:
        problems.append(text)
    return problems


def bench_streams(wrun, scratch):
    """Streams that are asked for are there in each run."""
    (scratch / "in").write_bytes(b"some text")
    code, out, err = run(wrun, scratch, "bench", "--rounds", "3", "--stdin", "in", "--stdout",
                         "out", "cat.wat")
    written = (scratch / "out").read_bytes()
    return [] if (code, err, written) == (0, "", b"some text") else [f"{code} {err} {written}"]


def bench_denials(wrun, scratch):
    """A denial is told once, and not in each round."""
    code, _, err = run(wrun, scratch, "bench", "--rounds", "3", "--deny-stdout", "hello.wat")
    lines = err.splitlines()
    denials = [line for line in lines if line.startswith("denied")]
    return [] if len(denials) == 1 else [f"{code} {lines}"]


def bench_plots(wrun, scratch):
    """A bar ends at the median, a dot is at each time."""
    # An odd number, whose median is one of the times.
    code, out, err = run(wrun, scratch, "bench", "--rounds", "5", "--html", "page.html",
                         "hello.wat")
    if code or out or err:
        return [f"{code} {out!r} {err}"]
    tree, problems = read_page((scratch / "page.html").read_bytes())
    rows = [[cell.text for cell in row] for row in tree.find(".//tbody")]
    drawn = 0
    for svg in tree.iter(SVG + "svg"):
        for group in svg.iter(SVG + "g"):
            drawn += 1
            rect = group.find(SVG + "rect")
            begin, width = float(rect.get("x")), float(rect.get("width"))
            dots = sorted(float(dot.get("cx")) for dot in group.iter(SVG + "circle"))
            if len(dots) != 5 or abs(begin + width - statistics.median(dots)) > 0.02:
                problems.append(f"a bar ends at {begin + width}, but dots are at {dots}")
            if abs(float(group.find(SVG + "line").get("x1")) - dots[0]) > 0.02:
                problems.append(f"the least isn't at {dots[0]}")
            if not begin <= dots[0] <= dots[-1] <= 970.01:
                problems.append(f"dots are at {dots}")
    if drawn != len(rows) or drawn < 4:
        problems.append(f"{drawn} bars, {len(rows)} rows")
    return problems


def bench_progress(wrun, scratch):
    """Only where a terminal is, and nothing of it stays."""
    terminal, side = pty.openpty()
    with subprocess.Popen([wrun, "bench", "--rounds", "2", "hello.wat"], cwd=scratch, stderr=side,
                          stdout=subprocess.PIPE, env=clean_environment()) as process:
        os.close(side)
        out = process.stdout.read()
    shown = b""
    try:
        while piece := os.read(terminal, 4096):
            shown += piece
    except OSError:  # its other side is closed
        pass
    os.close(terminal)
    problems = [] if process.returncode == 0 and out else [f"{process.returncode} {out}"]
    if b"round 2 of 2, interp" not in shown or not shown.endswith(b"\r\x1b[K"):
        problems.append(f"{shown}")
    return problems


CHECKS = [
    ("treemaps add up", treemap_adds_up),
    ("the treemap of hello", treemap_golden),
    ("hostile names in pages", hostile_names),
    ("figures of a benchmark", bench_figures),
    ("the table of a benchmark", bench_table),
    ("streams in a benchmark", bench_streams),
    ("denials in a benchmark", bench_denials),
    ("plots of a benchmark", bench_plots),
    ("progress of a benchmark", bench_progress),
]
