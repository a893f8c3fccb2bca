// SPDX-License-Identifier: GPL-2.0-or-later
// Extensions of xtables from the kernel's structs: what a test with iptables does not reach. Older
// revisions, names that stand elsewhere, and blobs that the kernel would not have taken.
#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/xt_CONNMARK.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_LED.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <linux/netfilter/xt_RATEEST.h>
#include <linux/netfilter/xt_SECMARK.h>
#include <linux/netfilter/xt_TPROXY.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_bpf.h>
#include <linux/netfilter/xt_cgroup.h>
#include <linux/netfilter/xt_connlabel.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_devgroup.h>
#include <linux/netfilter/xt_hashlimit.h>
#include <linux/netfilter/xt_ipvs.h>
#include <linux/netfilter/xt_limit.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_policy.h>
#include <linux/netfilter/xt_realm.h>
#include <linux/netfilter/xt_recent.h>
#include <linux/netfilter/xt_sctp.h>
#include <linux/netfilter/xt_set.h>
#include <linux/netfilter/xt_string.h>
#include <linux/netfilter/xt_u32.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <linux/netfilter_ipv6/ip6t_opts.h>
#include <linux/netfilter_ipv6/ip6t_rt.h>
#include <linux/netfilter_ipv6/ip6t_srh.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ruleset/xt.h"
#include "ruleset/xt_values.h"

static const struct nf_name ipset_names[] = {{3, "blocked"}, {65534, "last"}};
static const struct nf_name realm_names[] = {{0, "cosmos"}, {7, "seven"}};
static const struct nf_name group_names[] = {{2, "uplinks"}};
static const struct nf_name label_names[] = {{40, "eth0-in"}};

static struct xt_context make_context(struct ruleset_names *names, uint8_t family) {
    *names = (struct ruleset_names){
        .ipsets = {ipset_names, XT_COUNT(ipset_names)},
        .realms = {realm_names, XT_COUNT(realm_names)},
        .device_groups = {group_names, XT_COUNT(group_names)},
        .connlabels = {label_names, XT_COUNT(label_names)},
    };
    return (struct xt_context){.names = names, .family = family};
}

