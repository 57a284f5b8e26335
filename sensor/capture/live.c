/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live: see live.h. The kernel hands frames over in blocks: as soon as one is full, or after a
 * moment. That moment is kept short, for what is not handed over yet looks like silence; see
 * capture.reorder, which is never shorter. */
#include "sensor/capture/live.h"

#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "sensor/capture/interfaces.h"
#include "sensor/capture/narrow.h"

/* Half of the least capture.reorder: a kernel's timers are late, too. */
#define BLOCK_MILLISECONDS 20

struct live {
    struct source source; /* first: see source.h */
    pcap_t *pcap;
    struct narrow *narrow; /* NULL: no FILTER */
    unsigned index;
    uint32_t linktype;
    uint32_t kernel_seen, interface_seen; /* libpcap's counters, which wrap */
    uint64_t kernel, interface;
};

/* tv_usec is nanoseconds where it could be had so. A clock before 1970 is brought to it. */
static nstime time_of(pcap_t *pcap, const struct timeval *stamp)
{
    const nstime unit =
        pcap_get_tstamp_precision(pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : NS_PER_US;
    if (stamp->tv_sec < 0)
        return 0;
    if (stamp->tv_sec >= FRAME_TIME_MAX / NS_PER_SEC)
        return FRAME_TIME_MAX;
    return stamp->tv_sec * NS_PER_SEC + stamp->tv_usec * unit;
}

static enum source_status live_next(struct source *source, struct frame *out)
{
    struct live *live = (struct live *)source;
    struct pcap_pkthdr *header;
    const u_char *bytes;
    int got = pcap_next_ex(live->pcap, &header, &bytes);
    if (got == 0)
        return SOURCE_EMPTY;
    if (got != 1) {
        snprintf(source->error, sizeof source->error, "%s can't be read any more: %s.",
                 source->name, pcap_geterr(live->pcap));
        return SOURCE_DAMAGED;
    }
    source->frames++;
    source->bytes += header->caplen;
    *out = (struct frame){
        .ref = {.number = source->frames & ((UINT64_C(1) << 48) - 1), .file = live->index & 0xffff},
        .time = time_of(live->pcap, &header->ts),
        .linktype = live->linktype,
        .length = header->len,
        .captured = header->caplen,
        .bytes = bytes,
    };
    return !live->narrow || narrow_passes(live->narrow, out) ? SOURCE_FRAME : SOURCE_PASSED;
}

static void live_close(struct source *source)
{
    struct live *live = (struct live *)source;
    narrow_free(live->narrow);
    if (live->pcap)
        pcap_close(live->pcap);
    free(live);
}

static const struct source_ops live_ops = {live_next, live_close};

static int fail_missing(const char *name, char error[SOURCE_ERROR])
{
    char names[INTERFACES_TEXT];
    snprintf(error, SOURCE_ERROR, "There is no interface %s. There is: %s.", name,
             interfaces_names(names));
    return EX_UNAVAILABLE;
}

static int fail_activate(pcap_t *pcap, const char *name, int result, char error[SOURCE_ERROR])
{
    switch (result) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return fail_missing(name, error);
    case PCAP_ERROR_IFACE_NOT_UP:
        snprintf(error, SOURCE_ERROR, "The interface %s is down. Set it up: ip link set %s up",
                 name, name);
        return EX_UNAVAILABLE;
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        snprintf(error, SOURCE_ERROR,
                 "Not permitted to capture on %s. Run as root or as the service, or give the "
                 "program the right: setcap cap_net_raw+ep /path/to/roamwatch",
                 name);
        return EX_NOPERM;
    default:
        snprintf(error, SOURCE_ERROR, "The interface %s can't be captured on: %s.", name,
                 result == PCAP_ERROR ? pcap_geterr(pcap) : pcap_statustostr(result));
        return EX_UNAVAILABLE;
    }
}

static void set_options(pcap_t *pcap, const struct config *config)
{
    pcap_set_snaplen(pcap, (int)config->capture.snap_length);
    pcap_set_promisc(pcap, config->capture.promiscuous);
    pcap_set_buffer_size(pcap, (int)(config->capture.buffer * 1024));
    pcap_set_timeout(pcap, BLOCK_MILLISECONDS);
    pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
}

