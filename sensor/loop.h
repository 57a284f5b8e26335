/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loop: the event loop of a live run: descriptors, timers and signals of one thread, and the only
 * place where it waits. Everything that a turn calls returns soon; nobody else blocks or sleeps. */
#ifndef SENSOR_LOOP_H
#define SENSOR_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/queue.h>

#include "decoders/nstime.h"

struct loop;

/* events: of epoll (EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP). */
typedef void loop_fd_fn(void *context, uint32_t events);
typedef void loop_fn(void *context);

/* A one-shot timer. It is its owner's, who disarms it before it goes; all zero but fn and context
 * is a timer that is not armed. */
struct loop_timer {
    loop_fn *fn;
    void *context;
    nstime due; /* by loop_now(); while armed */
    bool armed;
    uint64_t turn; /* in which it was armed: it never fires in the same one */
    LIST_ENTRY(loop_timer) entry;
};

/* Descriptors and signals at once; more are refused. */
#define LOOP_FDS     256
#define LOOP_SIGNALS 16

/* NULL with errno set. */
struct loop *loop_new(void);
/* Gives the signals back to whoever had them. Descriptors stay their owners'. */
void loop_free(struct loop *loop);

/* Level-triggered. A descriptor is added once; it is removed before it is closed. False with errno
 * set. fn may add, modify and remove any descriptor, its own too. */
bool loop_add(struct loop *loop, int fd, uint32_t events, loop_fd_fn *fn, void *context);
bool loop_modify(struct loop *loop, int fd, uint32_t events);
void loop_remove(struct loop *loop, int fd);

/* Armed again, a timer is moved. A moment that is past fires in the next turn. */
void loop_arm(struct loop *loop, struct loop_timer *timer, nstime due);
void loop_disarm(struct loop_timer *timer);
/* CLOCK_MONOTONIC: the clock that timers run by. It stands still while the machine sleeps. */
nstime loop_now(void);

/* From here on the signal is no interruption but an event of the loop. Once a signal. False with
 * errno set. */
bool loop_signal(struct loop *loop, int number, loop_fn *fn, void *context);

/* Called at the end of every turn: for what follows from whatever happened in it. One. */
void loop_each_turn(struct loop *loop, loop_fn *fn, void *context);

/* Turns until loop_stop(); false with errno set where it can't wait any more. */
bool loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

#endif
