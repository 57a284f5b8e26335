/* SPDX-License-Identifier: GPL-2.0-or-later */
/* play: clients for the tests of detection, made by hand: exchanges and connects with a known
 * outcome at a known second, taken in as the engine would. */
#ifndef TESTS_UNIT_PLAY_H
#define TESTS_UNIT_PLAY_H

#include "sensor/detect/clients.h"
#include "sensor/detect/diagnose.h"

#define PLAY_RESOLVER   "208.67.222.222"
#define PLAY_RESOLVER_2 "208.67.220.220"
#define PLAY_SWG        "18.135.112.200"
#define PLAY_CLIENT     "192.168.0.204"

struct play {
    struct config config;
    struct clients *clients;
    struct client *client;
    struct control *control;
    bool other_family_alive;
    struct trace *trace; /* filled in by play_diagnose(); NULL: none */
    uint64_t serial;     /* also the frame of the last query */
};

void play_begin(struct play *play);
void play_end(struct play *play);
/* The same as a test's setup and teardown: *state is the struct play. */
int play_setup(void **state);
int play_teardown(void **state);
#define PLAY_TEST(name) cmocka_unit_test_setup_teardown(name, play_setup, play_teardown)

/* A second of the test's time line. */
nstime play_at(double second);

/* An exchange for one of the module's own names, sent at `second`, that ended so. */
void play_dns(struct play *play, const char *server, uint16_t port, double second,
              enum outcome outcome);
/* The same: an answer came, and the capture does not hold enough of it to read. */
void play_unread(struct play *play, const char *server, uint16_t port, double second);
/* The same, with an OPT record in the query. */
void play_edns(struct play *play, const char *server, uint16_t port, double second,
               enum outcome outcome);
/* The same for another name. */
void play_other(struct play *play, const char *server, uint16_t port, double second,
                const char *name, enum outcome outcome);
/* A connect of one attempt. reset: its facts where the outcome is OUTCOME_RESET, or NULL. */
void play_web(struct play *play, const char *server, double second, enum outcome outcome,
              const struct reset_facts *reset);
/* The same, of an attempt that opened: the client's longest segment of data, the longest that was
 * acknowledged, and the MTU that an ICMP error named (0: there was no error). */
void play_sized(struct play *play, const char *server, double second, enum outcome outcome,
                uint32_t length, uint32_t passed, uint32_t mtu);
void play_dnscrypt(struct play *play, const char *server, double second, bool answered);
/* Something was sent and nothing is decided. */
void play_open(struct play *play, const char *server, uint16_t port, double second);

/* A handshake of the client's with a public host that is not watched. */
void play_control(struct play *play, double second, double rtt_ms, bool opens);
/* A try of another public host in vain. */
void play_vain(struct play *play, const char *server, double second);
/* A query of the client's to a resolver that is not watched. */
void play_asked(struct play *play, const char *server, double second, bool answered);
/* A lookup of the SWG's name that ended so; sinkhole: the address it gave, or NULL. */
void play_lookup(struct play *play, double second, enum outcome outcome, const char *sinkhole);
/* One with the SWG itself that proved genuine. */
void play_genuine(struct play *play, const char *server, double rtt_ms, uint8_t ttl);

struct health play_health(struct play *play, enum protection protection);
/* Judged and diagnosed, as at the end of a capture. */
void play_diagnose(struct play *play, enum protection protection, struct judgement *out);

/* The evidence of that fact; NULL. */
const struct evidence *play_fact(const struct judgement *judgement, const char *fact);

#endif
