# SPDX-License-Identifier: GPL-2.0-or-later
"""An answer as dig prints it, and as netscope does, in one form to compare."""

import re
import subprocess


def record_key(name, rclass, rtype, data):
    data = re.sub(r"\s+", " ", data.strip())
    if rtype in ("DNSKEY", "DS", "TLSA", "SSHFP", "RRSIG"):  # dig breaks long ones
        head, tail = data.split(" ", 3)[:3], data.split(" ", 3)[3:]
        data = " ".join(head + ["".join(tail).replace(" ", "")]).lower()
    if rtype in ("NSEC", "NSEC3"):
        data = data.lower()
    if rtype in ("HTTPS", "SVCB"):
        data = data.replace('"', "")
    return name.lower(), rclass, rtype, data


def dig(name, rtype, *options, server="127.0.0.1"):
    """(status, flags, {section: sorted records}, size) as dig has it."""
    output = subprocess.run(
        ["dig", "+noidnout", "+nsid", *options, f"@{server}", "-q", name, "-t", rtype],
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout
    header = re.search(r"status: (\w+),", output).group(1)
    flags = re.search(r";; flags: ([a-z ]*);", output).group(1).split()
    sections, section = {}, None
    for line in output.splitlines():
        match = re.match(r";; (ANSWER|AUTHORITY|ADDITIONAL) SECTION:", line)
        if match:
            section = sections.setdefault(match.group(1).lower(), [])
        elif not line or line.startswith(";"):
            section = None
        elif section is not None:
            owner, _ttl, rclass, kind, data = re.split(r"\s+", line, maxsplit=4)
            section.append(record_key(owner, rclass, kind, data))
    size = int(re.search(r"MSG SIZE  rcvd: (\d+)", output).group(1))
    return header, flags, {k: sorted(v) for k, v in sections.items()}, size


def ours(answer):
    sections = {}
    for section in ("answer", "authority", "additional"):
        if section in answer:
            sections[section] = sorted(
                record_key(r["name"], r["class"], r["type"], r["data"]) for r in answer[section]
            )
    return answer["rcode"], answer["flags"], sections, answer["size"]
