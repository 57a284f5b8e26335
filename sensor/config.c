/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config: the built-in defaults, and the whole written out again. */
#include "sensor/config.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/config_table.h"

/* Gives every setting the default of the table, lists item by item. The presets are constants that
 * a test parses all of, so what fails here is memory. */
bool config_defaults(struct config *config)
{
    char error[CONFIG_ERROR];
    char item[SETTING_VALUE * 4];

    memset(config, 0, sizeof *config);
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct setting *s = &config_settings[i];
        for (const char *p = s->preset; *p;) {
            size_t length = strcspn(p, " ");
            snprintf(item, sizeof item, "%.*s", (int)length, p);
            if (!setting_parse(s, item, config, error)) {
                config_free(config);
                return false;
            }
            p += length;
            p += strspn(p, " ");
        }
    }
    return true;
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < config_setting_count; i++) {
        if (config_settings[i].type == SETTING_LIST)
            config_list_clear(setting_list(&config_settings[i], config));
    }
}

bool config_copy(const struct config *from, struct config *to)
{
    *to = *from;
    for (size_t i = 0; i < config_setting_count; i++) {
        if (config_settings[i].type == SETTING_LIST)
            *setting_list(&config_settings[i], to) = (struct config_list){0};
    }
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct setting *s = &config_settings[i];
        if (s->type != SETTING_LIST)
            continue;
        const struct config_list *list =
            (const struct config_list *)((const char *)from + s->offset);
        for (size_t j = 0; j < list->count; j++) {
            if (!config_list_clear_add(setting_list(s, to), list->item[j], false)) {
                config_free(to);
                return false;
            }
        }
    }
    return true;
}

#define DUMP_WIDTH 98

/* A remark of as many lines as it takes. */
static void dump_remark(FILE *out, const char *indent, const char *text)
{
    while (*text) {
        size_t room = DUMP_WIDTH - strlen(indent);
        size_t length = strlen(text);
        if (length > room) {
            length = room;
            while (length > 0 && text[length] != ' ')
                length--;
            if (length == 0)
                length = room;
        }
        fprintf(out, "%s# %.*s\n", indent, (int)length, text);
        text += length;
        text += strspn(text, " ");
    }
}

static void dump_range(FILE *out, const char *indent, const struct setting *s)
{
    char low[SETTING_VALUE];
    char high[SETTING_VALUE];

    if (s->type == SETTING_DURATION)
        fprintf(out, "%s# From %s to %s.\n", indent, setting_duration(s->min, low),
                setting_duration(s->max, high));
    else if (s->type == SETTING_COUNT)
        fprintf(out, "%s# From %lld to %lld.\n", indent, (long long)s->min, (long long)s->max);
}

/* In quotes: an address that ends in "::" would be a key without them. */
static void dump_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (const char *p = text; *p; p++)
        fprintf(out, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
    fputs("\"\n", out);
}

static void dump_list(FILE *out, const char *indent, const struct setting *s,
                      const struct config_list *list)
{
    fprintf(out, "%s%s:%s\n", indent, s->key, list->count ? "" : " []");
    for (size_t i = 0; i < list->count; i++) {
        fprintf(out, "%s  - ", indent);
        dump_text(out, list->item[i]);
    }
}

static void dump_setting(FILE *out, const struct config *config, const struct setting *s)
{
    const char *indent = s->section[0] ? "  " : "";
    char value[SETTING_VALUE];

    dump_remark(out, indent, s->about);
    dump_range(out, indent, s);
    if (s->type == SETTING_LIST) {
        dump_list(out, indent, s, (const struct config_list *)((const char *)config + s->offset));
    } else if (s->type == SETTING_TEXT) {
        fprintf(out, "%s%s: ", indent, s->key);
        dump_text(out, setting_text(s, config));
    } else {
        fprintf(out, "%s%s: %s\n", indent, s->key, setting_format(s, config, value));
    }
}

static void dump_section(FILE *out, const struct config *config, const char *name)
{
    for (size_t i = 0; i < config_setting_count; i++) {
        if (strcmp(config_settings[i].section, name) == 0)
            dump_setting(out, config, &config_settings[i]);
    }
}

bool config_dump(const struct config *config, FILE *out)
{
    dump_remark(out, "",
                "The configuration of roamwatch, read with -c FILE. Every key is optional: what is "
                "left out has its built-in default, which is what the file as shipped holds.");
    dump_remark(out, "",
                "A duration is a whole number and its unit: us, ms, s, m, h or d. Both ends of a "
                "range are allowed.");
    fputs("\n# The form of this file.\nversion: 1\n\n", out);
    dump_section(out, config, "");
    for (size_t i = 0; i < config_section_count; i++) {
        fputc('\n', out);
        dump_remark(out, "", config_sections[i].about);
        fprintf(out, "%s:\n", config_sections[i].name);
        dump_section(out, config, config_sections[i].name);
    }
    return fflush(out) == 0 && !ferror(out);
}
