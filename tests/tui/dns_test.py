#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The panel of DNS, inside the pretend node: what a name comes to is asked while the rest goes on.

Names of tests as arguments run only these.
"""

from terminal import Terminal, netscope, run_in_node


def panel():
    terminal = Terminal(netscope("--panel", "dns"), 160, 40)
    terminal.wait("/etc/resolv.conf")
    return terminal


def test_a_name_of_the_hosts_file():
    with panel() as t:
        t.keys("d", ["localhost"], "Enter")
        t.wait("Names to try +localhost")
        t.wait(r"localhost A: answer")
        t.wait("FROM: the hosts file")
        t.keys("Escape")
        t.wait("NAMESERVERS")


def test_a_server_that_is_not_there():
    with panel() as t:
        t.keys("d", ["a.test MX @127.0.0.77"], "Enter")
        t.wait("Servers +127.0.0.77")
        t.wait("a.test MX: no_reply, no server answered")


def test_what_is_typed_is_judged():
    with panel() as t:
        t.keys("d", ["a.test NOTYPE"], "Enter")
        t.wait("--type: unknown type: NOTYPE")


def test_by_the_rules_of_musl():
    with panel() as t:
        t.keys("m", ["127.0.0.1 PTR @127.0.0.77"], "Enter")
        t.wait(r"Names to try +1\.0\.0\.127\.in-addr\.arpa\.")


if __name__ == "__main__":
    run_in_node([function for name, function in sorted(globals().items())
                 if name.startswith("test_")])
