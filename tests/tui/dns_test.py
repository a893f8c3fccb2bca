#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The panel of DNS, inside the pretend node: lookups while they go on, in a namespace of the test's
own with a server that does what names tell it (dns_server.py).

Names of tests as arguments run only these.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

from terminal import HERE, Terminal, netscope, run_in_node, until

NETNS = "dnstest"
ETC = f"/etc/netns/{NETNS}"
RESOLV = "nameserver 127.0.0.1\nsearch a.test b.test\noptions ndots:3 timeout:30 attempts:2\n"
SERVERS = ("127.0.0.1", "127.0.0.3")


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


class Place:
    """The namespace, with resolv.conf as given, and the server."""

    def __init__(self, resolv=RESOLV):
        self.directory = tempfile.mkdtemp(prefix="netscope-dns-")
        self.release = os.path.join(self.directory, "release")
        os.makedirs(ETC, exist_ok=True)
        with open(os.path.join(ETC, "resolv.conf"), "w", encoding="ascii") as file:
            file.write(resolv)
        with open(os.path.join(ETC, "hosts"), "w", encoding="ascii") as file:
            file.write("192.0.2.7 local.name other\n")
        with open(os.path.join(ETC, "nsswitch.conf"), "w", encoding="ascii") as file:
            file.write("hosts: files dns\n")
        ip("netns", "add", NETNS)
        ip("-n", NETNS, "link", "set", "lo", "up")
        self.server = subprocess.Popen(
            ["ip", "netns", "exec", NETNS, sys.executable, os.path.join(HERE, "dns_server.py"),
             self.release, *SERVERS], stdout=subprocess.PIPE, text=True)
        self.server.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.kill()
        self.server.wait()
        self.server.stdout.close()
        subprocess.run(["ip", "netns", "del", NETNS], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.directory)
        shutil.rmtree(ETC)

    def let_go(self):
        """What is held is answered now."""
        with open(self.release, "w", encoding="ascii"):
            pass


@contextlib.contextmanager
def panel(view="resolver", columns=130, rows=50, netns=NETNS, before=()):
    command = [*before, *netscope("--panel", "dns/" + view, *(("--netns", netns) if netns else ()))]
    with Terminal(command, columns, rows) as terminal:
        terminal.wait(r"^ *\[?Resolver\]? |Resolver")
        terminal.wait("NAMESERVERS|nameservers|NAME +TYPE|no answers|127.0.0.1")
        terminal.wait(r"^ \S.* · \d+ ")  # the namespaces were read
        yield terminal


def ask(terminal, what, key="d"):
    terminal.keys(key)
    terminal.wait("^(look up.*|watch):\\n NAME")
    terminal.keys([what], "Enter")
    terminal.wait("Lookup of " + re.escape(what.split(" ")[0]))


# --- The expansion ---------------------------------------------------------------------------------


def test_every_name_and_every_query():
    with Place(), panel() as t:
        ask(t, "web")
        t.wait(r"^   1  web\.a\.test$")
        t.wait(r" ms  A     127\.0\.0\.1#53 udp  try 1  id \d+ +NXDOMAIN  [\d.]+ ms  28 bytes  "
               r"qr aa rd  0 answers")
        t.wait(r" ms  AAAA  127\.0\.0\.1#53 udp  try 1  id \d+ +NXDOMAIN")
        t.wait(r"^   2  web\.b\.test$")
        t.wait(r"NOERROR  [\d.]+ ms  54 bytes  qr aa rd  1 answer: A 10\.0\.0\.1")
        t.wait(r"^   3  web  \(as it is\)  not needed$")
        t.wait(r"getaddrinfo returns +-> 10\.0\.0\.1")
        t.wait(r"from +web\.b\.test, name 2 of 3")
        t.wait(r"Cost +4 queries for 2 names, [\d.]+ ms in all; web\.b\.test\. takes 2")
        t.expect("dns-lookup", (r" id \d+ *", " id N "), (r" +[\d.]+ ms", " N ms"),
                 (r" +\d+ s  IN", " N s  IN"))


