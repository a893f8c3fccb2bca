#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Feeds layers.py a small tree with one thing wrong at a time and sees that it finds just that."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import layers  # pylint: disable=wrong-import-position

LICENCE = "// SPDX-License-Identifier: GPL-2.0-or-later\n"

# A tree in which every arrow that is allowed is used.
GOOD_TREE = {
    "src/base/text.h": "int f(char *x, ...) __attribute__((format(printf, 1, 2)));\n",
    "src/base/text.c": '#include "base/text.h"\n#include <stdio.h>\n',
    "src/model/link.h": '#include "base/text.h"\n',
    "src/model/link.c": '#include "model/link.h"\n'
    "// prints nothing: printf(), time(), FILE\n"
    'static const char *help = "open(2), rand(3) and stdout";\n'
    "int f(void) { snprintf(0, 0, help); return row->read(row) + ops.time(1); }\n",
    "src/query/filter.h": '#include "model/link.h"\n',
    "src/sim/path.h": '#include "model/link.h"\n',
    "src/source/link.h": '#include "model/link.h"\n',
    "src/source/link.c": "#include <linux/rtnetlink.h>\n#include <sys/socket.h>\n"
    "int f(void) { return socket(1, 2, 3) + time(0); }\n",
    "src/source/link_parse.c": "#include <linux/if_link.h>\n#include <netlink/attr.h>\n",
    "src/dump/json.h": '#include "query/filter.h"\n#include "source/link.h"\n',
    "src/tui/loop.h": "#include <uv.h>\n#include <curses.h>\n",
    "panels/interfaces.h": '#include "tui/loop.h"\n#include <ncursesw/curses.h>\n',
    "src/options.h": '#include "panels/interfaces.h"\n',
    "src/main.c": '#include "options.h"\n#include "panels/interfaces.h"\nint f = printf("");\n',
    "tests/unit/model/link_test.c": "",
    "tests/fuzz/link_fuzz.c": "",
}
SOURCES = [path for path in GOOD_TREE if path.startswith(("src/", "panels/"))]


def makefile_for(files):
    names = [f.removesuffix(".c") if f.startswith("tests/") else f for f in files]
    return "# SPDX-License-Identifier: GPL-2.0-or-later\n" + "".join(f"list += {n}\n" for n in names)


def write_tree(tree, changes=None, raw=None, unbuilt=()):
    """Makes the good tree with `changes` (which get the licence) and `raw` (as they are)."""
    files = {path: LICENCE + text for path, text in {**GOOD_TREE, **(changes or {})}.items()}
    files.update(raw or {})
    files.setdefault("Makefile.am", makefile_for(f for f in files if f not in unbuilt))
    for path, text in files.items():
        full = os.path.join(tree, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)


def find_in(**tree_arguments):
    """What layers.py finds in such a tree."""
    with tempfile.TemporaryDirectory(prefix="netscope-layers-") as tree:
        write_tree(tree, **tree_arguments)
        return list(layers.check_tree(tree))


def run_layers(tree):
    return subprocess.run(
        [sys.executable, layers.__file__, tree], capture_output=True, text=True, check=False
    )


