/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notice: the arrow from alerts to tell. One edge in an alert's life: it fires, changes its code
 * while it fires, or resolves. */
#ifndef SENSOR_DETECT_NOTICE_H
#define SENSOR_DETECT_NOTICE_H

#include "sensor/detect/judgement.h"

enum notice_code {
    NOTICE_DNS_UNPROTECTED,
    NOTICE_DNS_DEGRADED,
    NOTICE_WEB_UNAVAILABLE,
    NOTICE_WEB_DEGRADED,
    NOTICE_CODE_COUNT
};

enum notice_resolution {
    RESOLUTION_NONE, /* firing */
    RESOLUTION_RECOVERED,
    RESOLUTION_CLIENT_GONE,
    RESOLUTION_SUSPENDED,
    RESOLUTION_COUNT
};

enum notice_severity {
    SEVERITY_CRITICAL,
    SEVERITY_WARNING,
    SEVERITY_NOTICE,
    SEVERITY_INFO,
    SEVERITY_COUNT
};

struct notice {
    uint64_t id; /* from 1, unique in a run */
    enum notice_code code;
    enum notice_resolution resolution; /* RESOLUTION_NONE: state is firing */
    enum notice_severity severity;
    struct addr client; /* scope is client */
    bool has_path;      /* one path alone is the trouble */
    struct path_view path;
    nstime time;    /* of this edge */
    nstime since;   /* first packet of the failure */
    uint64_t count; /* failed samples so far */
    enum cause cause;
    enum confidence confidence;
    char message[JUDGEMENT_TEXT];
};

const char *notice_code_name(enum notice_code code);                   /* "dns-unprotected" */
const char *notice_resolution_name(enum notice_resolution resolution); /* NULL for none */
const char *notice_severity_name(enum notice_severity severity);

#endif
