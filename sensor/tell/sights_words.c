/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sights_words: see sights_words.h. */
#include "sights_words.h"

#include <stdio.h>
#include <string.h>

#include "words.h"

/* All is there: said as soon as there was time for a round of probes of most clients. */
#define GOOD_AFTER (20 * NS_PER_SEC)
/* Something is missing: said when it had time to come, and within the first minute. */
#define WRONG_AFTER (50 * NS_PER_SEC)
#define VLANS_SHOWN 12

static size_t clients_of(const struct moment *moment)
{
    size_t clients = 0;
    for (int i = 0; i < STATUS_COUNT; i++)
        clients += moment->clients[i];
    return clients;
}

/* What is wrong, and what to do: the first of these that holds is told. */
enum fault {
    FAULT_NONE,
    FAULT_NOTHING,
    FAULT_WIRELESS,
    FAULT_NO_IP,
    FAULT_UP_ONLY,
    FAULT_DOWN_ONLY,
    FAULT_NO_CLIENTS,
    FAULT_COUNT
};

static enum fault fault_of(const struct moment *moment)
{
    const struct sights *s = moment->sights;
    const enum directions directions = sights_directions(s);
    if (s->frames == 0)
        return FAULT_NOTHING;
    if (s->ip == 0)
        return s->encrypted ? FAULT_WIRELESS : FAULT_NO_IP;
    if (directions == DIRECTIONS_UP)
        return FAULT_UP_ONLY;
    if (directions == DIRECTIONS_DOWN)
        return FAULT_DOWN_ONLY;
    return clients_of(moment) == 0 ? FAULT_NO_CLIENTS : FAULT_NONE;
}

static const char *advice(enum fault fault)
{
    static const char *const words[FAULT_COUNT] = {
        [FAULT_NOTHING] = "Check that this is the interface the mirror is plugged into, that the "
                          "mirror session is on, and that FILTER, if one was given, is not too "
                          "narrow.",
        [FAULT_WIRELESS] = "They are most likely encrypted 802.11: capture behind the access "
                           "point, or on the laptop itself without monitor mode.",
        [FAULT_NO_IP] = "Check that this is the right interface, and that the mirror does not "
                        "wrap its packets in a tunnel that is not read.",
        [FAULT_UP_ONLY] = "Most likely the mirror copies one direction: mirror both directions of "
                          "the port, or give the other half as a second -i. If both are there, "
                          "nothing at all is answered.",
        [FAULT_DOWN_ONLY] = "Most likely the mirror copies one direction: mirror both directions "
                            "of the port, or give the other half as a second -i.",
        [FAULT_NO_CLIENTS] = "If there should be some, check which ports and VLANs are mirrored, "
                             "and that this place lies between the clients and the internet.",
    };
    return words[fault];
}

static void add(char out[SIGHTS_TEXT], const char *format, const char *text)
{
    const size_t length = strlen(out);
    snprintf(out + length, SIGHTS_TEXT - length, format, text);
}

static void add_vlans(char out[SIGHTS_TEXT], const struct sights *s)
{
    char number[16];
    if (s->vlans == 0)
        return;
    add(out, "; VLAN%s ", s->vlans > 1 ? "s" : "");
    for (size_t i = 0; i < s->vlans && i < VLANS_SHOWN; i++) {
        snprintf(number, sizeof number, "%s%u", i ? ", " : "", s->vlan[i]);
        add(out, "%s", number);
    }
    if (s->more_vlans || s->vlans > VLANS_SHOWN)
        add(out, "%s", " and more");
    if (s->untagged)
        add(out, "%s", " and untagged");
}

static void add_traffic(char out[SIGHTS_TEXT], const struct moment *moment)
{
    static const char *const directions[] = {
        [DIRECTIONS_UNKNOWN] = "too little to tell yet",
        [DIRECTIONS_BOTH] = "yes",
        [DIRECTIONS_UP] = "no, only what clients send",
        [DIRECTIONS_DOWN] = "no, only what clients receive",
    };
    char number[WORDS_TEXT];
    const nstime watched = moment->now - moment->started;
    const uint64_t seconds = watched > NS_PER_SEC ? (uint64_t)(watched / NS_PER_SEC) : 1;
    add(out, "both directions: %s", directions[sights_directions(moment->sights)]);
    add_vlans(out, moment->sights);
    add(out, "; %s", words_amount(clients_of(moment), "client", "clients", number));
    add(out, "; %s", words_amount(moment->learnt, "SWG address", "SWG addresses", number));
    add(out, "%s", " learnt");
    add(out, "; %s a second",
        words_amount(moment->sights->frames / seconds, "packet", "packets", number));
}

bool sights_words(const struct moment *moment, char out[SIGHTS_TEXT])
{
    const enum fault fault = fault_of(moment);
    char span[WORDS_TEXT], number[WORDS_TEXT];
    out[0] = '\0';
    if (fault == FAULT_NOTHING) {
        add(out, "Nothing is seen: no packet in %s.",
            words_span(moment->now - moment->started, span));
    } else if (fault == FAULT_WIRELESS || fault == FAULT_NO_IP) {
        add(out, "Nothing of use is seen: %s, none of them readable as IP.",
            words_amount(moment->sights->frames, "frame", "frames", number));
    } else {
        add(out, "%s", "Seen so far: ");
        add_traffic(out, moment);
        add(out, "%s", ".");
    }
    if (fault == FAULT_NONE)
        return true;
    add(out, " %s", advice(fault));
    return false;
}

bool sights_tell(struct sights_teller *teller, const struct moment *moment, enum say *kind,
                 char out[SIGHTS_TEXT])
{
    const nstime watched = moment->now - moment->started;
    if (!moment->sights || (teller->told && !teller->wrong) || watched < GOOD_AFTER)
        return false;
    const bool good = sights_words(moment, out);
    if (good ? sights_directions(moment->sights) != DIRECTIONS_BOTH && watched < WRONG_AFTER
             : teller->told || watched < WRONG_AFTER)
        return false;
    *kind = good ? SAY_NEWS : SAY_WARNING;
    teller->told = true;
    teller->wrong = !good;
    return true;
}
