#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The namespaces of the pretend node, as netscope finds and names them, against lsns(8), ip-netns(8)
and the files that the runtimes left.

Starts itself again inside the pretend node."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import unittest

NETSCOPE = os.environ["NETSCOPE"]
LAB = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "lab", "node")
INSIDE = "NETSCOPE_NAMESPACES_TEST_INSIDE"


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def dump(*arguments):
    """The rows of --dump=namespaces by inode, and its status."""
    answer = subprocess.run([NETSCOPE, "--dump=namespaces", "-j", *arguments],
                            capture_output=True, text=True, check=False)
    document = json.loads(answer.stdout)
    return {row["inode"]: row for row in document["namespaces"]}, document["status"]


def inode_of(path):
    return os.stat(path).st_ino


def resolve(name):
    """What --netns takes the name for: the inode, and the program's answer."""
    answer = subprocess.run([NETSCOPE, "--dump=namespaces", "-j", "--netns", name],
                            capture_output=True, text=True, check=False)
    rows = json.loads(answer.stdout)["namespaces"] if answer.stdout else []
    return [row["inode"] for row in rows], answer


STORAGE = "/run/containers/storage/overlay-containers"
CONTAINERD = "/run/containerd/io.containerd.runtime.v2.task/k8s.io"
DOCKER = "/var/lib/docker/containers"


@contextlib.contextmanager
def left(files):
    """Files as runtimes leave them, by path, for a while."""
    made = []
    for path, content in files.items():
        top = path
        while not os.path.exists(os.path.dirname(top)):
            top = os.path.dirname(top)
        made.append(top)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
    try:
        yield
    finally:
        for path in made:
            if os.path.isdir(path):
                shutil.rmtree(path)
            elif os.path.exists(path):
                os.unlink(path)


@contextlib.contextmanager
def added(name):
    """A namespace with a name under /run/netns: its inode."""
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        yield inode_of("/run/netns/" + name)
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