def test_the_rules_of_musl():
    with Place(RESOLV.replace("ndots:3", "ndots:1")), panel() as t:
        ask(t, "web.x")
        t.wait(r"1  web\.x  \(as it is\)\n.*\n.*\n +2  web\.x\.a\.test")
        t.keys("m")
        t.wait(r"Lookup of web\.x \+musl")
        t.wait(r"musl returns +EAI_NONAME")
        t.wait("Rules +musl's", r"web\.x\.a\.test")
        t.keys("m")
        t.wait("Rules +glibc's")
        t.keys("Escape")
        t.wait("NAMESERVERS")
        ask(t, "web", "m")
        t.wait("Rules +musl's")


def test_it_is_shown_while_it_goes_on():
    with Place() as place, panel() as t:
        ask(t, "hold")
        t.wait(r"1  hold\.a\.test\n.* A +127\.0\.0\.1#53 udp  try 1  id \d+ +waiting for \d")
        t.wait(r"2  hold\.b\.test  not yet")
        t.wait("under way: Esc ends it")
        # The rest of the program lives on.
        t.keys("?")
        t.wait("Keys")
        t.keys("Escape")
        t.wait("waiting for [1-9]")
        place.let_go()
        t.wait(r"2  hold\.b\.test\n.*NOERROR", "under way")
        t.wait(r"getaddrinfo returns +-> 10\.0\.0\.1")


def test_escape_ends_it():
    with Place(), panel() as t:
        ask(t, "never")
        t.wait("waiting for")
        t.keys("Escape")
        t.wait("ended before it was through", "waiting for")
        t.wait("no longer needed")
        t.wait("Outcome +cancelled")
        t.keys("Escape")
        t.wait("NAMESERVERS")
        # q leaves it, and it goes on.
        ask(t, "never")
        t.wait("waiting for")
        t.keys("q", "v")
        t.wait(r"never +A,AAAA +under_way")
        t.wait(r"never +A +cancelled")
        # The program ends at once as well.
        ask(t, "never")
        t.wait("waiting for")
        t.keys("F10")
        t.wait_dead()


def test_a_server_that_is_slow_is_asked_again():
    with Place(RESOLV.replace("timeout:30", "timeout:1")), panel() as t:
        ask(t, "never.b.test.")
        t.wait(r"try 1 .*timed out")
        t.wait(r"try 2 .*(waiting for|timed out)")
        t.wait("getaddrinfo returns +EAI_AGAIN")
        t.wait("Outcome +no_reply")
        t.keys("Escape")
        t.wait(r"127\.0\.0\.1 +does not answer: \d+ queries without a reply")


def real_getaddrinfo(name):
    """What the C library says in that namespace: addresses, or the number of the error."""
    code = ("import socket, sys\n"
            "try: print(*sorted({i[4][0] for i in socket.getaddrinfo(sys.argv[1], None)}))\n"
            "except socket.gaierror as e: print(e.errno)")
    return subprocess.run(["ip", "netns", "exec", NETNS, sys.executable, "-c", code, name],
                          capture_output=True, text=True, check=True).stdout.strip()


def test_the_result_is_what_getaddrinfo_returns():
    errors = {"-2": "EAI_NONAME", "-3": "EAI_AGAIN", "-5": "EAI_NODATA"}
    with Place(), panel() as t:
        for name in ("web", "web.b.test.", "other", "nothing", "signed", "empty", "hostile.b.test.",
                     "dangling.b.test.", "broken.b.test."):
            real = real_getaddrinfo(name)
            ask(t, name)
            t.wait("Result")
            wanted = [errors[real]] if real in errors else real.split(" ")
            t.wait("getaddrinfo returns.*" + re.escape(wanted[0]))
            for address in wanted:
                t.wait(re.escape(address))


# --- The answer ------------------------------------------------------------------------------------


def test_times_to_live_run_down():
    with Place(), panel() as t:
        ask(t, "web.b.test A @127.0.0.1")
        shown = r"web\.b\.test\. +(\d+) s  IN A     10\.0\.0\.1"
        t.wait(shown)
        first = int(re.search(shown, t.screen())[1])
        assert 900 < first <= 1000, first
        for left in (first - 1, first - 2):
            until(lambda: int(re.search(shown, t.screen())[1]) <= left, t.screen)