// A blob as the kernel gives it, and which extension it is.
struct blob {
    const char *name;
    uint8_t revision;
    bool is_target;
    uint8_t family;
    const void *bytes;
    size_t size;
};
#define MATCH(name, revision, family, info) \
    ((struct blob){name, revision, false, NF_FAMILY_##family, &(info), sizeof(info)})
#define TARGET(name, revision, family, info) \
    ((struct blob){name, revision, true, NF_FAMILY_##family, &(info), sizeof(info)})

static void decode(const struct blob *blob, struct arena *arena, struct nf_xt *ret_xt) {
    assert_int_equal(xt_decode(blob->name, blob->revision, blob->is_target, blob->family,
                               blob->bytes, blob->size, arena, ret_xt),
                     0);
}

static void write_options(const struct nf_xt *xt, struct xt_writer *writer) {
    if (xt->extension->write)
        xt->extension->write(xt->info, writer);
    xt_writer_done(writer);
}

static void assert_text(struct blob blob, const char *text) {
    struct arena arena = ARENA_INIT;
    struct buffer buffer = BUFFER_INIT;
    struct ruleset_names names;
    struct xt_context context = make_context(&names, blob.family);
    struct nf_xt xt;
    decode(&blob, &arena, &xt);
    assert_non_null(xt.extension);
    struct xt_writer writer = xt_writer_text(&context, &buffer);
    write_options(&xt, &writer);
    assert_string_equal(buffer_text(&buffer), text);
    buffer_done(&buffer);
    arena_done(&arena);
}

static void assert_json(struct blob blob, const char *text) {
    struct arena arena = ARENA_INIT;
    struct buffer buffer = BUFFER_INIT;
    struct ruleset_names names;
    struct xt_context context = make_context(&names, blob.family);
    struct nf_xt xt;
    struct xt_writer writer;
    decode(&blob, &arena, &xt);
    assert_non_null(xt.extension);
    xt_writer_json(&context, &buffer, &writer);
    write_options(&xt, &writer);
    assert_string_equal(buffer_text(&buffer), text);
    buffer_done(&buffer);
    arena_done(&arena);
}

static void assert_refused(struct blob blob) {
    struct arena arena = ARENA_INIT;
    struct nf_xt xt;
    decode(&blob, &arena, &xt);
    assert_null(xt.extension);
    assert_int_equal(xt.foreign->raw.length, blob.size);
    arena_done(&arena);
}

static void assert_alias(struct blob blob, const char *alias) {
    struct arena arena = ARENA_INIT;
    struct nf_xt xt;
    decode(&blob, &arena, &xt);
    assert_non_null(xt.extension);
    assert_string_equal(xt.extension->alias(xt.info), alias);
    arena_done(&arena);
}

// --- Older revisions -----------------------------------------------------------------------------

static void test_conntrack_revisions(void **state) {
    struct xt_conntrack_mtinfo1 one = {
        .match_flags = XT_CONNTRACK_STATE | XT_CONNTRACK_ORIGDST_PORT | XT_CONNTRACK_ORIGSRC,
        .invert_flags = XT_CONNTRACK_ORIGDST_PORT,
        .state_mask = XT_CONNTRACK_STATE_BIT(IP_CT_NEW),
        .origdst_port = htons(80),
        .origsrc_addr.ip = htonl(0x0a000000),
        .origsrc_mask.ip = htonl(0xff000000),
    };
    struct xt_conntrack_mtinfo2 two = {
        .match_flags = XT_CONNTRACK_STATE | XT_CONNTRACK_STATE_ALIAS,
        .state_mask = XT_CONNTRACK_STATE_UNTRACKED,
    };
    struct xt_conntrack_mtinfo3 three = {
        .match_flags = XT_CONNTRACK_REPLSRC_PORT,
        .replsrc_port = 1,
        .replsrc_port_high = 9,
    };
    (void)state;
    assert_text(MATCH("conntrack", 1, IP, one),
                " --ctstate NEW --ctorigsrc 10.0.0.0/8 ! --ctorigdstport 80");
    assert_alias(MATCH("conntrack", 1, IP, one), "conntrack");
    assert_text(MATCH("conntrack", 2, IP6, two), " --state UNTRACKED");
    assert_alias(MATCH("conntrack", 2, IP6, two), "state");
    assert_text(MATCH("conntrack", 3, IP6, three), " --ctreplsrcport 1:9");
    two.state_mask = 0;
    assert_text(MATCH("conntrack", 2, IP, two), " --state");
}

static void test_nat_revisions(void **state) {
    struct nf_nat_ipv4_multi_range_compat zero = {
        .rangesize = 1,
        .range[0] = {.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED,
                     .min_ip = htonl(0x0a000001),
                     .max_ip = htonl(0x0a000002),
                     .min.all = htons(80),
                     .max.all = htons(81)},
    };
    struct nf_nat_range one = {
        .flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PERSISTENT,
        .min_addr.in6.s6_addr = {0x20, 1},
        .max_addr.in6.s6_addr = {0x20, 1},
    };
    struct nf_nat_range2 two = {
        .flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED | NF_NAT_RANGE_PROTO_OFFSET,
        .min_addr.ip = htonl(0x0a000001),
        .max_addr.ip = htonl(0x0a000001),
        .min_proto.all = htons(3000),
        .max_proto.all = htons(4000),
        .base_proto.all = htons(1000),
    };
    (void)state;
    assert_text(TARGET("DNAT", 0, IP, zero), " --to-destination 10.0.0.1-10.0.0.2:80-81");
    assert_text(TARGET("SNAT", 1, IP6, one), " --to-source 2001:: --persistent");
    assert_text(TARGET("DNAT", 2, IP, two), " --to-destination 10.0.0.1:3000-4000/1000");
    assert_text(TARGET("SNAT", 2, IP, two), " --to-source 10.0.0.1:3000-4000/1000");
    zero.rangesize = 2;
    assert_refused(TARGET("DNAT", 0, IP, zero));
}

static void test_set_revisions(void **state) {
    struct xt_set_info_match_v0 zero = {
        .match_set = {.index = 3, .u.flags = {IPSET_SRC | IPSET_MATCH_INV, IPSET_DST}}};
    struct xt_set_info_match_v1 one = {
        .match_set = {.index = 65534, .dim = 2, .flags = IPSET_DIM_TWO_SRC}};
    struct xt_set_info_match_v3 three = {
        .match_set = {.index = 9, .dim = 1, .flags = IPSET_INV_MATCH | IPSET_DIM_ONE_SRC},
        .packets = {IPSET_COUNTER_NE, 7},
        .flags = IPSET_FLAG_RETURN_NOMATCH};
    struct xt_set_info_target_v2 target = {
        .add_set = {.index = IPSET_INVALID_ID}, .del_set = {.index = 3, .dim = 1}, .timeout = 60};
    (void)state;
    assert_text(MATCH("set", 0, IP, zero), " ! --match-set blocked src,dst");
    assert_text(MATCH("set", 1, IP6, one), " --match-set last dst,src");
    one.match_set.flags |= IPSET_RETURN_NOMATCH;
    assert_text(MATCH("set", 2, IP6, one), " --match-set last dst,src --return-nomatch");
    assert_text(MATCH("set", 3, IP, three),
                " ! --match-set #9 src --return-nomatch ! --packets-eq 7");
    assert_text(TARGET("SET", 2, IP, target), " --timeout 60 --del-set blocked dst");
    one.match_set.dim = 255;
    assert_text(MATCH("set", 1, IP, one), " --match-set last dst,src,dst,dst,dst,dst");
}

static void test_other_revisions(void **state) {
    struct xt_addrtype_info addrtype = {.source = 4, .dest = 2, .invert_dest = 1};
    struct xt_bpf_info bpf = {.bpf_program_num_elem = 1, .bpf_program[0] = {6, 0, 0, 1}};
    struct xt_recent_mtinfo recent = {.check_set = XT_RECENT_CHECK, .seconds = 9, .name = "x"};
    struct xt_connmark_tginfo1 connmark = {.ctmark = 1, .ctmask = 2};
    struct xt_NFQ_info_v2 queue = {.queuenum = 4, .queues_total = 3, .bypass = 1};
    struct xt_tproxy_target_info tproxy = {.laddr = htonl(0x0a000001), .lport = htons(7)};
    struct ip6t_srh srh = {.mt_flags = IP6T_SRH_TAG | IP6T_SRH_PSID, .tag = 5};
    struct xt_ct_target_info ct = {.flags = XT_CT_NOTRACK_ALIAS | XT_CT_NOTRACK};
    struct xt_ct_target_info_v1 ct1 = {.helper = "ftp", .timeout = "long"};
    (void)state;
    assert_text(MATCH("addrtype", 0, IP, addrtype), " --src-type LOCAL ! --dst-type UNICAST");
    assert_text(MATCH("bpf", 0, IP, bpf), " --bytecode \"1,6 0 0 1\"");
    assert_text(MATCH("recent", 0, IP6, recent), " --rcheck --seconds 9 --name x --rsource");
    assert_text(TARGET("CONNMARK", 1, IP, connmark), " --set-xmark 0x1/0x2");
    assert_text(TARGET("NFQUEUE", 2, IP, queue), " --queue-balance 4:6 --queue-bypass");
    assert_text(TARGET("TPROXY", 0, IP, tproxy),
                " --on-port 7 --on-ip 10.0.0.1 --tproxy-mark 0x0/0x0");
    assert_text(MATCH("srh", 0, IP6, srh), " --srh-tag 5");
    assert_text(TARGET("CT", 0, IP, ct), "");
    assert_alias(TARGET("CT", 0, IP, ct), "NOTRACK");
    assert_text(TARGET("CT", 1, IP, ct1), " --helper ftp --timeout long");
    assert_alias(TARGET("CT", 1, IP, ct1), "CT");
}

static void test_hashlimit_revisions(void **state) {
    struct xt_hashlimit_mtinfo1 one = {
        .name = "h1",
        .cfg = {.mode = XT_HASHLIMIT_HASH_SIP,
                .avg = 10000,
                .burst = 5,
                .gc_interval = 1000,
                .expire = 1000,
                .srcmask = 32,
                .dstmask = 32},
    };
    struct xt_hashlimit_mtinfo2 two = {
        .name = "h2",
        .cfg = {.mode = XT_HASHLIMIT_INVERT,
                .avg = 1000000,
                .burst = 5,
                .gc_interval = 1000,
                .expire = 1000,
                .srcmask = 24,
                .dstmask = 32},
    };
    (void)state;
    assert_text(MATCH("hashlimit", 1, IP, one),
                " --hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-mode srcip"
                " --hashlimit-name h1");
    assert_text(MATCH("hashlimit", 2, IP, two),
                " --hashlimit-above 1/sec --hashlimit-burst 5 --hashlimit-name h2"
                " --hashlimit-srcmask 24");
    two.cfg.avg = 0;
    two.cfg.expire = 0;
    assert_text(MATCH("hashlimit", 2, IP, two),
                " --hashlimit-above inf --hashlimit-burst 5 --hashlimit-name h2"
                " --hashlimit-srcmask 24");
}

static void test_cgroup_revisions(void **state) {
    static struct xt_cgroup_info_v1 one = {.has_path = 1, .invert_path = 1, .path = "/a b"};
    struct xt_cgroup_info_v2 two = {.has_classid = 1, .classid = 7};
    (void)state;
    assert_text(MATCH("cgroup", 1, IP, one), " ! --path \"/a b\"");
    assert_text(MATCH("cgroup", 2, IP, two), " --cgroup 7");
}

// --- Names ---------------------------------------------------------------------------------------

static void test_numbers_have_names(void **state) {
    struct xt_realm_info realm = {.id = 7, .mask = UINT32_MAX, .invert = 1};
    struct xt_devgroup_info group = {.flags = XT_DEVGROUP_MATCH_SRC | XT_DEVGROUP_MATCH_DST,
                                     .src_group = 2,
                                     .src_mask = UINT32_MAX,
                                     .dst_group = 2,
                                     .dst_mask = 0xff};
    struct xt_connlabel_mtinfo label = {.bit = 40, .options = XT_CONNLABEL_OP_SET};
    (void)state;
    assert_text(MATCH("realm", 0, IP, realm), " ! --realm seven");
    realm.id = 8;
    assert_text(MATCH("realm", 0, IP, realm), " ! --realm 0x8");
    assert_text(MATCH("devgroup", 0, IP, group), " --src-group uplinks --dst-group 0x2/0xff");
    assert_text(MATCH("connlabel", 0, IP, label), " --label \"eth0-in\" --set");
}

// A name that fills its place has no NUL behind it.
static void test_names_end_with_their_place(void **state) {
    struct xt_recent_mtinfo recent = {.check_set = XT_RECENT_SET, .side = 2};
    char text[32 + XT_RECENT_NAME_LEN] = " --set --name ";
    (void)state;
    memset(recent.name, 'n', sizeof(recent.name));
    memset(text + strlen(text), 'n', sizeof(recent.name));
    assert_text(MATCH("recent", 0, IP, recent), text);
}

// --- What this machine's kernel may lack ---------------------------------------------------------

static void test_rare_extensions(void **state) {
    struct xt_led_info led = {.id = "netfilter-a\"b", .delay = 7, .always_blink = 1};
    struct xt_secmark_target_info secmark = {.mode = SECMARK_MODE_SEL, .secctx = "system_u:x"};
    struct xt_ipvs_mtinfo ipvs = {
        .bitmask = XT_IPVS_VADDR | XT_IPVS_VPORT | XT_IPVS_DIR,
        .invert = XT_IPVS_VPORT | XT_IPVS_DIR,
        .vaddr.ip = htonl(0xc0000200),
        .vmask.ip = htonl(0xffffff00),
        .vport = htons(80),
    };
    (void)state;
    assert_text(TARGET("LED", 0, IP, led),
                " --led-trigger-id \"a\\\"b\" --led-delay 7 --led-always-blink");
    led.delay = UINT32_MAX;
    assert_json(TARGET("LED", 0, IP, led),
                "[{\"option\":\"led-trigger-id\",\"value\":\"a\\\"b\"},"
                "{\"option\":\"led-delay\",\"value\":\"-1\"},{\"option\":\"led-always-blink\"}]");
    assert_text(TARGET("SECMARK", 0, IP6, secmark), " --selctx system_u:x");
    assert_text(MATCH("ipvs", 0, IP, ipvs), " --vaddr 192.0.2.0/24 ! --vport 80 --vdir REPLY");
}

static void test_json_of_text_is_text(void **state) {
    struct xt_string_info string = {.algo = "bm", .pattern = "42", .patlen = 2, .to_offset = 65535};
    struct xt_rateinfo limit = {.avg = 10000, .burst = 7};
    (void)state;
    assert_json(
        MATCH("string", 1, IP, string),
        "[{\"option\":\"string\",\"value\":\"42\"},{\"option\":\"algo\",\"value\":\"bm\"}]");
    assert_json(MATCH("limit", 0, IP, limit), "[{\"option\":\"limit\",\"value\":\"1/sec\"},"
                                              "{\"option\":\"limit-burst\",\"value\":7}]");
}

// --- What the kernel would not have taken --------------------------------------------------------

static void test_counts_that_are_too_large(void **state) {
    struct xt_bpf_info bpf = {.bpf_program_num_elem = XT_BPF_MAX_NUM_INSTR + 1};
    struct xt_multiport_v1 ports = {.count = XT_MULTI_PORTS + 1};
    struct xt_policy_info policy = {.len = XT_POLICY_MAX_ELEM + 1};
    struct xt_sctp_info sctp = {.flag_count = XT_NUM_SCTP_FLAGS + 1};
    struct xt_string_info string = {.patlen = XT_STRING_MAX_PATTERN_SIZE + 1};
    struct xt_u32 u32 = {.ntests = XT_U32_MAXSIZE + 2};
    struct ip6t_opts options = {.optsnr = IP6T_OPTS_OPTSNR + 1};
    struct ip6t_rt rt = {.addrnr = IP6T_RT_HOPS + 1};
    (void)state;
    assert_refused(MATCH("bpf", 0, IP, bpf));
    assert_refused(MATCH("multiport", 1, IP, ports));
    ports = (struct xt_multiport_v1){.count = 1, .pflags[0] = 1};
    assert_refused(MATCH("multiport", 1, IP, ports));
    assert_refused(MATCH("policy", 0, IP, policy));
    assert_refused(MATCH("sctp", 0, IP, sctp));
    sctp.flag_count = -1;
    assert_refused(MATCH("sctp", 0, IP, sctp));
    assert_refused(MATCH("string", 1, IP, string));
    assert_refused(MATCH("u32", 0, IP, u32));
    u32 = (struct xt_u32){.ntests = 1, .tests[0].nvalues = XT_U32_MAXSIZE + 2};
    assert_refused(MATCH("u32", 0, IP, u32));
    assert_refused(MATCH("hbh", 0, IP6, options));
    assert_refused(MATCH("rt", 0, IP6, rt));
}

static void test_numbers_without_a_meaning(void **state) {
    struct ipt_reject_info reject = {.with = IPT_ICMP_ECHOREPLY};
    struct xt_connmark_tginfo2 connmark = {.shift_dir = 2};
    struct xt_rateest_target_info rateest = {.interval = 4};
    struct xt_led_info led = {.id = "other"};
    uint8_t ttl[2] = {9, 1}, audit = 3;
    (void)state;
    assert_refused(TARGET("REJECT", 0, IP, reject));
    assert_refused(TARGET("CONNMARK", 2, IP, connmark));
    assert_refused(TARGET("RATEEST", 0, IP, rateest));
    rateest = (struct xt_rateest_target_info){.interval = -128};
    assert_refused(TARGET("RATEEST", 0, IP, rateest));
    assert_refused(TARGET("LED", 0, IP, led));
    assert_refused(MATCH("ttl", 0, IP, ttl));
    assert_refused(TARGET("TTL", 0, IP, ttl));
    assert_refused(TARGET("AUDIT", 0, IP, audit));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conntrack_revisions),
        cmocka_unit_test(test_nat_revisions),
        cmocka_unit_test(test_set_revisions),
        cmocka_unit_test(test_other_revisions),
        cmocka_unit_test(test_hashlimit_revisions),
        cmocka_unit_test(test_cgroup_revisions),
        cmocka_unit_test(test_numbers_have_names),
        cmocka_unit_test(test_names_end_with_their_place),
        cmocka_unit_test(test_rare_extensions),
        cmocka_unit_test(test_json_of_text_is_text),
        cmocka_unit_test(test_counts_that_are_too_large),
        cmocka_unit_test(test_numbers_without_a_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
