#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--dump=dns --validate against zones that BIND's tools signed and broke, beside delv and unbound.

A knotd serves a tree of zones from the root down on one address of lo, an unbound that validates
forwards to it on another one. netscope asks each of both.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from dns_dig import dig, ours
from dns_lab import Server, main, netscope, netscope_json, question_end, resolve_with, wait_for_server, write

KNOT = "127.0.0.1"
UNBOUND = "127.0.0.53"
DAY = 86400

# What each zone below the root has, whoever signs it.
COMMON = f"""\
$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A {KNOT}
www A 192.0.2.1
www A 192.0.2.2
www AAAA 2001:db8::1
alias CNAME www
away CNAME www.plain.lab.
thither CNAME x.wild.hashed.lab.
*.wild A 192.0.2.3
below.empty A 192.0.2.4
dn DNAME hashed.lab.
_http._tcp SRV 0 5 80 www
big TXT {" ".join('"' + f"{i:03}" + "x" * 200 + '"' for i in range(10))}
sub NS ns
"""

ROOT = f"""\
$TTL 300
. SOA ns.lab. hostmaster.lab. 1 3600 600 86400 300
. NS ns.lab.
lab. NS ns.lab.
ns.lab. A {KNOT}
"""


class Zone:
    """algorithm: as dnssec-keygen has it, None to leave the zone unsigned, "knot" to have it signed by
    knotd, which hashes names as often as it is told. options: of dnssec-signzone. delegated: the zone
    above gets a DS, of that digest."""

    def __init__(self, algorithm="ECDSAP256SHA256", options=(), delegated=True, digest=None):
        self.algorithm, self.options, self.delegated, self.digest = algorithm, options, delegated, digest


def when(seconds):
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + seconds))


HASHED = ("-3", "aabbccdd", "-H", "5")
ZONES = {
    "signed.lab": Zone(),
    "hashed.lab": Zone("RSASHA256", HASHED),
    "optout.lab": Zone(options=("-3", "-", "-A")),
    "plain.lab": Zone(None),
    "island.lab": Zone(delegated=False),
    "broken.lab": Zone(),
    "expired.lab": Zone(options=("-s", "20200101000000", "-e", "20200301000000")),
    "early.lab": Zone(options=("-s", when(10 * DAY), "-e", when(40 * DAY))),
    "wrongds.lab": Zone(),
    "often.lab": Zone("knot"),
    "rsa512.lab": Zone("RSASHA512"),
    "rsa1.lab": Zone("NSEC3RSASHA1", digest="SHA-1"),
    "p384.lab": Zone("ECDSAP384SHA384", digest="SHA-384"),
    "ed25519.lab": Zone("ED25519"),
    "ed448.lab": Zone("ED448"),
    "future.lab": Zone(),
    "lab": Zone(options=("-3", "-", "-A")),
    ".": Zone(),
}

# Names of a zone, and types: all ways in which an answer can come.
WAYS = [
    ("www", "A"), ("wWw", "A"), ("www", "AAAA"), ("www", "MX"), ("", "SOA"), ("", "NS"), ("", "DNSKEY"), ("", "MX"),
    ("alias", "A"), ("alias", "MX"), ("x.wild", "A"), ("a.b.wild", "A"), ("x.wild", "MX"),
    ("*.wild", "A"), ("empty", "A"), ("below.empty", "A"), ("nothing", "A"), ("a.b.nothing", "MX"),
    ("_http._tcp", "SRV"), ("big", "TXT"), ("sub", "DS"), ("", "DS"), ("away", "A"), ("thither", "A"),
    ("www.dn", "A"), ("nothing.dn", "A"),
]

LEADING_AWAY = ("away", "thither", "www", "nothing")


