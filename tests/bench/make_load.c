/* SPDX-License-Identifier: GPL-2.0-or-later */
/* make_load: writes a large capture and the truth about it: how many exchanges, attempts and
 * lookups it holds and how each ended, in the form of the contract's stats event. Plans all flows
 * first, sorts their packets by time, then builds and writes them; the same options give the same
 * bytes. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "load.h"

#define BASE_TIME  1724727600 /* 2024-08-27 03:00:00 UTC */
#define FIRST_PORT 20000
#define LAST_PORT  65000
#define SHORTEST   60 /* seconds: the longest script takes 45 */
#define BULK_FLOWS 1000

struct options {
    uint64_t exchanges, attempts, lookups, noise, bulk, clients, seconds, seed;
    const char *output, *truth;
};

struct event {
    int64_t at; /* microseconds after the start */
    uint32_t flow;
    uint8_t step;
};

struct plan {
    const struct options *options;
    int64_t duration; /* microseconds */
    struct flow *flows;
    size_t flow_count, flow_room;
    struct event *events;
    size_t event_count, event_room;
    uint16_t *ports;   /* of each client: the next free one */
    uint32_t *numbers; /* of each client: its next lookup */
    uint64_t totals[sizeof(struct tally)];
};

static bool grow(void **at, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return true;
    size_t wanted = *room ? *room * 2 : 4096;
    void *moved = realloc(*at, wanted * size);
    if (!moved)
        return false;
    *at = moved;
    *room = wanted;
    return true;
}

static unsigned steps_of(const struct script *script)
{
    unsigned n = 0;
    while (n < STEPS - 1 && script->steps[n].what != END)
        n++;
    return n;
}

static bool add_event(struct plan *p, int64_t at, size_t flow, unsigned step)
{
    if (!grow((void **)&p->events, &p->event_room, p->event_count, sizeof *p->events))
        return false;
    p->events[p->event_count++] =
        (struct event){.at = at, .flow = (uint32_t)flow, .step = (uint8_t)step};
    return true;
}

/* The extra clients behind the ordinary ones have ports of their own, too. */
#define EXTRA 10

static bool add_flow(struct plan *p, size_t script, uint64_t client, int64_t start)
{
    const struct script *s = &SCRIPTS[script];
    if (!grow((void **)&p->flows, &p->flow_room, p->flow_count, sizeof *p->flows))
        return false;
    size_t number = p->flow_count++;
    uint64_t chance = mix(p->options->seed, number, 3);
    bool own = s->names == NAMES_OWN || (s->names == NAMES_ANY && chance & 1);
    struct flow *flow = &p->flows[number];
    *flow = (struct flow){.client = (uint32_t)client,
                          .script = (uint8_t)script,
                          .port = p->ports[client],
                          .own = own};
    if (s->group == GROUP_LOOKUP)
        flow->number = p->numbers[client]++;
    if (p->ports[client] >= LAST_PORT) {
        fprintf(stderr, "make_load: A client ran out of ports; use more --clients.\n");
        return false;
    }
    p->ports[client] = (uint16_t)(p->ports[client] + 2);
    for (unsigned i = 0; i < steps_of(s); i++) {
        const struct step *step = &s->steps[i];
        int64_t more =
            step->spread
                ? (int64_t)(mix(p->options->seed, number, 400 + i) % (uint64_t)step->spread)
                : 0;
        if (!add_event(p, start + step->at + more, number, i))
            return false;
    }
    uint8_t tally[sizeof(struct tally)];
    memcpy(tally, &s->tally, sizeof tally);
    for (size_t i = 0; i < sizeof tally; i++)
        p->totals[i] += tally[i];
    return true;
}

/* When a flow of this script starts: so that it ends, or so that the capture's end cuts it off. */
static int64_t start_of(const struct plan *p, const struct script *script, uint64_t chance)
{
    int64_t first = 3 * (int64_t)SEC / 2, last = p->duration - script->settle;
    if (script->tail) {
        unsigned n = steps_of(script);
        first = p->duration - 4200 * (int64_t)MS;
        last = p->duration - script->steps[n - 1].at - 200 * (int64_t)MS;
    }
    return first + (int64_t)(chance % (uint64_t)(last - first));
}

static bool plan_group(struct plan *p, enum group group, uint64_t count)
{
    uint64_t weights = 0;
    for (size_t i = 0; i < SCRIPT_COUNT; i++)
        weights += SCRIPTS[i].group == group ? SCRIPTS[i].weight : 0;
    for (size_t i = 0; i < SCRIPT_COUNT; i++) {
        if (SCRIPTS[i].group != group)
            continue;
        uint64_t share = count * SCRIPTS[i].weight / weights;
        for (uint64_t n = 0; n < share; n++) {
            uint64_t chance = mix(p->options->seed, p->flow_count, 4);
            uint64_t client = (chance >> 40) % p->options->clients;
            if (!add_flow(p, i, client, start_of(p, &SCRIPTS[i], chance & 0xffffffffffU)))
                return false;
        }
    }
    return true;
}

