/* SPDX-License-Identifier: GPL-2.0-or-later */
/* logs: see logs.h. */
#include "logs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "log_record.h"
#include "sensor/quote.h"

struct logs {
    struct sink sink; /* first: the engine knows no more */
    struct logs_options options;
    int fd;           /* connected; -1: the log was away */
    uint64_t last_id; /* the newest alert that fired */
    uint64_t lost;
    bool begun;       /* that the watch has, is told */
    bool away;        /* the last entry was lost */
    bool trouble_new; /* trouble[] has not been fetched */
    char trouble[320];
    char hostname[256]; /* RFC 5424, 6.2.4 */
};

/* As the configuration's words stand: user, daemon, local0 … (RFC 5424, table 1). */
static unsigned facility_code(unsigned word)
{
    return word == 0 ? 1 : word == 1 ? 3 : 16 + (word - 2);
}

static bool connect_log(struct logs *l)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (strlen(l->options.socket) >= sizeof to.sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(to.sun_path, l->options.socket, strlen(l->options.socket) + 1);
    l->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (l->fd < 0)
        return false;
    if (connect(l->fd, (const struct sockaddr *)&to, sizeof to) == 0)
        return true;
    const int reason = errno;
    close(l->fd);
    l->fd = -1;
    errno = reason;
    return false;
}

/* A log that was started anew has a socket of its own: what is connected to the old one is refused,
 * so one more try is made. */
static bool hand_over(struct logs *l, const char *bytes, size_t length)
{
    for (int try = 0; try < 2; try++) {
        if (l->fd < 0 && !connect_log(l))
            return false;
        if (send(l->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)length)
            return true;
        if (errno == EAGAIN || errno == ENOBUFS || errno == EMSGSIZE)
            return false;
        const int reason = errno;
        close(l->fd);
        l->fd = -1;
        errno = reason;
    }
    return false;
}

static void say_away(struct logs *l, int reason)
{
    char name[QUOTE_TEXT];
    snprintf(l->trouble, sizeof l->trouble,
             "The log at %s takes no entries: %s. They are lost, and counted, until it does.",
             quote(l->options.socket, name), strerror(reason));
    l->trouble_new = true;
}

static void say_back(struct logs *l)
{
    char name[QUOTE_TEXT];
    snprintf(l->trouble, sizeof l->trouble,
             "The log at %s takes entries again; %llu were lost since the start.",
             quote(l->options.socket, name), (unsigned long long)l->lost);
    l->trouble_new = true;
}

static void write_record(struct logs *l, const struct log_record *record)
{
    char bytes[LOG_LINE];
    const struct syslog_source source = {.facility = facility_code(l->options.facility),
                                         .hostname = l->hostname,
                                         .pid = (long)getpid()};
    const size_t length = l->options.form == LOGS_SYSLOG ? syslog_format(record, &source, bytes)
                                                         : journal_format(record, bytes);
    if (hand_over(l, bytes, length)) {
        if (l->away)
            say_back(l);
        l->away = false;
        return;
    }
    l->lost++;
    if (!l->away)
        say_away(l, errno);
    l->away = true;
}

static void on_alert(struct sink *sink, const struct notice *notice)
{
    struct logs *l = (struct logs *)sink;
    struct log_record record;
    log_record_alert(&record, notice, live_edge(notice, &l->last_id), notice->time);
    write_record(l, &record);
}

static void on_remind(struct sink *sink, const struct notice *notice, nstime now)
{
    struct log_record record;
    log_record_alert(&record, notice, LIVE_STANDS, now);
    write_record((struct logs *)sink, &record);
}

static void on_say(struct sink *sink, nstime now, enum say kind, const char *sentence)
{
    struct log_record record;
    log_record_sentence(&record, now, kind, sentence);
    write_record((struct logs *)sink, &record);
}

/* When the watch began and ended, between which the alerts lie. */
static void on_tick(struct sink *sink, const struct moment *moment)
{
    struct logs *l = (struct logs *)sink;
    char sentence[256];
    if (l->begun)
        return;
    l->begun = true;
    snprintf(sentence, sizeof sentence, "The watch of %s begins.", l->options.source);
    on_say(sink, moment->started, SAY_NEWS, sentence);
}

static void on_finish(struct sink *sink, const struct summary *summary)
{
    const struct logs *l = (const struct logs *)sink;
    const struct stats *stats = summary->stats;
    char sentence[256];
    snprintf(sentence, sizeof sentence, "The watch of %s ends after %llu packets, %llu dropped.",
             l->options.source, (unsigned long long)stats->capture.packets,
             (unsigned long long)(stats->capture.kernel_drops + stats->capture.interface_drops));
    on_say(sink, summary->end == NSTIME_NONE ? 0 : summary->end, SAY_NEWS, sentence);
}

static const char *get_trouble(struct sink *sink)
{
    struct logs *l = (struct logs *)sink;
    if (!l->trouble_new)
        return NULL;
    l->trouble_new = false;
    return l->trouble;
}

static void free_logs(struct sink *sink)
{
    struct logs *l = (struct logs *)sink;
    if (!l)
        return;
    if (l->fd >= 0)
        close(l->fd);
    free(l);
}

static const struct sink_ops logs_ops = {
    .alert = on_alert,
    .remind = on_remind,
    .say = on_say,
    .tick = on_tick,
    .finish = on_finish,
    .trouble = get_trouble,
    .free = free_logs,
};

/* RFC 5424, 6: printable ASCII without blanks, or "-". */
static void find_hostname(char out[256])
{
    if (gethostname(out, 255) != 0)
        out[0] = '\0';
    out[255] = '\0';
    for (const char *p = out; *p; p++)
        if (*p <= ' ' || *p >= 0x7f)
            out[0] = '\0';
    if (out[0] == '\0')
        strcpy(out, "-");
}

struct sink *logs_new(const struct logs_options *options)
{
    struct logs *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->sink.ops = &logs_ops;
    l->options = *options;
    find_hostname(l->hostname);
    l->fd = -1;
    connect_log(l); /* before the file system may be confined */
    return &l->sink;
}

uint64_t logs_lost(const struct sink *sink)
{
    return ((const struct logs *)sink)->lost;
}
