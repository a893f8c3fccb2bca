#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading creates no legacy table: a namespace that has none has none afterwards, one that has some
has no others; and tables of arptables and ebtables are told of.

With --ebtables as an argument (tests/vm/legacy.sh) the kernel must have ebtables-legacy."""

import ctypes
import os
import shutil
import socket
import subprocess
import sys
import tempfile

IPT_SAVE = os.path.join(os.path.dirname(os.environ["NETSCOPE"]), "tests/lab/ipt_save")
ARPT_SO_GET_INFO = 96  # linux/netfilter_arp/arp_tables.h
ARPT_GETINFO_SIZE = 68
EBT_SO_GET_INFO = 128  # linux/netfilter_bridge/ebtables.h
EBT_REPLACE_SIZE = 120  # struct ebt_replace


def enter_namespace():
    if os.environ.get("LEGACY_INSIDE"):
        return
    os.environ["LEGACY_INSIDE"] = "1"
    options = ["-n"] if os.getuid() == 0 else ["-Urn"]
    if subprocess.run(["unshare", *options, "true"], check=False).returncode != 0:
        print("skipped: no namespace of its own")
        sys.exit(77)
    os.execvp("unshare", ["unshare", *options, sys.executable, *sys.argv])


def names(family):
    try:
        with open(f"/proc/thread-self/net/{family}_tables_names", encoding="ascii") as file:
            return file.read().split()
    except FileNotFoundError:
        return []


def save(family):
    """What is printed, and what is said to be missing."""
    result = subprocess.run([IPT_SAVE, "legacy", family], capture_output=True, text=True, check=True)
    tables = [line[1:] for line in result.stdout.split("\n") if line.startswith("*")]
    return tables, result.stderr.strip()


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got!r}, not {wanted!r}")


def test_nothing_is_created():
    for family in ("ip", "ip6"):
        expect("tables of nothing", save(family), ([], ""))
    for family in ("ip", "ip6", "arp"):
        expect(f"{family} tables after reading", names(family), [])


def test_what_may_not_be_listed_is_said():
    """The kernel's lists belong to nobody where a namespace was made together with its users'."""
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    script = 'cat /proc/thread-self/net/ip_tables_names >/dev/null 2>&1 && echo readable; exec "$0" --dump=tables'
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)  # nobody may not come to where it was built
        program = shutil.copy(os.environ["NETSCOPE"], directory)
        result = subprocess.run([*as_nobody, "unshare", "-Urn", "sh", "-c", script, program],
                                capture_output=True, text=True, check=False)
    if "readable" not in result.stdout and "unshare failed" not in result.stderr:
        words = "legacy tables: /proc/thread-self/net/ip_tables_names: Permission denied"
        expect("of lists that may not be read", words if words in result.stderr else result.stderr, words)


def test_only_what_is_there():
    subprocess.run(["iptables-legacy", "-t", "nat", "-A", "OUTPUT", "-j", "RETURN"], check=True)
    expect("tables", save("ip"), (["nat"], ""))
    expect("ip tables after reading", names("ip"), ["nat"])
    expect("tables of ip6", save("ip6"), ([], ""))
    expect("ip6 tables after reading", names("ip6"), [])


def make_table(option, size):
    """Asking for a table makes it. Python's getsockopt cannot pass the name in. False: there are no such tables."""
    asked = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    info = ctypes.create_string_buffer(b"filter", size)
    return ctypes.CDLL(None).getsockopt(asked.fileno(), 0, option, info, ctypes.byref(ctypes.c_uint32(size))) >= 0


def test_ebtables_are_told_of():
    """As far as the kernel tells it; with their modules loaded, there may be some."""
    if "--ebtables" not in sys.argv:
        return
    subprocess.run(["modprobe", "-a", "ebtables", "ebtable_filter"], check=True)
    not_told = "ebtables-legacy is loaded, and the kernel does not tell whether it has tables here"
    said = save("ip")[1]
    tells = said != not_told  # by nfnetlink_hook, which Debian's kernel lacks
    expect("what is said of none", said, "" if tells else not_told)
    if not make_table(EBT_SO_GET_INFO, EBT_REPLACE_SIZE):
        sys.exit("this kernel has no ebtables")
    expect("what is said", save("ip")[1], "ebtables-legacy has tables, which are not read" if tells else not_told)
    elsewhere = subprocess.run(["unshare", "-n", IPT_SAVE, "legacy", "ip"], capture_output=True, text=True, check=True)
    expect("what is said elsewhere", elsewhere.stderr.strip(), "" if tells else not_told)


def test_arptables_are_told_of():
    if not make_table(ARPT_SO_GET_INFO, ARPT_GETINFO_SIZE):
        print("this kernel has no arptables")
        return
    expect("arp tables", names("arp"), ["filter"])
    expect("what is said", save("ip")[1], "arptables-legacy has tables, which are not read")


enter_namespace()
test_nothing_is_created()
test_what_may_not_be_listed_is_said()
test_only_what_is_there()
test_ebtables_are_told_of()
test_arptables_are_told_of()