static size_t script_named(const char *name)
{
    size_t i = 0;
    while (i + 1 < SCRIPT_COUNT && strcmp(SCRIPTS[i].name, name) != 0)
        i++;
    return i;
}

/* Connections of which the bulk is: a third to an SWG, the rest to anybody. */
static bool plan_bulk(struct plan *p)
{
    uint64_t seed = p->options->seed, first = p->flow_count;
    if (p->options->bulk == 0)
        return true;
    for (uint64_t i = 0; i < BULK_FLOWS; i++) {
        size_t script = script_named(i % 3 ? "bulk from others" : "bulk from an SWG");
        if (!add_flow(p, script, i % p->options->clients, SEC + (int64_t)i * 100))
            return false;
    }
    for (uint64_t i = 0; i < p->options->bulk; i++) {
        uint64_t chance = mix(seed, i, 5), flow = first + (chance >> 40) % BULK_FLOWS;
        int64_t span = p->duration - 2 * (int64_t)SEC;
        int64_t at = 3 * (int64_t)SEC / 2 + (int64_t)((chance & 0xffffffffffU) % (uint64_t)span);
        if (!add_event(p, at, flow, steps_of(&SCRIPTS[p->flows[flow].script])))
            return false;
    }
    return true;
}

static bool plan_all(struct plan *p)
{
    const struct options *o = p->options;
    /* Two clients of their own, one of each family, first look up what all will use. */
    for (uint64_t extra = 0, done = 0; extra < EXTRA; extra++) {
        bool ipv6 = (o->clients + extra) % 5 == 4;
        if (done >> ipv6 & 1)
            continue;
        done |= UINT64_C(1) << ipv6;
        int64_t at = ipv6 ? 600 * (int64_t)MS : 200 * (int64_t)MS;
        if (!add_flow(p, script_named("SWG found"), o->clients + extra, at))
            return false;
    }
    return plan_group(p, GROUP_EXCHANGE, o->exchanges) &&
           plan_group(p, GROUP_ATTEMPT, o->attempts) && plan_group(p, GROUP_LOOKUP, o->lookups) &&
           plan_group(p, GROUP_NOISE, o->noise) && plan_bulk(p) &&
           /* The last packet says when the capture ends. */
           add_flow(p, script_named("mDNS"), 0, p->duration);
}

static int by_time(const void *left, const void *right)
{
    const struct event *a = left, *b = right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (a->flow != b->flow)
        return a->flow < b->flow ? -1 : 1;
    return (a->step > b->step) - (a->step < b->step);
}

static bool write_capture(struct plan *p, const char *path)
{
    static const uint32_t HEAD[] = {0xa1b2c3d4, 2 | 4U << 16, 0, 0, 262144, 1};
    uint8_t frame[FRAME_MAX];
    uint32_t *sent = calloc(p->flow_count, sizeof *sent);
    FILE *out = fopen(path, "wb");
    if (!sent || !out) {
        fprintf(stderr, "make_load: %s can't be written: %s.\n", path, strerror(errno));
        free(sent);
        if (out)
            fclose(out);
        return false;
    }
    setvbuf(out, NULL, _IOFBF, 1 << 20);
    fwrite(HEAD, sizeof HEAD, 1, out);
    for (size_t i = 0; i < p->event_count; i++) {
        const struct event *e = &p->events[i];
        const struct flow *flow = &p->flows[e->flow];
        const struct script *script = &SCRIPTS[flow->script];
        uint32_t length = (uint32_t)build_frame(frame, script, flow, e->flow, e->step,
                                                p->options->seed, sent[e->flow]);
        if (script->steps[e->step].what == END)
            sent[e->flow] += BULK_BYTES;
        uint32_t head[] = {(uint32_t)(BASE_TIME + e->at / SEC), (uint32_t)(e->at % SEC), length,
                           length};
        fwrite(head, sizeof head, 1, out);
        fwrite(frame, length, 1, out);
    }
    free(sent);
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed) {
        fprintf(stderr, "make_load: Writing %s failed; is the disk full?\n", path);
        return false;
    }
    return true;
}

