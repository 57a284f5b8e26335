/* SPDX-License-Identifier: GPL-2.0-or-later */
/* narrow: see narrow.h. */
#include "sensor/capture/narrow.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#define NARROW_SNAPLEN 262144

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

struct narrow *narrow_new(const char *filter)
{
    struct narrow *n = calloc(1, sizeof *n);
    if (n)
        n->filter = filter;
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

bool narrow_passes(struct narrow *n, const struct frame *frame)
{
    struct program *program = find(n, frame->linktype);
    n->asked++;
    if (!program->compiled) {
        n->refused++;
        return false;
    }
    const struct pcap_pkthdr header = {.caplen = frame->captured, .len = frame->length};
    return pcap_offline_filter(&program->bpf, &header, frame->bytes) != 0;
}

bool narrow_fitted(const struct narrow *n, const char *name, char error[SOURCE_ERROR])
{
    if (n->refused == 0 || n->refused < n->asked)
        return true;
    snprintf(error, SOURCE_ERROR, "\"%s\" is no capture filter for the link type of %s: %s.",
             n->filter, name, n->why);
    return false;
}
