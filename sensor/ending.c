/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ending: see ending.h. */
#include "sensor/ending.h"

#include <sysexits.h>

#include "sensor/quote.h"

int complain(int status, const char *error)
{
    fputs("roamwatch: ", stderr);
    quote_sentence(stderr, error);
    fputc('\n', stderr);
    return status;
}

int ending_status(const struct options *options, const struct engine_result *result)
{
    if (result->lost)
        return complain(EX_OSERR, "Out of memory: some packets could not be followed, so the "
                                  "verdicts may be incomplete. Lower the limits.");
    if (result->undecodable) {
        fprintf(stderr,
                "roamwatch: No frame could be decoded: link type %u is not supported. Capture on "
                "an Ethernet, Linux cooked, loopback or raw IP interface.\n",
                result->linktype);
        return EX_DATAERR;
    }
    if (!options->exit_code)
        return 0;
    return result->fails ? EXIT_FAILS : result->works ? EXIT_FINE : EXIT_CANT_TELL;
}
