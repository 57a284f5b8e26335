/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outcome: the contract's words for how an exchange or an attempt ended. */
#include "decoders/outcome.h"

const char *outcome_name(enum outcome outcome)
{
    static const char *const names[OUTCOME_COUNT] = {
        [OUTCOME_NONE] = "open",
        [OUTCOME_ANSWERED] = "answered",
        [OUTCOME_LATE] = "late",
        [OUTCOME_ERROR] = "error",
        [OUTCOME_FOREIGN] = "foreign",
        [OUTCOME_REJECTED] = "rejected",
        [OUTCOME_RESET] = "reset",
        [OUTCOME_UNANSWERED] = "unanswered",
        [OUTCOME_UNDETERMINED] = "undetermined",
        [OUTCOME_OPENED] = "opened",
        [OUTCOME_ABORTED] = "aborted",
        [OUTCOME_KILLED] = "killed",
        [OUTCOME_STALLED] = "stalled",
    };
    return (unsigned)outcome < OUTCOME_COUNT ? names[outcome] : names[OUTCOME_NONE];
}
