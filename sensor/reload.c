/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reload: see reload.h. */
#include "sensor/reload.h"

#include <string.h>
#include <sysexits.h>

#include "sensor/config_table.h"

/* What is asked for anew whenever it is needed. Of all else something was made at the start: tables
 * of a size, deadlines in their order, sockets, files. key NULL: the whole section. */
static const struct {
    const char *section, *key;
} applied[] = {
    {"", "resolvers"},      {"swg", "addresses"}, {"swg", "names"},      {"swg", "suffixes"},
    {"swg", "learn_for"},   {"swg", "resolver"},  {"swg", "lookup_min"}, {"swg", "lookup_max"},
    {"capture", "reorder"}, {"health", NULL},     {"diagnose", NULL},    {"alerts", NULL},
    {"events", NULL},
};

static bool is_applied(const struct setting *s)
{
    for (size_t i = 0; i < sizeof applied / sizeof *applied; i++)
        if (strcmp(applied[i].section, s->section) == 0 &&
            (!applied[i].key || strcmp(applied[i].key, s->key) == 0))
            return true;
    return false;
}

static bool same_list(const struct config_list *a, const struct config_list *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->item[i], b->item[i]) != 0)
            return false;
    return true;
}

static bool same(const struct setting *s, struct config *a, struct config *b)
{
    if (s->type == SETTING_LIST)
        return same_list(setting_list(s, a), setting_list(s, b));
    if (s->type == SETTING_TEXT)
        return strcmp(setting_text(s, a), setting_text(s, b)) == 0;
    return setting_number(s, a) == setting_number(s, b);
}

/* The old value takes the place of the new one. */
static void keep(const struct setting *s, struct config *old, struct config *new)
{
    char value[SETTING_VALUE], error[CONFIG_ERROR];
    if (s->type == SETTING_LIST) {
        struct config_list list = *setting_list(s, old);
        *setting_list(s, old) = *setting_list(s, new);
        *setting_list(s, new) = list;
    } else if (s->type == SETTING_TEXT) {
        setting_parse(s, setting_text(s, old), new, error);
    } else {
        setting_parse(s, setting_format(s, old, value), new, error);
    }
}

/* Cut off where there are very many. */
static void name_kept(const struct setting *s, char kept[RELOAD_KEPT])
{
    char name[SETTING_NAME];
    size_t length = strlen(kept);
    setting_name(s, name);
    if (length + strlen(name) + sizeof ", …" >= RELOAD_KEPT)
        return;
    snprintf(kept + length, RELOAD_KEPT - length, "%s%s", length ? ", " : "", name);
}

static void keep_what_must(struct config *old, struct config *new, char kept[RELOAD_KEPT])
{
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct setting *s = &config_settings[i];
        if (is_applied(s) || same(s, old, new))
            continue;
        keep(s, old, new);
        name_kept(s, kept);
    }
}

static int read_anew(const struct options *options, struct config *new, char error[CONFIG_ERROR])
{
    int status = options->config_path ? config_load(new, options->config_path, error) : 0;
    if (!status && !options_apply(options, new)) {
        snprintf(error, CONFIG_ERROR, "Out of memory.");
        status = EX_OSERR;
    }
    return status;
}

int reload(const struct options *options, struct config *config, struct watchlist *watchlist,
           char kept[RELOAD_KEPT], char error[CONFIG_ERROR])
{
    struct config new;
    kept[0] = '\0';
    if (!config_defaults(&new)) {
        snprintf(error, CONFIG_ERROR, "Out of memory.");
        return EX_OSERR;
    }
    int status = read_anew(options, &new, error);
    if (!status && !watchlist_configure(watchlist, &new, error))
        status = EX_CONFIG;
    if (status) {
        config_free(&new);
        return status;
    }
    keep_what_must(config, &new, kept);
    config_free(config);
    *config = new;
    return 0;
}
