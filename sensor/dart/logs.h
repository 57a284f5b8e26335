/* SPDX-License-Identifier: GPL-2.0-or-later */
/* logs: what the module wrote about itself, out of a DART bundle: dated events in the order of
 * their times, what the policy says, and what became of every line. Formats: domain fact 5. */
#ifndef SENSOR_DART_LOGS_H
#define SENSOR_DART_LOGS_H

#include <stdbool.h>

#include "decoders/addr.h"
#include "decoders/nstime.h"

enum dart_kind {
    DART_OTHER,    /* a dated line that means nothing to us: counted, not kept */
    DART_CHECKING, /* "checking reachability of primary OpenDNS resolver candidates" */
    DART_PROBING,  /* "probing for OpenDNS resolvers" */
    DART_REJECTED, /* "rejected all candidate resolvers" */
    DART_STATE,    /* a DNS state machine names a state */
    DART_SWG_RESOLVED,
    DART_SWG_CONNECTING,
    DART_SWG_CONNECTED,
    DART_SWG_FAILED, /* "TCP handshake to SWG Proxy URL was not successful" */
    DART_WEB_STATE,  /* "swg_protection_state" */
    DART_KINDS
};

/* What the module does with web traffic while the SWG can't be reached. */
enum dart_policy { DART_POLICY_UNKNOWN, DART_FAIL_OPEN, DART_FAIL_CLOSED };

#define DART_TEXT 128

struct dart_event {
    nstime local;   /* whole seconds, as if the log's local time were UTC: its zone is not in it */
    uint32_t order; /* of reading: what stands in one second stays in its order */
    uint8_t kind;   /* enum dart_kind */
    uint8_t family; /* enum addr_family; ADDR_NONE where it names none */
    uint16_t port;  /* 53, 443; 0 where it names none, or is cut before it */
    char text[DART_TEXT]; /* what the line says, cut: hostile bytes, identities and all */
};

#define DART_NAME    128
#define DART_TROUBLE 160

/* One log or configuration file as it was read. */
struct dart_file {
    char name[DART_NAME];  /* as in the bundle, its end where it is long: anybody's bytes */
    uint64_t lines;        /* that are not blank; 0 for a configuration */
    uint64_t known, other; /* dated lines or records that mean something to us, and that do not */
    uint64_t loose;        /* lines without a date: what goes on from the line before */
    uint64_t damaged;      /* lines or records that begin like one and can't be read */
    uint64_t cut;          /* lines too long to be read whole */
    bool config;           /* OrgInfo.json, SWGConfig.json */
    char trouble[DART_TROUBLE]; /* a clause: why it was not read to its end; "" */
};

/* From the first to the last dated line, whatever it says. NSTIME_NONE: there is none. */
struct dart_span {
    nstime first, last;
};

#define DART_FILES  64
#define DART_EVENTS 262144 /* the newest are kept: a bundle is made right after the fault */

struct dart_logs {
    struct dart_event *event; /* after dart_logs_sort() by time */
    size_t count, room;
    size_t oldest;     /* before dart_logs_sort(): a ring once it is full */
    uint64_t left_out; /* older events that had to make way */
    uint32_t order;
    bool no_memory;
    struct dart_span dns, web; /* of the plugin's log, and of the event log's records, as far as
                                  they are kept */
    struct dart_file file[DART_FILES];
    size_t files;
    uint64_t more_files; /* not read: a bundle has few */
    enum dart_policy policy;
    bool organisation; /* OrgInfo.json names one: the module is registered */
};

void dart_logs_free(struct dart_logs *logs);
/* A further file; NULL where there are too many, which is counted. */
struct dart_file *dart_logs_file(struct dart_logs *logs, const char *name);
void dart_logs_add(struct dart_logs *logs, const struct dart_event *event);
void dart_span_note(struct dart_span *span, nstime local);
/* When all is read. */
void dart_logs_sort(struct dart_logs *logs);

#endif
