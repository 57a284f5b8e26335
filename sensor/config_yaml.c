/* SPDX-License-Identifier: GPL-2.0-or-later */
/* config_yaml: reads a configuration from libyaml's events. The form is two levels deep, so there
 * is a function a level and nothing recurses; anything deeper, and every YAML feature that hides
 * what a file says (anchors, aliases, tags, several documents), is refused where it stands. */
#include "sensor/config.h"

#include <stdarg.h>
#include <string.h>
#include <sysexits.h>
#include <yaml.h>

#include "sensor/config_table.h"
#include "sensor/config_text.h"
#include "sensor/quote.h"

/* As people count, from 1; line 0: nowhere. */
struct mark {
    size_t line, column;
};

struct reader {
    yaml_parser_t parser;
    yaml_event_t event; /* the one last read; libyaml's zero is no event */
    const char *path;
    char *error;
    struct config *config;
    struct mark setting[CONFIG_SETTINGS_MAX]; /* where each was given */
    struct mark section[CONFIG_SECTIONS_MAX];
    struct mark version;
};

/* A key as read; a copy, for the event goes with the next one. */
struct key {
    char text[SETTING_NAME];
    struct mark at;
};

static struct mark mark_of(yaml_mark_t mark)
{
    return (struct mark){mark.line + 1, mark.column + 1};
}

__attribute__((format(printf, 3, 4))) static bool fail(struct reader *r, struct mark at,
                                                       const char *format, ...)
{
    va_list arguments;
    int length = snprintf(r->error, CONFIG_ERROR, "%s:%zu:%zu: ", r->path, at.line, at.column);

    if (length < 0 || length >= CONFIG_ERROR)
        return false;
    va_start(arguments, format);
    vsnprintf(r->error + length, (size_t)(CONFIG_ERROR - length), format, arguments);
    va_end(arguments);
    return false;
}

static bool fail_syntax(struct reader *r)
{
    if (r->parser.error == YAML_MEMORY_ERROR)
        return fail(r, (struct mark){1, 1}, "there is not enough memory to read this file");
    return fail(r, mark_of(r->parser.problem_mark), "this is not YAML: %s%s%s",
                r->parser.context ? r->parser.context : "", r->parser.context ? ", " : "",
                r->parser.problem ? r->parser.problem : "the text cannot be read");
}

/* The next event, in r->event. What no configuration needs is refused here, once for all places. */
static bool next(struct reader *r)
{
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;

    yaml_event_delete(&r->event);
    if (!yaml_parser_parse(&r->parser, &r->event))
        return fail_syntax(r);
    switch (r->event.type) {
    case YAML_SCALAR_EVENT:
        anchor = r->event.data.scalar.anchor;
        tag = r->event.data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = r->event.data.sequence_start.anchor;
        tag = r->event.data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = r->event.data.mapping_start.anchor;
        tag = r->event.data.mapping_start.tag;
        break;
    case YAML_ALIAS_EVENT:
        return fail(r, mark_of(r->event.start_mark),
                    "an alias (*) is not allowed here; write the value itself");
    default:
        break;
    }
    if (anchor)
        return fail(r, mark_of(r->event.start_mark),
                    "an anchor (&) is not allowed here; write each value where it belongs");
    if (tag)
        return fail(r, mark_of(r->event.start_mark),
                    "a tag (!) is not allowed here; leave it out, the key knows its type");
    return true;
}

