/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words: see words.h. */
#include "words.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

char *words_count(uint64_t n, char out[WORDS_TEXT])
{
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    char *to = out;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}

char *words_amount(uint64_t n, const char *one, const char *many, char out[WORDS_TEXT])
{
    char count[WORDS_TEXT];
    snprintf(out, WORDS_TEXT, "%.26s %.50s", words_count(n, count), n == 1 ? one : many);
    return out;
}

/* How far the zone is ahead of UTC at that moment. */
static nstime zone_offset(nstime t, struct zone zone)
{
    if (zone.kind == ZONE_OFFSET)
        return zone.minutes * 60 * NS_PER_SEC;
    if (zone.kind == ZONE_LOCAL) {
        const time_t seconds = (time_t)(t / NS_PER_SEC);
        struct tm local;
        if (localtime_r(&seconds, &local))
            return local.tm_gmtoff * NS_PER_SEC;
    }
    return 0;
}

/* A piece of the ISO text of the moment, shifted so that UTC's digits are the zone's. */
static char *iso_piece(nstime t, struct zone zone, size_t from, size_t length, char *out)
{
    char iso[NSTIME_TEXT];
    const nstime offset = zone_offset(t, zone);
    const nstime day = 86400 * NS_PER_SEC;
    if (t < NSTIME_NEVER - day && t > NSTIME_NONE + day) /* no room to shift at the ends of time */
        t += offset;
    nstime_iso(t, iso);
    memcpy(out, iso + from, length);
    out[length] = '\0';
    return out;
}

char *words_date(nstime t, struct zone zone, char out[WORDS_TEXT])
{
    return iso_piece(t, zone, 0, sizeof "2024-08-27" - 1, out);
}

char *words_clock(nstime t, struct zone zone, char out[WORDS_TEXT])
{
    return iso_piece(t, zone, sizeof "2024-08-27T" - 1, sizeof "03:06:36" - 1, out);
}

char *words_zone(struct zone zone, char out[WORDS_TEXT])
{
    const int minutes = zone.minutes < 0 ? -zone.minutes : zone.minutes;
    if (zone.kind == ZONE_LOCAL)
        snprintf(out, WORDS_TEXT, "local time");
    else if (zone.kind == ZONE_UTC)
        snprintf(out, WORDS_TEXT, "UTC");
    else
        snprintf(out, WORDS_TEXT, "%c%02d:%02d", zone.minutes < 0 ? '-' : '+', minutes / 60,
                 minutes % 60);
    return out;
}

char *words_span(nstime span, char out[WORDS_TEXT])
{
    const long long tenths = (long long)((span < 0 ? 0 : span) / (NS_PER_SEC / 10));
    const long long seconds = tenths / 10;
    if (seconds < 10)
        snprintf(out, WORDS_TEXT, "%lld.%lld s", seconds, tenths % 10);
    else if (seconds < 60)
        snprintf(out, WORDS_TEXT, "%lld s", seconds);
    else if (seconds < 3600)
        snprintf(out, WORDS_TEXT, "%lld min %lld s", seconds / 60, seconds % 60);
    else
        snprintf(out, WORDS_TEXT, "%lld h %lld min", seconds / 3600, seconds / 60 % 60);
    return out;
}

const char *words_status(enum status status)
{
    static const char *const words[STATUS_COUNT] = {
        [STATUS_UNDETERMINED] = "can't tell", [STATUS_PROTECTED] = "protected",
        [STATUS_DEGRADED] = "DEGRADED",       [STATUS_UNPROTECTED] = "UNPROTECTED",
        [STATUS_UNAVAILABLE] = "UNAVAILABLE",
    };
    return words[status];
}

