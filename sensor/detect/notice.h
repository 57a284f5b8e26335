/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notice: the arrow from alerts to tell. One edge in an alert's life: it fires, changes
 * while it fires, or resolves. */
#ifndef SENSOR_DETECT_NOTICE_H
#define SENSOR_DETECT_NOTICE_H

#include "sensor/detect/judgement.h"
#include "sensor/detect/segment.h"

enum notice_code {
    NOTICE_DNS_UNPROTECTED,
    NOTICE_DNS_DEGRADED,
    NOTICE_WEB_UNAVAILABLE,
    NOTICE_WEB_DEGRADED,
    /* about the sensor's own sight: SCOPE_SITE, of no family */
    NOTICE_SENSOR_BLIND,
    NOTICE_CAPTURE_GAP,
    NOTICE_CAPTURE_LOSS,
    NOTICE_CODE_COUNT
};

enum notice_resolution {
    RESOLUTION_NONE, /* firing */
    RESOLUTION_RECOVERED,
    RESOLUTION_CLIENT_GONE,
    RESOLUTION_SUSPENDED,
    RESOLUTION_FOLDED, /* a wider alert stands for it now */
    RESOLUTION_COUNT
};

enum notice_severity {
    SEVERITY_CRITICAL,
    SEVERITY_WARNING,
    SEVERITY_NOTICE,
    SEVERITY_INFO,
    SEVERITY_COUNT
};

/* How far an alert reaches: one client, a configured segment, all clients of a family. */
enum notice_scope { SCOPE_CLIENT, SCOPE_SEGMENT, SCOPE_SITE, SCOPE_COUNT };

struct notice {
    uint64_t id; /* from 1, unique in a run */
    enum notice_code code;
    enum notice_resolution resolution; /* RESOLUTION_NONE: state is firing */
    enum notice_severity severity;
    enum notice_scope scope;
    struct addr client;      /* SCOPE_CLIENT */
    struct segment segment;  /* SCOPE_SEGMENT */
    enum addr_family family; /* ADDR_NONE: all of them */
    bool has_path;           /* one path alone is the trouble */
    struct path_view path;
    nstime time;  /* of this edge */
    nstime since; /* first packet of the failure */
    /* SCOPE_CLIENT: failed samples so far. Else the clients that fail alike; where it resolves, the
     * most that did at once. Of capture-loss the packets that are missing. */
    uint64_t count;
    uint64_t of; /* so many were active then; not SCOPE_CLIENT */
    enum cause cause;
    enum confidence confidence;
    char message[JUDGEMENT_TEXT];
};

/* What one step led to, for the sinks. */
#define NOTICES_MAX 8
struct notices {
    size_t count;
    struct notice item[NOTICES_MAX];
};

const char *notice_code_name(enum notice_code code);                   /* "dns-unprotected" */
const char *notice_resolution_name(enum notice_resolution resolution); /* NULL for none */
const char *notice_severity_name(enum notice_severity severity);
const char *notice_scope_name(enum notice_scope scope); /* "site" */

#define NOTICE_WHO SEGMENT_TEXT
/* Whom it is about: "10.1.7.114", "office (10.1.0.0/16)", "SITE (IPv4)", "SENSOR". Returns out. */
char *notice_who(const struct notice *notice, char out[NOTICE_WHO]);

#endif
