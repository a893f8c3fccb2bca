#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Starts containers on the Docker engine of this node and compares what netscope says of namespaces
and veth pairs with what the engine and iproute2 say. $NETSCOPE is the program. Runs inside
tests/docker/engine."""

import json
import os
import subprocess
import sys

# Name, and how it is connected. A container of one letter and one like a process's name are as good
# as any.
CONTAINERS = {
    "web": ["--network", "front", "--publish", "8080:80"],
    "api-1": ["--network", "front"],  # also connected to 'back'
    "db.main": ["--network", "back"],
    "plain": [],  # on docker0
    "alone": ["--network", "none"],
    "sidecar": ["--network", "container:web"],  # in web's namespace
    "on-the-node": ["--network", "host"],
}

failures = 0


def expect(what, wanted, got):
    global failures
    if wanted != got:
        failures += 1
        print(f"{what}: wanted {wanted!r}, netscope says {got!r}")


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def netscope(*arguments):
    return json.loads(run(os.environ["NETSCOPE"], "-j", *arguments))


def start_containers():
    run("docker", "network", "create", "front")
    run("docker", "network", "create", "--internal", "back")
    for name, options in CONTAINERS.items():
        run("docker", "run", "--detach", "--name", name, *options, "busybox", "sleep", "1000")
    run("docker", "network", "connect", "back", "api-1")
    described = json.loads(run("docker", "inspect", *CONTAINERS))
    return {container["Name"].lstrip("/"): container for container in described}


def namespace_of(container):
    return os.stat(f"/proc/{container['State']['Pid']}/ns/net").st_ino


def has_own_namespace(container):
    mode = container["HostConfig"]["NetworkMode"]
    return mode != "host" and not mode.startswith("container:")


def check_namespaces(containers, rows):
    """Every container's namespace is there once, with its name."""
    by_inode = {row["inode"]: row for row in rows}
    expect("rows of namespaces with one inode", len(rows), len(by_inode))
    own = os.stat("/proc/self/ns/net").st_ino
    expect("the node's own namespace", "host", by_inode.get(own, {}).get("netns"))
    expect("namespaces", {own} | {namespace_of(c) for c in containers.values()}, set(by_inode))
    for name, container in containers.items():
        row = by_inode.get(namespace_of(container), {})
        if not has_own_namespace(container):
            continue
        expect(f"{name}: netns", name, row.get("netns"))
        expect(f"{name}: naming", "container", row.get("naming"))
        expect(f"{name}: container", name, row.get("container"))
        expect(f"{name}: container_id", container["Id"], row.get("container_id"))
        expect(f"{name}: runtime", "docker", row.get("runtime"))
        sandbox = container["NetworkSettings"]["SandboxKey"]
        expect(f"{name}: inode", os.stat(sandbox).st_ino, row.get("inode"))
        inodes = [namespace_of(other) for other in containers.values()]
        expect(f"{name}: process_count", inodes.count(row.get("inode")), row.get("process_count"))


def links_of(pid):
    return json.loads(run("nsenter", f"--net=/proc/{pid}/ns/net", "ip", "-j", "-d", "link"))


def check_pairs(containers, rows):
    """Every container's veth and its other end on the node name each other. Returns how many."""
    by_place = {(row["netns"], row["ifindex"]): row for row in rows}
    on_node = {link["ifindex"]: link for link in links_of(os.getpid())}
    pairs = 0
    for name, container in containers.items():
        if not has_own_namespace(container):
            continue
        for link in links_of(container["State"]["Pid"]):
            if link.get("linkinfo", {}).get("info_kind") != "veth":
                continue
            pairs += 1
            here = by_place.get((name, link["ifindex"]), {})
            other = on_node[link["link_index"]]
            there = by_place.get(("host", other["ifindex"]), {})
            expect(f"{name}/{link['ifname']}: ifname", link["ifname"], here.get("ifname"))
            expect(f"{name}/{link['ifname']}: peer", other["ifname"], here.get("peer"))
            expect(f"{name}/{link['ifname']}: peer_netns", "host", here.get("peer_netns"))
            expect(f"host/{other['ifname']}: ifname", other["ifname"], there.get("ifname"))
            expect(f"host/{other['ifname']}: peer", link["ifname"], there.get("peer"))
            expect(f"host/{other['ifname']}: peer_netns", name, there.get("peer_netns"))
            expect(f"host/{other['ifname']}: master", other["master"], there.get("master"))
    return pairs


def check_names(containers):
    """--netns takes a container's name, its process and its sandbox."""
    for name, container in containers.items():
        if not has_own_namespace(container):
            continue
        pid, sandbox = container["State"]["Pid"], container["NetworkSettings"]["SandboxKey"]
        wanted = sorted(link["ifname"] for link in links_of(pid))
        for netns in (name, str(pid), sandbox):
            rows = netscope("--dump=interfaces", "--netns", netns)["interfaces"]
            expect(f"--netns {netns}", wanted, sorted(row["ifname"] for row in rows))


def main():
    containers = start_containers()
    node = netscope("--dump=namespaces,interfaces", "--all-netns")
    check_namespaces(containers, node["namespaces"])
    pairs = check_pairs(containers, node["interfaces"])
    expect("veth pairs between containers and the node", 5, pairs)
    check_names(containers)
    if failures:
        sys.exit(f"{failures} differences")
    print(f"{len(containers)} containers, {pairs} veth pairs: as Docker and iproute2 say")


main()
