/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seeds: see seeds.h. */
#include "seeds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <netinet/in.h>

struct addr seed_address(const char *text)
{
    struct addr addr;
    assert_true(addr_parse(text, &addr));
    return addr;
}

void seed_text(char out[JUDGEMENT_TEXT], const char *text)
{
    snprintf(out, JUDGEMENT_TEXT, "%s", text);
}

struct evidence *seed_evidence(struct judgement *j, const char *fact, const char *text,
                               unsigned frames, const unsigned *frame)
{
    struct evidence *e = &j->evidence[j->evidence_count++];
    e->fact = fact;
    seed_text(e->text, text);
    e->frames = frames;
    for (unsigned i = 0; i < frames; i++)
        e->frame[i] = (struct frame_ref){.number = frame[i]};
    return e;
}

void seed_path(struct judgement *j, const char *server, uint8_t transport, uint16_t port,
               uint64_t failed, uint64_t undetermined)
{
    j->path[j->path_count++] = (struct path_view){.server = seed_address(server),
                                                  .port = port,
                                                  .transport = transport,
                                                  .status = PATH_FAILING,
                                                  .failed = failed,
                                                  .undetermined = undetermined,
                                                  .last_ok = NSTIME_NONE};
}

struct judgement *seed_new(const char *client, enum protection protection, enum status status)
{
    struct judgement *j = calloc(1, sizeof *j);
    assert_non_null(j);
    j->client = seed_address(client);
    j->protection = protection;
    j->status = status;
    j->role = ROLE_MODULE;
    j->last_good = NSTIME_NONE;
    j->first_bad = NSTIME_NONE;
    if (status == STATUS_PROTECTED)
        seed_text(j->headline, "answers on UDP 443 and UDP 53");
    return j;
}

/* Seed case 1. */
struct judgement *seed_dns_unprotected(void)
{
    static const unsigned queries[] = {57,   3327, 6797, 6798, 6825, 6826, 6915, 6916,
                                       6918, 6919, 7610, 7886, 7887, 7891, 7892};
    struct judgement *j = seed_new("192.168.0.204", PROTECTION_DNS, STATUS_UNPROTECTED);
    j->cause = CAUSE_SILENT_DROP;
    j->confidence = CONFIDENCE_LIKELY;
    j->first_bad = SEED_AT(3, 6, 36);
    seed_text(j->headline, "nothing answers on UDP 53 or UDP 443");
    seed_text(j->why, "Dropped in silence on the way to the resolvers (likely).");
    seed_evidence(j, "no-answer",
                  "15 TXT queries to 208.67.222.222 and 208.67.220.220, no answer, no ICMP error",
                  15, queries);
    seed_evidence(j, "control-group",
                  "the rest of the network works: 22 of 22 other connections opened, 192.168.0.65 "
                  "answered 40 of 40",
                  0, NULL);
    seed_text(j->ruled_out[j->ruled_out_count++], "rejected: no ICMP error");
    seed_text(j->ruled_out[j->ruled_out_count++], "redirected: no answer at all");
    seed_text(j->ruled_out[j->ruled_out_count++], "late: nothing within 30 s");
    seed_path(j, "208.67.222.222", IPPROTO_UDP, 443, 5, 0);
    seed_path(j, "208.67.222.222", IPPROTO_UDP, 53, 4, 0);
    seed_path(j, "208.67.220.220", IPPROTO_UDP, 443, 4, 0);
    seed_path(j, "208.67.220.220", IPPROTO_UDP, 53, 2, 0);
    seed_text(
        j->advice[j->advice_count++],
        "On the perimeter firewall allow UDP and TCP, ports 53 and 443, to 208.67.222.222 and "
        "208.67.220.220 (53 is what protection needs; without 443 DNS stays unencrypted).");
    seed_text(j->advice[j->advice_count++],
              "To confirm, join another network (a phone's hotspot): the "
              "status must turn to Protected.");
    seed_text(j->filter, "ip.addr == 208.67.222.222 or ip.addr == 208.67.220.220");
    return j;
}

