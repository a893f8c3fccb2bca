#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The panel of neighbours, inside the pretend node, on a bridge of the test's own with two pods.

Names of tests as arguments run only these.
"""

import contextlib
import subprocess

from terminal import Terminal, netscope, run_in_node

NAMES = ("left", "right")


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


@contextlib.contextmanager
def bridge():
    """test0 with left (10.9.0.1) and right (10.9.0.2) on it."""
    # An address of its own: one that it took from a port would change with the ports, and the
    # kernel forgets all neighbours then.
    ip("link", "add", "test0", "address", "02:00:00:09:00:fe", "type", "bridge")
    try:
        ip("addr", "add", "10.9.0.254/24", "dev", "test0")
        ip("link", "set", "test0", "up")
        for number, name in enumerate(NAMES, 1):
            ip("netns", "add", name)
            ip("link", "add", "test" + name, "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", "test" + name, "master", "test0", "up")
            ip("-n", name, "link", "set", "eth0", "address", f"02:00:00:09:00:0{number}", "up")
            ip("-n", name, "addr", "add", f"10.9.0.{number}/24", "dev", "eth0")
            ip("neigh", "replace", f"10.9.0.{number}", "lladdr", f"02:00:00:09:00:0{number}",
               "dev", "test0")
        yield
    finally:
        # The pairs first: they would outlast their namespace's name for a while.
        for command in (*(["ip", "link", "del", "test" + name] for name in NAMES),
                        *(["ip", "netns", "del", name] for name in NAMES),
                        ["ip", "link", "del", "test0"]):
            subprocess.run(command, check=False, stderr=subprocess.DEVNULL)


def panel(view="neighbours"):
    terminal = Terminal(netscope("--interval", "3600", "--panel", "neighbours/" + view), 120, 30)
    terminal.wait(r"host")
    return terminal


def test_neighbours_and_their_owners():
    with bridge(), panel() as t:
        t.wait("ARP table .* of [0-9]+, in all namespaces")
        t.keys("/", ["dst = 10.9.0.0/24"], "Enter")
        t.wait(r"10\.9\.0\.1 +test0 +02:00:00:09:00:01 +PERMANENT +- +left")
        t.wait(r"10\.9\.0\.2 +test0 +02:00:00:09:00:02 +PERMANENT +- +right")
        # From the address to the interface that has it.
        t.keys("G", "o")
        t.wait(r"\[\d Interfaces\]")
        t.wait("right")
        t.keys("Enter")
        t.wait("^ eth0 in right")


def test_lladdr_leads_to_its_interface():
    with bridge():
        # right's address under left's link-layer address.
        ip("neigh", "replace", "10.9.0.2", "lladdr", "02:00:00:09:00:01", "dev", "test0")
        with panel() as t:
            t.keys("/", ["dst = 10.9.0.2"], "Enter")
            t.wait(r"10\.9\.0\.2 +test0 +02:00:00:09:00:01 +PERMANENT +conflict +right")
            t.keys("O")
            t.wait(r"\[\d Interfaces\]")
            t.keys("Enter")
            t.wait("^ eth0 in left")


def test_duplicates_come_and_go():
    with bridge(), panel() as t:
        t.keys("/", ["dst = 10.9.0.0/24"], "Enter")
        t.wait(r"10\.9\.0\.1 +test0 +\S+ +PERMANENT +- ")
        ip("-n", "right", "addr", "add", "10.9.0.1/24", "dev", "eth0")
        t.wait(r"10\.9\.0\.1 +test0 +\S+ +PERMANENT +address ")
        t.keys("g", "Enter")
        t.wait("ADDRESS OF +left eth0, ?right eth0")
        t.keys("Escape")
        ip("-n", "right", "addr", "del", "10.9.0.1/24", "dev", "eth0")
        t.wait(r"10\.9\.0\.1 +test0 +\S+ +PERMANENT +- ")


def test_a_change_is_seen():
    with bridge(), panel() as t:
        t.keys("/", ["dst = 10.9.0.0/24"], "Enter")
        t.wait(r"10\.9\.0\.1 +test0 +02:00:00:09:00:01")
        ip("neigh", "replace", "10.9.0.1", "lladdr", "02:00:00:09:00:77", "dev", "test0")
        t.wait(r"10\.9\.0\.1 +test0 +02:00:00:09:00:77 +PERMANENT +conflict, ?moved")
        ip("neigh", "add", "10.9.0.200", "lladdr", "02:00:00:09:00:78", "dev", "test0")
        t.wait(r"10\.9\.0\.200 +test0")
        ip("neigh", "del", "10.9.0.200", "dev", "test0")
        t.wait(r"10\.9\.0\.1 ", r"10\.9\.0\.200 ")


def test_forwarding_databases():
    with bridge():
        subprocess.run(["bridge", "fdb", "replace", "02:00:00:09:00:01", "dev", "testleft", "master",
                        "static"], check=True)
        with panel("fdb") as t:
            t.keys("/", ["mac = 02:00:00:09:00:01"], "Enter")
            t.wait(r"02:00:00:09:00:01 +testleft +test0 +- +static +- +left")
            # A MAC that moves to another port.
            subprocess.run(["bridge", "fdb", "replace", "02:00:00:09:00:01", "dev", "testright",
                            "master", "static"], check=True)
            t.wait(r"02:00:00:09:00:01 +testright +test0 +- +static +moved +left")


def test_tables():
    with bridge(), panel("tables") as t:
        t.wait("arp_cache")
        t.wait("ndisc_cache")
        t.keys("V")
        t.wait("MAC. +PORT")


if __name__ == "__main__":
    run_in_node([function for name, function in sorted(globals().items())
                 if name.startswith("test_")])
