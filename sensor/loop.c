/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loop: see loop.h. epoll waits for everything, a timerfd for the earliest timer and a signalfd for
 * the signals among it. Timers are few, so they stand in a plain list by their moment. */
#include "sensor/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_A_TURN 16

/* The two descriptors of the loop's own stand behind the others' slots. */
enum { SLOT_TIMER = LOOP_FDS, SLOT_SIGNAL };

struct loop {
    int epoll, timer, signal;
    bool stopping;
    uint64_t turn;
    nstime timer_set;               /* what the timerfd stands at; NSTIME_NEVER: nothing */
    LIST_HEAD(, loop_timer) timers; /* earliest first */
    struct slot {
        loop_fd_fn *fn; /* NULL: free */
        void *context;
        int fd;
        uint32_t serial; /* an event of a descriptor that was removed finds another one here */
    } slot[LOOP_FDS];
    size_t signals;
    struct {
        int number;
        loop_fn *fn;
        void *context;
    } on[LOOP_SIGNALS];
    sigset_t caught, before; /* signals of ours; the mask as it was */
    loop_fn *each_turn;
    void *each_context;
};

static bool watch_own(struct loop *loop, int fd, uint64_t slot)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = slot};
    return fd >= 0 && epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

struct loop *loop_new(void)
{
    struct loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return NULL;
    LIST_INIT(&loop->timers);
    sigemptyset(&loop->caught);
    sigprocmask(SIG_BLOCK, NULL, &loop->before);
    loop->timer_set = NSTIME_NEVER;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    loop->signal = signalfd(-1, &loop->caught, SFD_NONBLOCK | SFD_CLOEXEC);
    if (loop->epoll < 0 || !watch_own(loop, loop->timer, SLOT_TIMER) ||
        !watch_own(loop, loop->signal, SLOT_SIGNAL)) {
        int reason = errno;
        loop_free(loop);
        errno = reason;
        return NULL;
    }
    return loop;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    sigprocmask(SIG_SETMASK, &loop->before, NULL);
    if (loop->signal >= 0)
        close(loop->signal);
    if (loop->timer >= 0)
        close(loop->timer);
    if (loop->epoll >= 0)
        close(loop->epoll);
    free(loop);
}

/* --- descriptors ----------------------------------------------------------------------------- */

static struct slot *slot_of(struct loop *loop, int fd)
{
    for (size_t i = 0; i < LOOP_FDS; i++)
        if (loop->slot[i].fn && loop->slot[i].fd == fd)
            return &loop->slot[i];
    return NULL;
}

static uint64_t tag_of(const struct loop *loop, const struct slot *slot)
{
    return (uint64_t)slot->serial << 32 | (uint64_t)(slot - loop->slot);
}

bool loop_add(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *context)
{
    struct slot *slot = loop->slot;
    while (slot < loop->slot + LOOP_FDS && slot->fn)
        slot++;
    if (slot == loop->slot + LOOP_FDS) {
        errno = ENOSPC;
        return false;
    }
    slot->serial++;
    struct epoll_event event = {.events = events, .data.u64 = tag_of(loop, slot)};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        return false;
    slot->fn = fn;
    slot->context = context;
    slot->fd = fd;
    return true;
}

bool loop_modify(struct loop *loop, int fd, uint32_t events)
{
    const struct slot *slot = slot_of(loop, fd);
    if (!slot) {
        errno = ENOENT;
        return false;
    }
    struct epoll_event event = {.events = events, .data.u64 = tag_of(loop, slot)};
    return epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event) == 0;
}

void loop_remove(struct loop *loop, int fd)
{
    struct slot *slot = slot_of(loop, fd);
    if (!slot)
        return;
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL);
    slot->fn = NULL;
}

/* --- timers ---------------------------------------------------------------------------------- */

nstime loop_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (nstime)now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

void loop_disarm(struct loop_timer *timer)
{
    if (timer->armed)
        LIST_REMOVE(timer, entry);
    timer->armed = false;
}

void loop_arm(struct loop *loop, struct loop_timer *timer, nstime due)
{
    loop_disarm(timer);
    timer->due = due;
    timer->armed = true;
    timer->turn = loop->turn;
    struct loop_timer *at, *last = NULL;
    LIST_FOREACH(at, &loop->timers, entry)
    {
        if (at->due > due)
            break;
        last = at;
    }
    if (last)
        LIST_INSERT_AFTER(last, timer, entry);
    else
        LIST_INSERT_HEAD(&loop->timers, timer, entry);
}