class Layers(unittest.TestCase):
    def assert_found(self, path, line, words, **tree):
        findings = find_in(**tree)
        self.assertEqual(len(findings), 1, findings)
        self.assertEqual(findings[0][:2], (path, line))
        self.assertIn(words, findings[0].words)

    def assert_line_found(self, path, code, words):
        """One bad line, after a comment of two lines that must not upset the count."""
        self.assert_found(path, 4, words, changes={path: "/* two\n lines */\n" + code + "\n"})

    def test_good_tree_passes(self):
        with tempfile.TemporaryDirectory(prefix="netscope-layers-") as tree:
            write_tree(tree)
            done = run_layers(tree)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, f"{len(SOURCES)} files, 0 findings\n")

    def test_findings_are_printed_and_fail(self):
        with tempfile.TemporaryDirectory(prefix="netscope-layers-") as tree:
            write_tree(tree, changes={"src/base/new.c": '#include "model/link.h"\n'})
            done = run_layers(tree)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn('src/base/new.c:2: base must not include model ("model/link.h")', done.stdout)

    def test_no_sources_is_an_error(self):
        with tempfile.TemporaryDirectory() as tree:
            done = run_layers(tree)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no sources", done.stderr)

    def test_arrows_that_run_back(self):
        for path, header in [
            ("src/base/new.c", "model/link.h"),
            ("src/model/new.c", "query/filter.h"),
            ("src/model/new.c", "source/link.h"),
            ("src/source/new.c", "dump/json.h"),
            ("src/query/new.c", "tui/loop.h"),
            ("src/tui/new.c", "panels/interfaces.h"),
            ("src/dump/new.c", "options.h"),
            ("panels/new.c", "options.h"),
        ]:
            with self.subTest(path=path, header=header):
                self.assert_line_found(path, f'#include "{header}"', "must not include")

    def test_arrows_that_run_sideways(self):
        for path, header in [
            ("src/query/new.c", "source/link.h"),
            ("src/query/new.c", "sim/path.h"),
            ("src/sim/new.c", "query/filter.h"),
            ("src/source/new.c", "query/filter.h"),
            ("src/dump/new.c", "tui/loop.h"),
            ("src/tui/new.c", "dump/json.h"),
        ]:
            with self.subTest(path=path, header=header):
                self.assert_line_found(path, f'#  include "{header}"', "must not include")

    def test_own_headers_are_named_from_the_top(self):
        for header in ["link.h", "../base/text.h", "model/../base/text.h", "model/gone.h"]:
            with self.subTest(header=header):
                self.assert_line_found("src/model/new.c", f'#include "{header}"', "named from")

    def test_include_of_no_layer(self):
        self.assert_line_found(
            "src/model/new.c", '#include "tests/unit/model/link_test.c"', "in no layer"
        )

    def test_file_in_no_layer(self):
        self.assert_found("src/util/new.c", 1, "in no layer", changes={"src/util/new.c": ""})

    def test_headers_in_the_wrong_layer(self):
        for path, header in [
            ("src/dump/new.c", "curses.h"),
            ("src/main.c", "ncursesw/ncurses.h"),
            ("src/source/new.c", "uv.h"),
            ("panels/new.c", "uv.h"),
            ("src/model/new.c", "linux/rtnetlink.h"),
            ("src/model/new.c", "linux/if_link.h"),
            ("src/tui/new.c", "linux/netlink.h"),
            ("src/dump/new.c", "linux/netfilter/nfnetlink.h"),
            ("src/base/new.c", "netlink/msg.h"),
            ("src/query/new.c", "libmnl/libmnl.h"),
            ("panels/new.c", "ldns/ldns.h"),
        ]:
            with self.subTest(path=path, header=header):
                self.assert_line_found(path, f"#include <{header}>", "belong in")

    def test_input_and_output_headers_in_pure_files(self):
        for path in ["src/model/new.c", "src/query/new.h", "src/sim/new.c", "src/source/x_parse.c"]:
            for header in ["sys/socket.h", "unistd.h", "fcntl.h", "pthread.h"]:
                with self.subTest(path=path, header=header):
                    self.assert_line_found(path, f"#include <{header}>", "no I/O")

    def test_calls_in_pure_files(self):
        calls = ["fopen", "printf", "open", "read", "write", "time", "clock_gettime", "rand"]
        for path in ["src/model/new.c", "src/query/new.c", "src/sim/new.h", "src/source/x_parse.c"]:
            for call in calls + ["getrandom", "localtime_r", "getenv", "if_nametoindex"]:
                with self.subTest(path=path, call=call):
                    self.assert_line_found(path, f"int f(void) {{ return {call} (0); }}", call)

    def test_streams_in_pure_files(self):
        for name in ["FILE", "stdout", "stderr"]:
            with self.subTest(name=name):
                self.assert_line_found("src/model/new.c", f"static void *x = {name};", name)

    def test_library_that_prints(self):
        for path in ["src/base/new.c", "src/source/new.c", "panels/new.c"]:
            for code in ["int f = puts(x);", "int f = fputs(x, stderr);", 'int f = printf("x");']:
                with self.subTest(path=path, code=code):
                    self.assert_line_found(path, code, "a library is silent")

    def test_missing_licences(self):
        for path, text in [
            ("src/base/new.c", "int a;\n"),
            ("src/base/new.h", "\n" + LICENCE),
            ("panels/new.c", ""),
            ("tests/lab/new.sh", "set -e\n"),
            ("tools/new", "#!/bin/sh\nset -e\n"),
            ("man/netscope.8", ".TH NETSCOPE 8\n"),
            ("configure.ac", "AC_INIT\n"),
        ]:
            with self.subTest(path=path):
                self.assert_found(path, 1, "SPDX", raw={path: text})

    def test_data_needs_no_licence(self):
        raw = {"tests/data/new.sh": "", "tests/fuzz/corpus/link/new.c": "", "lab/zone": "x"}
        self.assertEqual(find_in(raw=raw), [])

    def test_what_nobody_builds(self):
        for path in [
            "src/base/text.c",
            "src/base/text.h",
            "panels/interfaces.h",
            "tests/unit/model/link_test.c",
            "tests/fuzz/link_fuzz.c",
        ]:
            with self.subTest(path=path):
                self.assert_found(path, 1, "nobody builds it", unbuilt=[path])


if __name__ == "__main__":
    unittest.main()