/* Seed case 2. */
struct judgement *seed_web_unavailable(void)
{
    static const unsigned resets[] = {7071, 7072, 7128, 7130, 7129, 7131,
                                      7205, 7206, 7289, 7291, 7290, 7292};
    static const unsigned lookup[] = {7044};
    struct judgement *j = seed_new("192.168.0.204", PROTECTION_WEB, STATUS_UNAVAILABLE);
    j->cause = CAUSE_MIDDLEBOX_RESET;
    j->confidence = CONFIDENCE_LIKELY;
    j->first_bad = SEED_AT(6, 41, 19);
    seed_text(j->headline,
              "every connection to the secure web gateway is reset close to the client");
    seed_text(j->why, "Reset by a box close to the client, not by Cisco's cloud (likely).");
    seed_evidence(j, "resets",
                  "6 of 8 connection attempts to 18.135.112.200:443 were reset 0.16 to 0.53 ms "
                  "after the SYN; other hosts on the internet answer in 9 to 24 ms",
                  12, resets);
    seed_evidence(j, "echoed-window", "the resets copy the client's own window (64240)", 0, NULL);
    seed_evidence(j, "swg-name",
                  "swg-url-proxy-https-sse.sigproxy.qq.opendns.com resolved to 18.135.112.200", 1,
                  lookup);
    seed_text(j->note[j->note_count++],
              "By default the module fails open meanwhile: web traffic leaves "
              "without web protection.");
    seed_text(j->note[j->note_count++],
              "2 attempts too young to judge (the capture ends 0.01 s after them)");
    seed_path(j, "18.135.112.200", IPPROTO_TCP, 443, 6, 2);
    seed_text(
        j->advice[j->advice_count++],
        "On the perimeter firewall allow TCP 80 and 443 to the SWG by name (FQDN object) or your "
        "region's ingress list; a single address changes.");
    seed_text(j->advice[j->advice_count++],
              "No TLS or application inspection on it: the first bytes are "
              "a plain HTTP CONNECT.");
    seed_text(j->filter, "ip.addr == 18.135.112.200");
    return j;
}

/* Frame 57 of seed case 1, as it was captured. */
struct exchange seed_exchange(void)
{
    return (struct exchange){
        .phase = PHASE_FINAL,
        .outcome = OUTCOME_UNANSWERED,
        .flow = {.client = seed_address("192.168.0.204"),
                 .server = seed_address("208.67.222.222"),
                 .client_port = 51111,
                 .server_port = 53},
        .transport = IPPROTO_UDP,
        .id = 0xf7fb,
        .type = 16,
        .name = "debug.opendns.com",
        .edns = true,
        .sent = SEED_AT(3, 6, 36) + 491417999, /* finer than a microsecond is cut off */
        .query_frame = {.number = 57},
        .rtt = NSTIME_NONE,
    };
}

/* Frames 7071 and 7072 of seed case 2. */
struct attempt seed_attempt(void)
{
    struct attempt a = {
        .phase = PHASE_FINAL,
        .outcome = OUTCOME_RESET,
        .flow = {.client = seed_address("192.168.0.204"),
                 .server = seed_address("18.135.112.200"),
                 .client_port = 56287,
                 .server_port = 443},
        .service = SERVICE_SWG,
        .isn = 4294967295,
        .syns = 1,
        .sent = SEED_AT(6, 41, 19) + 812444000,
        .rtt = NSTIME_NONE,
        .frames = 2,
        .reset = {.seen = true, .delay = 528999, .ttl = 64, .window = 64240, .syn_window = 64240},
    };
    a.frame[0].number = 7071;
    a.frame[1].number = 7072;
    return a;
}

struct notice seed_notice(void)
{
    struct notice n = {
        .id = 17,
        .code = NOTICE_WEB_UNAVAILABLE,
        .severity = SEVERITY_CRITICAL,
        .client = seed_address("192.168.0.204"),
        .time = SEED_AT(6, 41, 20),
        .since = SEED_AT(6, 41, 19),
        .count = 3,
        .cause = CAUSE_MIDDLEBOX_RESET,
        .confidence = CONFIDENCE_LIKELY,
        .message = "SWG 18.135.112.200:443 is reset close to the client",
    };
    return n;
}