/* Whether the adapter has no clock is known on activation; see there. */
static void set_timestamps(pcap_t *pcap, const struct config *config, const char *name,
                           char warning[SOURCE_ERROR])
{
    if (config->capture.timestamps == CONFIG_TIMESTAMPS_ADAPTER &&
        pcap_set_tstamp_type(pcap, PCAP_TSTAMP_ADAPTER) != 0)
        snprintf(warning, SOURCE_ERROR,
                 "%s has no clock that is kept in step with the system's: the system's stamps the "
                 "frames.",
                 name);
}

/* The pseudo-interface of all of them tells in its second form which one a frame came by. */
static int activate(struct live *live, const struct config *config, char error[SOURCE_ERROR],
                    char warning[SOURCE_ERROR])
{
    const char *name = live->source.name;
    char text[PCAP_ERRBUF_SIZE] = "";
    if (strcmp(name, "any") != 0 && if_nametoindex(name) == 0)
        return fail_missing(name, error);
    live->pcap = pcap_create(name, text);
    if (!live->pcap) {
        snprintf(error, SOURCE_ERROR, "The interface %s can't be captured on: %s.", name, text);
        return EX_UNAVAILABLE;
    }
    set_options(live->pcap, config);
    set_timestamps(live->pcap, config, name, warning);
    int result = pcap_activate(live->pcap);
    if (result < 0)
        return fail_activate(live->pcap, name, result, error);
    if (result == PCAP_WARNING_PROMISC_NOTSUP)
        snprintf(warning, SOURCE_ERROR,
                 "%s knows no promiscuous mode: only what is meant for this host is seen.", name);
    if (strcmp(name, "any") == 0)
        pcap_set_datalink(live->pcap, DLT_LINUX_SLL2);
    if (pcap_setnonblock(live->pcap, 1, text) != 0 || pcap_get_selectable_fd(live->pcap) < 0) {
        snprintf(error, SOURCE_ERROR, "The interface %s can't be waited for: %s.", name, text);
        return EX_UNAVAILABLE;
    }
    live->linktype = (uint32_t)pcap_datalink(live->pcap);
    if (live->narrow && !narrow_prepare(live->narrow, live->linktype, name, error))
        return EX_USAGE;
    return 0;
}

struct source *live_open(const char *name, unsigned index, const struct config *config,
                         const char *filter, char error[SOURCE_ERROR], char warning[SOURCE_ERROR],
                         int *status)
{
    warning[0] = '\0';
    struct live *live = calloc(1, sizeof *live);
    if (!live) {
        snprintf(error, SOURCE_ERROR, "Out of memory.");
        *status = EX_OSERR;
        return NULL;
    }
    live->source.ops = &live_ops;
    live->source.name = name;
    live->index = index;
    live->narrow = filter ? narrow_new(filter) : NULL;
    if (filter && !live->narrow) {
        snprintf(error, SOURCE_ERROR, "Out of memory.");
        *status = EX_OSERR;
    } else {
        *status = activate(live, config, error, warning);
    }
    if (*status) {
        live_close(&live->source);
        return NULL;
    }
    return &live->source;
}

uint32_t live_linktype(const struct source *source)
{
    return ((const struct live *)source)->linktype;
}

int live_fd(const struct source *source)
{
    return pcap_get_selectable_fd(((const struct live *)source)->pcap);
}

bool live_drops(struct source *source, uint64_t *kernel, uint64_t *interface)
{
    struct live *live = (struct live *)source;
    struct pcap_stat stat;
    if (pcap_stats(live->pcap, &stat) != 0)
        return false;
    live->kernel += stat.ps_drop - live->kernel_seen;
    live->interface += stat.ps_ifdrop - live->interface_seen;
    live->kernel_seen = stat.ps_drop;
    live->interface_seen = stat.ps_ifdrop;
    *kernel = live->kernel;
    *interface = live->interface;
    return true;
}