const char *words_cause(enum cause cause)
{
    static const char *const words[CAUSE_COUNT] = {
        [CAUSE_SILENT_DROP] = "dropped in silence",
        [CAUSE_ICMP_REJECT] = "rejected with an ICMP error",
        [CAUSE_MIDDLEBOX_RESET] = "reset by a box close to the client",
        [CAUSE_SERVER_RESET] = "reset by the cloud itself",
        [CAUSE_RESET] = "reset, by whom can't be told",
        [CAUSE_KILLED_AFTER_OPEN] = "cut off after the open",
        [CAUSE_STALLED_AFTER_OPEN] = "stalled after the open",
        [CAUSE_FOREIGN_ANSWER] = "answered by somebody else",
        [CAUSE_RESOLVER_ERROR] = "the resolver answers with an error",
        [CAUSE_LATE_ANSWERS] = "answered too late",
        [CAUSE_PACKET_LOSS] = "packets get lost",
        [CAUSE_NAME_UNRESOLVED] = "the SWG's name does not resolve",
        [CAUSE_NAME_SINKHOLED] = "the SWG's name resolves to a dead end",
        [CAUSE_CAPTIVE_PORTAL] = "held by a captive portal",
        [CAUSE_NETWORK_DOWN] = "the network is down",
        [CAUSE_PATH_MTU] = "large packets get lost on the path",
        [CAUSE_UNKNOWN] = "cause unknown",
    };
    return words[cause];
}

const char *words_reason(enum reason reason)
{
    static const char *const words[REASON_COUNT] = {
        [REASON_NO_TRAFFIC] = "no traffic to judge",
        [REASON_ONE_WAY_CAPTURE] = "the capture shows one direction only",
        [REASON_CAPTURE_LOSS] = "the capture lacks packets",
        [REASON_NO_ROUTE] = "this network has no route for the family",
        [REASON_TOO_FEW_SAMPLES] = "too few tries to judge",
        [REASON_END_OF_CAPTURE] = "the capture ends too early",
    };
    return words[reason];
}

/* Those that people meet under a name. */
static const char *protocol_name(struct unsupported what)
{
    static const struct {
        struct unsupported what;
        const char *name;
    } names[] = {
        {{UNSUPPORTED_ETHERTYPE, 0x88e5}, " (MACsec)"},
        {{UNSUPPORTED_ETHERTYPE, 0x894f}, " (NSH)"},
        {{UNSUPPORTED_ETHERTYPE, 0x8847}, " (MPLS with an unknown payload)"},
        {{UNSUPPORTED_PPP_PROTOCOL, 0x003d}, " (multilink)"},
        {{UNSUPPORTED_PPP_PROTOCOL, 0x0053}, " (encrypted)"},
        {{UNSUPPORTED_PPP_PROTOCOL, 0x00fd}, " (compressed)"},
        {{UNSUPPORTED_IP_PROTOCOL, 47}, " (GRE of an unknown version)"},
        {{UNSUPPORTED_IP_PROTOCOL, 115}, " (L2TP)"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].what.kind == what.kind && names[i].what.number == what.number)
            return names[i].name;
    }
    return "";
}

char *words_undecoded(struct unsupported what, uint64_t frames, char out[2 * WORDS_TEXT])
{
    static const struct {
        const char *one, *many;
        enum { NONE, DECIMAL, HEX } number;
    } words[UNSUPPORTED_KINDS] = {
        [UNSUPPORTED_LINK_TYPE] = {"frame of link type", "frames of link type", DECIMAL},
        [UNSUPPORTED_ETHERTYPE] = {"frame of ethertype", "frames of ethertype", HEX},
        [UNSUPPORTED_PPP_PROTOCOL] = {"frame of PPP protocol", "frames of PPP protocol", HEX},
        [UNSUPPORTED_IP_PROTOCOL] = {"packet of IP protocol", "packets of IP protocol", DECIMAL},
        [UNSUPPORTED_ENCRYPTED] = {"encrypted Wi-Fi frame", "encrypted Wi-Fi frames", NONE},
        [UNSUPPORTED_FRAGMENT] = {"fragment of an IP packet that never became whole",
                                  "fragments of IP packets that never became whole", NONE},
        [UNSUPPORTED_STREAM] = {"segment of DNS over TCP, which this build does not read",
                                "segments of DNS over TCP, which this build does not read", NONE},
        [UNSUPPORTED_DEPTH] = {"packet inside too many headers", "packets inside too many headers",
                               NONE},
    };
    char amount[WORDS_TEXT], number[16] = "";
    words_amount(frames, words[what.kind].one, words[what.kind].many, amount);
    if (words[what.kind].number == DECIMAL)
        snprintf(number, sizeof number, " %u", what.number);
    else if (words[what.kind].number == HEX)
        snprintf(number, sizeof number, " 0x%04x", what.number);
    snprintf(out, 2 * WORDS_TEXT, "%s%s%s", amount, number, protocol_name(what));
    return out;
}
