/* SPDX-License-Identifier: GPL-2.0-or-later */
/* talk: the sink for -v: what a run did, on standard error, where data never goes. Once: the
 * counters at the end. Twice: each alert as it fires and resolves, too. */
#ifndef SENSOR_TELL_TALK_H
#define SENSOR_TELL_TALK_H

#include <stdio.h>

#include "sink.h"

/* NULL where memory is out. out is the caller's. */
struct sink *talk_new(FILE *out, unsigned verbose);

#endif
