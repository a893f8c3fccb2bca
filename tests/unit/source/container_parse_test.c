// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "source/container.h"

#define ID  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define UID "2f0f6c3e-7d3e-4a53-9f3a-0d1f2e3c4b5a"

static void assert_text(const char *text, const char *expected) {
    if (expected)
        assert_string_equal(text, expected);
    else
        assert_null(text);
}

static void assert_container(const struct container *container, const struct container *expected) {
    assert_text(container->runtime, expected->runtime);
    assert_text(container->id, expected->id);
    assert_text(container->name, expected->name);
    assert_text(container->pod, expected->pod);
    assert_text(container->pod_namespace, expected->pod_namespace);
    assert_text(container->pod_uid, expected->pod_uid);
    assert_text(container->netns_path, expected->netns_path);
    assert_int_equal(container->sandbox, expected->sandbox);
}

static void assert_oci(const char *json, const struct container *expected) {
    struct arena arena = ARENA_INIT;
    struct container container;
    struct error err;
    assert_int_equal(container_parse_oci(json, strlen(json), ID, &arena, &container, &err), 0);
    assert_container(&container, expected);
    arena_done(&arena);
}

static void test_containerd_tells_the_pod_of_a_sandbox(void **state) {
    (void)state;
    assert_oci("{\"annotations\":{\"io.kubernetes.cri.container-type\":\"sandbox\","
               "\"io.kubernetes.cri.sandbox-name\":\"web-1\","
               "\"io.kubernetes.cri.sandbox-namespace\":\"default\","
               "\"io.kubernetes.cri.sandbox-uid\":\"" UID "\"},"
               "\"linux\":{\"namespaces\":[{\"type\":\"pid\"},"
               "{\"type\":\"network\",\"path\":\"/var/run/netns/cni-1\"}]}}",
               &(struct container){.runtime = "containerd",
                                   .id = ID,
                                   .pod = "web-1",
                                   .pod_namespace = "default",
                                   .pod_uid = UID,
                                   .netns_path = "/var/run/netns/cni-1",
                                   .sandbox = true});
}

static void test_a_path_by_way_of_a_process_is_not_trusted(void **state) {
    (void)state;
    assert_oci("{\"annotations\":{\"io.kubernetes.cri.container-type\":\"container\","
               "\"io.kubernetes.cri.container-name\":\"nginx\","
               "\"io.kubernetes.cri.sandbox-name\":\"web-1\","
               "\"io.kubernetes.cri.sandbox-namespace\":\"default\"},"
               "\"linux\":{\"namespaces\":[{\"type\":\"network\",\"path\":\"/proc/77/ns/net\"}]}}",
               &(struct container){.runtime = "containerd",
                                   .id = ID,
                                   .name = "nginx",
                                   .pod = "web-1",
                                   .pod_namespace = "default"});
}

static void test_cri_o_tells_the_pod(void **state) {
    (void)state;
    assert_oci("{\"annotations\":{\"io.kubernetes.cri-o.ContainerType\":\"sandbox\","
               "\"io.kubernetes.container.name\":\"POD\","
               "\"io.kubernetes.pod.name\":\"api-0\",\"io.kubernetes.pod.namespace\":\"prod\","
               "\"io.kubernetes.pod.uid\":\"" UID "\"},"
               "\"linux\":{\"namespaces\":[{\"type\":\"network\",\"path\":\"/run/netns/x\"}]}}",
               &(struct container){.runtime = "cri-o",
                                   .id = ID,
                                   .pod = "api-0",
                                   .pod_namespace = "prod",
                                   .pod_uid = UID,
                                   .netns_path = "/run/netns/x",
                                   .sandbox = true});
}

static void test_podman_is_known_by_its_annotation_and_named_by_its_list(void **state) {
    static const char list[] = "[{\"id\":\"ffff\",\"names\":[\"other\"]},"
                               "{\"id\":\"" ID "\",\"names\":[\"db\"]}]";
    struct arena arena = ARENA_INIT;
    struct error err;
    const char *name = NULL;
    (void)state;
    assert_oci("{\"annotations\":{\"io.container.manager\":\"libpod\"}}",
               &(struct container){.runtime = "podman", .id = ID});
    assert_int_equal(container_parse_podman_name(list, strlen(list), ID, &arena, &name, &err), 0);
    assert_string_equal(name, "db");
    assert_int_equal(container_parse_podman_name(list, strlen(list), "00", &arena, &name, &err),
                     -ENOENT);
    arena_done(&arena);
}

static void test_podman_in_a_pod_of_its_own_is_not_taken_for_cri_o(void **state) {
    (void)state;
    assert_oci("{\"annotations\":{\"io.container.manager\":\"libpod\","
               "\"io.kubernetes.cri-o.ContainerType\":\"sandbox\"}}",
               &(struct container){.runtime = "podman", .id = ID, .sandbox = true});
}