def test_aliases_are_followed():
    with Place(), panel() as t:
        ask(t, "alias.b.test A @127.0.0.1")
        t.wait(r"Aliases +alias\.b\.test\.\n +└─ second\.b\.test\.\n +└─ web\.b\.test\.\n"
               r" +└─ 10\.0\.0\.1$")
        ask(t, "loop.b.test A @127.0.0.1")
        t.wait(r"the aliases do not end")


def test_signatures_errors_in_words_and_truncation():
    with Place(), panel() as t:
        ask(t, "signed.b.test A @127.0.0.1")
        t.wait("signs A as b.test., key 4711, until 2033-05-18 03:33 UTC")
        ask(t, "broken.b.test A @127.0.0.1")
        t.wait(r"extended error +22 \(No Reachable Authority\): no route|"
               r"extended error +.*No Reachable Authority.*no route")
        t.wait("EDNS +version 0; the server takes up to 1232 bytes over UDP")
        t.wait("Outcome +failed, SERVFAIL from")
        ask(t, "big.b.test A @127.0.0.1")
        t.wait(r"udp  try 1 .*truncated, so over TCP")
        t.wait(r"tcp  try 2 .*1 answer: A 10\.0\.0\.1")


SIGNED = """\
$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A 127.0.0.5
good A 192.0.2.1
bad A 192.0.2.2
"""


class Signed:
    """A knotd on 127.0.0.5 of the place's namespace with the zone s.test, signed; the signature of
    bad.s.test is another's."""

    def __init__(self, place):
        self.directory = place.directory
        zone = self.write("zone", "$ORIGIN s.test.\n" + SIGNED)
        for options in (("-f", "KSK"), ()):
            self.tool("dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", *options, "s.test")
        self.tool("dnssec-signzone", "-q", "-S", "-P", "-O", "full", "-f", "out", "-o", "s.test", zone)
        with open(os.path.join(self.directory, "out"), encoding="ascii") as file:
            text, count = re.subn(r"^(bad\S+\s+300\s+IN\s+RRSIG\s+A .* )(\S)(\S*)$",
                                  lambda m: m[1] + ("A" if m[2] != "A" else "B") + m[3],
                                  file.read(), flags=re.M)
        assert count == 1, text
        self.write("zone", text)
        self.anchors = os.path.join(self.directory, "dsset-s.test.")
        config = self.write("knot.conf", f"""\
server:
  rundir: "{self.directory}"
  listen: 127.0.0.5@53
database:
  storage: "{self.directory}"
zone:
  - domain: s.test
    file: "{zone}"
    journal-content: none
""")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", NETNS, "knotd", "-c", config], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        until(self.answers, lambda: "knotd does not answer")

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def tool(self, *command):
        subprocess.run(command, check=True, cwd=self.directory, stdout=subprocess.DEVNULL)

    @staticmethod
    def answers():
        return subprocess.run(
            netscope("--dump=dns", "--netns", NETNS, "--server", "127.0.0.5", "--name", "s.test",
                     "--type", "SOA"), check=False, stdout=subprocess.DEVNULL).returncode == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def test_dnssec():
    with Place() as place, Signed(place) as signed, panel() as t:
        ask(t, f"good.s.test A @127.0.0.5 +validate={signed.anchors}")
        t.wait(r"DNSSEC +valid")
        t.wait(r"DNSKEY 127\.0\.0\.5#53 udp  try 1")
        t.wait(r"signs A as s\.test\., key \d+, until \d{4}-\d\d-\d\d \d\d:\d\d UTC")
        ask(t, f"bad.s.test A @127.0.0.5 +validate={signed.anchors}")
        t.wait(r"DNSSEC +bogus: ")
        t.keys("x")
        t.wait("Lookup of bad.s.test A @127.0.0.5 in", "DNSSEC +bogus")
        ask(t, "good.s.test A @127.0.0.5 +dnssec")
        t.wait(r"signs A as s\.test\.")
        ask(t, "good.s.test A @127.0.0.5 +validate=/nowhere")
        t.wait("Failed +.*/nowhere")
        t.keys("Escape", "v")
        t.wait(r"bad\.s\.test +A +answer .*bogus")


