/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judgement: the contract's words for the enumerations of judgement.h, one table each. */
#include "judgement.h"

const char *protection_name(enum protection protection)
{
    static const char *const names[PROTECTION_COUNT] = {
        [PROTECTION_DNS] = "dns",
        [PROTECTION_WEB] = "web",
    };
    return names[protection];
}

const char *status_name(enum status status)
{
    static const char *const names[STATUS_COUNT] = {
        [STATUS_UNDETERMINED] = "undetermined", [STATUS_PROTECTED] = "protected",
        [STATUS_DEGRADED] = "degraded",         [STATUS_UNPROTECTED] = "unprotected",
        [STATUS_UNAVAILABLE] = "unavailable",
    };
    return names[status];
}

const char *cause_name(enum cause cause)
{
    static const char *const names[CAUSE_COUNT] = {
        [CAUSE_SILENT_DROP] = "silent-drop",
        [CAUSE_ICMP_REJECT] = "icmp-reject",
        [CAUSE_MIDDLEBOX_RESET] = "middlebox-reset",
        [CAUSE_SERVER_RESET] = "server-reset",
        [CAUSE_RESET] = "reset",
        [CAUSE_KILLED_AFTER_OPEN] = "killed-after-open",
        [CAUSE_STALLED_AFTER_OPEN] = "stalled-after-open",
        [CAUSE_FOREIGN_ANSWER] = "foreign-answer",
        [CAUSE_RESOLVER_ERROR] = "resolver-error",
        [CAUSE_LATE_ANSWERS] = "late-answers",
        [CAUSE_PACKET_LOSS] = "packet-loss",
        [CAUSE_NAME_UNRESOLVED] = "name-unresolved",
        [CAUSE_NAME_SINKHOLED] = "name-sinkholed",
        [CAUSE_CAPTIVE_PORTAL] = "captive-portal",
        [CAUSE_NETWORK_DOWN] = "network-down",
        [CAUSE_PATH_MTU] = "path-mtu",
        [CAUSE_UNKNOWN] = "unknown",
    };
    return names[cause];
}

const char *reason_name(enum reason reason)
{
    static const char *const names[REASON_COUNT] = {
        [REASON_NO_TRAFFIC] = "no-traffic",
        [REASON_ONE_WAY_CAPTURE] = "one-way-capture",
        [REASON_NO_ROUTE] = "no-route",
        [REASON_CAPTURE_LOSS] = "capture-loss",
        [REASON_TOO_FEW_SAMPLES] = "too-few-samples",
        [REASON_END_OF_CAPTURE] = "end-of-capture",
    };
    return names[reason];
}

const char *confidence_name(enum confidence confidence)
{
    static const char *const names[CONFIDENCE_COUNT] = {
        [CONFIDENCE_POSSIBLE] = "possible",
        [CONFIDENCE_LIKELY] = "likely",
        [CONFIDENCE_CERTAIN] = "certain",
    };
    return names[confidence];
}

const char *role_name(enum role role)
{
    static const char *const names[ROLE_COUNT] = {
        [ROLE_OTHER] = "other",
        [ROLE_MODULE] = "module",
        [ROLE_FORWARDER] = "forwarder",
    };
    return names[role];
}

const char *path_status_name(enum path_status status)
{
    static const char *const names[PATH_COUNT] = {
        [PATH_UNDETERMINED] = "undetermined",
        [PATH_OK] = "ok",
        [PATH_FAILING] = "failing",
        [PATH_LOSSY] = "lossy",
        [PATH_STALE] = "stale",
    };
    return names[status];
}

/* What the module writes into its own window for such a state (domain fact 3.1). It does not tell
 * degraded from protected. */
const char *vendor_status(const struct judgement *judgement)
{
    static const char *const words[STATUS_COUNT] = {
        [STATUS_PROTECTED] = "Protected",
        [STATUS_DEGRADED] = "Protected",
        [STATUS_UNPROTECTED] = "Unprotected",
        [STATUS_UNAVAILABLE] = "Cloud Service Unavailable",
    };
    return words[judgement->status];
}
