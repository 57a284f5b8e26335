/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole program behind the file reader: bytes become frames with link types and times, and what
 * the engine tells must hold together whatever they are. tests/fuzz/seeds makes inputs of captures:
 * a byte that chooses the configuration, then frames, each behind RECORD bytes of header. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sensor/engine.h"
#include "sensor/tell/console.h"
#include "sensor/tell/events.h"

#define RECORD     8 /* link type, flags, step (2), captured (2), cut off (2) */
#define FRAMES_MAX 4096
#define OUTPUT_MAX (1 << 22)
#define START      INT64_C(1724727996000000000)

enum record_flags { RECORD_NEXT_FILE = 1, RECORD_BACK = 2, RECORD_ABSOLUTE = 4 };
enum choice { CHOICE_ANY = 1, CHOICE_NO_CONTROL = 2, CHOICE_ROOMY = 4, CHOICE_FEW_PATHS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A sink that keeps account. */
struct witness {
    struct sink sink;
    bool final_exchange[FRAMES_MAX * 2], final_attempt[FRAMES_MAX * 2]; /* by serial */
    bool fired[FRAMES_MAX * 2], resolved[FRAMES_MAX * 2];               /* by alert */
    uint64_t exchanges[OUTCOME_COUNT], attempts[OUTCOME_COUNT];
    uint64_t files;
    struct judgement last; /* address and protection of the verdict before */
    bool any_verdict, finished;
    bool stepped_back; /* the times in front of a gap may then be later than those behind it */
};

static void require_at(bool holds, const char *what, int line)
{
    if (holds)
        return;
    fprintf(stderr, "line %d: %s does not hold\n", line, what);
    abort();
}

#define require(what) require_at(what, #what, __LINE__)

static void check_text(const char *text)
{
    for (; *text; text++)
        require(*text >= ' ' && *text <= '~');
}

static void check_frames(const struct witness *w, const struct frame_ref *frame, size_t count)
{
    for (size_t i = 0; i < count; i++)
        require(frame[i].number > 0 && frame[i].file < w->files);
}

static void once(bool *seen, uint64_t serial)
{
    require(serial < (uint64_t)FRAMES_MAX * 2 && !seen[serial]);
    seen[serial] = true;
}

static void on_exchange(struct sink *sink, const struct exchange *x)
{
    struct witness *w = (struct witness *)sink;
    once(w->final_exchange, x->serial);
    require(x->phase & PHASE_FINAL && x->outcome > OUTCOME_NONE && x->outcome < OUTCOME_OPENED);
    w->exchanges[x->outcome]++;
    check_text(x->name);
    for (const char *text = x->answers; text && *text; text += strlen(text) + 1)
        check_text(text);
    check_frames(w, &x->query_frame, 1);
    bool answered = x->outcome == OUTCOME_ANSWERED || x->outcome == OUTCOME_LATE ||
                    x->outcome == OUTCOME_ERROR || x->outcome == OUTCOME_FOREIGN;
    require(!answered || x->answer_frame.number > 0);
    require(x->outcome != OUTCOME_REJECTED || x->icmp.seen);
    require(x->sent_last >= x->sent);
}

static void on_attempt(struct sink *sink, const struct attempt *t)
{
    struct witness *w = (struct witness *)sink;
    once(w->final_attempt, t->serial);
    require(t->phase & PHASE_FINAL && t->outcome >= OUTCOME_REJECTED && t->outcome < OUTCOME_COUNT);
    w->attempts[t->outcome]++;
    require(t->syns > 0 && t->frames > 0 && t->frames <= OUTCOME_FRAMES);
    check_frames(w, t->frame, t->frames);
    require(t->outcome != OUTCOME_REJECTED || t->icmp.seen);
    require(t->outcome != OUTCOME_RESET || t->reset.seen);
    bool open = t->outcome == OUTCOME_OPENED || t->outcome == OUTCOME_KILLED ||
                t->outcome == OUTCOME_STALLED;
    require(!open || t->opened);
}

static void on_alert(struct sink *sink, const struct notice *notice)
{
    struct witness *w = (struct witness *)sink;
    require(notice->id > 0 && notice->id < (uint64_t)FRAMES_MAX * 2);
    require(!w->resolved[notice->id]);
    require(notice->resolution == RESOLUTION_NONE || w->fired[notice->id]);
    require(notice->since != NSTIME_NONE);
    require(w->stepped_back || notice->time >= notice->since);
    require(notice->count > 0 && notice->cause != CAUSE_NONE);
    check_text(notice->message);
    if (notice->resolution == RESOLUTION_NONE)
        w->fired[notice->id] = true;
    else
        w->resolved[notice->id] = true;
}

static void check_texts(const struct judgement *j)
{
    check_text(j->headline);
    check_text(j->why);
    check_text(j->filter);
    require(j->evidence_count <= JUDGEMENT_EVIDENCE && j->path_count <= JUDGEMENT_PATHS);
    require(j->ruled_out_count <= JUDGEMENT_RULED && j->note_count <= JUDGEMENT_RULED);
    require(j->advice_count <= JUDGEMENT_ADVICE);
    for (size_t i = 0; i < j->evidence_count; i++)
        check_text(j->evidence[i].text);
    for (size_t i = 0; i < j->ruled_out_count; i++)
        check_text(j->ruled_out[i]);
    for (size_t i = 0; i < j->note_count; i++)
        check_text(j->note[i]);
    for (size_t i = 0; i < j->advice_count; i++)
        check_text(j->advice[i]);
}

/* Failing needs a cause, a time and frames; not judging needs a reason. */
static void check_status(const struct witness *w, const struct judgement *j)
{
    bool fails = j->status == STATUS_UNPROTECTED || j->status == STATUS_UNAVAILABLE;
    size_t frames = 0;
    for (size_t i = 0; i < j->evidence_count; i++) {
        const struct evidence *evidence = &j->evidence[i];
        require(evidence->frames <= JUDGEMENT_FRAMES);
        check_frames(w, evidence->frame, evidence->frames);
        for (size_t k = 1; k < evidence->frames; k++)
            require(evidence->frame[k].file == evidence->frame[0].file);
        frames += evidence->frames;
    }
    if (fails)
        require(frames > 0 && j->first_bad != NSTIME_NONE);
    if (fails || j->status == STATUS_DEGRADED)
        require(j->cause != CAUSE_NONE && j->confidence != CONFIDENCE_NONE);
    if (j->status == STATUS_UNDETERMINED)
        require(j->reason != REASON_NONE && j->cause == CAUSE_NONE);
    require(j->status != STATUS_UNPROTECTED || j->protection == PROTECTION_DNS);
    require(j->status != STATUS_UNAVAILABLE || j->protection == PROTECTION_WEB);
}

static void on_verdict(struct sink *sink, const struct judgement *j)
{
    struct witness *w = (struct witness *)sink;
    check_texts(j);
    check_status(w, j);
    int order = w->any_verdict ? addr_compare(&w->last.client, &j->client) : -1;
    require(order < 0 || (order == 0 && w->last.protection < j->protection));
    w->last.client = j->client;
    w->last.protection = j->protection;
    w->any_verdict = true;
}

static uint64_t sum(const uint64_t outcome[OUTCOME_COUNT])
{
    uint64_t total = 0;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        total += outcome[i];
    return total;
}

static void on_finish(struct sink *sink, const struct summary *summary)
{
    struct witness *w = (struct witness *)sink;
    const struct stats *s = summary->stats;
    require(!w->finished);
    w->finished = true;
    require(s->dns.queries == s->dns.answered + s->dns.late + s->dns.error + s->dns.foreign +
                                  s->dns.rejected + s->dns.reset + s->dns.unanswered +
                                  s->dns.undetermined);
    require(s->tcp.attempts == s->tcp.opened + s->tcp.reset + s->tcp.rejected + s->tcp.aborted +
                                   s->tcp.unanswered + s->tcp.killed + s->tcp.stalled +
                                   s->tcp.undetermined);
    require(s->dns.queries == sum(w->exchanges) && s->tcp.attempts == sum(w->attempts));
    require(s->dns.foreign == w->exchanges[OUTCOME_FOREIGN]);
    require(s->tcp.killed == w->attempts[OUTCOME_KILLED]);
    require(s->dns.unsolicited <= s->dns.responses && s->tcp.attempts <= s->tcp.syns);
    require(s->capture.watched <= s->capture.packets);
    require(s->lookups.answered + s->lookups.failed <= s->lookups.queries);
}

static const struct sink_ops witness_ops = {
    .exchange = on_exchange,
    .attempt = on_attempt,
    .alert = on_alert,
    .verdict = on_verdict,
    .finish = on_finish,
};

/* --- what is written ---------------------------------------------------------------------------
 */

/* Lines of printable ASCII, each one object whose braces and quotes close. */
static void check_events(const char *text, size_t length)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '\n') {
            require(depth == 0 && !quoted);
            continue;
        }
        require(c >= ' ' && c <= '~');
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']'))
            require(--depth >= 0);
    }
    require(depth == 0 && !quoted && length > 0);
}