/* The first that is due and was armed before this turn: whoever arms itself for now, again and
 * again, gets one call a turn, and the descriptors theirs. */
static struct loop_timer *first_due(struct loop *loop, nstime now)
{
    struct loop_timer *timer;
    LIST_FOREACH(timer, &loop->timers, entry)
    {
        if (timer->due > now)
            return NULL;
        if (timer->turn != loop->turn)
            return timer;
    }
    return NULL;
}

static void run_timers(struct loop *loop)
{
    const nstime now = loop_now();
    struct loop_timer *timer;
    while ((timer = first_due(loop, now)) && !loop->stopping) {
        loop_disarm(timer);
        timer->fn(timer->context);
    }
}

/* A timerfd set to nothing is off, so a moment long past is brought to the first nanosecond. */
static bool set_timer(struct loop *loop)
{
    const struct loop_timer *first = LIST_FIRST(&loop->timers);
    nstime due = first ? first->due : NSTIME_NEVER;
    if (due == loop->timer_set)
        return true;
    struct itimerspec spec = {0};
    if (due != NSTIME_NEVER) {
        nstime at = due > 0 ? due : 1;
        spec.it_value.tv_sec = (time_t)(at / NS_PER_SEC);
        spec.it_value.tv_nsec = (long)(at % NS_PER_SEC);
    }
    loop->timer_set = due;
    return timerfd_settime(loop->timer, TFD_TIMER_ABSTIME, &spec, NULL) == 0;
}

static void drain_timer(struct loop *loop)
{
    uint64_t times;
    if (read(loop->timer, &times, sizeof times) == (ssize_t)sizeof times)
        loop->timer_set = NSTIME_NEVER; /* it has gone off, and is set anew */
}

/* --- signals --------------------------------------------------------------------------------- */

bool loop_signal(struct loop *loop, int number, loop_fn *fn, void *context)
{
    if (loop->signals == LOOP_SIGNALS) {
        errno = ENOSPC;
        return false;
    }
    sigaddset(&loop->caught, number);
    if (sigprocmask(SIG_BLOCK, &loop->caught, NULL) != 0 ||
        signalfd(loop->signal, &loop->caught, 0) < 0)
        return false;
    loop->on[loop->signals].number = number;
    loop->on[loop->signals].fn = fn;
    loop->on[loop->signals].context = context;
    loop->signals++;
    return true;
}

/* Signals do not queue, so there are never more than kinds of them. */
static void take_signals(struct loop *loop)
{
    struct signalfd_siginfo got;
    for (size_t n = 0; n < LOOP_SIGNALS; n++) {
        if (read(loop->signal, &got, sizeof got) != (ssize_t)sizeof got)
            return;
        for (size_t i = 0; i < loop->signals; i++)
            if ((uint32_t)loop->on[i].number == got.ssi_signo)
                loop->on[i].fn(loop->on[i].context);
    }
}

/* --- turns ----------------------------------------------------------------------------------- */

void loop_each_turn(struct loop *loop, loop_fn *fn, void *context)
{
    loop->each_turn = fn;
    loop->each_context = context;
}

static void dispatch(struct loop *loop, const struct epoll_event *event)
{
    const uint64_t tag = event->data.u64;
    if (tag == SLOT_TIMER) {
        drain_timer(loop);
    } else if (tag == SLOT_SIGNAL) {
        take_signals(loop);
    } else {
        const struct slot *slot = &loop->slot[(uint32_t)tag];
        if (slot->fn && slot->serial == tag >> 32)
            slot->fn(slot->context, event->events);
    }
}

bool loop_run(struct loop *loop)
{
    struct epoll_event event[EVENTS_A_TURN];
    loop->stopping = false;
    while (!loop->stopping) {
        if (!set_timer(loop))
            return false;
        int count = epoll_wait(loop->epoll, event, EVENTS_A_TURN, -1);
        if (count < 0 && errno != EINTR)
            return false;
        loop->turn++;
        for (int i = 0; i < count && !loop->stopping; i++)
            dispatch(loop, &event[i]);
        run_timers(loop);
        if (loop->each_turn)
            loop->each_turn(loop->each_context);
    }
    return true;
}

void loop_stop(struct loop *loop)
{
    loop->stopping = true;
}