def test_hostile_answers_do_no_harm():
    with Place(), panel() as t:
        ask(t, "hostile.b.test TXT @127.0.0.1")
        t.wait("Answer +2")
        t.wait(r"\[2J")
        screen = t.screen("-e")
        assert "owned" in screen and "\x1b[2J" not in screen and "\u202e" not in screen, screen
        t.wait(r"\[6 DNS\]")


# --- Who is asked for what -------------------------------------------------------------------------


def test_servers_side_by_side():
    with Place("nameserver 127.0.0.1\nnameserver 127.0.0.2\nnameserver 127.0.0.3\n"), panel() as t:
        ask(t, "web.b.test A")
        t.keys("s")
        t.wait("Servers side by side")
        t.wait(r"127\.0\.0\.1 +[\d.]+ ms  A NOERROR  10\.0\.0\.1$")
        t.wait(r"127\.0\.0\.2 +[\d.]+ ms  A no_reply")
        t.wait(r"127\.0\.0\.3 +[\d.]+ ms  A NOERROR  10\.0\.0\.2  \(not as the first server\)")
        t.keys("Escape", "v")
        t.wait(r"web\.b\.test +A +no_reply .*127\.0\.0\.2")


def test_types_class_port_and_transport():
    with Place(), panel() as t:
        ask(t, "web.b.test A,TXT MX @127.0.0.1:53 +tcp")
        for kind in ("A", "TXT", "MX"):
            t.wait(f"Queries for {kind}$")
        t.wait(r"127\.0\.0\.1#53 tcp  try 1")
        t.keys("t")
        t.wait(r"127\.0\.0\.1#53 udp  try 1", "#53 tcp")
        ask(t, "version.bind CH TXT @127.0.0.1")
        t.wait("Queries for TXT of class CH")
        ask(t, "web.b.test A @127.0.0.1:54")
        t.wait(r"127\.0\.0\.1#54 udp .*unreachable: Connection refused")


def test_addresses_and_other_letters():
    with Place(), panel() as t:
        ask(t, "192.0.2.9")
        t.wait(r"9\.2\.0\.192\.in-addr\.arpa\. +\d+ s  IN PTR   host\.b\.test\.")
        ask(t, "münchen.b.test A")
        t.wait(r"1  xn--mnchen-3ya\.b\.test")
        t.wait(r"Answer +1")


def test_what_is_typed_is_judged():
    with Place(), panel() as t:
        for typed, words in (("web NOTYPE", "unknown type: NOTYPE"), ("web +new", r"unknown word"),
                             ("web @nobody", "not an address: nobody"),
                             ("web @127.0.0.1:0", "not a port"), ("@127.0.0.1", "name is missing"),
                             ("web +watch=soon", "seconds"), ("a..b", "a..b")):
            t.keys("d", [typed], "Enter")
            t.wait(words)
            t.keys("Escape")
            t.wait("nothing asked")
        t.keys("Z")
        t.wait("this key does nothing here")


def test_the_hosts_file():
    with Place(), panel() as t:
        ask(t, "other")
        t.wait("none: the hosts file answers")
        t.wait(r"getaddrinfo returns +-> 192\.0\.2\.7")


# --- History, and where it leads -------------------------------------------------------------------


def test_lookups_are_kept_and_opened_again():
    with Place(), panel() as t:
        ask(t, "web")
        t.wait("Cost +4")
        ask(t, "nothing A")
        t.wait("EAI_NONAME|Outcome +no_name")
        t.keys("Escape", "v")
        t.wait(r"\[Lookups\]")
        t.wait(r"nothing +A +no_name")
        t.wait(r"web +A +answer +A 10\.0\.0\.1 +4")
        t.keys("/", ["name = web and type = A"], "Enter")
        t.wait("1 of 3 answers shown")
        t.keys("Enter")
        t.wait(r"Lookup of web in")
        t.wait(r"Cost +4 queries for 2 names")
        t.keys("Escape", "v")
        t.wait(r"\[Queries\]")
        t.wait(r"web\.a\.test +A +127\.0\.0\.1 +1 +udp +answered +NXDOMAIN")