static void check_screen(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        require(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
}

/* A file without a name, which the events sink opens by way of /proc and empties. */
static int scratch(void)
{
    static FILE *file; /* a fuzz target has no other place that outlives one input */
    if (!file)
        file = tmpfile();
    require(file != NULL);
    return fileno(file);
}

static void check_scratch(int fd)
{
    static char text[OUTPUT_MAX];
    ssize_t length = pread(fd, text, sizeof text, 0);
    require(length >= 0);
    if (length < (ssize_t)sizeof text)
        check_events(text, (size_t)length);
}

/* --- input -------------------------------------------------------------------------------------
 */

static void configure(struct config *config, uint8_t choice)
{
    uint32_t limit = choice & CHOICE_ROOMY ? 1024 : 16;
    require(config_defaults(config));
    if (choice & CHOICE_ANY)
        require(config_list_clear_add(&config->resolvers, "any", true) &&
                config_list_clear_add(&config->swg.addresses, "any", true));
    config->capture.control = !(choice & CHOICE_NO_CONTROL);
    config->limits.exchanges = config->limits.attempts = limit;
    config->limits.clients = config->limits.control = limit;
    config->limits.lookups = config->limits.learnt = limit;
    if (choice & CHOICE_FEW_PATHS)
        config->limits.paths = 2;
}

/* A step of 11 bits shifted by 5: from a microsecond to some weeks. */
static nstime step_of(const uint8_t *at)
{
    unsigned code = (unsigned)at[0] << 8 | at[1];
    return (nstime)(code >> 5) << (code & 31);
}

static nstime time_of(const uint8_t *record, nstime before)
{
    nstime step = step_of(record + 2) * NS_PER_US;
    if (record[1] & RECORD_ABSOLUTE)
        return step; /* near 1970 */
    nstime time = record[1] & RECORD_BACK ? before - step : before + step;
    return time < 0 ? 0 : time > FRAME_TIME_MAX ? FRAME_TIME_MAX : time;
}

static void feed(struct engine *engine, struct witness *w, const uint8_t *data, size_t size,
                 struct capture_file *file)
{
    static const uint32_t linktypes[] = {1, 113, 276, 0, 108, 12, 14, 228, 229, 147};
    nstime time = START;
    uint64_t number = 0;
    for (unsigned n = 0; size >= RECORD && n < FRAMES_MAX; n++) {
        size_t captured = (size_t)data[4] << 8 | data[5];
        if (captured > size - RECORD)
            captured = size - RECORD;
        nstime before = time;
        time = time_of(data, before);
        w->stepped_back = w->stepped_back || time < before;
        if (data[1] & RECORD_NEXT_FILE && w->files < 4) {
            w->files++;
            number = 0;
            engine_next_file(engine);
        }
        struct frame frame = {.ref = {.number = ++number & 0xffff, .file = (w->files - 1) & 3},
                              .time = time,
                              .linktype =
                                  linktypes[data[0] % (sizeof linktypes / sizeof linktypes[0])],
                              .length = (uint32_t)captured + ((uint32_t)data[6] << 8) + data[7],
                              .captured = (uint32_t)captured,
                              .bytes = data + RECORD};
        file[w->files - 1].packets = number;
        engine_frame(engine, &frame);
        data += RECORD + captured;
        size -= RECORD + captured;
    }
}

static void run(const struct config *config, const uint8_t *data, size_t size, struct witness *w)
{
    static const uint64_t key[2] = {1, 2};
    static const char *const names[4] = {"a", "b", "c", "d"};
    struct capture_file file[4] = {{.name = "a", .first = START, .last = START},
                                   {.name = "b"},
                                   {.name = "c"},
                                   {.name = "d", .damage = "It is cut."}};
    char error[CONFIG_ERROR], path[64];
    int fd = scratch();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct watchlist *watchlist = watchlist_new(config, key, error);
    struct engine *engine = watchlist ? engine_new(config, watchlist, key) : NULL;
    struct events_options events_options = {
        .path = path, .exchanges = CONFIG_EXCHANGES_ALL, .files = {.name = names, .count = 4}};
    struct sink *events = events_new(&events_options, error);
    char *screen = NULL;
    size_t screen_length = 0;
    FILE *out = open_memstream(&screen, &screen_length);
    struct sink *console = console_new(out, &(struct console_options){.detail = 5});
    require(engine && events && out && console);

    engine_add_sink(engine, &w->sink);
    engine_add_sink(engine, events);
    engine_add_sink(engine, console);
    engine_next_file(engine);
    feed(engine, w, data, size, file);
    engine_finish(engine, file, (size_t)w->files);
    require(w->finished && !events->ops->error(events));
    events->ops->free(events);
    console->ops->free(console);
    fclose(out);
    check_scratch(fd);
    check_screen(screen, screen_length);
    free(screen);
    engine_free(engine);
    watchlist_free(watchlist);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 + RECORD)
        return 0;
    struct config config;
    struct witness *w = calloc(1, sizeof *w);
    require(w != NULL);
    w->sink.ops = &witness_ops;
    w->files = 1;
    configure(&config, data[0]);
    run(&config, data + 1, size - 1, w);
    config_free(&config);
    free(w);
    return 0;
}
