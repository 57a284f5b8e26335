/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config_table: every key of the configuration once, with its type, place, bounds, default and
 * meaning. Reading, defaults, --dump-config and -T all walk this table, so they cannot disagree. */
#ifndef SENSOR_CONFIG_TABLE_H
#define SENSOR_CONFIG_TABLE_H

#include "sensor/config.h"
#include "sensor/watch_item.h"

enum setting_type {
    SETTING_DURATION, /* nstime: "5s" */
    SETTING_COUNT,    /* uint32_t */
    SETTING_SWITCH,   /* bool: on, off */
    SETTING_CHOICE,   /* an enum or unsigned from 0: one of `words` */
    SETTING_LIST,     /* struct config_list: items that watch_item.h accepts */
    SETTING_TEXT      /* char[CONFIG_TEXT]; "" is none */
};

/* Whether text is a good item; else error gets a clause, and *at which byte of it is wrong. */
typedef bool setting_check(const char *text, char error[WATCH_ERROR_TEXT], size_t *at);

struct setting {
    const char *section; /* "dns"; "" at the top level */
    const char *key;     /* "deadline" */
    enum setting_type type;
    size_t offset;            /* in struct config */
    int64_t min, max;         /* duration and count, both included; list: items, 0: any number */
    unsigned accept;          /* list: enum watch_accept; text: enum text_kind */
    setting_check *check;     /* list: what an item is, in place of accept; NULL */
    const char *const *words; /* choice: ended by NULL */
    const char *preset;       /* the default as written; a list's items are parted by blanks */
    const char *about;        /* what it does, for people */
};

struct section {
    const char *name;
    const char *about;
};

/* Two settings of one type where `low` must not exceed `high`. */
struct setting_rule {
    const char *section, *low, *high;
};

/* What a text must be where it is not empty. */
enum text_kind {
    TEXT_ANY,      /* printable */
    TEXT_ENDPOINT, /* an address, with a port or without: endpoint.h */
    TEXT_KEY       /* an Ed25519 public key: certificate.h */
};

/* For arrays beside the tables. */
#define CONFIG_SETTINGS_MAX 128
#define CONFIG_SECTIONS_MAX 32

extern const struct setting config_settings[];
extern const size_t config_setting_count;
extern const struct section config_sections[];
extern const size_t config_section_count;
extern const struct setting_rule config_rules[];
extern const size_t config_rule_count;

/* NULL where there is none. */
const struct setting *setting_find(const char *section, const char *key);

#define SETTING_NAME  64
#define SETTING_VALUE 32

/* "dns.deadline". Returns out. */
char *setting_name(const struct setting *s, char out[SETTING_NAME]);

/* Reads one value into its place; a list gets one more item. False with a whole clause in error
 * ("\"dns.deadline\" is \"5\", which has no unit; …") where text is no such value. */
bool setting_parse(const struct setting *s, const char *text, struct config *config,
                   char error[CONFIG_ERROR]);
/* The same; *at: which byte of text is wrong. */
bool setting_parse_at(const struct setting *s, const char *text, struct config *config,
                      char error[CONFIG_ERROR], size_t *at);
/* The value as setting_parse() reads it; not for lists and texts. Returns out. */
char *setting_format(const struct setting *s, const struct config *config, char out[SETTING_VALUE]);
/* "5s", "10m": the largest unit that needs no fraction. Returns out. */
char *setting_duration(nstime duration, char out[SETTING_VALUE]);
/* Of a text setting. */
const char *setting_text(const struct setting *s, const struct config *config);
/* Duration, count, switch or choice as one number, to compare. */
int64_t setting_number(const struct setting *s, const struct config *config);
struct config_list *setting_list(const struct setting *s, struct config *config);
/* "a duration such as 5s": what the type wants, for error sentences. */
const char *setting_wants(const struct setting *s);

#endif
