/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config: every threshold, deadline and limit in one struct. The built-in defaults equal
 * conf/roamwatch.yaml, which documents each key; a test holds the two together. */
#ifndef SENSOR_CONFIG_H
#define SENSOR_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "decoders/addr.h"
#include "decoders/nstime.h"
#include "sensor/config_list.h"

enum config_timestamps { CONFIG_TIMESTAMPS_HOST, CONFIG_TIMESTAMPS_ADAPTER };
enum config_checksums { CONFIG_CHECKSUMS_COUNT, CONFIG_CHECKSUMS_STRICT, CONFIG_CHECKSUMS_OFF };
enum config_exchanges { CONFIG_EXCHANGES_ALL, CONFIG_EXCHANGES_FAILED, CONFIG_EXCHANGES_NONE };

/* Texts as configured: paths, names; with the NUL. */
#define CONFIG_TEXT 256

struct config {
    struct config_list resolvers; /* resolvers: address, prefix or "any" */
    struct {
        struct config_list addresses; /* swg.addresses: address, prefix or "any" */
        struct config_list names;     /* swg.names: exact */
        struct config_list suffixes;  /* swg.suffixes: ".sigproxy.qq.opendns.com" */
        nstime learn_for;             /* swg.learn_for: at least, after last named or used (1h) */
        nstime lookup_deadline;       /* swg.lookup_deadline (10s) */
        char resolver[CONFIG_TEXT];   /* swg.resolver: where the sensor looks up ("": system's) */
        nstime lookup_min;            /* swg.lookup_min: between two lookups of a name (1m) */
        nstime lookup_max;            /* swg.lookup_max: and at most (1h) */
    } swg;
    struct {
        bool control;    /* capture.control: follow unwatched traffic as the control group (on) */
        uint32_t buffer; /* capture.buffer: KiB of the kernel's buffer, per interface (16384) */
        uint32_t snap_length; /* capture.snap_length: bytes of a frame that are looked at (2048) */
        bool promiscuous;     /* capture.promiscuous (on) */
        enum config_timestamps timestamps; /* capture.timestamps: host or adapter (host) */
        enum config_checksums checksums;   /* capture.checksums: count, strict or off (count) */
        nstime reorder; /* capture.reorder: how long a frame may take to be handed over (50ms) */
    } capture;
    struct {
        nstime deadline;                /* dns.deadline (5s) */
        nstime late;                    /* dns.late (30s) */
        nstime early;                   /* dns.early (100ms) */
        char provider_key[CONFIG_TEXT]; /* dns.provider_key: of DNSCrypt certificates */
    } dns;
    struct {
        nstime deadline;    /* tcp.deadline (5s) */
        nstime give_up;     /* tcp.give_up (30s) */
        nstime abort;       /* tcp.abort (3s) */
        nstime race;        /* tcp.race (1s) */
        nstime connect_gap; /* tcp.connect_gap (3s) */
        nstime remember;    /* tcp.remember (60s) */
    } tcp;
    struct {
        nstime backstep; /* clock.backstep: a larger step back, confirmed, is a gap (5s) */
    } clock;
    struct {
        uint32_t break_samples;       /* health.break_samples: failed in a row break a path (2) */
        uint32_t lossy_break_samples; /* health.lossy_break_samples: where it is lossy (5) */
        uint32_t window_samples;      /* health.window_samples (50, at most 64) */
        nstime window_time;           /* health.window_time (10m) */
        uint32_t lossy_samples;       /* health.lossy_samples: fewer are not judged lossy (10) */
        uint32_t lossy_failed;        /* health.lossy_failed: at least so many failed (4) */
        uint32_t lossy_percent;       /* health.lossy_percent: from this share on (20) */
        uint32_t lossy_clear_percent; /* health.lossy_clear_percent: until under this (10) */
        nstime stale;                 /* health.stale (10m) */
        uint32_t failed_samples;      /* health.failed_samples: a protection fails from (3) */
        nstime silence_span;          /* health.silence_span (3s) */
        uint32_t other_names;         /* health.other_names: distinct silent names that count (3) */
        uint32_t forwarder_names;  /* health.forwarder_names: distinct names of a forwarder (50) */
        uint32_t dnscrypt_queries; /* health.dnscrypt_queries without an answer (5) */
        nstime dnscrypt_span;      /* health.dnscrypt_span: over at least (5s) */
        nstime forget; /* health.forget: live, a client silent for so long is dropped (30m) */
        uint32_t capture_loss_permille; /* health.capture_loss_permille: more mutes silence (10) */
    } health;
    struct {
        uint32_t reset_delay_divisor; /* diagnose.reset_delay_divisor: nearer than a third (3) */
        uint32_t near_hops;           /* diagnose.near_hops (2) */
        uint32_t hop_difference;      /* diagnose.hop_difference (3) */
    } diagnose;
    struct config_list segments; /* segments: as segment_item.h reads them (none) */
    struct {
        nstime blind_after;        /* alerts.blind_after: no packet at all; 0: never (5m) */
        nstime client_gone;        /* alerts.client_gone (10m) */
        uint32_t scope_clients;    /* alerts.scope_clients: fail alike before an alert widens (5) */
        uint32_t scope_percent;    /* alerts.scope_percent: of the active ones (50) */
        nstime scope_window;       /* alerts.scope_window: active is who was seen within it (1m) */
        struct config_list ignore; /* alerts.ignore: as alert_match.h reads them (none) */
        struct config_list only;   /* alerts.only: likewise (none: all) */
        nstime remind;      /* alerts.remind: first reminder of one that lasts; 0: none (10m) */
        nstime remind_most; /* alerts.remind_most: the interval doubles up to this (1d) */
    } alerts;
    struct {
        enum config_exchanges exchanges; /* events.exchanges: all, failed or none (failed) */
        uint32_t rotate_size;            /* events.rotate_size: MiB of a live -o FILE (100) */
        uint32_t rotate_keep;            /* events.rotate_keep: old files (10) */
        nstime stats_interval;           /* events.stats_interval: live; 0: only at the end (1m) */
    } events;
    struct {
        uint32_t detail; /* console.detail: clients in full (5) */
    } console;
    struct {
        bool enabled;             /* syslog.enabled (off) */
        unsigned facility;        /* syslog.facility: of config_facilities (daemon) */
        char socket[CONFIG_TEXT]; /* syslog.socket (/dev/log) */
    } syslog;
    struct {
        bool enabled;             /* journal.enabled (off) */
        char socket[CONFIG_TEXT]; /* journal.socket (/run/systemd/journal/socket) */
    } journal;
    struct {
        char file[CONFIG_TEXT]; /* state.file: alerts over a restart ("": where systemd says) */
    } state;
    struct {
        char user[CONFIG_TEXT]; /* privileges.user: for a start as root ("": roamwatch, nobody) */
    } privileges;
    struct {
        bool show_ids; /* --show-ids, no key of the file: identities in genuine answers are told */
    } privacy;
    struct {
        uint32_t exchanges; /* limits.exchanges (131072) */
        uint32_t attempts;  /* limits.attempts (131072) */
        uint32_t clients;   /* limits.clients (131072) */
        uint32_t control; /* limits.control: exchanges and attempts of the control group (65536) */
        uint32_t lookups; /* limits.lookups (16384) */
        uint32_t learnt;  /* limits.learnt: SWG addresses and names learnt (4096) */
        uint32_t fragments; /* limits.fragments: packets whose fragments are waited for (1024) */
        uint32_t streams;   /* limits.streams: connections that hold DNS (256) */
        uint32_t paths;     /* limits.paths: of one client and protection (64) */
    } limits;
};

#define CONFIG_ERROR        512
#define CONFIG_SEGMENTS_MAX 1024
#define CONFIG_MATCHES_MAX  256 /* of alerts.ignore, and of alerts.only */

/* False only where memory is out. Free with config_free(). */
bool config_defaults(struct config *config);
void config_free(struct config *config);
/* Deep, into what holds nothing yet. False where memory is out. */
bool config_copy(const struct config *from, struct config *to);

/* Reads a YAML file over what config holds. On an error config is as it was, and error holds a full
 * sentence: "FILE:LINE:COLUMN: …" with a suggestion, or what could not be opened. The result is an
 * exit status of sysexits.h: 0, EX_NOINPUT, EX_NOPERM, EX_CONFIG or EX_IOERR. */
int config_load(struct config *config, const char *path, char error[CONFIG_ERROR]);

/* --dump-config: the whole configuration as YAML that config_load() accepts and that yields the
 * same configuration. False on a write error. */
bool config_dump(const struct config *config, FILE *out);

#endif
