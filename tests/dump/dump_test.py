#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""netscope --dump against the kernel: its formats, its choices, its errors.

Runs in namespaces of its own (network, mount, processes; of users too where we are not root), in
which there are two named namespaces, a veth pair between them, and interfaces with hostile names.
"""

import copy
import json
import os
import signal
import subprocess
import sys
import unittest

import_error = None
try:
    import jsonschema
except ImportError as error:
    import_error = error

NETSCOPE = os.environ["NETSCOPE"]
SOURCE = os.environ.get("srcdir", ".")
INSIDE = "NETSCOPE_DUMP_TEST_INSIDE"

ESCAPES = "a\x1b[31mred\x1b[0m \x07 \u202etxt.exe"  # as an alias
NOT_UTF8 = b"bad\xff\xfe\xc3(end"


def enter_namespaces():
    """Starts this script again where it may make interfaces; does not return."""
    unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc"]
    if os.geteuid() != 0:
        unshare += ["--user", "--map-root-user"]
    os.environ[INSIDE] = "root" if os.geteuid() == 0 else "user"
    os.execvp("unshare", unshare + [sys.executable] + sys.argv)


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def make_interfaces():
    run("mount", "-t", "tmpfs", "none", "/run")
    run("ip", "link", "set", "lo", "up")
    for name in ("blue", "green"):
        run("ip", "netns", "add", name)
    run("ip", "link", "add", "to_blue", "type", "veth", "peer", "name", "eth0", "netns", "blue")
    run("ip", "link", "add", "br0", "type", "bridge")
    run("ip", "link", "set", "to_blue", "master", "br0")
    run("ip", "address", "add", "10.244.1.1/24", "dev", "br0")
    run("ip", "address", "add", "fd00:1::1/64", "dev", "br0")
    run("ip", "link", "add", "pair0", "type", "veth", "peer", "name", "pair1")
    run("ip", "link", "set", "pair0", "mtu", "1400")
    run("ip", "link", "set", "br0", "alias", ESCAPES)
    run("ip", "link", "set", "pair0", "alias", NOT_UTF8)
    run("ip", "link", "set", "pair1", "alias", 'quote " backslash \\ comma, space')


def netscope(*arguments, **options):
    return subprocess.run([NETSCOPE, *arguments], capture_output=True, timeout=60, **options)


def check_status(process, status=0):
    """An ordinary user may not ask for all BPF programs, in a namespace of his own neither."""
    allowed = {status} if os.environ[INSIDE] == "root" else {status, 3}
    assert process.returncode in allowed, (process.returncode, process.stderr)


def dump(*arguments, status=0):
    """The object of a JSON dump."""
    process = netscope("--dump=interfaces", "-j", *arguments)
    check_status(process, status)
    return json.loads(process.stdout)


def lines(*arguments):
    process = netscope("--dump=interfaces", "--format", "ndjson", *arguments)
    check_status(process)
    return [json.loads(line) for line in process.stdout.splitlines()]


def names(rows):
    return [row["ifname"] for row in rows]


def load_schema():
    with open(os.path.join(SOURCE, "share/netscope.schema.json"), encoding="utf-8") as file:
        return json.load(file)


class Formats(unittest.TestCase):
    def test_json_and_ndjson_have_the_same_rows(self):
        rows = dump()["interfaces"]
        header, *middle, status = lines()
        self.assertIn("netscope", header)
        self.assertIn("status", status)
        for row in middle:
            self.assertEqual(list(row)[:2], ["kind", "netns"])
            self.assertEqual(row.pop("kind"), "interfaces")
        self.assertEqual(sorted(names(rows)), sorted(names(middle)))
        self.assertEqual(rows, middle)

    def test_text_has_the_same_rows(self):
        process = netscope(
            "--dump=interfaces", "--no-header", "--fields", "ifindex,ifname,mtu,master"
        )
        text = [line.split() for line in process.stdout.decode().splitlines()]
        rows = [
            [str(row["ifindex"]), row["ifname"], str(row["mtu"]), row.get("master", "-")]
            for row in dump()["interfaces"]
        ]
        self.assertEqual(text, rows)

    def test_text_columns_are_aligned(self):
        process = netscope("--dump=interfaces", "--fields", "ifname,operstate,mtu,info_kind")
        head, *rows = process.stdout.decode().splitlines()
        column = head.index("KIND")
        self.assertEqual(head.split(), ["NAME", "STATE", "MTU", "KIND"])
        for row in rows:
            self.assertNotEqual(row[column], " ")
            self.assertEqual(row[column - 2 : column], "  ")

    def test_several_kinds_have_titles(self):
        text = netscope("--dump=namespaces,interfaces").stdout.decode()
        self.assertTrue(text.startswith("Namespaces\n"))
        self.assertIn("\n\nInterfaces\n", text)

    def test_the_header_can_be_left_out(self):
        rows = lines("--no-header")
        self.assertNotIn("netscope", rows[0])
        self.assertIn("status", rows[-1])

    def test_same_interfaces_as_ip(self):
        of_ip = json.loads(subprocess.check_output(["ip", "-j", "address"]))
        rows = dump()["interfaces"]
        self.assertEqual(names(of_ip), names(rows))
        for theirs, ours in zip(of_ip, rows):
            self.assertEqual(theirs["mtu"], ours["mtu"])
            self.assertEqual(
                [a["local"] for a in theirs["addr_info"]], [a["local"] for a in ours["addr_info"]]
            )

    def test_header_tells_where_and_when(self):
        header = dump()["netscope"]
        self.assertEqual(header["kernel"], os.uname().release)
        self.assertEqual(header["hostname"], os.uname().nodename)
        self.assertRegex(header["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_jq_reads_it(self):
        process = netscope("--dump", "-j", "--all-netns")
        query = '.interfaces[] | select(.ifname == "pair0") | .mtu'
        mtu = subprocess.check_output(["jq", query], input=process.stdout)
        self.assertEqual(mtu, b"1400\n")


class Choices(unittest.TestCase):
    def test_fields_are_picked_and_ordered(self):
        rows = dump("--fields", "mtu,ifname")["interfaces"]
        self.assertTrue(all(list(row) == ["mtu", "ifname"] for row in rows))

    def test_all_fields_in_text(self):
        head = netscope("--dump=interfaces", "--fields", "all").stdout.decode().splitlines()[0]
        self.assertIn("RX MULTICAST", head)

    def test_filter(self):
        def filtered(text):
            return names(dump("--filter", text)["interfaces"])

        self.assertEqual(filtered("mtu = 1400"), ["pair0"])
        self.assertEqual(filtered("addr_info = 10.244.0.0/16"), ["br0"])
        self.assertEqual(filtered("fd00:1::"), ["br0"])
        self.assertEqual(filtered("peer = pair1 or peer = pair0"), ["pair1", "pair0"])
        self.assertEqual(filtered("flags = LOOPBACK"), ["lo"])
        self.assertEqual(filtered("no_such_word_anywhere"), [])

    def test_sort(self):
        ordered = names(dump("--sort", "-mtu,ifname")["interfaces"])
        self.assertEqual(ordered[0], "lo")
        self.assertEqual(ordered[-1], "pair0")
        indexes = [row["ifindex"] for row in dump("--sort", "-ifindex")["interfaces"]]
        self.assertEqual(indexes, sorted(indexes, reverse=True))

    def test_sort_goes_across_namespaces(self):
        rows = dump("--all-netns", "--sort", "ifname", "--filter", "ifname = lo")["interfaces"]
        self.assertEqual(len(rows), 3)

    def test_another_namespace_by_name_path_and_pid(self):
        by_name = dump("--netns", "blue")["interfaces"]
        self.assertEqual(sorted(names(by_name)), ["eth0", "lo"])
        self.assertEqual(dump("--netns", "/run/netns/blue")["interfaces"], by_name)
        sleep = ["ip", "netns", "exec", "blue", "sleep", "60"]
        with subprocess.Popen(sleep) as process:
            try:
                while os.readlink(f"/proc/{process.pid}/ns/net") == os.readlink(
                    "/proc/self/ns/net"
                ):
                    pass
                by_pid = dump("--netns", str(process.pid))["interfaces"]
            finally:
                process.kill()
        self.assertEqual(names(by_pid), names(by_name))

    def test_all_namespaces(self):
        rows = dump("--all-netns")["interfaces"]
        self.assertEqual(len({row["netns"] for row in rows}), 3)
        self.assertIn("eth0", names(rows))

    def test_the_other_end_of_a_pair_is_named(self):
        (row,) = dump("--filter", "ifname = to_blue")["interfaces"]
        self.assertEqual((row["peer"], row["peer_netns"]), ("eth0", "blue"))
        (row,) = dump("--netns", "blue", "--filter", "ifname = eth0")["interfaces"]
        self.assertEqual(row["peer"], "to_blue")

    def test_namespaces_are_listed(self):
        process = netscope("--dump=namespaces", "-j")
        rows = json.loads(process.stdout)["namespaces"]
        self.assertEqual(len(rows), 3)
        self.assertEqual(sum(row["own"] for row in rows), 1)
        process = netscope("--dump=namespaces", "-j", "--netns", "green")
        rows = json.loads(process.stdout)["namespaces"]
        self.assertEqual([row["netns"] for row in rows], ["green"])


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        schema = load_schema()
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.whole = jsonschema.Draft202012Validator(schema)
        cls.line = jsonschema.Draft202012Validator(
            {"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": "#/$defs/line"}
        )

    def check(self, validator, value):
        errors = [f"{list(e.path)}: {e.message[:200]}" for e in validator.iter_errors(value)]
        self.assertEqual(errors, [])

    def test_dumps_are_valid(self):
        for arguments in (["--dump"], ["--dump=interfaces", "--fields", "mtu"]):
            process = netscope(*arguments, "-j", "--all-netns")
            self.check(self.whole, json.loads(process.stdout))

    def test_lines_are_valid(self):
        process = netscope("--dump", "--format", "ndjson", "--all-netns")
        for line in process.stdout.splitlines():
            self.check(self.line, json.loads(line))

    def test_it_can_fail(self):
        good = json.loads(netscope("--dump", "-j").stdout)
        self.check(self.whole, good)

        def spoil(change):
            bad = copy.deepcopy(good)
            change(bad)
            self.assertFalse(self.whole.is_valid(bad), change)

        row = next(i for i, r in enumerate(good["interfaces"]) if r["ifname"] == "br0")
        spoil(lambda d: d.pop("status"))
        spoil(lambda d: d["netscope"].update(schema=2))
        spoil(lambda d: d.update(no_such_kind=[]))
        spoil(lambda d: d["status"][0].update(state="fine"))
        spoil(lambda d: d["interfaces"][row].update(no_such_field=1))
        spoil(lambda d: d["interfaces"][row].update(mtu="1500"))
        spoil(lambda d: d["interfaces"][row].update(mtu=-1))
        spoil(lambda d: d["interfaces"][row].update(mtu=1500.5))
        spoil(lambda d: d["interfaces"][row].update(operstate="SOMEHOW"))
        spoil(lambda d: d["interfaces"][row].update(flags=["SHINY"]))
        spoil(lambda d: d["interfaces"][row].update(flags="UP"))
        spoil(lambda d: d["interfaces"][row].update(address="not a mac"))
        spoil(lambda d: d["interfaces"][row].update(ifalias=None))
        spoil(lambda d: d["interfaces"][row]["addr_info"][0].update(local="here"))
        spoil(lambda d: d["interfaces"][row]["addr_info"][0].update(extra=1))

    def test_list_fields_names_what_the_schema_has(self):
        fields = json.loads(netscope("--list-fields", "-j").stdout)
        schema = load_schema()
        for kind, listed in fields.items():
            keys = {field["key"] for field in listed if not field["type"].endswith("_rate")}
            of_the_line = {"kind", "event"} - keys  # in ndjson, beside the fields
            self.assertEqual(keys, set(schema["$defs"][kind]["properties"]) - of_the_line)
        text = netscope("--list-fields=interfaces").stdout.decode()
        self.assertRegex(text, r"(?m)^mtu +bytes +bytes +MTU +largest packet")
        self.assertRegex(text, r"(?m)^addr_info\.local +address ")


class HostileText(unittest.TestCase):
    def test_text_is_printable(self):
        output = netscope("--dump=interfaces", "--fields", "ifname,ifalias").stdout
        text = output.decode("utf-8")
        self.assertFalse([c for c in text if ord(c) < 0x20 and c != "\n"])
        self.assertNotIn("\u202e", text)
        self.assertIn("a\\x1b[31mred\\x1b[0m \\x07 \\u{202e}txt.exe", text)
        self.assertIn("bad\\xff\\xfe\\xc3(end", text)

    def test_json_is_escaped(self):
        output = netscope("--dump=interfaces", "-j").stdout
        text = output.decode("utf-8")
        self.assertFalse([c for c in text if ord(c) < 0x20 and c != "\n"])
        self.assertNotIn("\u202e", text)
        aliases = {row["ifname"]: row.get("ifalias") for row in json.loads(text)["interfaces"]}
        self.assertEqual(aliases["br0"], ESCAPES)
        self.assertEqual(aliases["pair0"], "bad\ufffd\ufffd\ufffd(end")
        self.assertEqual(aliases["pair1"], 'quote " backslash \\ comma, space')

    def test_errors_are_printable(self):
        for arguments in (
            ["--dump", "--netns", ESCAPES],
            ["--dump=" + ESCAPES],
            ["--" + ESCAPES],
            ["--dump=interfaces", "--filter", ESCAPES + " = 1"],
            ["--dump=interfaces", "--sort", ESCAPES],
            ["--dump=interfaces", "--fields", ESCAPES],
        ):
            process = netscope(*arguments)
            self.assertIn(process.returncode, (1, 2))
            self.assertNotIn(b"\x1b", process.stderr)
            self.assertNotIn("\u202e".encode(), process.stderr)


class Errors(unittest.TestCase):
    def check(self, status, words, *arguments):
        process = netscope(*arguments)
        self.assertEqual(process.returncode, status, process.stderr)
        self.assertIn(words, process.stderr.decode())
        self.assertEqual(process.stdout, b"")

    def test_wrong_command_lines(self):
        self.check(2, "unknown option: --dumb (did you mean --dump?)", "--dumb")
        self.check(2, "--fields: unknown field: mtuu (did you mean mtu?)",
                   "--dump=interfaces", "--fields", "mtuu")
        self.check(2, "--sort: unknown field: mtuu", "--dump=interfaces", "--sort", "mtuu")
        self.check(2, "two readings", "--dump=interfaces", "--fields", "rx_bytes_rate")
        self.check(2, "namespaces: --filter: unknown field: mtu", "--dump", "--filter", "mtu=1")

    def test_the_place_in_a_filter_is_marked(self):
        process = netscope("--dump=interfaces", "--filter", "lo and mtuu > 5")
        self.assertEqual(process.returncode, 2)
        last = process.stderr.decode().splitlines()[-2:]
        self.assertEqual(last, ["  lo and mtuu > 5", "         ^"])

    def test_unknown_namespace_has_near_matches(self):
        self.check(1, "no such namespace: blu (did you mean blue?)", "--dump", "--netns", "blu")
        self.check(1, "no process has the PID 999999999", "--dump", "--netns", "999999999")
        self.check(1, "/etc/passwd", "--dump", "--netns", "/etc/passwd")
        self.check(1, "no such namespace: default/web", "--dump", "--netns", "default/web")

    def test_not_a_terminal(self):
        self.check(2, "--dump")

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            for arguments in (["--dump"], ["--help"], ["--list-fields"]):
                process = subprocess.run(
                    [NETSCOPE, *arguments], stdout=full, stderr=subprocess.PIPE, timeout=60
                )
                self.assertEqual(process.returncode, 1)
                self.assertIn(b"No space left on device", process.stderr)

    def test_closed_output(self):
        command = '"$0" --dump >&-'
        process = subprocess.run(["sh", "-c", command, NETSCOPE], capture_output=True, timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn(b"standard output", process.stderr)

    def test_broken_pipe_is_quiet(self):
        for ignored in (False, True):
            read, write = os.pipe()
            os.close(read)
            process = subprocess.run(
                [NETSCOPE, "--dump", "-j"],
                stdout=write,
                stderr=subprocess.PIPE,
                restore_signals=not ignored,
                timeout=60,
            )
            os.close(write)
            self.assertEqual(process.returncode, -signal.SIGPIPE)
            self.assertEqual(process.stderr, b"")

    def test_what_cannot_be_read_is_said(self):
        """Without privileges, another namespace cannot be entered."""
        setpriv = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
        command = [*setpriv, NETSCOPE, "--dump=interfaces", "--netns", "blue"]
        process = subprocess.run(command, capture_output=True, timeout=60)
        self.assertEqual(process.returncode, 3, process.stderr)
        self.assertIn(b"interfaces of blue: denied", process.stderr)
        process = subprocess.run([*command, "-j"], capture_output=True, timeout=60)
        self.assertEqual(process.returncode, 3)
        document = json.loads(process.stdout)
        self.assertEqual(document["interfaces"], [])
        self.assertEqual(document["status"][0]["state"], "denied")
        self.assertTrue(document["status"][0]["reason"])


if __name__ == "__main__":
    if import_error:
        print(f"python3-jsonschema is not there: {import_error}")
        sys.exit(77)
    if INSIDE not in os.environ:
        enter_namespaces()
    make_interfaces()
    unittest.main(verbosity=1)
