/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notice: the contract's words for the enumerations of notice.h, one table each. */
#include "notice.h"

#include <stdio.h>

const char *notice_code_name(enum notice_code code)
{
    static const char *const names[NOTICE_CODE_COUNT] = {
        [NOTICE_DNS_UNPROTECTED] = "dns-unprotected", [NOTICE_DNS_DEGRADED] = "dns-degraded",
        [NOTICE_WEB_UNAVAILABLE] = "web-unavailable", [NOTICE_WEB_DEGRADED] = "web-degraded",
        [NOTICE_SENSOR_BLIND] = "sensor-blind",       [NOTICE_CAPTURE_GAP] = "capture-gap",
        [NOTICE_CAPTURE_LOSS] = "capture-loss",
    };
    return names[code];
}

const char *notice_resolution_name(enum notice_resolution resolution)
{
    static const char *const names[RESOLUTION_COUNT] = {
        [RESOLUTION_RECOVERED] = "recovered",
        [RESOLUTION_CLIENT_GONE] = "client-gone",
        [RESOLUTION_SUSPENDED] = "suspended",
        [RESOLUTION_FOLDED] = "folded",
    };
    return names[resolution];
}

const char *notice_severity_name(enum notice_severity severity)
{
    static const char *const names[SEVERITY_COUNT] = {
        [SEVERITY_CRITICAL] = "critical",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_NOTICE] = "notice",
        [SEVERITY_INFO] = "info",
    };
    return names[severity];
}

const char *notice_scope_name(enum notice_scope scope)
{
    static const char *const names[SCOPE_COUNT] = {
        [SCOPE_CLIENT] = "client",
        [SCOPE_SEGMENT] = "segment",
        [SCOPE_SITE] = "site",
    };
    return names[scope];
}

char *notice_who(const struct notice *notice, char out[NOTICE_WHO])
{
    if (notice->scope == SCOPE_SITE && notice->family == ADDR_NONE)
        snprintf(out, NOTICE_WHO, "SENSOR");
    else if (notice->scope == SCOPE_SITE)
        snprintf(out, NOTICE_WHO, "SITE (%s)", notice->family == ADDR_IPV6 ? "IPv6" : "IPv4");
    else if (notice->scope == SCOPE_SEGMENT)
        segment_format(&notice->segment, out);
    else
        addr_format(&notice->client, out);
    return out;
}
