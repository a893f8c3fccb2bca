#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Proves the picture in ARCHITECTURE.md on the sources, and says each line that breaks it.

    layers.py [TREE]

- An #include goes to the file's own layer or to one further left, never back and never sideways.
- Libraries and kernel interfaces stay in the layers that they belong to.
- The pure layers do no I/O and know neither the time nor chance.
- Every file says its licence, and every source and test is named in Makefile.am.
"""

import os
import re
import sys
from collections import namedtuple

# A layer may include itself and those of a lower rank.
RANKS = {
    "base": 0,
    "ruleset": 0.5,
    "model": 1,
    "resolve": 1.5,
    "query": 2,
    "sim": 2,
    "source": 2,
    "dump": 3,
    "tui": 3,
    "panels": 4,
    "program": 5,  # src/main.c and src/options.c, .h
}

# Who may include which headers from outside, by pattern; a header that no pattern names is free.
HEADER_OWNERS = [
    (r"(n?cursesw?/)?(n?curses|panel|menu|form|term)\.h", {"tui", "panels"}, "curses"),
    (r"uv\.h|uv/.*", {"tui"}, "libuv"),
    (
        r"linux/.*netlink.*|linux/(if_link|if_addr|neighbour|net_namespace)\.h"
        r"|linux/netfilter/nf(?!_nat\.h).*|linux/netfilter_ipv[46]/ip6?_tables\.h|linux/pkt_(cls|sched)\.h"
        r"|netlink/.*|libmnl/.*|libnftnl/.*|libnetfilter_.*|libnfnetlink/.*|libiptc/.*",
        {"source"},
        "netlink interfaces",
    ),
    (r"linux/netfilter/(x_tables|xt_.*|nf_nat)\.h|linux/netfilter_ipv[46]/ip6?t_.*\.h", {"source", "ruleset"}, "the structs of xtables"),
    (r"ldns/.*|idn2\.h", {"resolve"}, "the DNS's libraries"),
    (r"jansson\.h", {"source", "dump", "tui", "program"}, "JSON reading"),
]

PURE_LAYERS = {"ruleset", "model", "resolve", "query", "sim"}

PURE_FORBIDDEN_HEADERS = re.compile(
    r"(aio|dirent|fcntl|ftw|glob|netdb|poll|pthread|resolv|sched|syslog|termios|threads|unistd)\.h"
    r"|sys/(epoll|eventfd|file|inotify|ioctl|mman|mount|poll|random|select|sendfile|signalfd|socket"
    r"|stat|statfs|statvfs|syscall|time|timerfd|uio|un|utsname|wait)\.h"
)

PURE_FORBIDDEN_CALLS = set(
    """
    accept accept4 access bind clearerr close closedir connect creat dprintf dup dup2 dup3
    epoll_create1 epoll_ctl epoll_wait faccessat fclose fcntl fdopen fdopendir feof ferror fflush
    fgetc fgets fopen fprintf fputc fputs fread freopen fscanf fseek fstat fstatat ftell ftw fwrite
    getc getchar getdelim getline getsockname getsockopt glob ioctl listen lseek lstat mkdir mkstemp
    mmap nftw open open_memstream openat opendir pclose perror pipe pipe2 poll popen ppoll pread
    printf pselect putc putchar puts pwrite read readdir readlink readlinkat readv recv recvfrom
    recvmmsg recvmsg remove rename rewind scandir scanf select send sendmmsg sendmsg sendto
    setsockopt shutdown socket socketpair stat statx syscall syslog system tmpfile unlink vdprintf
    vfprintf vfscanf vprintf vscanf write writev

    clock clock_gettime clock_getres clock_nanosleep ftime gettimeofday localtime localtime_r mktime
    nanosleep sleep time timespec_get tzset usleep

    arc4random arc4random_buf arc4random_uniform drand48 erand48 getentropy getrandom lrand48
    mrand48 rand rand_r random random_r srand srand48 srandom

    execl execle execlp execv execve execvp fork getaddrinfo getenv getegid geteuid getgid
    gethostname getnameinfo getpid getppid getuid if_indextoname if_nameindex if_nametoindex kill
    pthread_create secure_getenv setenv setns uname unshare
    """.split()
)

PURE_FORBIDDEN_NAMES = {"FILE", "stdin", "stdout", "stderr", "environ"}

# Library code never prints.
SPEAKING_LAYERS = {"dump", "tui", "program"}
SPEECH = {"printf", "vprintf", "puts", "putchar", "perror", "stdout", "stderr", "syslog"}

SPDX = "SPDX-License-Identifier: GPL-2.0-or-later"
SPDX_PLACES = ["src", "panels", "tests", "tools", "lab", "man", "contrib", ".ci"]
SPDX_SINGLE_FILES = ["Makefile.am", "autogen.sh", "configure.ac"]
# What is read by a program as it stands, byte for byte.
DATA_PLACES = {"tests/data", "tests/fuzz/corpus", "tests/tui/golden"}

# What Makefile.am must name; a unit test or fuzz target stands there without its .c.
BUILT_PLACES = [
    ("src", re.compile(r".*\.[ch]"), ""),
    ("panels", re.compile(r".*\.[ch]"), ""),
    ("tests/unit", re.compile(r".*_test\.c"), ".c"),
    ("tests/fuzz", re.compile(r".*_fuzz\.c"), ".c"),
]

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]*)"|<([^>\n]*)>)', re.MULTILINE)
COMMENT_OR_TEXT = re.compile(
    r'//(?:[^\n\\]|\\.)*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'', re.DOTALL
)
FORMAT_ATTRIBUTE = re.compile(r"\bformat\s*\(\s*\w+")
NAME = re.compile(r"(?P<member>(?:->|\.)\s*)?(?<![\w])(?P<name>[A-Za-z_]\w*)(?P<call>\s*\()?")

Finding = namedtuple("Finding", "path line words")


def files_under(tree, place):
    """Paths relative to the tree, sorted."""
    found = []
    for directory, subdirectories, names in os.walk(os.path.join(tree, place)):
        subdirectories[:] = [d for d in subdirectories if d != "__pycache__"]
        for name in names:
            found.append(os.path.relpath(os.path.join(directory, name), tree))
    return sorted(found)


def read_text(tree, path):
    with open(os.path.join(tree, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def layer_of(path):
    """The layer of a path relative to the tree; None if it belongs to none."""
    parts = path.split("/")
    if parts[0] == "panels":
        return "panels"
    if parts[0] != "src":
        return None
    if len(parts) == 2:
        return "program"
    return parts[1] if parts[1] in RANKS else None


def is_pure(path):
    return layer_of(path) in PURE_LAYERS or path.endswith(("_parse.c", "_parse.h"))


def blank(match):
    """Spaces instead of a comment or a literal, so that lines keep their numbers."""
    return re.sub(r"[^\n]", " ", match.group())


def without_comments(text):
    return COMMENT_OR_TEXT.sub(lambda m: m.group() if m.group()[0] in "\"'" else blank(m), text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def check_own_include(tree, path, header):
    """An include in quotes: a file of ours, named from src/ or from the top. None if it is right."""
    candidates = ["src/" + header, header]
    target = next((c for c in candidates if os.path.isfile(os.path.join(tree, c))), None)
    if target is None or "/../" in "/" + header:
        return f'"{header}" is not a file under src/, nor named from the top'
    own, other = layer_of(path), layer_of(target)
    if other is None:
        return f'"{header}" is in no layer'
    if own != other and RANKS[other] >= RANKS[own]:
        return f'{own} must not include {other} ("{header}")'
    return None


def check_system_include(path, header):
    """An include in angle brackets. None if it is right."""
    own = layer_of(path)
    for pattern, owners, what in HEADER_OWNERS:
        if re.fullmatch(pattern, header) and own not in owners:
            return f"<{header}>: {what} belong in {', '.join(sorted(owners))}"
    if is_pure(path) and PURE_FORBIDDEN_HEADERS.fullmatch(header):
        return f"<{header}> in a file that does no I/O"
    return None


def check_includes(tree, path, text):
    for match in INCLUDE.finditer(without_comments(text)):
        own, system = match.groups()
        words = check_own_include(tree, path, own) if own else check_system_include(path, system)
        if words:
            yield Finding(path, line_of(text, match.start()), words)


def check_names(path, text):
    """Calls and names that do I/O, ask for the time or for chance, or print."""
    code = text
    for pattern in [INCLUDE, COMMENT_OR_TEXT, FORMAT_ATTRIBUTE]:
        code = pattern.sub(blank, code)
    for match in NAME.finditer(code):
        name = match["name"]
        if match["member"]:
            continue
        if is_pure(path) and (
            name in PURE_FORBIDDEN_NAMES or (match["call"] and name in PURE_FORBIDDEN_CALLS)
        ):
            yield Finding(path, line_of(code, match.start("name")), f"{name} in a pure file")
        elif name in SPEECH and layer_of(path) not in SPEAKING_LAYERS:
            yield Finding(path, line_of(code, match.start("name")), f"{name}: a library is silent")


def check_sources(tree):
    for place in ["src", "panels"]:
        for path in files_under(tree, place):
            if not path.endswith((".c", ".h")):
                continue
            if layer_of(path) is None:
                yield Finding(path, 1, "is in no layer: " + ", ".join(RANKS))
                continue
            text = read_text(tree, path)
            yield from check_includes(tree, path, text)
            yield from check_names(path, text)


def check_licences(tree):
    paths = [p for place in SPDX_PLACES for p in files_under(tree, place)]
    paths += [p for p in SPDX_SINGLE_FILES if os.path.isfile(os.path.join(tree, p))]
    for path in paths:
        if any(path.startswith(place + "/") for place in DATA_PLACES):
            continue
        lines = read_text(tree, path).split("\n", 2)
        script = lines[0].startswith(("#!", "#compdef"))
        source = path.endswith((".c", ".h", ".py", ".sh", ".bash", ".fish", ".5", ".8"))
        if not (script or source or path in SPDX_SINGLE_FILES):
            continue
        if SPDX not in (lines[0] + (lines[1] if script and len(lines) > 1 else "")):
            yield Finding(path, 1, "has no SPDX line where it starts")


def check_built(tree):
    words = set(read_text(tree, "Makefile.am").split())
    for place, pattern, cut in BUILT_PLACES:
        for path in files_under(tree, place):
            if pattern.fullmatch(path) and path.removesuffix(cut) not in words:
                yield Finding(path, 1, "is not named in Makefile.am: nobody builds it")


def check_tree(tree):
    yield from check_sources(tree)
    yield from check_licences(tree)
    yield from check_built(tree)


def main():
    own_tree = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    tree = os.path.normpath(sys.argv[1] if len(sys.argv) > 1 else own_tree)
    checked = [p for place in ["src", "panels"] for p in files_under(tree, place)]
    if not checked:
        sys.exit(f"{tree}: no sources there")
    findings = list(check_tree(tree))
    for finding in findings:
        print(f"{finding.path}:{finding.line}: {finding.words}")
    print(f"{len(checked)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