def test_an_answer_leads_to_what_the_node_knows():
    with Place(), panel() as t:
        ask(t, "pod.b.test A @127.0.0.1")
        t.wait(r"-> pod\.b\.test\. +\d+ s  IN A     10\.244\.1\.2  \(pod default/web-\S+, eth0\)")
        t.wait("EDNS +version")
        t.keys("G", "Up", "Enter") # the last line is EDNS
        t.wait(r"\[2 Interfaces\]")
        t.wait(r"^ default/web-7d4b9c6f5d-x2x8k")
        t.keys("BSpace")
        t.wait(r"Lookup of pod\.b\.test")


def test_a_service_leads_to_its_rules_and_to_the_route():
    with panel(netns="default/web-7d4b9c6f5d-x2x8k") as t:
        ask(t, "web.default.svc.cluster.local. A @10.96.0.10")
        t.wait(r"10\.96\.45\.110  \(Service default/web:http\)")
        t.wait("the server's name")
        t.keys("G", "Up", "Up", "Enter") # below are EDNS and NSID
        t.wait(r"\[7 Netfilter\]")
        t.wait(r"^ host.* services")
        t.keys("BSpace")
        t.wait(r"Lookup of web\.default")
        t.keys("O")
        t.wait(r"\[3 Routes\]")
        t.wait(r"^ default/web-")


def test_a_neighbour_and_the_route_to_it():
    with Place(), panel() as t:
        ip("-n", NETNS, "link", "add", "near", "up", "type", "veth", "peer", "name", "far")
        ip("-n", NETNS, "link", "set", "far", "up")
        ip("-n", NETNS, "address", "add", "198.51.100.1/24", "dev", "near")
        ip("-n", NETNS, "neighbour", "add", "198.51.100.9", "lladdr", "02:00:00:00:00:09", "dev", "near")
        ask(t, "neighbour.b.test A @127.0.0.1")
        t.wait(r"-> neighbour\.b\.test\. .*198\.51\.100\.9")
        t.wait("EDNS +version")
        t.keys("G", "Up", "Enter")
        t.wait(r"\[4 Neighbours\]")
        t.wait(rf"^ {NETNS} .* neighbours")
        t.wait("198.51.100.9 .*02:00:00:00:00:09")
        t.keys("BSpace")
        t.wait(r"Lookup of neighbour\.b\.test")
        t.keys("O")
        t.wait(r"\[3 Routes\]")
        t.keys("i")
        t.wait(r"198\.51\.100\.0/24")


def test_an_address_that_nobody_knows():
    with Place(), panel() as t:
        ask(t, "web.b.test A @127.0.0.1")
        t.wait("EDNS +version")
        t.keys("G", "Enter")
        t.wait("this line leads nowhere")
        t.keys("Up", "Enter")
        t.wait("nothing of this node is known by that address")


# --- Watching --------------------------------------------------------------------------------------


def test_a_watch_counts_and_draws():
    with Place(), panel() as t:
        ask(t, "web.b.test. +watch=0.05", "w")
        t.wait("Watch: [1-9][0-9]+ lookups, one every 0.05 s")
        t.wait(r"Times +minimum [\d.]+ ms, median [\d.]+ ms, 99th percentile [\d.]+ ms")
        t.wait(r"Lost +0 of \d+ queries \(0\.0%\)")
        t.wait(r"from 0\.1 ms +[▁▂▃▄▅▆▇█]{5}")
        t.wait(r"codes, first letters +\.{5}")
        t.wait(r"Response codes +NOERROR \d\d")
        for where in ("in this namespace", "on the host"):
            t.wait(r"insert_failed +(\d+ more since the watch began.*|unknown) " + where)
        t.keys("Escape")
        t.wait("ended before it was through")
        t.keys("w")
        t.wait(r"Lookup of web\.b\.test\. in", "Watch:")


