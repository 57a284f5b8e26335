/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notice: the contract's words for the enumerations of notice.h, one table each. */
#include "notice.h"

const char *notice_code_name(enum notice_code code)
{
    static const char *const names[NOTICE_CODE_COUNT] = {
        [NOTICE_DNS_UNPROTECTED] = "dns-unprotected",
        [NOTICE_DNS_DEGRADED] = "dns-degraded",
        [NOTICE_WEB_UNAVAILABLE] = "web-unavailable",
        [NOTICE_WEB_DEGRADED] = "web-degraded",
    };
    return names[code];
}

const char *notice_resolution_name(enum notice_resolution resolution)
{
    static const char *const names[RESOLUTION_COUNT] = {
        [RESOLUTION_RECOVERED] = "recovered",
        [RESOLUTION_CLIENT_GONE] = "client-gone",
        [RESOLUTION_SUSPENDED] = "suspended",
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
