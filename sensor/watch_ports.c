/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_ports: the interfaces of a watch, as they go and come back. Whatever happens to one is said
 * once, is a gap for the judgement, and ends with a new socket within five seconds of its return:
 * at once where the kernel tells of it, by trying again otherwise. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "sensor/capture/egress.h"
#include "sensor/capture/live.h"
#include "sensor/tell/words.h"
#include "sensor/watch_parts.h"

/* Tries double from the first to the last interval. */
#define TRY_FIRST (250 * NS_PER_MS)
#define TRY_LAST  (4 * NS_PER_SEC)
/* Routes that stand for so long are meant. */
#define EGRESS_LASTS (500 * NS_PER_MS)
/* One that was lost again sooner did not come back. */
#define LASTING (10 * NS_PER_SEC)

static size_t number_of(const struct watch *w, const struct port *port)
{
    return (size_t)(port - w->port);
}

static bool is_auto(const struct port *port)
{
    return strcmp(port->given, "auto") == 0;
}

static void on_readable(void *context, uint32_t events)
{
    (void)context; /* every turn reads all that there is */
    (void)events;
}

static void install_filter(struct watch *w, struct port *port)
{
    char error[FILTER_ERROR], clause[FILTER_TEXT];
    struct watch_snapshot snapshot;
    struct filter filter = {0};
    if (!watchlist_snapshot(w->watchlist, &snapshot)) {
        watch_say(w, SAY_WARNING, "Out of memory: the capture filter of %s stays as it was.",
                  port->device);
        return;
    }
    if (filter_install(&filter, &snapshot, w->config->capture.control, live_linktype(port->source),
                       port->fd, error)) {
        if (filter.width > port->filter.width)
            watch_say(w, SAY_NEWS, "Capture filter of %s: %s.", port->device,
                      filter_describe(&filter, clause));
        filter_free(&port->filter);
        port->filter = filter;
    } else {
        filter_free(&filter);
        watch_say(w, SAY_WARNING, "The capture filter of %s stays as it was: %s", port->device,
                  error);
    }
    watch_snapshot_free(&snapshot);
}

void ports_filter(struct watch *w)
{
    uint64_t generation = watchlist_generation(w->watchlist);
    if (generation == w->generation)
        return;
    w->generation = generation;
    for (size_t i = 0; i < w->ports; i++)
        if (w->port[i].source)
            install_filter(w, &w->port[i]);
}

void ports_count(struct watch *w)
{
    uint64_t kernel = 0, interface = 0;
    for (size_t i = 0; i < w->ports; i++) {
        struct port *port = &w->port[i];
        if (port->source)
            live_drops(port->source, &port->kernel_now, &port->interface_now);
        kernel += port->kernel + port->kernel_now;
        interface += port->interface + port->interface_now;
    }
    engine_dropped(w->engine, kernel, interface);
}

void ports_listen(struct watch *w)
{
    for (size_t i = 0; i < w->ports; i++) {
        struct port *port = &w->port[i];
        bool reading = !w->merge.slot[i].has_head;
        if (!port->source || port->reading == reading)
            continue;
        loop_modify(w->loop, port->fd, reading ? EPOLLIN : 0);
        port->reading = reading;
    }
}

/* --- opening and closing --------------------------------------------------------------------- */

static bool begin_reading(struct watch *w, struct port *port, struct source *source)
{
    port->fd = live_fd(source);
    if (!loop_add(w->loop, port->fd, EPOLLIN, on_readable, w))
        return false;
    port->source = source;
    port->reading = true;
    port->opened = loop_now();
    merge_set(&w->merge, number_of(w, port), source);
    install_filter(w, port);
    return true;
}

/* 0, or an exit status with a sentence in error. */
static int open_port(struct watch *w, struct port *port, char error[SOURCE_ERROR])
{
    char warning[SOURCE_ERROR];
    int status = 0;
    struct source *source = live_open(port->device, (unsigned)number_of(w, port), w->config,
                                      w->options->filter, error, warning, &status);
    if (!source)
        return status;
    if (!begin_reading(w, port, source)) {
        snprintf(error, SOURCE_ERROR, "The interface %s can't be waited for: %s.", port->device,
                 strerror(errno));
        source_close(source);
        return EX_OSERR;
    }
    if (warning[0] != '\0')
        watch_say(w, SAY_WARNING, "%s", warning);
    return 0;
}

static void close_port(struct watch *w, struct port *port)
{
    if (!port->source)
        return;
    live_drops(port->source, &port->kernel_now, &port->interface_now);
    port->kernel += port->kernel_now;
    port->interface += port->interface_now;
    port->kernel_now = port->interface_now = 0;
    merge_set(&w->merge, number_of(w, port), NULL);
    loop_remove(w->loop, port->fd);
    source_close(port->source);
    port->source = NULL;
    filter_free(&port->filter);
    port->filter = (struct filter){0};
}

static int name_device(struct port *port, char error[CONFIG_ERROR])
{
    if (is_auto(port) && !egress_find(port->device)) {
        snprintf(error, CONFIG_ERROR,
                 "This host has no default route, so \"auto\" stands for no interface. Name one "
                 "after -i; roamwatch -D lists them.");
        return EX_UNAVAILABLE;
    }
    if (!is_auto(port))
        snprintf(port->device, sizeof port->device, "%s", port->given);
    return 0;
}

