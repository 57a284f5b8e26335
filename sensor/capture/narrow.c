/* SPDX-License-Identifier: GPL-2.0-or-later */
/* narrow: see narrow.h. */
#include "sensor/capture/narrow.h"

#include <ctype.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "sensor/capture/vlan_layout.h"

#define NARROW_SNAPLEN 262144
#define TAGS_MOST      8 /* as deep as the decoder goes */

struct program {
    uint32_t linktype;
    bool compiled;
    struct bpf_program bpf;
};

struct narrow {
    const char *filter;
    struct program program[NARROW_TYPES];
    size_t programs, next; /* in use; the next to give way */
    uint64_t asked, refused;
    char why[PCAP_ERRBUF_SIZE]; /* why the last link type was refused */
    bool as_it_stands;          /* FILTER speaks of VLANs */
    uint8_t *untagged;          /* a frame without its tags */
    size_t room;
};

/* 0, EX_USAGE with libpcap's reason in why, or EX_OSERR. */
static int compile(const char *filter, uint32_t linktype, struct bpf_program *out,
                   char why[PCAP_ERRBUF_SIZE])
{
    pcap_t *dead = pcap_open_dead((int)linktype, NARROW_SNAPLEN);
    if (!dead) {
        snprintf(why, PCAP_ERRBUF_SIZE, "there is not enough memory");
        return EX_OSERR;
    }
    int failed = pcap_compile(dead, out, filter, 1, PCAP_NETMASK_UNKNOWN);
    if (failed)
        snprintf(why, PCAP_ERRBUF_SIZE, "%s", pcap_geterr(dead));
    pcap_close(dead);
    return failed ? EX_USAGE : 0;
}

int narrow_check(const char *filter, char error[SOURCE_ERROR])
{
    char why[PCAP_ERRBUF_SIZE];
    struct bpf_program program;
    int status = compile(filter, DLT_EN10MB, &program, why);
    if (status == 0)
        pcap_freecode(&program);
    else if (status == EX_OSERR)
        snprintf(error, SOURCE_ERROR, "Out of memory.");
    else
        snprintf(error, SOURCE_ERROR,
                 "\"%s\" is no capture filter: %s. Filters look like \"host 10.1.2.3\" or \"vlan "
                 "12\"; see pcap-filter(7).",
                 filter, why);
    return status;
}

static bool word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The next word of a filter from *at on, which then stands behind it; its length, 0 at the end. */
static size_t next_word(const char **at, const char **word)
{
    while (**at && !word_character(**at))
        ++*at;
    *word = *at;
    while (word_character(**at))
        ++*at;
    return (size_t)(*at - *word);
}

static bool is_word(const char *word, size_t length, const char *wanted)
{
    return strlen(wanted) == length && memcmp(word, wanted, length) == 0;
}

/* What follows the word looks at the link header itself: "ether[12:2]", "ether proto". */
static bool reaches_header(const char *behind)
{
    const char *word;

    behind += strspn(behind, " \t\r\n");
    if (*behind == '[')
        return true;
    size_t length = next_word(&behind, &word);
    return is_word(word, length, "proto");
}

static bool speaks_of_tags(const char *filter)
{
    const char *word;
    size_t length;

    while ((length = next_word(&filter, &word)) > 0) {
        if (is_word(word, length, "vlan"))
            return true;
        if ((is_word(word, length, "ether") || is_word(word, length, "link")) &&
            reaches_header(filter))
            return true;
    }
    return false;
}

struct narrow *narrow_new(const char *filter)
{
    struct narrow *n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    n->filter = filter;
    n->as_it_stands = speaks_of_tags(filter);
    return n;
}

static void forget(struct program *program)
{
    if (program->compiled)
        pcap_freecode(&program->bpf);
}

void narrow_free(struct narrow *n)
{
    if (!n)
        return;
    for (size_t i = 0; i < n->programs; i++)
        forget(&n->program[i]);
    free(n->untagged);
    free(n);
}

static struct program *find(struct narrow *n, uint32_t linktype)
{
    for (size_t i = 0; i < n->programs; i++)
        if (n->program[i].linktype == linktype)
            return &n->program[i];
    struct program *program = &n->program[n->next];
    if (n->programs < NARROW_TYPES)
        n->programs++;
    else
        forget(program);
    n->next = (n->next + 1) % NARROW_TYPES;
    program->linktype = linktype;
    program->compiled = compile(n->filter, linktype, &program->bpf, n->why) == 0;
    return program;
}

static void say_unfit(const struct narrow *n, const char *name, char error[SOURCE_ERROR])
{
    snprintf(error, SOURCE_ERROR, "\"%s\" is no capture filter for the link type of %s: %s.",
             n->filter, name, n->why);
}

bool narrow_prepare(struct narrow *n, uint32_t linktype, const char *name, char error[SOURCE_ERROR])
{
    if (find(n, linktype)->compiled)
        return true;
    say_unfit(n, name, error);
    return false;
}

static bool is_tag(const uint8_t *type)
{
    for (size_t i = 0; i < VLAN_TYPES; i++) {
        if (vlan_types[i] == (type[0] << 8 | type[1]))
            return true;
    }
    return false;
}

/* How many tags follow the header, as far as the capture has them whole. */
static unsigned count_tags(const struct frame *frame, const struct vlan_layout *layout)
{
    const uint8_t *type = frame->bytes + layout->protocol_at;
    unsigned tags = 0;

    if (frame->captured < layout->header)
        return 0;
    while (tags < TAGS_MOST && is_tag(type) &&
           frame->captured >= layout->header + VLAN_TAG * (tags + 1u)) {
        tags++;
        type = frame->bytes + layout->header + VLAN_TAG * tags - 2u;
    }
    return tags;
}

static bool make_room(struct narrow *n, size_t size)
{
    if (size <= n->room)
        return true;
    uint8_t *bytes = realloc(n->untagged, size);
    if (!bytes)
        return false;
    n->untagged = bytes;
    n->room = size;
    return true;
}

/* The frame as it would be without its tags; false where it has none, or memory is out. */
static bool take_tags(struct narrow *n, struct frame *frame)
{
    const struct vlan_layout *layout = vlan_layout_find(frame->linktype);
    const unsigned tags = layout ? count_tags(frame, layout) : 0;
    const uint32_t taken = VLAN_TAG * tags;

    if (tags == 0 || !make_room(n, frame->captured - taken))
        return false;
    const uint8_t *rest = frame->bytes + layout->header + taken;
    memcpy(n->untagged, frame->bytes, layout->header);
    memcpy(n->untagged + layout->protocol_at, rest - 2, 2);
    memcpy(n->untagged + layout->header, rest, frame->captured - taken - layout->header);
    frame->bytes = n->untagged;
    frame->captured -= taken;
    frame->length -= frame->length >= taken ? taken : frame->length;
    return true;
}

bool narrow_passes(struct narrow *n, const struct frame *frame)
{
    struct program *program = find(n, frame->linktype);
    n->asked++;
    if (!program->compiled) {
        n->refused++;
        return false;
    }
    struct frame seen = *frame;
    if (!n->as_it_stands)
        take_tags(n, &seen);
    const struct pcap_pkthdr header = {.caplen = seen.captured, .len = seen.length};
    return pcap_offline_filter(&program->bpf, &header, seen.bytes) != 0;
}

bool narrow_fitted(const struct narrow *n, const char *name, char error[SOURCE_ERROR])
{
    if (n->refused == 0 || n->refused < n->asked)
        return true;
    say_unfit(n, name, error);
    return false;
}
