#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The program in a terminal, inside the pretend node: keys in, screens out.

UPDATE_GOLDEN=1 writes the golden screens anew. Names of tests as arguments run only these.
"""

import json
import os
import subprocess

from terminal import Terminal, netscope, run_in_node

# No second reading of counters, so that rates stay unknown and screens the same.
STILL = ("--interval", "3600")

# Counters and what the kernel numbers as it likes.
COUNTERS = ((r"^(   (RX|TX) [A-Z]+ +).*", r"\1#"),)
NUMBERS = ((r"\d+", "#"), (r" +", " "))


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


def interfaces(*arguments, columns=80, rows=24, **environment):
    terminal = Terminal(netscope(*STILL, *arguments), columns, rows, **environment)
    terminal.wait(r"\d+ (interfaces|namespaces)")
    return terminal


def test_interfaces():
    with interfaces() as t:
        t.wait(r"default/web.*-")
        t.expect("interfaces-80x24")
        t.resize(160, 50)
        t.expect("interfaces-160x50")


def test_namespaces():
    with interfaces("--panel", "namespaces") as t:
        t.expect("namespaces-80x24", *NUMBERS)
        t.resize(160, 50)
        t.expect("namespaces-160x50", *NUMBERS)


def test_tree():
    with interfaces() as t:
        t.wait("default/web")
        t.keys("t")
        t.wait("interfaces . tree")
        t.expect("tree-80x24")
        t.resize(160, 50)
        t.expect("tree-160x50")
        # A match stays with what it hangs on.
        t.keys("/", ["ifname = eth0 and netns ~ web"])
        t.wait("3 of [0-9]+ interfaces shown")
        t.wait("cni0")
        t.keys("Enter", "Escape", "Escape")
        t.wait("12 interfaces", "tree")


def test_details():
    with interfaces() as t:
        t.keys("/", ["flannel.1"], "Enter", "Enter")
        t.wait("^ flannel.1 in host")
        t.expect("details-80x24", *COUNTERS)
        t.resize(160, 50)
        t.expect("details-160x50", *COUNTERS)
        t.keys("Escape")
        t.wait("1 of 12 interfaces shown")


def test_moving():
    with interfaces() as t:
        t.wait("veth6e1d93c")

        def selected():
            return detail_name(t)

        for keys, name in ((("j",), "eth0"), (("Down", "l", "h"), "flannel.1"), (("k",), "eth0"),
                           (("G",), "veth6e1d93c"), (("g",), "lo"), (("End",), "veth6e1d93c"),
                           (("Home",), "lo"), (("NPage",), "veth6e1d93c"), (("PPage",), "lo")):
            t.keys(*keys)
            assert selected() == name, f"{keys}: {selected()} is selected and not {name}"


def detail_name(t):
    """Which row is selected: its details say."""
    t.keys("Enter")
    t.wait("^   NAME  ")
    name = [line.split()[1] for line in t.screen().split("\n") if line.startswith("   NAME  ")][0]
    t.keys("Escape")
    t.wait("^ NAME")
    return name


def test_filter():
    with interfaces() as t:
        t.keys("/", ["mtu > 150"])
        t.wait("1[0-9] of 12 interfaces shown|^/mtu > 150$")
        t.keys(["0"])
        t.wait("1 of 12 interfaces shown")
        t.keys(["0"])
        t.wait("1 of 12 interfaces shown")
        t.wait("lo ")
        # Invalid: said where and why, in red, and the rows stay.
        t.keys("C-u", ["mtu >"])
        t.wait("at 6: .*value")
        assert "\x1b[" in t.screen("-e").split("\n")[22], "what is wrong is not marked"
        t.keys("Enter")
        t.wait("at 6: ")
        t.keys("C-u", ["nosuchfield = 1"])
        t.wait("at 1: .*nosuchfield")
        t.keys("Escape")
        t.wait("12 interfaces", "shown")
        # Kept by Enter, taken away by Esc; typed again by Up.
        t.keys("/", ["veth"], "Enter")
        t.wait("of 12 interfaces shown . filter: veth")
        t.keys("Escape")
        t.wait("12 interfaces", "shown")
        t.keys("/", "Up")
        t.wait("filter: veth")
        t.keys("Escape")
        # n and N find what was looked for, among all rows.
        t.keys("/", ["macvlan0"], "Enter", "Escape", "g", "n")
        assert detail_name(t) == "macvlan0"


def test_sort():
    with interfaces() as t:
        t.keys("<")
        t.wait("sorted by")
        t.keys("F6", "g", "Enter")
        t.wait("^ NAME▲")
        t.wait(r"^ NAME▲.*\n br-5f3c9a7d1.*\n cni0")
        t.expect("sorted-80x24")
        t.keys("r")
        t.wait(r"^ NAME▼.*\n vethc1f0a3d2")
        t.keys(">")
        t.wait("KIND▲")
        t.keys(">", ">")
        t.wait("MTU▼")
        t.wait(r"MTU▼.*\n lo ")


def test_follow_and_marks():
    with interfaces() as t:
        t.keys("j", "F")
        t.wait("following")
        t.keys("F6", "g", "Enter")
        t.wait("NAME▲")
        assert detail_name(t) == "eth0"
        t.keys("Space", "Space")
        t.wait("2 marked")
        t.wait("^●eth0")
        t.keys("r")
        t.wait("NAME▼")
        t.wait("^●eth0")
        t.keys("U")
        t.wait("following", "marked")


def test_columns():
    with interfaces() as t:
        t.keys("C")
        t.wait(r"^ \[x\] NAME")
        t.expect("columns-80x24")
        t.keys("j", "Space")
        t.keys("G", "Space", "Enter")
        t.wait("^ NAME +STATE", "KIND")
        t.keys("C", "j", "-", "Enter")
        t.wait("^ STATE +NAME")
        t.keys("C", "r", "Enter")
        t.wait("^ NAME +KIND")
        # To the side.
        t.keys("Right", "Right")
        t.wait("^‹NAME +MTU")
        t.keys("Left", "Left")
        t.wait("^ NAME +KIND")


def test_namespaces_are_switched():
    with interfaces() as t:
        t.keys("1")
        t.wait("default/web")
        t.keys("/", ["web"], "Enter", "Enter")
        t.wait(r"default/web-7d4b9c6f5d-x2x8k . \d interfaces")
        t.wait("10.244.1.")
        # To the other end, and back twice.
        t.keys("/", ["eth0"], "Enter", "o")
        t.wait("^ host . ")
        assert detail_name(t) == "vethc1f0a3d2"
        t.keys("BSpace")
        t.wait("default/web-7d4b9c6f5d-x2x8k . ")
        t.keys("BSpace")
        t.wait(r"\[1 Namespaces\]")


def test_peer_in_details_leads_there():
    with interfaces() as t:
        t.keys("/", ["vethc1f0a3d2"], "Enter", "Enter")
        t.wait("^ vethc1f0a3d2 in host")
        t.resize(80, 60)
        t.wait("-> eth0")
        lines = t.screen().split("\n")
        t.mouse(5, next(i for i, line in enumerate(lines) if "-> eth0" in line))
        t.keys("Enter")
        t.wait("^ default/web-7d4b9c6f5d-x2x8k . 1 of 2 interfaces shown")


def test_all_namespaces():
    with interfaces() as t:
        t.keys("a")
        t.wait("all namespaces . [0-9]+ interfaces")
        t.wait("NAMESPACE")
        t.keys("/", ["ifname = eth0"])
        t.wait("default/api.*eth0(.|\n)*default/web.*eth0")
        t.keys("Escape", "a")
        t.wait("^ host . 12 interfaces")


def test_all_namespaces_from_the_start():
    with interfaces("--all-netns") as t:
        t.wait("all namespaces")


def test_changes_come_by_themselves():
    ip("link", "add", "test0", "type", "veth", "peer", "name", "test1")
    with interfaces() as t:
        t.wait("14 interfaces")
        t.keys("/", ["test"], "Enter")
        t.wait("2 of 14")
        t.keys("G", "k", "j")
        name = detail_name(t)
        other = "test1" if name == "test0" else "test0"
        # Renamed while selected: it stays selected.
        ip("link", "set", name, "name", "testing9")
        t.wait("testing9")
        assert detail_name(t) == "testing9"
        # Deleted while selected: said, and the neighbour (its pair goes too) is selected.
        t.keys("Escape", "G")
        t.wait("14 interfaces")
        ip("link", "del", other)
        t.wait("is gone; its neighbour is selected")
        t.wait("12 interfaces")
        assert detail_name(t) == "veth6e1d93c"


def test_changes_are_marked_for_some_seconds():
    with interfaces() as t:
        t.wait("12 interfaces")
        ip("link", "add", "test0", "type", "veth", "peer", "name", "test1")
        t.wait("14 interfaces")
        t.keys("G")
        t.wait(r"^\+test0(.|\n)*^\+test1|^\+test1(.|\n)*^\+test0")
        ip("link", "del", "test0")
        t.wait(r"12 interfaces(.|\n)*^-test")
        t.wait("12 interfaces", "^-test")


def test_row_that_goes_while_its_details_are_open():
    ip("link", "add", "test0", "type", "veth", "peer", "name", "test1")
    with interfaces() as t:
        t.wait("14 interfaces")
        t.keys("/", ["ifname = test0"], "Enter", "Enter")
        t.wait("test0 in host")
        ip("link", "del", "test0")
        t.wait("gone")
        t.wait("^ NAME")


def test_namespace_that_goes():
    ip("netns", "add", "shortlived")
    with interfaces("--netns", "shortlived") as t:
        t.wait("shortlived . 1 interfaces")
        ip("netns", "del", "shortlived")
        t.wait("namespace shortlived is gone; this is host")
        t.wait("^ host . 12 interfaces")
        ip("netns", "add", "newcomer")
        t.keys("1")
        t.wait("newcomer")
        ip("netns", "del", "newcomer")
        t.wait("namespaces", "newcomer")


def test_pause():
    with interfaces() as t:
        t.wait("12 interfaces")
        t.keys("p")
        t.wait("PAUSED")
        ip("link", "add", "test0", "type", "veth", "peer", "name", "test1")
        t.keys("+")
        t.wait("read every")
        assert "14 interfaces" not in t.screen()
        t.keys("p")
        t.wait("14 interfaces", "PAUSED")
        ip("link", "del", "test0")
        t.wait("12 interfaces")


def test_help():
    with interfaces() as t:
        t.keys("?")
        t.wait("^ Keys")
        t.expect("help-80x24")
        t.resize(160, 50)
        t.expect("help-160x50")
        t.keys("Escape")
        t.wait("^ NAME")
        t.keys("Z")
        t.wait("this key does nothing here")


def test_sizes():
    with interfaces() as t:
        t.wait("default/web")
        t.resize(40, 8)
        t.expect("interfaces-40x8")
        t.resize(39, 8)
        t.wait("terminal too small")
        t.resize(10, 3)
        t.wait("terminal")
        t.resize(80, 7)
        t.wait(r"terminal too small \(needs 40x8\)")
        t.resize(80, 24)
        t.expect("interfaces-80x24")


def test_save():
    name = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"netscope-save-{os.getpid()}")
    try:
        with interfaces() as t:
            t.wait("default/web")
            t.keys("/", ["eth0"], "Enter", "C-s", [name], "Enter")
            t.wait("saved [0-9]+ bytes")
            with open(name, encoding="utf-8") as file:
                lines = file.read().split("\n")
            assert lines[0].startswith("NAME") and lines[1].startswith("eth0"), lines
            # Not over it without being asked.
            t.keys("Escape", "C-s", "Up", "Enter")
            t.wait("write over it")
            t.keys("n")
            t.wait("nothing saved")
            t.keys("C-s", "Up", "Enter")
            t.wait("write over it")
            t.keys("y")
            t.wait("saved [0-9]+ bytes")
            with open(name, encoding="utf-8") as file:
                assert len(file.read().split("\n")) == 14, "not 12 rows and a head"
            t.keys("C-s", [name + ".json"], "Enter")
            t.wait("saved")
            with open(name + ".json", encoding="utf-8") as file:
                assert len(json.load(file)) == 12
            t.keys("C-s", ["/nowhere/at/all"], "Enter")
            t.wait("/nowhere/at/all: No such file")
    finally:
        for path in (name, name + ".json"):
            if os.path.exists(path):
                os.remove(path)


def test_copy():
    with interfaces() as t:
        t.keys("/", ["cni0"], "Enter", "y")
        t.wait("1 row sent")
        row = json.loads(t.tmux("show-buffer"))
        assert row["ifname"] == "cni0" and row["mtu"] == 1450, row
        t.keys("Escape", "g", "Space", "Space", "y")
        t.wait("2 rows sent")
        rows = json.loads(t.tmux("show-buffer"))
        assert [r["ifname"] for r in rows] == ["lo", "eth0"], rows


def test_mouse():
    with interfaces() as t:
        t.wait("default/web")
        t.mouse(3, 4)
        assert detail_name(t) == "eth0"
        t.mouse(3, 7, button=65)  # the wheel
        assert detail_name(t) == "flannel.1"
        t.mouse(2, 2)
        t.wait("NAME▲")
        t.mouse(2, 2)
        t.wait("NAME▼")
        t.mouse(3, 0)
        t.wait(r"\[1 Namespaces\]")
        t.keys("Tab")
        t.wait(r"\[2 Interfaces\]")
        t.click_at_once(3, 5, times=2)
        t.wait(" in host")
        t.keys("Escape")
        t.wait("^ NAME")
        t.click_at_once(3, 7)
        assert detail_name(t) == "macvlan0"


def test_no_colours():
    for arguments, environment in (((), {"NO_COLOR": "1"}), (("--no-color",), {})):
        with interfaces(*arguments, **environment) as t:
            t.wait("default/web")
            colours = [part for part in t.screen("-e").split("\x1b[")[1:]
                       if any(n[:1] in "34" and n not in ("39", "49", "3", "4")
                              for n in part.split("m")[0].split(";") if n)]
            assert not colours, colours
    with interfaces() as t:
        t.wait("default/web")
        assert "\x1b[38;5;" in t.screen("-e")


def test_ascii():
    with interfaces(LC_ALL="C") as t:
        t.wait("default/web")
        t.keys("t")
        t.wait("tree")
        t.keys("g")
        t.expect("ascii-80x24")
        assert t.screen().isascii(), t.screen()


def test_hostile_names():
    """A name that would clear the screen does not."""
    ip("link", "add", "test0", "type", "veth", "peer", "name", "a\x1b[2Jb")
    ip("link", "set", "test0", "alias", "\x1b]0;owned\x07 and \u202e turned")
    try:
        with interfaces() as t:
            t.wait(r"a\\x1b\[2Jb")
            t.keys("/", ["ifname = test0"], "Enter", "Enter")
            t.resize(80, 60)
            t.wait(r"ALIAS +\\x1b\]0;owned\\x07 and \\u\{202e\} turned")
    finally:
        ip("link", "del", "test0")


def test_rates():
    """Counters are read again, and graphs drawn."""
    with Terminal(netscope("--interval", "0.2")) as t:
        t.wait("12 interfaces")
        t.wait(r"^ lo .* 0 +0$")
        t.keys("Enter")
        t.wait("^ The last minute")
        t.wait("RX bytes +now 0/s")


if __name__ == "__main__":
    run_in_node([function for name, function in sorted(globals().items())
                 if name.startswith("test_")])
