/* SPDX-License-Identifier: GPL-2.0-or-later */
/* savefile: see savefile.h. */
#include "sensor/capture/savefile.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define SAVEFILE_SNAPLEN   262144
#define PACKET_HEADER_SIZE 16 /* of a pcap file; near enough for pcapng's progress */

struct savefile {
    struct source source; /* first: see source.h */
    pcap_t *pcap;
    struct bpf_program filter;
    bool filtered;
    unsigned file_index;
    uint32_t linktype;
    const volatile int *stop;
};

static bool is_stdin(const char *name)
{
    return strcmp(name, "-") == 0;
}

/* 0 or an errno. A named pipe is not opened for a look: its writer would take that for a reader who
 * has come and gone. */
static int try_open(const char *name, bool *directory)
{
    struct stat st;
    if (stat(name, &st) != 0)
        return errno;
    *directory = S_ISDIR(st.st_mode);
    if (S_ISFIFO(st.st_mode))
        return access(name, R_OK) == 0 ? 0 : errno;
    FILE *file = fopen(name, "rb");
    if (!file)
        return errno;
    fclose(file);
    return 0;
}

int savefile_check(const char *name, char error[SOURCE_ERROR])
{
    if (is_stdin(name))
        return 0;
    bool directory = false;
    int reason = try_open(name, &directory);
    if (reason) {
        snprintf(error, SOURCE_ERROR, "Can't open the capture %s: %s.%s", name, strerror(reason),
                 reason == ENOENT ? " Check the name after -r." : "");
        return reason == EACCES || reason == EPERM ? EX_NOPERM : EX_NOINPUT;
    }
    if (directory) {
        snprintf(error, SOURCE_ERROR,
                 "%s is a folder, not a capture. Name the file in it after -r.", name);
        return EX_NOINPUT;
    }
    return 0;
}

int savefile_check_filter(const char *filter, char error[SOURCE_ERROR])
{
    struct bpf_program program;
    pcap_t *dead = pcap_open_dead(DLT_EN10MB, SAVEFILE_SNAPLEN);
    if (!dead) {
        snprintf(error, SOURCE_ERROR, "Out of memory.");
        return EX_OSERR;
    }
    int status = 0;
    if (pcap_compile(dead, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        snprintf(error, SOURCE_ERROR,
                 "\"%s\" is no capture filter: %s. Filters look like \"host 10.1.2.3\" or \"vlan "
                 "12\"; see pcap-filter(7).",
                 filter, pcap_geterr(dead));
        status = EX_USAGE;
    } else {
        pcap_freecode(&program);
    }
    pcap_close(dead);
    return status;
}

/* A file can hold any number for a time. tv_usec is nanoseconds: the file was opened so. A pcap's
 * 32 bits of seconds are unsigned, and end in 2106, but libpcap hands them out signed. */
static nstime time_of(const struct timeval *stamp)
{
    int64_t seconds = stamp->tv_sec;
    if (seconds < 0 && seconds >= INT32_MIN)
        seconds += INT64_C(1) << 32;
    if (seconds < 0)
        return 0;
    if (seconds >= FRAME_TIME_MAX / NS_PER_SEC)
        return FRAME_TIME_MAX;
    nstime time = seconds * NS_PER_SEC + stamp->tv_usec % NS_PER_SEC;
    return time < 0 ? 0 : time;
}

static enum source_status savefile_next(struct source *source, struct frame *out)
{
    struct savefile *file = (struct savefile *)source;
    struct pcap_pkthdr *header;
    const u_char *bytes;
    for (;;) {
        if (*file->stop)
            return SOURCE_STOPPED;
        int got = pcap_next_ex(file->pcap, &header, &bytes);
        if (got == PCAP_ERROR_BREAK)
            return SOURCE_END;
        if (got != 1) {
            if (*file->stop)
                return SOURCE_STOPPED;
            snprintf(source->error, sizeof source->error,
                     "%s is damaged after frame %llu: %s. What comes before the damage is judged.",
                     is_stdin(source->name) ? "Standard input" : source->name,
                     (unsigned long long)source->frames, pcap_geterr(file->pcap));
            return SOURCE_DAMAGED;
        }
        source->frames++;
        source->bytes += header->caplen + PACKET_HEADER_SIZE;
        if (!file->filtered || pcap_offline_filter(&file->filter, header, bytes))
            break;
    }
    *out = (struct frame){
        .ref = {.number = source->frames & ((UINT64_C(1) << 48) - 1),
                .file = file->file_index & 0xffff},
        .time = time_of(&header->ts),
        .linktype = file->linktype,
        .length = header->len,
        .captured = header->caplen,
        .bytes = bytes,
    };
    return SOURCE_FRAME;
}

static void savefile_close(struct source *source)
{
    struct savefile *file = (struct savefile *)source;
    if (file->filtered)
        pcap_freecode(&file->filter);
    if (file->pcap)
        pcap_close(file->pcap);
    free(file);
}

static const struct source_ops savefile_ops = {savefile_next, savefile_close};

static pcap_t *open_pcap(const char *name, char *text)
{
    return is_stdin(name)
               ? pcap_fopen_offline_with_tstamp_precision(stdin, PCAP_TSTAMP_PRECISION_NANO, text)
               : pcap_open_offline_with_tstamp_precision(name, PCAP_TSTAMP_PRECISION_NANO, text);
}

static bool set_filter(struct savefile *file, const char *filter, char *error)
{
    if (!filter)
        return true;
    if (pcap_compile(file->pcap, &file->filter, filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        snprintf(error, SOURCE_ERROR, "\"%s\" is no capture filter for the link type of %s: %s.",
                 filter, file->source.name, pcap_geterr(file->pcap));
        return false;
    }
    file->filtered = true;
    return true;
}

struct source *savefile_open(const char *name, unsigned file_index, const char *filter,
                             const volatile int *stop, char error[SOURCE_ERROR], int *status)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    *status = savefile_check(name, error);
    if (*status)
        return NULL;
    struct savefile *file = calloc(1, sizeof *file);
    if (!file) {
        snprintf(error, SOURCE_ERROR, "Out of memory.");
        *status = EX_OSERR;
        return NULL;
    }
    file->source.ops = &savefile_ops;
    file->source.name = name;
    file->file_index = file_index;
    file->stop = stop;
    file->pcap = open_pcap(name, text);
    if (!file->pcap) {
        snprintf(error, SOURCE_ERROR,
                 "%s can't be read as a capture: %s. Give a pcap or pcapng file of one link type.",
                 is_stdin(name) ? "Standard input" : name, text);
        *status = EX_DATAERR;
    } else if (!set_filter(file, filter, error)) {
        *status = EX_USAGE;
    }
    if (*status) {
        savefile_close(&file->source);
        return NULL;
    }
    file->linktype = (uint32_t)pcap_datalink(file->pcap);
    struct stat st;
    if (!is_stdin(name) && stat(name, &st) == 0 && S_ISREG(st.st_mode))
        file->source.size = (uint64_t)st.st_size;
    return &file->source;
}