/* The contract's words, object by object. */
static const struct word {
    const char *object, *name;
    size_t member; /* of struct tally; sizeof(struct tally): always 0 */
} WORDS[] = {
#define DNS(member)                                                                                \
    {                                                                                              \
        "dns", #member, offsetof(struct tally, member)                                             \
    }
#define TCP(name, member)                                                                          \
    {                                                                                              \
        "tcp", name, offsetof(struct tally, member)                                                \
    }
#define LOOKUP(name, member)                                                                       \
    {                                                                                              \
        "lookups", name, offsetof(struct tally, member)                                            \
    }
    DNS(queries),
    DNS(answered),
    DNS(late),
    DNS(error),
    DNS(foreign),
    DNS(rejected),
    {"dns", "reset", sizeof(struct tally)},
    DNS(unanswered),
    DNS(undetermined),
    DNS(copies),
    DNS(responses),
    DNS(unsolicited),
    TCP("syns", syns),
    TCP("attempts", attempts),
    TCP("opened", opened),
    TCP("reset", reset),
    TCP("rejected", tcp_rejected),
    TCP("aborted", aborted),
    TCP("unanswered", tcp_unanswered),
    TCP("killed", killed),
    TCP("stalled", stalled),
    TCP("undetermined", tcp_undetermined),
    LOOKUP("queries", lookups),
    LOOKUP("answered", lookups_answered),
    LOOKUP("failed", lookups_failed),
};

static bool write_truth(const struct plan *p, const char *path)
{
    FILE *out = fopen(path, "w");
    if (!out) {
        fprintf(stderr, "make_load: %s can't be written: %s.\n", path, strerror(errno));
        return false;
    }
    const char *object = "";
    fprintf(out, "{\"packets\": %zu", p->event_count);
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        const struct word *w = &WORDS[i];
        uint64_t value = w->member < sizeof(struct tally) ? p->totals[w->member] : 0;
        if (strcmp(object, w->object) != 0)
            fprintf(out, "%s, \"%s\": {", *object ? "}" : "", w->object);
        else
            fprintf(out, ", ");
        object = w->object;
        fprintf(out, "\"%s\": %llu", w->name, (unsigned long long)value);
    }
    fprintf(out, "}}\n");
    return fclose(out) == 0;
}

static const char USAGE[] =
    "make_load writes a large capture and the truth about it.\n"
    "  make_load [--exchanges N] [--attempts N] [--lookups N] [--noise N] [--bulk PACKETS]\n"
    "            [--clients N] [--seconds N] [--seed N] --output FILE.pcap --truth FILE.json\n";

static bool read_options(int argc, char **argv, struct options *o)
{
    enum { OUTPUT = 8, TRUTH };
    static const struct option LONG[] = {
        {"exchanges", 1, NULL, 0}, {"attempts", 1, NULL, 1}, {"lookups", 1, NULL, 2},
        {"noise", 1, NULL, 3},     {"bulk", 1, NULL, 4},     {"clients", 1, NULL, 5},
        {"seconds", 1, NULL, 6},   {"seed", 1, NULL, 7},     {"output", 1, NULL, OUTPUT},
        {"truth", 1, NULL, TRUTH}, {NULL, 0, NULL, 0},
    };
    uint64_t *const numbers[] = {&o->exchanges, &o->attempts, &o->lookups, &o->noise,
                                 &o->bulk,      &o->clients,  &o->seconds, &o->seed};
    for (int which; (which = getopt_long(argc, argv, "", LONG, NULL)) != -1;) {
        char *end = NULL;
        if (which == OUTPUT)
            o->output = optarg;
        else if (which == TRUTH)
            o->truth = optarg;
        else if (which < OUTPUT)
            *numbers[which] = strtoull(optarg, &end, 10);
        else
            return false;
        if (end && (*end || end == optarg || *optarg == '-'))
            return false;
    }
    return optind == argc && o->output && o->truth && o->clients > 0 && o->clients < 1000000;
}

int main(int argc, char **argv)
{
    struct options o = {.exchanges = 200000,
                        .attempts = 100000,
                        .lookups = 2000,
                        .noise = 10000,
                        .clients = 2000,
                        .seed = 1};
    if (!read_options(argc, argv, &o)) {
        fputs(USAGE, stderr);
        return EX_USAGE;
    }
    /* So thin that the sensor's tables (131,072 each) hold what is open or remembered. */
    if (o.seconds == 0)
        o.seconds = (o.exchanges > 2 * o.attempts ? o.exchanges : 2 * o.attempts) / 1000 + SHORTEST;
    if (o.seconds < SHORTEST)
        o.seconds = SHORTEST;
    struct plan p = {.options = &o, .duration = (int64_t)o.seconds * SEC};
    p.ports = malloc((o.clients + EXTRA) * sizeof *p.ports);
    p.numbers = calloc(o.clients + EXTRA, sizeof *p.numbers);
    for (uint64_t i = 0; p.ports && i < o.clients + EXTRA; i++)
        p.ports[i] = FIRST_PORT;
    bool good = p.ports && p.numbers && plan_all(&p);
    if (good) {
        qsort(p.events, p.event_count, sizeof *p.events, by_time);
        good = write_capture(&p, o.output) && write_truth(&p, o.truth);
    }
    free(p.ports);
    free(p.numbers);
    free(p.flows);
    free(p.events);
    return good ? 0 : EX_SOFTWARE;
}