int ports_open(struct watch *w, char error[CONFIG_ERROR])
{
    w->generation = watchlist_generation(w->watchlist);
    for (size_t i = 0; i < w->options->interfaces.count; i++) {
        struct port *port = &w->port[i];
        port->given = w->options->interfaces.item[i];
        w->name[i] = port->device;
        w->file[i] =
            (struct capture_file){.name = port->device, .first = NSTIME_NONE, .last = NSTIME_NONE};
        w->ports++;
        int status = name_device(port, error);
        if (!status)
            status = open_port(w, port, error);
        if (status)
            return status;
        port->state = interface_state(port->device, &port->index);
        port->away = NSTIME_NONE;
    }
    return 0;
}

void ports_close(struct watch *w)
{
    for (size_t i = 0; i < w->ports; i++)
        close_port(w, &w->port[i]);
}

/* --- going and coming back ------------------------------------------------------------------- */

static nstime interval(const struct port *port)
{
    nstime wait = TRY_FIRST;
    for (unsigned i = 0; i < port->tries && wait < TRY_LAST; i++)
        wait *= 2;
    return wait < TRY_LAST ? wait : TRY_LAST;
}

void ports_lose(struct watch *w, struct port *port, const char *why)
{
    bool lasted = w->at.mono - port->opened >= LASTING;
    close_port(w, port);
    port->tries = lasted ? 0 : port->tries + 1;
    port->next_try = w->at.mono + interval(port);
    if (port->away == NSTIME_NONE) {
        port->away = w->at.boot;
        watch_say(w, SAY_WARNING, "%s Nothing is judged until it is back.", why);
    }
    watch_gap(w);
}

static void say_back(struct watch *w, struct port *port)
{
    char span[WORDS_TEXT];
    nstime away = w->at.boot - port->away;
    port->away = NSTIME_NONE;
    watch_say(w, SAY_NEWS, "%s is back after %s: what happened meanwhile was not seen.",
              port->device, words_span(away, span));
    watch_gap(w);
    if (w->hooks.back)
        w->hooks.back(w->hooks.context);
}

static void try_again(struct watch *w, struct port *port)
{
    char error[SOURCE_ERROR];
    if (w->at.mono < port->next_try)
        return;
    if (port->state < INTERFACE_NO_LINK || open_port(w, port, error) != 0) {
        port->tries++;
        port->next_try = w->at.mono + interval(port);
    }
}

/* The egress has moved: the other interface is opened in its place. A VPN that comes up changes one
 * route after the other, and what stands in between is nobody's way out. */
static void follow_egress(struct watch *w, struct port *port)
{
    char device[IF_NAMESIZE];
    if (!is_auto(port))
        return;
    if (!egress_find(device) || strcmp(device, port->device) == 0) {
        port->egress[0] = '\0';
        return;
    }
    if (strcmp(device, port->egress) != 0) {
        strcpy(port->egress, device);
        port->egress_due = w->at.mono + EGRESS_LASTS;
    }
    if (w->at.mono < port->egress_due)
        return;
    port->egress[0] = '\0';
    watch_say(w, SAY_NEWS, "This host's packets leave by %s now, no more by %s: that is watched.",
              device, port->device);
    close_port(w, port);
    strcpy(port->device, device);
    if (port->away == NSTIME_NONE)
        port->away = w->at.boot;
    port->tries = 0;
    port->next_try = w->at.mono;
    watch_gap(w);
}

static void look_at(struct watch *w, struct port *port)
{
    static const char *const words[] = {
        [INTERFACE_ABSENT] = "is gone", [INTERFACE_DOWN] = "is down"};
    char why[96];
    unsigned index;
    follow_egress(w, port);
    enum interface_state state = interface_state(port->device, &index);
    bool changed = state != port->state || index != port->index;
    bool same = index == port->index;
    port->state = state;
    port->index = index;
    if (port->source && (state < INTERFACE_NO_LINK || !same)) {
        snprintf(why, sizeof why, "The interface %s %s.", port->device,
                 state < INTERFACE_NO_LINK ? words[state] : "was made anew");
        ports_lose(w, port, why);
    } else if (port->source && state == INTERFACE_NO_LINK && port->away == NSTIME_NONE) {
        port->away = w->at.boot;
        watch_say(w, SAY_WARNING,
                  "The interface %s has lost its link. Nothing is judged until it is back.",
                  port->device);
        watch_gap(w);
    }
    if (changed && !port->source && state >= INTERFACE_NO_LINK)
        port->next_try = w->at.mono;
    if (!port->source)
        try_again(w, port);
    if (port->source && state == INTERFACE_READY && port->away != NSTIME_NONE)
        say_back(w, port);
}

void ports_look(struct watch *w)
{
    for (size_t i = 0; i < w->ports; i++)
        look_at(w, &w->port[i]);
}

nstime ports_next(const struct watch *w)
{
    nstime next = NSTIME_NEVER;
    for (size_t i = 0; i < w->ports; i++) {
        const struct port *port = &w->port[i];
        if (!port->source && port->next_try < next)
            next = port->next_try;
        if (port->egress[0] != '\0' && port->egress_due < next)
            next = port->egress_due;
    }
    return next;
}