static void test_cri_o_without_the_kubelets_labels_tells_the_pod(void **state) {
    (void)state;
    assert_oci("{\"annotations\":{\"io.container.manager\":\"cri-o\","
               "\"io.kubernetes.cri-o.ContainerType\":\"sandbox\","
               "\"io.kubernetes.cri-o.KubeName\":\"web-1\","
               "\"io.kubernetes.cri-o.Namespace\":\"default\"}}",
               &(struct container){.runtime = "cri-o",
                                   .id = ID,
                                   .pod = "web-1",
                                   .pod_namespace = "default",
                                   .sandbox = true});
}

static void test_cri_dockerd_tells_the_pod_by_labels(void **state) {
    static const char json[] =
        "{\"ID\":\"" ID "\",\"Name\":\"/k8s_POD_web-1_default_" UID "_0\","
        "\"State\":{\"Running\":true},\"Config\":{\"Labels\":{"
        "\"io.kubernetes.docker.type\":\"podsandbox\",\"io.kubernetes.container.name\":\"POD\","
        "\"io.kubernetes.pod.name\":\"web-1\",\"io.kubernetes.pod.namespace\":\"default\","
        "\"io.kubernetes.pod.uid\":\"" UID "\"}}}";
    struct arena arena = ARENA_INIT;
    struct container container;
    struct error err;
    (void)state;
    assert_int_equal(container_parse_docker(json, strlen(json), &arena, &container, &err), 0);
    assert_container(&container, &(struct container){.runtime = "docker",
                                                     .id = ID,
                                                     .pod = "web-1",
                                                     .pod_namespace = "default",
                                                     .pod_uid = UID,
                                                     .sandbox = true});
    arena_done(&arena);
}

static void test_a_specification_without_names_tells_nothing(void **state) {
    static const char *const silent[] = {"{}", "{\"annotations\":[]}", "[]",
                                         "{\"annotations\":{}}"};
    struct arena arena = ARENA_INIT;
    struct container container;
    struct error err;
    (void)state;
    for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
        assert_int_equal(
            container_parse_oci(silent[i], strlen(silent[i]), ID, &arena, &container, &err),
            -ENOENT);
    arena_done(&arena);
}

static void test_what_is_not_json_is_refused_with_the_line(void **state) {
    struct arena arena = ARENA_INIT;
    struct container container;
    struct error err;
    (void)state;
    assert_int_equal(container_parse_oci("{\n\"a\":", 6, ID, &arena, &container, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "line 2"));
    assert_int_equal(container_parse_docker("", 0, &arena, &container, &err), -EBADMSG);
    arena_done(&arena);
}

static void test_docker_tells_the_name_of_what_runs(void **state) {
    static const char running[] =
        "{\"State\":{\"Running\":true,\"Pid\":77},\"ID\":\"" ID "\",\"Name\":\"/registry\","
        "\"NetworkSettings\":{\"SandboxKey\":\"/var/run/docker/netns/4c7e19d2a0b5\"}}";
    static const char stopped[] =
        "{\"State\":{\"Running\":false},\"ID\":\"" ID "\",\"Name\":\"/registry\"}";
    struct arena arena = ARENA_INIT;
    struct container container;
    struct error err;
    (void)state;
    assert_int_equal(container_parse_docker(running, strlen(running), &arena, &container, &err), 0);
    assert_container(&container,
                     &(struct container){.runtime = "docker",
                                         .id = ID,
                                         .name = "registry",
                                         .netns_path = "/var/run/docker/netns/4c7e19d2a0b5"});
    assert_int_equal(container_parse_docker(stopped, strlen(stopped), &arena, &container, &err),
                     -ENOENT);
    arena_done(&arena);
}

static void test_docker_may_keep_its_data_elsewhere(void **state) {
    struct arena arena = ARENA_INIT;
    struct error err;
    const char *root = NULL;
    (void)state;
    assert_int_equal(
        container_parse_docker_root("{\"data-root\":\"/srv/d\"}", 22, &arena, &root, &err), 0);
    assert_string_equal(root, "/srv/d");
    assert_int_equal(container_parse_docker_root("{}", 2, &arena, &root, &err), -ENOENT);
    arena_done(&arena);
}

