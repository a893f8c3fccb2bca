// SPDX-License-Identifier: GPL-2.0-or-later
// The records inside an interface: its addresses and the programs on its way.
#include "model/link.h"
#include "model/link_words.h"

// IFA_F_* of linux/if_addr.h.
enum address_flag {
    ADDRESS_SECONDARY = 0x01, // IPv6: temporary
    ADDRESS_NODAD = 0x02,
    ADDRESS_OPTIMISTIC = 0x04,
    ADDRESS_DADFAILED = 0x08,
    ADDRESS_HOME = 0x10,
    ADDRESS_DEPRECATED = 0x20,
    ADDRESS_TENTATIVE = 0x40,
    ADDRESS_PERMANENT = 0x80,
    ADDRESS_MANAGETEMPADDR = 0x100,
    ADDRESS_NOPREFIXROUTE = 0x200,
    ADDRESS_AUTOJOIN = 0x400,
    ADDRESS_STABLE_PRIVACY = 0x800,
};

static void set_true(struct value *ret) {
    ret->kind = VALUE_BOOLEAN;
    ret->boolean = true;
}

static void get_family(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link_address *address = ref->row;
    (void)field;
    value_set_text(ret, address->local.family == ADDRESS_IPV4 ? "inet" : "inet6");
}

static void get_scope(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link_address *address = ref->row;
    const char *word = link_scope_word(address->scope);
    (void)field;
    if (word)
        value_set_text(ret, word);
    else
        value_printf(ret, "%u", address->scope);
}

// As ip(8) does: only what is set is there.
static void get_flag(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link_address *address = ref->row;
    if (address->flags & field->offset)
        set_true(ret);
}

static void get_secondary(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link_address *address = ref->row;
    (void)field;
    if (address->flags & ADDRESS_SECONDARY && address->local.family == ADDRESS_IPV4)
        set_true(ret);
}

static void get_temporary(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link_address *address = ref->row;
    (void)field;
    if (address->flags & ADDRESS_SECONDARY && address->local.family == ADDRESS_IPV6)
        set_true(ret);
}

static void get_dynamic(const struct row_ref *ref, const struct field *field, struct value *ret) {
    const struct link_address *address = ref->row;
    (void)field;
    if (!(address->flags & ADDRESS_PERMANENT))
        set_true(ret);
}

// The bit stands where other fields have their member's offset.
#define FLAG(key, title, bit, help) \
    { key, title, FIELD_BOOLEAN, get_flag, (bit), NULL, help, 0 }

static const struct field address_fields[] = {
    FIELD_BY("family", "FAMILY", FIELD_TEXT, get_family, "inet or inet6"),
    FIELD(struct link_address, local, "LOCAL", FIELD_ADDRESS, "the address"),
    FIELD(struct link_address, prefixlen, "LENGTH", FIELD_NUMBER, "length of its prefix, in bits"),
    FIELD_AS("address", struct link_address, peer, "PEER", FIELD_ADDRESS,
             "address of the other end of a point-to-point link"),
    FIELD(struct link_address, broadcast, "BROADCAST", FIELD_ADDRESS, "broadcast address"),
    FIELD_BY("scope", "SCOPE", FIELD_TEXT, get_scope, "how far the address counts"),
    FIELD(struct link_address, label, "LABEL", FIELD_TEXT, "label of an IPv4 address"),
    FIELD_BY("dynamic", "DYNAMIC", FIELD_BOOLEAN, get_dynamic, "has a lifetime"),
    FIELD_BY("secondary", "SECONDARY", FIELD_BOOLEAN, get_secondary,
             "not the first IPv4 address of its prefix"),
    FIELD_BY("temporary", "TEMPORARY", FIELD_BOOLEAN, get_temporary,
             "an IPv6 privacy address (RFC 8981)"),
    FLAG("tentative", "TENTATIVE", ADDRESS_TENTATIVE, "not yet checked for duplicates"),
    FLAG("dadfailed", "DAD FAILED", ADDRESS_DADFAILED, "another node has it: it is not used"),
    FLAG("deprecated", "DEPRECATED", ADDRESS_DEPRECATED, "not used for new connections"),
    FLAG("nodad", "NO DAD", ADDRESS_NODAD, "not checked for duplicates"),
    FLAG("optimistic", "OPTIMISTIC", ADDRESS_OPTIMISTIC, "used while it is tentative (RFC 4429)"),
    FLAG("home", "HOME", ADDRESS_HOME, "Mobile IPv6 home address"),
    FLAG("mngtmpaddr", "MANAGES TEMPORARY", ADDRESS_MANAGETEMPADDR,
         "the kernel makes temporary addresses from it"),
    FLAG("noprefixroute", "NO ROUTE", ADDRESS_NOPREFIXROUTE,
         "the kernel made no route for its prefix"),
    FLAG("autojoin", "AUTOJOIN", ADDRESS_AUTOJOIN, "a multicast group that was joined"),
    FLAG("stable_privacy", "STABLE PRIVACY", ADDRESS_STABLE_PRIVACY,
         "made from a secret (RFC 7217)"),
    FIELD(struct link_address, metric, "METRIC", FIELD_NUMBER, "metric of its prefix's route"),
    FIELD(struct link_address, protocol, "PROTOCOL", FIELD_NUMBER,
          "who made it (IFAPROT_*: 1 loopback, 2 router advertisement, 3 link-local)"),
    FIELD(struct link_address, valid_life_time, "VALID", FIELD_DURATION,
          "seconds that it has to live; 4294967295: for ever"),
    FIELD(struct link_address, preferred_life_time, "PREFERRED", FIELD_DURATION,
          "seconds until it is deprecated; 4294967295: never"),
};

static void format_address(const void *item, struct buffer *buffer) {
    const struct link_address *address = item;
    address_format(&address->local, buffer);
    if (address->peer.family != ADDRESS_NONE) {
        buffer_puts(buffer, " peer ");
        address_format(&address->peer, buffer);
    }
    buffer_putc(buffer, '/');
    buffer_put_uint(buffer, address->prefixlen);
    if (address->flags & ADDRESS_DADFAILED)
        buffer_puts(buffer, " dadfailed");
    else if (address->flags & ADDRESS_TENTATIVE)
        buffer_puts(buffer, " tentative");
}

const struct record_type link_address_type = {
    .name = "address",
    .fields = address_fields,
    .field_count = sizeof(address_fields) / sizeof(address_fields[0]),
    .size = sizeof(struct link_address),
    .format = format_address,
};

static const struct field program_fields[] = {
    FIELD(struct link_program, attached, "ATTACHED", FIELD_TEXT,
          "where: xdp, tc-ingress, tc-egress, tcx-ingress ..."),
    FIELD(struct link_program, id, "ID", FIELD_NUMBER, "id of the program"),
    FIELD(struct link_program, name, "NAME", FIELD_TEXT, "name of the program"),
    FIELD(struct link_program, priority, "PRIORITY", FIELD_NUMBER, "priority of the tc filter"),
};

// "xdp:filter", or "xdp:#17" for a program whose name may not be read.
static void format_program(const void *item, struct buffer *buffer) {
    const struct link_program *program = item;
    buffer_puts(buffer, program->attached);
    if (program->name && program->name[0])
        buffer_printf(buffer, ":%s", program->name);
    else if (program->id.known)
        buffer_printf(buffer, ":#%llu", (unsigned long long)program->id.value);
}

const struct record_type link_program_type = {
    .name = "program",
    .fields = program_fields,
    .field_count = sizeof(program_fields) / sizeof(program_fields[0]),
    .size = sizeof(struct link_program),
    .format = format_program,
};
