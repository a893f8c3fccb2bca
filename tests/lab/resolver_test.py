#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--dump=resolver: the files that a namespace's processes see, whatever lies in their place.

Runs in namespaces of its own (network, mount, processes) with an /etc and a /run of its own.
"""

import json
import os
import subprocess
import sys
import unittest

NETSCOPE = os.environ["NETSCOPE"]
INSIDE = "NETSCOPE_RESOLVER_TEST_INSIDE"


def enter_namespaces():
    """Starts this script again where it may mount; does not return."""
    unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc"]
    if os.geteuid() != 0:
        unshare += ["--user", "--map-root-user"]
    os.environ[INSIDE] = "yes"
    os.execvp("unshare", unshare + [sys.executable] + sys.argv)


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def dump(netns, status=0):
    result = subprocess.run(
        [NETSCOPE, "--dump=resolver", "--netns", netns, "-j"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == status, (result.returncode, result.stderr)
    return json.loads(result.stdout)


class Resolver(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        run("mount", "-t", "tmpfs", "none", "/run")
        run("mount", "-t", "tmpfs", "none", "/etc")
        write("/etc/resolv.conf", "nameserver 192.0.2.1\n")
        write("/etc/hosts", "192.0.2.7 everywhere\n")
        write("/etc/nsswitch.conf", "hosts: files dns\n")

    def setUp(self):
        name = self.id().rsplit(".", 1)[1].removeprefix("test_")[:40]
        self.name = name
        run("ip", "netns", "add", name)
        self.addCleanup(run, "ip", "netns", "del", name)

    def start_inside(self, command):
        """A process in the namespace, with the files that `ip netns exec` gives it."""
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.name, "sh", "-c", f"{command} && echo ready && exec sleep 1000"],
            stdout=subprocess.PIPE,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        self.addCleanup(process.stdout.close)

    def test_files_of_the_name_stand_in_front(self):
        write(
            f"/etc/netns/{self.name}/resolv.conf",
            "nameserver 10.96.0.10\nnameserver fd00::1\nsearch a.example b.example\n"
            "options ndots:5 edns0 wrong\n",
        )
        row = dump(self.name)["resolver"][0]
        self.assertEqual(row["nameservers"], ["10.96.0.10", "fd00::1"])
        self.assertEqual(row["search"], ["a.example", "b.example"])
        self.assertEqual((row["ndots"], row["timeout"], row["attempts"]), (5, 5, 2))
        self.assertEqual(row["options"], ["edns0"])
        self.assertEqual(row["problems"], ["unknown option: wrong"])
        self.assertEqual(row["resolv_conf"], f"/etc/netns/{self.name}/resolv.conf")
        self.assertEqual(row["hosts"], [{"address": "192.0.2.7", "names": ["everywhere"]}])
        self.assertNotIn("pid", row)

    def test_a_process_sees_its_own(self):
        self.start_inside("mount -t tmpfs none /etc && echo nameserver 10.0.0.53 >/etc/resolv.conf")
        row = dump(self.name)["resolver"][0]
        self.assertEqual(row["nameservers"], ["10.0.0.53"])
        self.assertEqual(row["resolv_conf"], f"/proc/{row['pid']}/root/etc/resolv.conf")
        self.assertNotIn("hosts", row)

    def test_links_stay_inside(self):
        self.start_inside(
            "mount -t tmpfs none /etc && mkdir /run/inside && "
            "echo nameserver 10.0.0.54 >/run/inside/conf && ln -s ../../../../run/inside/conf "
            "/etc/resolv.conf && ln -s /proc/self/fd/0 /etc/hosts"
        )
        row = dump(self.name)["resolver"][0]
        self.assertEqual(row["nameservers"], ["10.0.0.54"])
        pid = row["pid"]
        self.assertIn(f"/proc/{pid}/root/etc/hosts is not a plain file", row["problems"])

    def test_what_is_no_plain_file_is_not_read(self):
        self.start_inside(
            "mount -t tmpfs none /etc && mkfifo /etc/resolv.conf && mkdir /etc/hosts && "
            "mknod /etc/nsswitch.conf p"
        )
        row = dump(self.name)["resolver"][0]
        pid = row["pid"]
        self.assertEqual(
            row["problems"],
            [f"/proc/{pid}/root/etc/{n} is not a plain file" for n in ("resolv.conf", "hosts", "nsswitch.conf")],
        )

    def test_a_huge_file_is_cut_and_said_to_be(self):
        write(f"/etc/netns/{self.name}/hosts", "10.0.0.1 name\n" * 100000)
        output = dump(self.name, status=3)
        self.assertLess(len(output["resolver"][0]["hosts"]), 100000)
        reasons = [s.get("reason", "") for s in output["status"]]
        self.assertIn(
            f"/etc/netns/{self.name}/hosts: more than 1 MiB, the rest is not read", reasons
        )


if __name__ == "__main__":
    if INSIDE not in os.environ:
        enter_namespaces()
    unittest.main()
