/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seeds: both seed cases built by hand for the tests of the sinks, as the stages before would tell
 * them, and the pieces to build others from. Judgements are to be freed. */
#ifndef TESTS_UNIT_SEEDS_H
#define TESTS_UNIT_SEEDS_H

#include "decoders/outcome.h"
#include "sensor/detect/notice.h"

/* A moment of 2024-08-27, UTC. */
#define SEED_AT(hour, minute, second)                                                              \
    ((INT64_C(1724716800) + (hour)*3600 + (minute)*60 + (second)) * NS_PER_SEC)

struct addr seed_address(const char *text);
void seed_text(char out[JUDGEMENT_TEXT], const char *text);
struct judgement *seed_new(const char *client, enum protection protection, enum status status);
struct evidence *seed_evidence(struct judgement *j, const char *fact, const char *text,
                               unsigned frames, const unsigned *frame);
/* Nothing ever answered on it. */
void seed_path(struct judgement *j, const char *server, uint8_t transport, uint16_t port,
               uint64_t failed, uint64_t undetermined);

struct judgement *seed_dns_unprotected(void); /* case 1 */
struct judgement *seed_web_unavailable(void); /* case 2 */
struct exchange seed_exchange(void);          /* frame 57 of case 1 */
struct attempt seed_attempt(void);            /* frames 7071 and 7072 of case 2 */
struct notice seed_notice(void);              /* the alert of case 2 */

#endif
