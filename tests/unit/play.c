/* SPDX-License-Identifier: GPL-2.0-or-later */
/* play: see play.h. */
#include "play.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "play.c:%d: %s\n", __LINE__, #condition);                              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static const uint64_t key[2] = {3, 4};

nstime play_at(double second)
{
    return INT64_C(1724727600) * NS_PER_SEC + (nstime)(second * 1e9);
}

static struct addr address(const char *text)
{
    struct addr addr;
    CHECK(addr_parse(text, &addr));
    return addr;
}

void play_begin(struct play *play)
{
    memset(play, 0, sizeof *play);
    CHECK(config_defaults(&play->config));
    play->clients = clients_new(&play->config, key);
    play->control = control_new(&play->config, key);
    CHECK(play->clients && play->control);
    struct addr addr = address(PLAY_CLIENT);
    play->client = clients_see(play->clients, &addr, NULL, play_at(0));
    CHECK(play->client);
}

void play_end(struct play *play)
{
    clients_free(play->clients);
    control_free(play->control);
    config_free(&play->config);
}

int play_setup(void **state)
{
    struct play *play = malloc(sizeof *play);
    CHECK(play);
    play_begin(play);
    *state = play;
    return 0;
}

int play_teardown(void **state)
{
    play_end(*state);
    free(*state);
    return 0;
}

static struct flow flow_to(const char *server, uint16_t port)
{
    return (struct flow){.client = address(PLAY_CLIENT),
                         .server = address(server),
                         .client_port = 40000,
                         .server_port = port};
}

static void play_exchange(struct play *play, const char *server, uint16_t port, double second,
                          const char *name, bool own_name, bool edns, enum outcome outcome)
{
    struct exchange exchange = {
        .edns = edns,
        .outcome = outcome,
        .serial = ++play->serial,
        .flow = flow_to(server, port),
        .transport = IPPROTO_UDP,
        .name = name,
        .own_name = own_name,
        .sent = play_at(second),
        .sent_last = play_at(second),
        .decided = play_at(second + 5),
        .rtt = outcome == OUTCOME_LATE ? 7 * NS_PER_SEC : NSTIME_NONE,
        .query_frame = {.number = play->serial & 0xffff},
        .answer_frame = {.number = outcome == OUTCOME_UNDETERMINED},
        .has_rcode = outcome == OUTCOME_ERROR,
        .rcode = DNS_SERVFAIL,
        .icmp = {.seen = outcome == OUTCOME_REJECTED,
                 .from = address("192.168.0.1"),
                 .type = 3,
                 .code = 13,
                 .ttl = 64},
    };
    struct sample sample = sample_of_exchange(&exchange);
    struct failure failure = failure_of_exchange(&exchange);
    CHECK(client_started(play->client, &play->config, &sample));
    client_decided(play->client, &sample);
    CHECK(client_keep(play->client, &sample, &failure));
    CHECK(client_take(play->client, &play->config, &sample));
    client_final(play->client, &sample);
}

void play_dns(struct play *play, const char *server, uint16_t port, double second,
              enum outcome outcome)
{
    play_exchange(play, server, port, second, "debug.opendns.com", true, false, outcome);
}

void play_unread(struct play *play, const char *server, uint16_t port, double second)
{
    play_exchange(play, server, port, second, "debug.opendns.com", true, false,
                  OUTCOME_UNDETERMINED);
}

void play_edns(struct play *play, const char *server, uint16_t port, double second,
               enum outcome outcome)
{
    play_exchange(play, server, port, second, "debug.opendns.com", true, true, outcome);
}

void play_other(struct play *play, const char *server, uint16_t port, double second,
                const char *name, enum outcome outcome)
{
    play_exchange(play, server, port, second, name, false, false, outcome);
}

static struct attempt attempt_to(struct play *play, const char *server, double second,
                                 enum outcome outcome)
{
    return (struct attempt){
        .outcome = outcome,
        .serial = ++play->serial,
        .flow = flow_to(server, 443),
        .service = SERVICE_SWG,
        .sent = play_at(second),
        .sent_last = play_at(second),
        .decided = play_at(second),
        .opened = outcome == OUTCOME_OPENED,
        .rtt = NSTIME_NONE,
        .frames = 1,
        .frame = {{.number = play->serial & 0xffff}},
    };
}

static void take_attempt(struct play *play, const struct attempt *attempt)
{
    struct connect connect = {.serial = attempt->serial,
                              .flow = attempt->flow,
                              .outcome = attempt->outcome,
                              .sent = attempt->sent,
                              .sent_last = attempt->sent_last,
                              .decided = attempt->decided,
                              .attempts = 1};
    struct sample sample = sample_of_connect(&connect);
    struct failure failure = failure_of_attempt(attempt);
    CHECK(client_started(play->client, &play->config, &sample));
    client_decided(play->client, &sample);
    CHECK(client_keep(play->client, &sample, &failure));
    CHECK(client_take(play->client, &play->config, &sample));
    client_final(play->client, &sample);
}