def test_a_watch_shows_losses():
    resolv = RESOLV.replace("timeout:30", "timeout:1").replace("attempts:2", "attempts:1")
    with Place(resolv), panel() as t:
        ask(t, "never.b.test. +watch=0.1")
        t.wait(r"Lost +[1-9]\d* of \d+ queries \(100\.0%\)")
        t.wait(r"codes, first letters +x")
        t.wait(r"Lost last +\d\d:\d\d:\d\d  never\.b\.test\. AAAA? to 127\.0\.0\.1: timed_out")
        t.wait("Response codes +no reply [2-9]")


# --- The resolver ----------------------------------------------------------------------------------


def test_what_is_wrong_with_the_resolver():
    servers = "".join(f"nameserver 127.0.0.{n}\n" for n in (1, 2, 3, 4))
    long_list = "search " + " ".join(f"{'x' * 50}{n}.test" for n in range(8)) + "\n"
    with Place(servers + long_list + "options ndots:5 sometimes\n"), panel() as t:
        t.wait("What is wrong +4 nameservers: only the first three are asked")
        t.wait("What is wrong +unknown option: sometimes")
        t.wait("What is wrong +a search list of")
        t.wait(r"127\.0\.0\.2 +not asked yet: c asks")
        t.expect("dns-resolver", (r"/proc/\d+/root", "/proc/N/root"))
        t.keys("c")
        t.wait("Servers side by side")
        t.wait(r"127\.0\.0\.2 +[\d.]+ ms  NS no_reply")
        t.keys("Escape")
        t.wait(r"127\.0\.0\.1 +answers, last in [\d.]+ ms; 0 of 1 queries lost")
        t.wait(r"127\.0\.0\.2 +does not answer")
        t.wait(r"127\.0\.0\.4 +does not answer.*; behind the third, so nobody asks it")
        t.keys("i")
        t.wait(r"127\.0\.0\.1,127\.0\.0\.2,127\.0\.0\.3,127\.0\.0\.4|127\.0\.0\.4")
        t.wait("files,dns")
        t.wait(r"192\.0\.2\.7=local\.name,other|192\.0\.2\.7")


# --- Where it is hard ------------------------------------------------------------------------------


def test_a_small_window():
    with Place(), panel(columns=40, rows=10) as t:
        ask(t, "web")

        def is_last_line_shown():
            t.keys("G")
            return re.search("Flags: aa", t.screen())

        until(is_last_line_shown, t.screen)
        t.keys("Q")
        t.wait("this key does")
        t.resize(120, 40)
        t.wait("Cost +4 queries")


def test_a_namespace_that_vanishes():
    with Place() as place, panel() as t:
        ask(t, "never")
        t.wait("waiting for")
        place.server.kill()
        place.server.wait()
        ip("netns", "del", NETNS)
        t.wait("is gone")
        t.wait("ended before it was through")
        t.keys("Escape")
        t.wait("NAMESERVERS|no resolver")
        t.keys("1")
        t.wait(r"\[1 Namespaces\]")


def test_without_privileges():
    unable = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    with Place(), panel(netns=None, before=unable) as t:
        ask(t, "a.test MX @127.0.0.77")
        t.wait("Outcome +no_reply|unreachable")
    with Place(), panel(before=unable) as t:
        ask(t, "a.test A @127.0.0.1")
        t.wait("Failed +entering the namespace needs CAP_SYS_ADMIN")


def test_in_ascii():
    with Place(), Terminal(netscope("--panel", "dns", "--netns", NETNS, "--no-color"), 120, 40,
                           LC_ALL="C") as t:
        t.wait("NAMESERVERS")
        ask(t, "alias.b.test A @127.0.0.1 +watch=0.05")
        t.wait("Watch: [1-9][0-9]+ lookups")
        t.wait(r"from 0\.1 ms +[_.:=+*#-]{5}")
        t.keys("Escape", "G")
        t.wait("`- second.b.test.")
        assert all(ord(c) < 128 for c in t.screen()), t.screen()


if __name__ == "__main__":
    run_in_node([function for name, function in sorted(globals().items())
                 if name.startswith("test_")])