static bool is_empty_scalar(const struct reader *r)
{
    return r->event.type == YAML_SCALAR_EVENT && r->event.data.scalar.length == 0 &&
           r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* NULL where the event is no scalar, or one with a NUL inside. */
static const char *scalar(const struct reader *r)
{
    const char *text = (const char *)r->event.data.scalar.value;

    if (r->event.type != YAML_SCALAR_EVENT || strlen(text) != r->event.data.scalar.length)
        return NULL;
    return text;
}

/* The present event as a key. */
static bool take_key(struct reader *r, struct key *out)
{
    const char *text = scalar(r);

    out->at = mark_of(r->event.start_mark);
    if (!text || is_empty_scalar(r))
        return fail(r, out->at, "a key must be a plain word, such as \"deadline\"");
    snprintf(out->text, sizeof out->text, "%s", text);
    return true;
}

static bool claim(struct reader *r, struct mark *seen, const struct key *key)
{
    if (seen->line)
        return fail(r, key->at,
                    "the key \"%s\" is given twice, first in line %zu; keep one of them", key->text,
                    seen->line);
    *seen = key->at;
    return true;
}

static void consider(const char *typed, const char *candidate, const char **best, size_t *least)
{
    size_t distance = word_distance(typed, candidate);

    if (distance < *least) {
        *least = distance;
        *best = candidate;
    }
}

/* Says what was meant: the nearest key here, or the same key in another section. */
static bool fail_unknown(struct reader *r, const char *section, const struct key *key)
{
    char typed[QUOTE_TEXT];
    char where[SETTING_NAME + 8] = "";
    const char *best = NULL;
    size_t least = SIZE_MAX;

    quote(key->text, typed);
    if (section[0])
        snprintf(where, sizeof where, " in \"%s\"", section);
    else
        consider(key->text, "version", &best, &least);
    for (size_t i = 0; i < config_setting_count; i++) {
        if (strcmp(config_settings[i].section, section) == 0)
            consider(key->text, config_settings[i].key, &best, &least);
    }
    for (size_t i = 0; !section[0] && i < config_section_count; i++)
        consider(key->text, config_sections[i].name, &best, &least);
    if (best && word_near(key->text, least))
        return fail(r, key->at, "unknown key %s%s; did you mean \"%s\"?", typed, where, best);
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct setting *s = &config_settings[i];
        if (strcmp(s->key, key->text) == 0)
            return fail(r, key->at, "unknown key %s%s; it belongs %s%s%s", typed, where,
                        s->section[0] ? "in \"" : "at the top level", s->section,
                        s->section[0] ? "\"" : "");
    }
    return fail(r, key->at, "unknown key %s%s; roamwatch --dump-config prints all there are", typed,
                where);
}

static bool fail_value(struct reader *r, const struct setting *s, struct mark at)
{
    char name[SETTING_NAME];

    return fail(r, at, "\"%s\" wants %s", setting_name(s, name), setting_wants(s));
}

static bool read_list(struct reader *r, const struct setting *s, const struct key *key)
{
    char clause[CONFIG_ERROR];

    config_list_clear(setting_list(s, r->config));
    bool single = r->event.type == YAML_SCALAR_EVENT && !is_empty_scalar(r);
    if (!single && r->event.type != YAML_SEQUENCE_START_EVENT)
        return fail_value(r, s, key->at);
    while (single || (next(r) && r->event.type != YAML_SEQUENCE_END_EVENT)) {
        struct mark at = mark_of(r->event.start_mark);
        const char *text = scalar(r);
        if (!text)
            return fail_value(r, s, at);
        size_t wrong;
        if (!setting_parse_at(s, text, r->config, clause, &wrong)) {
            /* Behind the quote, where there is one. */
            if (wrong)
                at.column += wrong + (r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE);
            return fail(r, at, "%s", clause);
        }
        if (single)
            return true;
    }
    return r->event.type == YAML_SEQUENCE_END_EVENT;
}

static bool read_value(struct reader *r, const struct setting *s, const struct key *key)
{
    char clause[CONFIG_ERROR];

    if (!claim(r, &r->setting[s - config_settings], key) || !next(r))
        return false;
    if (s->type == SETTING_LIST)
        return read_list(r, s, key);
    const char *text = scalar(r);
    if (!text || (is_empty_scalar(r) && s->type != SETTING_TEXT))
        return fail_value(r, s, key->at);
    return setting_parse(s, text, r->config, clause) || fail(r, key->at, "%s", clause);
}

static bool read_section(struct reader *r, size_t index, const struct key *key)
{
    const char *name = config_sections[index].name;

    if (!claim(r, &r->section[index], key) || !next(r))
        return false;
    if (is_empty_scalar(r)) /* all its keys are commented out */
        return true;
    if (r->event.type != YAML_MAPPING_START_EVENT)
        return fail(r, key->at, "\"%s\" wants keys of its own below it, each in a line", name);
    while (next(r) && r->event.type != YAML_MAPPING_END_EVENT) {
        struct key inner;
        if (!take_key(r, &inner))
            return false;
        const struct setting *s = setting_find(name, inner.text);
        if (!(s ? read_value(r, s, &inner) : fail_unknown(r, name, &inner)))
            return false;
    }
    return r->event.type == YAML_MAPPING_END_EVENT;
}

