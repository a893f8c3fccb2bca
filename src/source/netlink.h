// SPDX-License-Identifier: GPL-2.0-or-later
// Talking netlink, and the rules that hold for all of it (netlink(7), linux/netlink.h), in one
// place:
// - a dump that was interrupted by a change is read again, a bounded number of times, if its reader
//   can take back what it got;
// - the kernel's words for an error (extended ACK) go into struct error;
// - the kernel checks requests strictly and filters where it can;
// - answers count only if they come from the kernel and carry the request's number;
// - a message that did not fit into the buffer is read again with a larger one;
// - lost notifications (ENOBUFS) are reported, never passed over.
// Messages and attributes themselves are libnl's nlmsg_* and nla_*.
#ifndef SOURCE_NETLINK_H
#define SOURCE_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/error.h"
#include "model/table.h"

struct netns;

// A socket in one namespace. It carries one request at a time.
struct netlink {
    int fd;
    uint32_t port;     // ours, as the kernel gave it
    uint32_t sequence; // of the last request
    void *buffer;
    size_t buffer_size;
};

// Takes one message of an answer. Returns 0; -errno, which ends the reading with that; or a
// positive number, which ends it because there is enough.
typedef int netlink_sink(const struct nlmsghdr *message, void *user_data);

// What a stretch of an answer's bytes said besides its messages.
struct netlink_answer {
    bool done;        // it was the last
    bool interrupted; // the subject changed while it was read (NLM_F_DUMP_INTR)
    int code;         // -errno that the kernel answered, or 0
};

// Goes through bytes as they were received and gives sink each message that carries this sequence
// number. The kernel's error, if there is one, stands in ret_answer->code and, in its words, in
// err. Pure. Returns 0, -EBADMSG (the bytes are not whole messages), or what sink returned.
int netlink_parse(const void *bytes, size_t length, uint32_t sequence, netlink_sink *sink,
                  void *user_data, struct netlink_answer *ret_answer, struct error *err);

// Opens a socket of the netlink protocol in the namespace (NULL: where we are). Returns 0 or
// -errno; -ENOENT if the namespace is gone.
int netlink_open(struct netlink *netlink, const struct netns *netns, int protocol,
                 struct error *err);

// The same around a socket that is already there; the netlink owns it from then on, also when
// this fails.
int netlink_open_fd(struct netlink *netlink, int fd, struct error *err);
void netlink_close(struct netlink *netlink);

// Whether the kernel checks the requests that follow strictly (it does from the start) and filters
// by all that their headers say. It does not know every question that way.
void netlink_set_strict(struct netlink *netlink, bool strict);

// A new request with room for a family's header, which is copied from header. The caller adds
// attributes and hands it to netlink_dump or netlink_get, which free it. NULL when memory is out.
struct nl_msg *netlink_request(int type, const void *header, size_t header_size);

struct netlink_reader {
    netlink_sink *sink;
    // What came so far is void: the dump begins again. NULL for a reader that passed it on.
    void (*restart)(void *user_data);
    void *user_data;
};

// Sends the request as a dump and gives each message to the reader. Frees the request; NULL stands
// for one that memory did not suffice for. Returns 0; -EINTR if the dump was interrupted each time,
// or once for a reader without restart (what the reader has is the last one, and may lack some and
// have some twice); a sink's positive number; or -errno. After an end that is the sink's the answer
// goes on: the socket is good for nothing but closing.
int netlink_dump(struct netlink *netlink, struct nl_msg *request,
                 const struct netlink_reader *reader, struct error *err);

// Sends the request for a single object and gives the answer to sink. As netlink_dump otherwise.
int netlink_get(struct netlink *netlink, struct nl_msg *request, netlink_sink *sink,
                void *user_data, struct error *err);

// Sends messages that the kernel carries out all or none (a batch of nfnetlink's) and waits for the
// first answer: the last of them alone asks for an acknowledgement, since errors come anyway, and
// before it. They are copied into bytes one behind the other, and carry netlink->sequence + 1 as
// their number. Returns 0, or -errno.
int netlink_send_batch(struct netlink *netlink, const void *bytes, size_t length,
                       struct error *err);

// Joins the multicast groups. With all_nsid, the notifications of all namespaces that have an nsid
// in this one are received too (linux/netlink.h NETLINK_LISTEN_ALL_NSID). Returns 0 or -errno.
int netlink_listen(struct netlink *netlink, const unsigned *groups, size_t count, bool all_nsid,
                   struct error *err);

#define NETLINK_NSID_HERE (-1) // of a notification from the socket's own namespace

// Where a notification came from.
struct netlink_origin {
    int nsid;       // NETLINK_NSID_HERE, or which namespace, as it is known in the socket's
    unsigned group; // multicast group
    size_t length;  // of its bytes, which are in the socket's buffer; 0: they did not fit
};

// Takes one datagram of notifications, without waiting, and says where it is from: in most cases
// what changed is to be read anyway. Returns 0, -EAGAIN if there is none, -ENOBUFS if some were
// lost, or -errno.
int netlink_receive(struct netlink *netlink, struct netlink_origin *ret_origin);

// The same, and gives each message of the datagram to sink. One that did not fit into the buffer
// counts as lost. Returns also what sink did.
int netlink_receive_each(struct netlink *netlink, netlink_sink *sink, void *user_data);

// True for what a kernel answers that does not know such a request.
bool netlink_is_unsupported(int code);

// What an error of netlink_open, netlink_dump or netlink_get makes of a table's status.
enum status_state netlink_state_of(int code);

#endif