class Zones:
    """Makes and signs the zones in a directory, below ones before those above."""

    def __init__(self, directory):
        self.directory = directory
        self.configure_knot()
        for name, zone in ZONES.items():
            self.make(name, zone)
        self.break_one("broken.lab", r"^(www\.broken\.lab\.\s+300\s+IN\s+RRSIG\s+A .* )(\S)(\S*)$")

    def path(self, name):
        return f"{self.directory}/{'root' if name == '.' else name}.zone"

    def tool(self, *command):
        return subprocess.run(
            command, check=True, capture_output=True, text=True, cwd=self.directory
        ).stdout

    def key(self, name, zone, *options):
        return self.tool("dnssec-keygen", "-q", "-a", zone.algorithm, *options, name).strip()

    def delegations(self, name):
        text = ""
        for child, zone in ZONES.items():
            above = child.partition(".")[2] or "."
            if child == name or above != name:
                continue
            text += f"{child}. NS ns.lab.\n"
            if zone.algorithm and zone.delegated:
                with open(f"{self.directory}/dsset-{child}.", encoding="ascii") as file:
                    text += file.read()
        return text

    def configure_knot(self):
        os.mkdir(f"{self.directory}/run")
        signing = "    dnssec-signing: on\n    dnssec-policy: often\n"
        write(
            f"{self.directory}/knot.conf",
            f'server:\n  rundir: "{self.directory}/run"\n  listen: {KNOT}@53\n'
            f'database:\n  storage: "{self.directory}"\n'
            "policy:\n  - id: often\n    manual: on\n    nsec3: on\n    nsec3-iterations: 200\nzone:\n"
            + "".join(
                f'  - domain: {name}\n    file: "{self.path(name)}"\n'
                + (signing if zone.algorithm == "knot" else "")
                for name, zone in ZONES.items()
            ),
        )

    def make_key_of_knot(self, name):
        keymgr = ("keymgr", "-c", f"{self.directory}/knot.conf", name)
        self.tool(*keymgr, "generate", "algorithm=ECDSAP256SHA256", "ksk=yes", "zsk=yes")
        write(f"{self.directory}/dsset-{name}.", self.tool(*keymgr, "ds"))

    def make(self, name, zone):
        text = ROOT if name == "." else f"$ORIGIN {name}.\n" + COMMON
        write(self.path(name), text + self.delegations(name))
        if zone.algorithm == "knot":
            self.make_key_of_knot(name)
        if zone.algorithm in (None, "knot"):
            return
        bits = ("-b", "2048") if "RSA" in zone.algorithm else ()
        key = self.key(name, zone, *bits, "-f", "KSK")
        self.key(name, zone, *bits)
        out = self.path(name) + ".signed"
        self.tool("dnssec-signzone", "-q", "-S", "-P", "-O", "full", "-f", out, "-o", name,
                  *zone.options, self.path(name))
        shutil.move(out, self.path(name))
        if zone.digest:
            write(f"{self.directory}/dsset-{name}.", self.tool("dnssec-dsfromkey", "-a", zone.digest, key))
        if name == "wrongds.lab":
            self.change_ds(name, lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"))
        if name == "future.lab":  # by an algorithm that is not yet there
            self.change_ds(name, lambda text: text.replace(" 13 2 ", " 200 2 "))

    def change_ds(self, name, change):
        path = f"{self.directory}/dsset-{name}."
        with open(path, encoding="ascii") as file:
            text = file.read().rstrip()
        write(path, change(text) + "\n")

    def break_one(self, name, pattern):
        def other(match):
            return match.group(1) + ("A" if match.group(2) != "A" else "B") + match.group(3)

        with open(self.path(name), encoding="ascii") as file:
            text, count = re.subn(pattern, other, file.read(), flags=re.MULTILINE)
        assert count == 1, count
        write(self.path(name), text)

    def anchor(self):
        with open(f"{self.directory}/dsset-.", encoding="ascii") as file:
            return file.read()


def start_knot(directory):
    return subprocess.Popen(
        ["knotd", "-c", f"{directory}/knot.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def start_unbound(directory):
    write(
        f"{directory}/unbound.conf",
        f"""\
server:
    directory: "{directory}"
    username: ""
    chroot: ""
    pidfile: ""
    use-syslog: no
    do-daemonize: no
    interface: {UNBOUND}
    access-control: 127.0.0.0/8 allow
    do-not-query-localhost: no
    trust-anchor-file: "{directory}/anchors"
    module-config: "validator iterator"
    qname-minimisation: no
    aggressive-nsec: no
    val-bogus-ttl: 0
    ede: yes
remote-control:
    control-enable: no
forward-zone:
    name: "."
    forward-addr: {KNOT}
""",
    )
    return subprocess.Popen(
        ["unbound", "-c", f"{directory}/unbound.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def full_name(name, zone):
    return ".".join(part for part in (name, "" if zone == "." else zone) if part) or "."


def ask(server, name, rtype, anchors, *options, status=None):
    return netscope_json(
        "--server", server, "--name", name, "--type", rtype, "--validate", "--anchors", anchors, *options,
        status=status,
    )


class Dnssec(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        path = cls.directory.name
        cls.zones = Zones(path)
        cls.anchors = f"{path}/anchors"
        write(cls.anchors, "; the root's\n" + cls.zones.anchor())
        digests = re.findall(r"DS (\d+) (\d+) (\d+) ([0-9A-F ]+)", cls.zones.anchor())
        write(
            f"{path}/bind.keys",
            "trust-anchors {\n"
            + "".join(f'  . static-ds {t} {a} {d} "{h}";\n' for t, a, d, h in digests)
            + "};\n",
        )
        cls.knotd = start_knot(path)
        wait_for_server(KNOT, "www.signed.lab", "A", "192.0.2.1")
        cls.unbound = start_unbound(path)
        wait_for_server(UNBOUND, "www.signed.lab", "A", "192.0.2.1")

    @classmethod
    def tearDownClass(cls):
        for server in (cls.knotd, cls.unbound):
            server.kill()
            server.wait()
        cls.directory.cleanup()

    def delv(self, name, rtype):
        output = subprocess.run(
            ["delv", f"@{KNOT}", "-a", f"{self.directory.name}/bind.keys", "-q", name, "-t", rtype],
            capture_output=True, text=True, timeout=60, check=False,
        )
        text = output.stdout + output.stderr
        if "resolution failed" in text and "ncache" not in text:
            return "bogus"
        if "; fully validated" in text or "response, fully validated" in text:
            return "insecure" if "; unsigned answer" in text else "valid"
        return "insecure" if "unsigned answer" in text else text

    def unbound_says(self, name, rtype):
        text = subprocess.run(
            ["dig", f"@{UNBOUND}", "+dnssec", "+noidnout", "-q", name, "-t", rtype],
            capture_output=True, text=True, timeout=60, check=True,
        ).stdout
        if "status: SERVFAIL" in text:
            return "bogus"
        return "valid" if re.search(r";; flags:[a-z ]* ad[ ;]", text) else "insecure"

    def compare(self, zone, ways=WAYS):
        for name, rtype in ways:
            name = full_name(name, zone)
            with self.subTest(name=name, type=rtype):
                expected = self.unbound_says(name, rtype)
                answers = [
                    ask(server, name, rtype, self.anchors)["answers"][0] for server in (KNOT, UNBOUND)
                ]
                for answer in answers:
                    why = answer["validity_reason"]
                    # knotd follows no alias from one zone to another.
                    half = answer["server"] == KNOT and name.partition(".")[0] in LEADING_AWAY
                    if not (half and answer["validity"] == "indeterminate" and "says nothing" in why):
                        self.assertEqual(answer["validity"], expected, why)
                # delv takes a proof by opt-out as any other one.
                if not (expected == "insecure" and "opt-out" in why):
                    self.assertEqual(self.delv(name, rtype), expected)

    def reason(self, name, rtype="A", server=KNOT, anchors=None):
        answer = ask(server, name, rtype, anchors or self.anchors)["answers"][0]
        return answer["validity"], answer.get("validity_reason")

    def test_zones_in_order(self):
        for zone in ("signed.lab", "hashed.lab", "optout.lab"):
            self.compare(zone)

    def test_every_algorithm(self):
        for zone in ("rsa512.lab", "rsa1.lab", "p384.lab", "ed25519.lab", "ed448.lab"):
            self.compare(zone, [("www", "A"), ("nothing", "A"), ("", "DNSKEY")])

    def test_zones_without_dnssec(self):
        for zone in ("plain.lab", "island.lab", "future.lab"):
            self.compare(zone, [("www", "A"), ("www", "MX"), ("nothing", "A"), ("alias", "A"), ("", "DS")])

    def test_zones_that_are_broken(self):
        for zone in ("broken.lab", "expired.lab", "early.lab", "wrongds.lab"):
            self.compare(zone, [("www", "A"), ("nothing", "A"), ("www", "MX")])

    def test_names_above(self):
        self.compare("lab", [("", "DS"), ("nothing", "A"), ("plain", "DS"), ("nothing", "DS"), ("", "MX")])
        self.compare(".", [("", "NS"), ("", "DNSKEY"), ("nothing", "A"), ("lab", "DS"), ("", "MX")])

    def test_reasons_are_said(self):
        for name, reason in (
            ("www.broken.lab", r"^the signature of www\.broken\.lab\. A by key \d+ is wrong$"),
            ("www.expired.lab", r"expired at 2020-03-01T00:00:00Z$"),
            ("www.early.lab", r"is not valid before "),
            ("www.wrongds.lab", r"^wrongds\.lab\. has no DNSKEY that its DS"),
        ):
            with self.subTest(name=name):
                validity, why = self.reason(name)
                self.assertEqual(validity, "bogus")
                self.assertRegex(why, reason)
        self.assertEqual(
            self.reason("www.signed.lab"), ("valid", "signed by the chain of trust . > lab. > signed.lab.")
        )
        self.assertEqual(self.reason("www.plain.lab")[0], "insecure")
        self.assertRegex(self.reason("www.future.lab")[1], r"^future\.lab\. is signed by algorithms only ")
        self.assertRegex(self.reason("nothing.often.lab")[1], "RFC 9276")

    def test_signatures_are_shown(self):
        shown = ask(KNOT, "www.signed.lab", "A", self.anchors)["answers"][0]["answer"]
        self.assertIn("RRSIG", [record["type"] for record in shown])
        shown = netscope_json("--server", KNOT, "--name", "www.signed.lab", "--type", "A", "--dnssec")
        self.assertIn("RRSIG", [record["type"] for record in shown["answers"][0]["answer"]])
        self.assertNotIn("validity", shown["answers"][0])

    def test_every_query_is_a_row(self):
        queries = ask(KNOT, "www.signed.lab", "A", self.anchors)["queries"]
        self.assertEqual(
            [(query["candidate"], query["type"]) for query in queries if query["outcome"] == "answered"],
            [("www.signed.lab", "A"), (".", "DNSKEY"), ("lab.", "DS"), ("lab.", "DNSKEY"),
             ("signed.lab.", "DS"), ("signed.lab.", "DNSKEY")],
        )
        sent = [query["sent_ms"] for query in queries]
        self.assertEqual(sent, sorted(sent))

    def test_a_watch_says_it_each_time(self):
        text = netscope(
            "--server", KNOT, "--name", "www.broken.lab", "--type", "AAAA,A", "--validate", "--anchors",
            self.anchors, "--watch", "0.01", "--count", "2", status=5,
        ).decode()
        self.assertEqual(text.count("AAAA NOERROR (2) valid  A NOERROR (3) bogus"), 2, text)

    def test_a_forwarder_that_strips_signatures(self):
        def relay(query, _transport):
            at = question_end(query) + 7
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forward:
                forward.sendto(query[:at] + b"\0\0" + query[at + 2 :], (KNOT, 53))  # no DO
                return [forward.recv(4096)]

        self.addCleanup(Server("127.0.0.54", relay).close)
        self.assertEqual(
            self.reason("www.signed.lab", server="127.0.0.54"), ("bogus", ". DNSKEY has no signature")
        )

    def test_one_bogus_answer_makes_the_name_bad(self):
        output = ask(KNOT, "www.broken.lab", "AAAA,A", self.anchors, status=5)
        self.assertEqual([answer["validity"] for answer in output["answers"]], ["valid", "bogus"])

    def test_a_validator_says_why(self):
        output = netscope_json("--server", UNBOUND, "--name", "www.broken.lab", "--type", "A", status=5)
        self.assertEqual(output["answers"][0]["rcode"], "SERVFAIL")
        self.assertRegex(output["answers"][0]["extended_errors"][0], r"^6 \(DNSSEC Bogus\)")

    def test_both_types_share_the_chain(self):
        output = ask(KNOT, "www.signed.lab", "A,AAAA", self.anchors)
        self.assertEqual([answer["validity"] for answer in output["answers"]], ["valid", "valid"])
        self.assertEqual(len([q for q in output["queries"] if q["type"] == "DNSKEY"]), 3)

    def test_a_forwarders_answers_are_digs(self):
        for name, rtype in WAYS:
            name = full_name(name, "signed.lab")
            with self.subTest(name=name, type=rtype):
                answer = netscope_json("--server", UNBOUND, "--dnssec", "--name", name, "--type", rtype)["answers"][0]
                rcode, _flags, sections, _size = dig(name, rtype, "+dnssec", server=UNBOUND)
                self.assertEqual(answer["rcode"], rcode)
                self.assertEqual(ours(answer)[2], sections)

    def test_what_was_proven_for_one_name_is_known_for_the_next(self):
        zones = ("signed", "hashed", "plain", "broken", "expired", "wrongds")
        names = [f"{host}.{zone}.lab" for zone in zones for host in ("www", "nothing")]
        path = f"{self.directory.name}/names"
        write(path, "".join(f"{name}\n" for name in names * 20))
        output = netscope(
            "--server", KNOT, "--type", "A", "--validate", "--anchors", self.anchors, "--names-from", path,
            "--format", "ndjson", status=5,
        )
        rows = [json.loads(line) for line in output.splitlines()]
        answers = [row for row in rows if row.get("kind") == "answers"]
        queries = [row for row in rows if row.get("kind") == "queries"]
        for name in names:
            alone = ask(KNOT, name, "A", self.anchors)["answers"][0]
            self.assertEqual(
                [(a["validity"], a["validity_reason"]) for a in answers if a["name"] == name],
                [(alone["validity"], alone["validity_reason"])] * 20,
            )
        # Of what a zone above says, each name asks only until the first ones know it.
        asked = [q["name"] for q in queries if (q["candidate"], q["type"]) == ("lab.", "DNSKEY")]
        self.assertLess(len(asked), len(answers) / 2)

    def test_a_verdict_is_about_one_name(self):
        for search, words in (
            ("plain.lab lab", "; the name tried before it was not judged"),
            ("plain.lab optout.lab lab", "; the names tried before it were not judged"),
            ("lab", ""),
        ):
            resolve_with(f"nameserver {KNOT}\nsearch {search}\noptions ndots:2\n")
            answer = netscope_json(
                "--name", "www.signed", "--type", "A", "--validate", "--anchors", self.anchors
            )["answers"][0]
            self.assertEqual((answer["candidate"], answer["validity"]), ("www.signed.lab", "valid"))
            self.assertEqual(
                answer["validity_reason"], "signed by the chain of trust . > lab. > signed.lab." + words
            )

    def test_the_exit_status_tells(self):
        ask(KNOT, "www.signed.lab", "A", self.anchors, status=0)
        ask(KNOT, "www.plain.lab", "A", self.anchors, status=0)
        ask(KNOT, "nothing.signed.lab", "A", self.anchors, status=4)
        ask(KNOT, "www.broken.lab", "A", self.anchors, status=5)

    def test_anchors_are_chosen(self):
        path = f"{self.directory.name}/other"
        with open(f"{self.directory.name}/dsset-island.lab.", encoding="ascii") as file:
            write(path, file.read())
        self.assertEqual(self.reason("www.island.lab", anchors=path)[0], "valid")
        self.assertEqual(
            self.reason("www.signed.lab", anchors=path),
            ("indeterminate", "there is no trust anchor for signed.lab."),
        )
        keys = subprocess.run(
            ["dig", f"@{KNOT}", "+short", ".", "DNSKEY"], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        write(path, "".join(f". 300 IN DNSKEY {key} ;;state=2 [ VALID ]\n" for key in keys))
        self.assertEqual(self.reason("www.signed.lab", anchors=path)[0], "valid")
        write(path, "".join(f". 300 IN DNSKEY {key} ;;state=4 [ REVOKED ]\n" for key in keys))
        netscope("--server", KNOT, "--name", "a", "--validate", "--anchors", path, status=2)
        write(path, ". DS nonsense\n")
        netscope("--server", KNOT, "--name", "a", "--validate", "--anchors", path, status=2)
        netscope("--server", KNOT, "--name", "a", "--validate", "--anchors", "/nowhere", status=1)
        netscope("--server", KNOT, "--name", "a", "--anchors", path, status=2)


if __name__ == "__main__":
    main()