void play_web(struct play *play, const char *server, double second, enum outcome outcome,
              const struct reset_facts *reset)
{
    struct attempt attempt = attempt_to(play, server, second, outcome);
    if (reset)
        attempt.reset = *reset;
    take_attempt(play, &attempt);
}

void play_sized(struct play *play, const char *server, double second, enum outcome outcome,
                uint32_t length, uint32_t passed, uint32_t mtu)
{
    struct attempt attempt = attempt_to(play, server, second, outcome);
    attempt.opened = true;
    attempt.data_length = length;
    attempt.data_passed = passed;
    if (mtu) {
        attempt.too_big = (struct icmp_error){.seen = true,
                                              .from = address("192.0.2.9"),
                                              .type = 3,
                                              .code = 4,
                                              .frame = {.number = 5000}};
        attempt.too_big_mtu = mtu;
    }
    client_sizes(play->client, &attempt);
    take_attempt(play, &attempt);
}

void play_dnscrypt(struct play *play, const char *server, double second, bool answered)
{
    struct dnscrypt_pair pair = {.flow = flow_to(server, 443),
                                 .serial = ++play->serial,
                                 .answered = answered,
                                 .sent = play_at(second),
                                 .decided = play_at(second),
                                 .query_frame = {.number = play->serial & 0xffff}};
    struct sample sample = sample_of_dnscrypt(&pair);
    CHECK(client_take(play->client, &play->config, &sample));
}

void play_open(struct play *play, const char *server, uint16_t port, double second)
{
    struct exchange exchange = {.serial = ++play->serial,
                                .flow = flow_to(server, port),
                                .transport = IPPROTO_UDP,
                                .name = "debug.opendns.com",
                                .own_name = true,
                                .sent = play_at(second),
                                .sent_last = play_at(second)};
    struct sample sample = sample_of_exchange(&exchange);
    CHECK(client_started(play->client, &play->config, &sample));
}

static struct attempt handshake(const char *server, double second, double rtt_ms, uint8_t ttl,
                                bool opens)
{
    return (struct attempt){.outcome = opens ? OUTCOME_OPENED : OUTCOME_UNANSWERED,
                            .flow = flow_to(server, 443),
                            .sent = play_at(second),
                            .sent_last = play_at(second),
                            .opened = opens,
                            .synack_seen = opens,
                            .rtt = opens ? (nstime)(rtt_ms * 1e6) : NSTIME_NONE,
                            .synack_ttl = ttl};
}

static void control_known(struct play *play)
{
    client_control_works(play->client, control_of(play->control, &play->client->addr).last_ok);
}

void play_control(struct play *play, double second, double rtt_ms, bool opens)
{
    struct attempt attempt = handshake("93.184.216.34", second, rtt_ms, 52, opens);
    control_attempt(play->control, &attempt);
    control_known(play);
}

void play_vain(struct play *play, const char *server, double second)
{
    struct attempt attempt = handshake(server, second, 0, 0, false);
    control_attempt(play->control, &attempt);
}

void play_asked(struct play *play, const char *server, double second, bool answered)
{
    struct exchange exchange = {.flow = flow_to(server, 53),
                                .sent = play_at(second),
                                .answer_frame = {.number = answered ? 1 : 0},
                                .outcome = answered ? OUTCOME_ANSWERED : OUTCOME_UNANSWERED};
    control_exchange(play->control, &exchange);
    control_known(play);
}

void play_lookup(struct play *play, double second, enum outcome outcome, const char *sinkhole)
{
    struct lookup lookup = {.phase = PHASE_DECIDED | PHASE_FINAL,
                            .outcome = outcome,
                            .client = address(PLAY_CLIENT),
                            .server = address("192.168.0.65"),
                            .name = "swg-url-proxy-https-sse.sigproxy.qq.opendns.com",
                            .sent = play_at(second),
                            .decided = play_at(second),
                            .query_frame = {.number = ++play->serial & 0xffff},
                            .answer_frame = {.number = play->serial & 0xffff}};
    if (sinkhole)
        lookup.sinkhole = address(sinkhole);
    client_lookup(play->client, &lookup);
}

void play_genuine(struct play *play, const char *server, double rtt_ms, uint8_t ttl)
{
    struct attempt attempt = handshake(server, 0, rtt_ms, ttl, true);
    control_genuine(play->control, &attempt);
}

struct health play_health(struct play *play, enum protection protection)
{
    return health_judge(play->client, protection, &play->config, false, false);
}

void play_diagnose(struct play *play, enum protection protection, struct judgement *out)
{
    struct health health = health_judge(play->client, protection, &play->config, false, true);
    struct diagnosis diagnosis = {.config = &play->config,
                                  .client = play->client,
                                  .protection = protection,
                                  .health = &health,
                                  .control = play->control,
                                  .other_family_alive = play->other_family_alive,
                                  .now = play_at(600),
                                  .trace = play->trace};
    diagnose(&diagnosis, out);
}

const struct evidence *play_fact(const struct judgement *judgement, const char *fact)
{
    for (size_t i = 0; i < judgement->evidence_count; i++)
        if (strcmp(judgement->evidence[i].fact, fact) == 0)
            return &judgement->evidence[i];
    return NULL;
}