@contextlib.contextmanager
def process_in_cgroup(cgroup):
    """A process in a namespace of its own that stands in that cgroup: the process."""
    with subprocess.Popen(["unshare", "--net", "sh", "-c", "echo up; read end"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        with left({"/run/cgroup of a process": f"0::{cgroup}\n"}):
            path = f"/proc/{process.pid}/cgroup"
            subprocess.run(["mount", "--bind", "/run/cgroup of a process", path], check=True)
            try:
                yield process
            finally:
                subprocess.run(["umount", path], check=True)
                process.stdin.close()


def specification(annotations, path=None):
    """A config.json of an OCI runtime."""
    network = {"type": "network", "path": path} if path else {"type": "network"}
    return {"ociVersion": "1.1.0", "annotations": annotations,
            "linux": {"namespaces": [{"type": "pid"}, network]}}


class Namespaces(unittest.TestCase):
    def test_every_namespace_is_there_once_as_lsns_has_it(self):
        rows, _ = dump()
        truth = json.loads(output("lsns", "-t", "net", "-J", "-o", "NS,NPROCS,PID"))["namespaces"]
        self.assertGreaterEqual(len(truth), 5)
        for entry in truth:
            row = rows[int(entry["ns"])]
            # lsns and netscope themselves are in ours.
            if not row.get("own"):
                self.assertEqual(row["process_count"], int(entry["nprocs"]), row)
            self.assertEqual(row["pid"], int(entry["pid"]), row)

    def test_names_and_nsids_are_those_of_ip_netns(self):
        rows, _ = dump()
        truth = json.loads(output("ip", "-j", "netns", "list"))
        self.assertEqual(len(truth), 3)
        for entry in truth:
            row = rows[inode_of("/run/netns/" + entry["name"])]
            self.assertEqual(row["netns_name"], entry["name"])
            self.assertEqual(row.get("nsid"), entry.get("id"))

    def test_pods_have_the_names_that_containerd_left(self):
        rows, _ = dump()
        directory = "/run/containerd/io.containerd.runtime.v2.task/k8s.io"
        checked = 0
        for container in os.listdir(directory):
            with open(f"{directory}/{container}/config.json", encoding="utf-8") as file:
                config = json.load(file)
            notes = config["annotations"]
            paths = [n.get("path", "") for n in config["linux"]["namespaces"]
                     if n["type"] == "network"]
            if notes["io.kubernetes.cri.container-type"] != "sandbox":
                continue
            row = rows[inode_of(paths[0])]
            pod = notes["io.kubernetes.cri.sandbox-name"]
            namespace = notes["io.kubernetes.cri.sandbox-namespace"]
            self.assertEqual(row["netns"], f"{namespace}/{pod}")
            self.assertEqual(row["naming"], "pod")
            self.assertEqual((row["pod"], row["pod_namespace"]), (pod, namespace))
            self.assertEqual(row["pod_uid"], notes["io.kubernetes.cri.sandbox-uid"])
            self.assertEqual(row["runtime"], "containerd")
            self.assertIn("container", row)
            checked += 1
        self.assertEqual(checked, 2)

    def test_a_container_has_the_name_that_docker_left(self):
        rows, _ = dump()
        directory = "/var/lib/docker/containers"
        for container in os.listdir(directory):
            with open(f"{directory}/{container}/config.v2.json", encoding="utf-8") as file:
                config = json.load(file)
            row = rows[inode_of(config["NetworkSettings"]["SandboxKey"])]
            self.assertEqual(row["netns"], config["Name"].lstrip("/"))
            self.assertEqual(row["naming"], "container")
            self.assertEqual(row["container_id"], container)

    def test_a_pod_is_known_by_its_cgroup_and_the_kubelets_logs(self):
        rows, _ = dump()
        pods = [row for row in rows.values() if row.get("pod", "").startswith("coredns")]
        with open("/proc/self/cgroup", encoding="ascii") as file:
            if not pods and "kubepods" not in file.read() and not os.access("/sys/fs/cgroup",
                                                                           os.W_OK):
                self.skipTest("no cgroups can be made here")
        self.assertEqual(len(pods), 1)
        self.assertEqual(pods[0]["runtime"], "kubelet")
        self.assertEqual(pods[0]["pod_namespace"], "kube-system")

    def test_our_own_is_the_hosts(self):
        rows, _ = dump()
        own = [row for row in rows.values() if row.get("own")]
        self.assertEqual(len(own), 1)
        self.assertEqual(own[0]["netns"], "host")
        self.assertEqual(own[0]["inode"], inode_of("/proc/self/ns/net"))

    def test_any_name_finds_a_namespace(self):
        rows, _ = dump()
        web = next(row for row in rows.values() if row.get("pod", "").startswith("web"))
        names = [web["netns"], web["pod"], web["netns_name"], str(web["pid"]), web["path"],
                 web["container_id"][:12]]
        for name in names:
            inodes, answer = resolve(name)
            self.assertEqual(inodes, [web["inode"]], (name, answer.stderr))

    def test_what_is_no_namespace_is_refused(self):
        for name, words in (("defualt/web", "no such namespace"), ("999999999", "no process"),
                            ("/etc/passwd", "not a network namespace"), ("/nowhere", "/nowhere"),
                            ("/proc/self/ns/mnt", "not a network namespace"), ("", "namespace")):
            inodes, answer = resolve(name)
            self.assertEqual(inodes, [])
            self.assertNotEqual(answer.returncode, 0)
            self.assertIn(words, answer.stderr)

    def test_near_matches_are_named(self):
        _, answer = resolve("tools-registry-2")
        self.assertIn("did you mean tools-registry-1", answer.stderr)

    def test_they_come_and_go(self):
        subprocess.run(["ip", "netns", "add", "blue"], check=True)
        inode = inode_of("/run/netns/blue")
        rows, _ = dump()
        self.assertEqual((rows[inode]["netns"], rows[inode]["naming"]), ("blue", "netns"))
        subprocess.run(["ip", "netns", "delete", "blue"], check=True)
        rows, _ = dump()
        self.assertNotIn(inode, rows)

    def test_processes_without_a_name_name_theirs(self):
        with subprocess.Popen(["unshare", "--net", "sh", "-c", "echo up; read end"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            rows, _ = dump()
            row = rows[inode_of(f"/proc/{process.pid}/ns/net")]
            self.assertEqual(row["netns"], f"sh({process.pid})")
            self.assertEqual(row["naming"], "process")
            self.assertEqual(row["process_count"], 1)
            process.stdin.close()

    def test_each_runtimes_containers_are_known_by_their_cgroup(self):
        uid = "5d1c0b52-0a5e-4c4e-9b7b-0f6f4a3c2d1e"
        pod = {"io.kubernetes.pod.name": "api-0", "io.kubernetes.pod.namespace": "shop",
               "io.kubernetes.pod.uid": uid, "io.kubernetes.container.name": "api"}
        identity = "c0ffee" + "0" * 58
        cases = (
            ("containerd", f"/kubepods.slice/kubepods-pod{uid.replace('-', '_')}.slice/"
                           f"cri-containerd-{identity}.scope", "shop/api-0",
             {f"{CONTAINERD}/{identity}/config.json": specification(
                 {"io.kubernetes.cri.container-type": "container",
                  "io.kubernetes.cri.container-name": "api",
                  "io.kubernetes.cri.sandbox-name": "api-0",
                  "io.kubernetes.cri.sandbox-namespace": "shop"})}),
            ("cri-o", f"/kubepods/besteffort/pod{uid}/crio-{identity}", "shop/api-0",
             {f"{STORAGE}/{identity}/userdata/config.json": specification(
                 pod | {"io.container.manager": "cri-o",
                        "io.kubernetes.cri-o.ContainerType": "container"})}),
            ("docker", f"/docker/{identity}", "front",
             {f"{DOCKER}/{identity}/config.v2.json": {
                 "ID": identity, "Name": "/front", "State": {"Running": True}}}),
            ("docker", f"/kubepods/pod{uid}/{identity}", "shop/api-0",
             {f"{DOCKER}/{identity}/config.v2.json": {
                 "ID": identity, "Name": f"/k8s_api_api-0_shop_{uid}_0",
                 "State": {"Running": True},
                 "Config": {"Labels": pod | {"io.kubernetes.docker.type": "container"}}}}),
            ("podman", f"/machine.slice/libpod-{identity}.scope/container", "cache",
             {f"{STORAGE}/{identity}/userdata/config.json": specification(
                 {"io.container.manager": "libpod"}),
              "/var/lib/containers/storage/overlay-containers/containers.json": [
                  {"id": identity, "names": ["cache"]}]}),
            ("kubelet", f"/kubepods/pod{uid}/{identity}", "shop/api-0",
             {f"/var/log/pods/shop_api-0_{uid}/api/0.log": ""}),
            ("kubelet", f"/kubepods/pod{uid}/{identity}", "shop/api-0",
             {f"/var/log/containers/api-0_shop_api-{identity}.log": ""}),
        )
        for runtime, cgroup, name, files in cases:
            with self.subTest(runtime=runtime, name=name), left(files), \
                    process_in_cgroup(cgroup) as process:
                rows, _ = dump()
                row = rows[inode_of(f"/proc/{process.pid}/ns/net")]
                self.assertEqual((row["netns"], row["runtime"]), (name, runtime))

    def test_a_namespace_made_inside_a_container_is_not_the_containers(self):
        identity = os.listdir(DOCKER)[0]
        with process_in_cgroup(f"/docker/{identity}") as process:
            rows, _ = dump()
            row = rows[inode_of(f"/proc/{process.pid}/ns/net")]
            self.assertEqual(row["netns"], f"sh({process.pid})")
            self.assertNotIn("runtime", row)

    def test_a_pods_own_container_stands_for_those_that_share_its_namespace(self):
        containers = {"a" * 64: ("web", "container"), "b" * 64: ("POD", "sandbox"),
                      "c" * 64: ("proxy", "container")}
        files = {f"{STORAGE}/{identity}/userdata/config.json": specification(
            {"io.container.manager": "cri-o", "io.kubernetes.cri-o.ContainerType": kind,
             "io.kubernetes.pod.name": "api-0", "io.kubernetes.pod.namespace": "shop",
             "io.kubernetes.container.name": name}, "/var/run/netns/shared")
                 for identity, (name, kind) in containers.items()}
        with left(files), added("shared") as inode:
            row = dump()[0][inode]
            self.assertEqual((row["netns"], row["container"]), ("shop/api-0", "proxy"))
            self.assertEqual(row["container_id"], "b" * 64)

    def test_what_podman_removes_by_itself_has_its_name_too(self):
        identity = "d" * 64
        with added("netns-1") as inode, left({
                f"{STORAGE}/{identity}/userdata/config.json": specification(
                    {"io.container.manager": "libpod",
                     "io.kubernetes.cri-o.ContainerType": "container"}, "/run/netns/netns-1"),
                f"{STORAGE}/volatile-containers.json": [{"id": identity, "names": ["passing"]}]}):
            rows, status = dump()
            self.assertEqual((rows[inode]["netns"], rows[inode]["runtime"]), ("passing", "podman"))
            self.assertEqual([entry["state"] for entry in status], ["ok"])

    def test_what_is_broken_is_named_and_costs_nothing_else(self):
        broken = f"{CONTAINERD}/{'e' * 64}/config.json"
        for content in ("", "{", "[" * 100000, '{"annotations": "\\ud800"}'):
            with left({broken: content}):
                rows, status = dump()
                self.assertEqual(status[0]["state"], "partial")
                self.assertIn(broken, status[0]["reason"])
                self.assertIn("host", [row["netns"] for row in rows.values()])

    def test_from_inside_a_pod_it_is_still_the_pods(self):
        web = next(row for row in dump()[0].values() if row.get("pod", "").startswith("web"))
        document = json.loads(output("nsenter", "--net=" + web["path"], NETSCOPE,
                                     "--dump=namespaces", "-j"))
        own = [row for row in document["namespaces"] if row.get("own")]
        self.assertEqual([row["netns"] for row in own], [web["netns"]])
        self.assertIn("host", [row["netns"] for row in document["namespaces"]])

    def test_the_name_host_stays_the_hosts(self):
        with added("host") as inode, added("host#2"):
            rows, _ = dump()
            self.assertEqual(rows[inode_of("/proc/self/ns/net")]["netns"], "host")
            self.assertEqual(rows[inode]["netns"], "host#3")
            self.assertEqual(resolve("host")[0], [inode_of("/proc/self/ns/net")])

    def test_a_namespace_that_may_not_be_entered_says_what_that_needs(self):
        answer = subprocess.run(["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin",
                                 NETSCOPE, "--dump=interfaces", "-j", "--netns",
                                 "tools-registry-1"], capture_output=True, text=True, check=False)
        denied = [entry for entry in json.loads(answer.stdout)["status"]
                  if entry["state"] == "denied"]
        self.assertEqual([entry["netns"] for entry in denied], ["tools-registry-1"])
        self.assertIn("CAP_SYS_ADMIN", denied[0]["reason"])

    def test_it_says_so_when_processes_are_hidden(self):
        if os.environ[INSIDE] != "root":
            self.skipTest("only root can give privileges up")
        answer = subprocess.run(["unshare", "--mount", "sh", "-c",
                                 'mount -t proc -o hidepid=2 proc /proc && exec setpriv '
                                 '--reuid=65534 --regid=65534 --clear-groups --bounding-set=-all '
                                 '--inh-caps=-all "$0" --dump=namespaces -j', NETSCOPE],
                                capture_output=True, text=True, check=False)
        status = json.loads(answer.stdout)["status"][0]
        self.assertEqual(status["state"], "partial")
        self.assertIn("hidepid", status["reason"])

    def test_those_that_vanish_while_it_reads_are_no_trouble(self):
        churn = "for i in {1..300}; do ip netns add fleeting && ip netns delete fleeting; done"
        before = {row["netns"] for row in dump()[0].values()}
        interfaces = (NETSCOPE, "--dump=interfaces", "-j", "--all-netns")
        # An ordinary user may not ask for programs, and is told so.
        calm = subprocess.run(interfaces, capture_output=True, check=False).returncode
        seen = 0
        with subprocess.Popen(["bash", "-c", churn]) as process:
            while process.poll() is None:
                rows, status = dump()
                self.assertEqual([entry["state"] for entry in status], ["ok"], status)
                names = {row["netns"] for row in rows.values()}
                self.assertLessEqual(before, names)
                seen += len(names) > len(before)
                answer = subprocess.run(interfaces, capture_output=True, text=True, check=False)
                self.assertEqual(answer.returncode, calm, answer.stdout)
                self.assertLessEqual(before, {row["netns"] for row in
                                              json.loads(answer.stdout)["interfaces"]})
        self.assertEqual(process.returncode, 0)
        self.assertGreater(seen, 0)

    def test_two_of_one_name_are_told_apart(self):
        subprocess.run(["ip", "netns", "add", "tools-registry-1"], check=True)
        try:
            rows, _ = dump()
            names = sorted(row["netns"] for row in rows.values() if "registry" in row["netns"])
            self.assertEqual(names, ["tools-registry-1", "tools-registry-1#2"])
        finally:
            subprocess.run(["ip", "netns", "delete", "tools-registry-1"], check=True)

    def test_mounts_elsewhere_are_found(self):
        subprocess.run(["ip", "netns", "add", "moved"], check=True)
        inode = inode_of("/run/netns/moved")
        place = "/run/place of its own"
        with open(place, "w", encoding="ascii"):
            pass
        subprocess.run(["mount", "--bind", "/run/netns/moved", place], check=True)
        subprocess.run(["ip", "netns", "delete", "moved"], check=True)
        rows, _ = dump()
        self.assertEqual(rows[inode]["path"], place)
        subprocess.run(["umount", place], check=True)
        os.unlink(place)

    def test_without_privileges_it_says_what_it_could_not_see(self):
        if os.environ[INSIDE] != "root":
            self.skipTest("only root can give privileges up")
        answer = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                                 "--bounding-set=-all", "--inh-caps=-all", NETSCOPE,
                                 "--dump=namespaces", "-j"],
                                capture_output=True, text=True, check=False)
        document = json.loads(answer.stdout)
        status = [entry for entry in document["status"] if entry["source"] == "namespaces"]
        self.assertEqual(status[0]["state"], "partial")
        self.assertIn("CAP_SYS_PTRACE", status[0]["reason"])
        self.assertNotEqual(answer.returncode, 0)


def main():
    if INSIDE in os.environ:
        unittest.main(verbosity=0)
    os.environ[INSIDE] = "root" if os.geteuid() == 0 else "user"
    os.execv(LAB, [LAB, "--no-traffic", "--", sys.executable, os.path.realpath(__file__)])


if __name__ == "__main__":
    main()
