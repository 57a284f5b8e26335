/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter: see filter.h. */
#include "sensor/capture/filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "sensor/capture/filter_tags.h"
#include "sensor/capture/filter_text.h"
#include "sensor/capture/vlan_layout.h"

/* Frames of any other link type all pass: they are few (Wi-Fi in monitor mode, say), and what is
 * wrong with them is to be seen. */
static const uint32_t with_filter[] = {DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL,
                                       DLT_LOOP,   DLT_RAW,       DLT_IPV4,       DLT_IPV6};

static bool has_filter(uint32_t linktype)
{
    for (size_t i = 0; i < sizeof with_filter / sizeof *with_filter; i++) {
        if (with_filter[i] == linktype)
            return true;
    }
    return false;
}

static bool make_words(struct filter_words *out, const struct watch_snapshot *watch, bool control,
                       uint32_t linktype, unsigned width)
{
    *out =
        (struct filter_words){.control = control, .ethertypes = vlan_layout_find(linktype) != NULL};
    return filter_nets_make(&out->resolvers, watch->resolver, watch->resolvers, watch->any_resolver,
                            width) &&
           filter_nets_make(&out->swgs, watch->swg, watch->swgs, watch->any_swg, width);
}

static void free_words(struct filter_words *words)
{
    filter_nets_free(&words->resolvers);
    filter_nets_free(&words->swgs);
}

/* NULL where memory is out. */
static char *text_of(const struct filter_words *words)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);

    if (!out)
        return NULL;
    filter_text_untagged(out, words, 0);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static bool compile(struct filter *out, const char *text, char error[FILTER_ERROR])
{
    struct bpf_program plain = {0};
    pcap_t *dead = pcap_open_dead((int)out->linktype, FILTER_WHOLE_PACKET);

    if (!dead) {
        snprintf(error, FILTER_ERROR, "The capture filter does not fit into memory.");
        return false;
    }
    bool good = pcap_compile(dead, &plain, text, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!good)
        snprintf(error, FILTER_ERROR, "libpcap can't compile the capture filter: %s.",
                 pcap_geterr(dead));
    pcap_close(dead);
    if (!good)
        return false;
    good = filter_tags_add(&plain, out->linktype, &out->program);
    pcap_freecode(&plain);
    if (!good)
        snprintf(error, FILTER_ERROR, "The capture filter does not fit into memory.");
    return good;
}

/* One width, or a wider one where the addresses alone are too many. */
static bool build_once(struct filter *out, const struct watch_snapshot *watch, bool control,
                       unsigned width, char error[FILTER_ERROR])
{
    struct filter_words words;
    bool good = make_words(&words, watch, control, out->linktype, width);
    char *text = !good ? NULL : has_filter(out->linktype) ? text_of(&words) : strdup("");

    out->nets = words.resolvers.count + words.swgs.count;
    out->width =
        words.resolvers.width > words.swgs.width ? words.resolvers.width : words.swgs.width;
    free_words(&words);
    if (!text) {
        snprintf(error, FILTER_ERROR, "The capture filter does not fit into memory.");
        return false;
    }
    good = compile(out, text, error);
    free(text);
    return good;
}

bool filter_build(struct filter *out, const struct watch_snapshot *watch, bool control,
                  uint32_t linktype, unsigned width, char error[FILTER_ERROR])
{
    *out = (struct filter){.linktype = linktype};
    for (; width <= filter_nets_widest(); width = out->width + 1) {
        filter_free(out);
        if (!build_once(out, watch, control, width, error))
            return false;
        if (out->program.bf_len <= BPF_MAXINSNS)
            return true;
    }
    snprintf(error, FILTER_ERROR,
             "The capture filter would have %u instructions, and the kernel takes %d.",
             out->program.bf_len, BPF_MAXINSNS);
    return false;
}

void filter_free(struct filter *filter)
{
    free(filter->program.bf_insns);
    filter->program = (struct bpf_program){0};
}

bool filter_print(const struct watch_snapshot *watch, bool control, FILE *out, struct filter *about,
                  char error[FILTER_ERROR])
{
    struct filter_words words;

    if (!filter_build(about, watch, control, DLT_EN10MB, 0, error))
        return false;
    bool good = make_words(&words, watch, control, DLT_EN10MB, about->width);
    if (good) {
        filter_text_tagged(out, &words);
        fputc('\n', out);
    } else {
        snprintf(error, FILTER_ERROR, "The capture filter does not fit into memory.");
    }
    free_words(&words);
    return good;
}

/* libpcap's instructions and the kernel's differ in name only. */
_Static_assert(sizeof(struct bpf_insn) == sizeof(struct sock_filter), "one form of instructions");

int filter_attach(const struct filter *filter, int fd)
{
    const size_t size = filter->program.bf_len * sizeof(struct bpf_insn);
    struct bpf_program program = {.bf_len = filter->program.bf_len, .bf_insns = malloc(size)};

    if (!program.bf_insns)
        return ENOMEM;
    memcpy(program.bf_insns, filter->program.bf_insns, size);
    if (filter_tags_cooked(filter->linktype))
        filter_tags_cook(&program, filter->linktype);
    struct sock_fprog kernel = {.len = (unsigned short)program.bf_len,
                                .filter = (struct sock_filter *)(void *)program.bf_insns};
    int status = setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &kernel, sizeof kernel);
    int reason = status == 0 ? 0 : errno;
    free(program.bf_insns);
    return reason;
}

bool filter_install(struct filter *out, const struct watch_snapshot *watch, bool control,
                    uint32_t linktype, int fd, char error[FILTER_ERROR])
{
    unsigned width = 0;

    for (;;) {
        if (!filter_build(out, watch, control, linktype, width, error))
            return false;
        int reason = filter_attach(out, fd);
        if (reason == 0)
            return true;
        width = out->width + 1;
        if ((reason != ENOMEM && reason != EINVAL) || width > filter_nets_widest()) {
            snprintf(error, FILTER_ERROR,
                     "The kernel does not take the capture filter of %u instructions: %s.%s",
                     out->program.bf_len, strerror(reason),
                     reason == ENOMEM ? " Raise the sysctl net.core.optmem_max." : "");
            return false;
        }
        filter_free(out);
    }
}

char *filter_describe(const struct filter *filter, char text[FILTER_TEXT])
{
    int length = snprintf(text, FILTER_TEXT, "%zu address%s%s, %u instructions", filter->nets,
                          filter->nets == 1 ? "" : "es", filter->width ? " or nets" : "",
                          filter->program.bf_len);
    if (filter->width && length > 0 && length < FILTER_TEXT)
        snprintf(text + length, FILTER_TEXT - (size_t)length,
                 "; there were too many addresses, so it lets %s through",
                 filter_nets_width_text(filter->width));
    return text;
}
