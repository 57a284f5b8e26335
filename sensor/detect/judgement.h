/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judgement: the arrow from diagnose to alerts and to tell. What one client's protection is, why,
 * and what proves it. The words are the contract's; the tables of their names are in judgement.c.
 */
#ifndef SENSOR_DETECT_JUDGEMENT_H
#define SENSOR_DETECT_JUDGEMENT_H

#include "decoders/addr.h"
#include "decoders/frame.h"

enum protection { PROTECTION_DNS, PROTECTION_WEB, PROTECTION_COUNT };

enum status {
    STATUS_UNDETERMINED,
    STATUS_PROTECTED,
    STATUS_DEGRADED,
    STATUS_UNPROTECTED, /* dns */
    STATUS_UNAVAILABLE, /* web */
    STATUS_COUNT
};

enum cause {
    CAUSE_NONE,
    CAUSE_SILENT_DROP,
    CAUSE_ICMP_REJECT,
    CAUSE_MIDDLEBOX_RESET,
    CAUSE_SERVER_RESET,
    CAUSE_RESET,
    CAUSE_KILLED_AFTER_OPEN,
    CAUSE_STALLED_AFTER_OPEN,
    CAUSE_FOREIGN_ANSWER,
    CAUSE_RESOLVER_ERROR,
    CAUSE_LATE_ANSWERS,
    CAUSE_PACKET_LOSS,
    CAUSE_NAME_UNRESOLVED,
    CAUSE_NAME_SINKHOLED,
    CAUSE_CAPTIVE_PORTAL,
    CAUSE_NETWORK_DOWN,
    CAUSE_PATH_MTU,
    CAUSE_UNKNOWN,
    CAUSE_COUNT
};

enum reason {
    REASON_NONE,
    REASON_NO_TRAFFIC,
    REASON_ONE_WAY_CAPTURE,
    REASON_NO_ROUTE,
    REASON_CAPTURE_LOSS,
    REASON_TOO_FEW_SAMPLES,
    REASON_END_OF_CAPTURE,
    REASON_COUNT
};

enum confidence {
    CONFIDENCE_NONE,
    CONFIDENCE_POSSIBLE,
    CONFIDENCE_LIKELY,
    CONFIDENCE_CERTAIN,
    CONFIDENCE_COUNT
};

enum role { ROLE_OTHER, ROLE_MODULE, ROLE_FORWARDER, ROLE_COUNT };

enum path_status { PATH_UNDETERMINED, PATH_OK, PATH_FAILING, PATH_LOSSY, PATH_STALE, PATH_COUNT };

#define JUDGEMENT_FRAMES   16
#define JUDGEMENT_EVIDENCE 12
#define JUDGEMENT_RULED    6
#define JUDGEMENT_NOTES    8
#define JUDGEMENT_ADVICE   6
#define JUDGEMENT_PATHS    64
#define JUDGEMENT_TEXT     400

/* One thing a person can check. `text` is whole, plain English, already escaped. */
struct evidence {
    const char *fact; /* stable key, such as "no-answer"; a constant */
    char text[JUDGEMENT_TEXT];
    unsigned frames; /* how many of frame[] are set; all of one file */
    struct frame_ref frame[JUDGEMENT_FRAMES];
    uint64_t more; /* further frames like these */
};

/* The health of one path as told. */
struct path_view {
    struct addr server;
    uint16_t port;
    uint8_t transport; /* IPPROTO_UDP, IPPROTO_TCP */
    enum path_status status;
    uint64_t ok, failed, undetermined; /* exchanges or attempts */
    nstime last_ok;                    /* NSTIME_NONE: never */
};

struct trace;

struct judgement {
    struct addr client; /* its family is the protection's */
    enum protection protection;
    enum role role;
    enum status status;
    enum cause cause;              /* failing or degraded */
    enum reason reason;            /* undetermined */
    enum confidence confidence;    /* with a cause */
    bool other_family_works;       /* the same host is protected in the other family */
    nstime time;                   /* when this became so, or the end */
    nstime last_good;              /* newest success before first_bad; NSTIME_NONE: none was seen */
    nstime first_bad;              /* first packet of the failure; NSTIME_NONE */
    char headline[JUDGEMENT_TEXT]; /* one line after the status word: what is so ("nothing answers
                                      on UDP 53 or UDP 443") */
    char why[JUDGEMENT_TEXT]; /* the cause in one sentence, confidence in words at its end; "" */
    size_t evidence_count;
    struct evidence evidence[JUDGEMENT_EVIDENCE];
    size_t ruled_out_count;
    char ruled_out[JUDGEMENT_RULED][JUDGEMENT_TEXT]; /* "rejected: no ICMP error" */
    size_t note_count;
    char note[JUDGEMENT_NOTES]
             [JUDGEMENT_TEXT]; /* remarks that are no fault ("2 attempts too young to judge") */
    size_t advice_count;
    char advice[JUDGEMENT_ADVICE][JUDGEMENT_TEXT]; /* steps in order */
    size_t path_count;
    struct path_view path[JUDGEMENT_PATHS];
    uint64_t paths_more;         /* further paths, not listed */
    char filter[JUDGEMENT_TEXT]; /* Wireshark display filter that shows it; "" */
    const struct trace *trace;   /* every rule tried (--explain), valid for the call; NULL */
};

const char *protection_name(enum protection protection); /* "dns" */
const char *status_name(enum status status);             /* "unprotected" */
const char *cause_name(enum cause cause);                /* "silent-drop"; NULL for none */
const char *reason_name(enum reason reason);             /* "one-way-capture"; NULL for none */
const char *confidence_name(enum confidence confidence); /* "likely"; NULL for none */
const char *role_name(enum role role);                   /* "module" */
const char *path_status_name(enum path_status status);   /* "failing" */
/* The client's own words: "Protected", "Unprotected", "Cloud Service Unavailable"; NULL where
 * undetermined. */
const char *vendor_status(const struct judgement *judgement);

#endif