/* The form of the file itself: a later one may differ. */
static bool read_version(struct reader *r, const struct key *key)
{
    if (!claim(r, &r->version, key) || !next(r))
        return false;
    const char *text = scalar(r);
    if (!text || strcmp(text, "1") != 0)
        return fail(r, key->at, "\"version\" must be 1, the only one that this roamwatch knows");
    return true;
}

static bool read_top_key(struct reader *r, const struct key *key)
{
    if (strcmp(key->text, "version") == 0)
        return read_version(r, key);
    for (size_t i = 0; i < config_section_count; i++) {
        if (strcmp(config_sections[i].name, key->text) == 0)
            return read_section(r, i, key);
    }
    const struct setting *s = setting_find("", key->text);
    return s ? read_value(r, s, key) : fail_unknown(r, "", key);
}

static bool read_document(struct reader *r)
{
    if (!next(r))
        return false;
    if (is_empty_scalar(r))
        return next(r);
    if (r->event.type != YAML_MAPPING_START_EVENT)
        return fail(r, mark_of(r->event.start_mark),
                    "a configuration consists of keys and their values, such as \"version: 1\"");
    while (next(r) && r->event.type != YAML_MAPPING_END_EVENT) {
        struct key key;
        if (!take_key(r, &key) || !read_top_key(r, &key))
            return false;
    }
    return r->event.type == YAML_MAPPING_END_EVENT && next(r);
}

/* From the start of the stream to its end; a file without any document is an empty configuration.
 */
static bool read_stream(struct reader *r)
{
    if (!next(r) || !next(r))
        return false;
    if (r->event.type == YAML_STREAM_END_EVENT)
        return true;
    if (!read_document(r) || !next(r))
        return false;
    if (r->event.type != YAML_STREAM_END_EVENT)
        return fail(r, mark_of(r->event.start_mark),
                    "a second document begins here; a configuration is one document");
    return true;
}

/* Values that each are fine and together make no sense. */
static bool check_rules(struct reader *r)
{
    for (size_t i = 0; i < config_rule_count; i++) {
        const struct setting *low = setting_find(config_rules[i].section, config_rules[i].low);
        const struct setting *high = setting_find(config_rules[i].section, config_rules[i].high);
        if (setting_number(low, r->config) <= setting_number(high, r->config))
            continue;
        char low_name[SETTING_NAME], high_name[SETTING_NAME];
        char low_value[SETTING_VALUE], high_value[SETTING_VALUE];
        struct mark at = r->setting[low - config_settings];
        if (!at.line)
            at = r->setting[high - config_settings];
        return fail(r, at, "\"%s\" (%s) must not exceed \"%s\" (%s)%s", setting_name(low, low_name),
                    setting_format(low, r->config, low_value), setting_name(high, high_name),
                    setting_format(high, r->config, high_value), "; change one of them");
    }
    return true;
}

static bool read_text(const struct config_text *text, const char *path, struct config *config,
                      char error[CONFIG_ERROR])
{
    struct reader r = {.path = path, .error = error, .config = config};

    if (!yaml_parser_initialize(&r.parser))
        return fail(&r, (struct mark){1, 1}, "there is not enough memory to read this file");
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text->bytes, text->length);
    bool good = read_stream(&r) && check_rules(&r);
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    return good;
}

int config_load(struct config *config, const char *path, char error[CONFIG_ERROR])
{
    struct config_text text;
    struct config fresh;

    int status = config_text_read(path, &text, error);
    if (status != 0)
        return status;
    if (!config_copy(config, &fresh)) {
        snprintf(error, CONFIG_ERROR, "There is not enough memory to read %s.", path);
        status = EX_IOERR;
    } else if (!read_text(&text, path, &fresh, error)) {
        config_free(&fresh);
        status = EX_CONFIG;
    } else {
        config_free(config);
        *config = fresh;
    }
    config_text_free(&text);
    return status;
}