static void test_the_kubelet_tells_by_names_of_logs(void **state) {
    static const char *const wrong[] = {"",
                                        "web",
                                        "web_default",
                                        "web_default_app.log",
                                        "web_default_app-0123.log",
                                        "web_default_-" ID ".log",
                                        "_default_app-" ID ".log",
                                        "we\x1b_default_app-" ID ".log",
                                        "web_default_app-" ID ".txt",
                                        "web_default_app-" ID "0.log"};
    struct arena arena = ARENA_INIT;
    struct container container;
    (void)state;
    assert_int_equal(
        container_parse_log_name("web-1_default_my-app-" ID ".log", &arena, &container), 0);
    assert_container(&container, &(struct container){.runtime = "kubelet",
                                                     .id = ID,
                                                     .name = "my-app",
                                                     .pod = "web-1",
                                                     .pod_namespace = "default"});
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(container_parse_log_name(wrong[i], &arena, &container), -EBADMSG);
    arena_done(&arena);
}

static void test_the_kubelet_tells_by_names_of_directories(void **state) {
    static const char *const wrong[] = {"",         "a_b",          "a_b_",
                                        "a__" UID,  "_b_" UID,      "a_b_zz-top",
                                        "A_b_" UID, "a_b_" UID "/", "a_b_" ID "0"};
    struct arena arena = ARENA_INIT;
    struct container container;
    (void)state;
    assert_int_equal(container_parse_log_directory("kube-system_dns-1_" UID, &arena, &container),
                     0);
    assert_container(&container, &(struct container){.runtime = "kubelet",
                                                     .pod = "dns-1",
                                                     .pod_namespace = "kube-system",
                                                     .pod_uid = UID});
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(container_parse_log_directory(wrong[i], &arena, &container), -EBADMSG);
    arena_done(&arena);
}

static void assert_cgroup(const char *text, const char *id, const char *pod_uid) {
    struct container_cgroup cgroup;
    container_parse_cgroup(text, strlen(text), &cgroup);
    assert_string_equal(cgroup.id, id);
    assert_string_equal(cgroup.pod_uid, pod_uid);
}

static void test_cgroups_tell_container_and_pod(void **state) {
    (void)state;
    assert_cgroup("", "", "");
    assert_cgroup("0::/\n", "", "");
    assert_cgroup("0::/user.slice/user-1000.slice/session-2.scope\n", "", "");
    assert_cgroup("0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-"
                  "pod2f0f6c3e_7d3e_4a53_9f3a_0d1f2e3c4b5a.slice/cri-containerd-" ID ".scope\n",
                  ID, UID);
    assert_cgroup("0::/kubepods.slice/kubepods-pod2f0f6c3e_7d3e_4a53_9f3a_0d1f2e3c4b5a.slice/"
                  "crio-" ID ".scope/container\n",
                  ID, UID);
    assert_cgroup("0::/kubepods/burstable/pod" UID "/" ID "\n", ID, UID);
    assert_cgroup("12:cpu,cpuacct:/docker/" ID "\n11:memory:/docker/" ID "\n0::/\n", ID, "");
    assert_cgroup("0::/system.slice/docker-" ID ".scope", ID, "");
    assert_cgroup("0::/machine.slice/libpod-" ID ".scope/container\n", ID, "");
    // In a cgroup namespace the path is relative.
    assert_cgroup("0::/../../kubepods-besteffort-pod0123456789abcdef0123456789abcdef.slice/"
                  "cri-containerd-" ID ".scope\n",
                  ID, "0123456789abcdef0123456789abcdef");
}

static void test_what_only_looks_like_an_id_is_none(void **state) {
    (void)state;
    assert_cgroup("0::/docker/" ID "0\n", "", "");
    assert_cgroup("0::/docker/0123\n", "", "");
    assert_cgroup("0::/my-podcast.slice\n", "", "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_containerd_tells_the_pod_of_a_sandbox),
        cmocka_unit_test(test_a_path_by_way_of_a_process_is_not_trusted),
        cmocka_unit_test(test_cri_o_tells_the_pod),
        cmocka_unit_test(test_podman_is_known_by_its_annotation_and_named_by_its_list),
        cmocka_unit_test(test_podman_in_a_pod_of_its_own_is_not_taken_for_cri_o),
        cmocka_unit_test(test_cri_o_without_the_kubelets_labels_tells_the_pod),
        cmocka_unit_test(test_cri_dockerd_tells_the_pod_by_labels),
        cmocka_unit_test(test_a_specification_without_names_tells_nothing),
        cmocka_unit_test(test_what_is_not_json_is_refused_with_the_line),
        cmocka_unit_test(test_docker_tells_the_name_of_what_runs),
        cmocka_unit_test(test_docker_may_keep_its_data_elsewhere),
        cmocka_unit_test(test_the_kubelet_tells_by_names_of_logs),
        cmocka_unit_test(test_the_kubelet_tells_by_names_of_directories),
        cmocka_unit_test(test_cgroups_tell_container_and_pod),
        cmocka_unit_test(test_what_only_looks_like_an_id_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
