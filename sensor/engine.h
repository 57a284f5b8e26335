/* SPDX-License-Identifier: GPL-2.0-or-later */
/* engine: calls each stage in turn and hands what it returns to the next:
 * frame → packet → outcome → path → judgement → notice → sink. No stage calls another. */
#ifndef SENSOR_ENGINE_H
#define SENSOR_ENGINE_H

#include "sensor/config.h"
#include "sensor/detect/carried.h"
#include "sensor/own_flows.h"
#include "sensor/tell/sink.h"
#include "sensor/watchlist.h"

struct engine;

/* Config and watchlist stay the caller's; key: 128 random bits for the tables' hashes, on which
 * no output depends. NULL where memory is out. */
struct engine *engine_new(const struct config *config, struct watchlist *watchlist,
                          const uint64_t key[2]);
void engine_free(struct engine *engine);

/* At most TELLING_SINKS; before the first frame. The sink stays the caller's. */
void engine_add_sink(struct engine *engine, struct sink *sink);

/* Alerts that fired when an earlier run was stopped, before the first frame of this one: those that
 * fire again go on with their id and beginning. last_id: the newest that run gave out. False where
 * memory is out. */
bool engine_carry(struct engine *engine, const struct carried_alert *alert, size_t count,
                  uint64_t last_id, nstime now);

/* The sensor's own conversations: their packets are counted as read and looked at no further. The
 * set stays the caller's, who may add to it. */
void engine_own_flows(struct engine *engine, const struct own_flows *own);

/* Verdicts come with a trace of the rules tried from here on. False where memory is out. */
bool engine_explain(struct engine *engine);

void engine_next_file(struct engine *engine);
void engine_frame(struct engine *engine, const struct frame *frame);
/* Frames that were read but narrowed away by FILTER count as read, no more. */
void engine_passed_over(struct engine *engine, uint64_t frames);

/* Frames lost so far: for want of room in the kernel's buffer, and by the interfaces. They count as
 * lacking from the capture. */
void engine_dropped(struct engine *engine, uint64_t kernel, uint64_t interface);

/* Live, and before the first frame: time is the wall clock's too, and verdicts are told as they
 * change. Times come as the caller found them; see clock.h. */
void engine_live(struct engine *engine);
/* When something falls due, if no frame comes before; NSTIME_NEVER. It is done by engine_idle()
 * with any later moment. */
nstime engine_next(const struct engine *engine);
/* All frames captured up to now have been given. */
void engine_idle(struct engine *engine, nstime now);
/* What was captured before is not to be compared with what follows from now on: what is open can't
 * be judged. */
void engine_gap(struct engine *engine, nstime now);
/* Tells the counters so far; tells the verdicts so far. files: the interfaces, for the sinks. */
void engine_stats(struct engine *engine, const struct capture_file *files, size_t count);
void engine_present(struct engine *engine, const struct capture_file *files, size_t count);
/* Live, about once a second: reminders, what is seen, how things stand. Both are times of day. */
void engine_tick(struct engine *engine, nstime now, nstime started);
/* The configuration that the engine was made with has changed where it may: see reload.h. */
void engine_configure(struct engine *engine);
/* Tells the sinks a full sentence about the sensor itself. */
void engine_say(struct engine *engine, nstime now, enum say kind, const char *sentence);

/* Opens the outputs again, appending (SIGHUP). */
void engine_reopen(struct engine *engine);

/* How a run ended, for --exit-code. */
struct engine_result {
    bool fails;        /* any verdict is unprotected or unavailable */
    bool works;        /* any is protected or degraded */
    bool undecodable;  /* frames came, and none had a link type that can be decoded */
    uint32_t linktype; /* the last such one */
    uint64_t lost;     /* samples that could not be kept because memory was out */
};

/* Ends what is open, tells the verdicts and the counters. files: as read, for the sinks. */
struct engine_result engine_finish(struct engine *engine, const struct capture_file *files,
                                   size_t count);

#endif
