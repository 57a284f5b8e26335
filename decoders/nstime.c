/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nstime: writes a moment as text. Done by arithmetic, not by gmtime(): a replay must give the same
 * bytes on every machine, whatever its time_t and its zone files are. */
#include "decoders/nstime.h"

#include <stdio.h>

#define SECONDS_A_DAY    86400
#define DAYS_TO_EPOCH    719468 /* from 0000-03-01 to 1970-01-01 */
#define DAYS_A_CENTURY   36524
#define DAYS_4_CENTURIES 146097 /* the Gregorian calendar repeats after these */

struct date {
    int64_t year;
    unsigned month, day;
};

/* Years are counted from 1 March here: a leap day is then the last of its year, and the months'
 * lengths follow (153 m + 2) / 5. */
static struct date date_of(int64_t days_since_epoch)
{
    int64_t days = days_since_epoch + DAYS_TO_EPOCH;
    int64_t era = days / DAYS_4_CENTURIES; /* never negative: an nstime begins in 1677 */
    int64_t of_era = days % DAYS_4_CENTURIES;
    int64_t year = (of_era - of_era / 1460 + of_era / DAYS_A_CENTURY - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153; /* 0 is March */

    return (struct date){
        .year = year + era * 400 + (month >= 10),
        .month = (unsigned)(month < 10 ? month + 3 : month - 9),
        .day = (unsigned)(of_year - (153 * month + 2) / 5 + 1),
    };
}

char *nstime_iso(nstime t, char out[NSTIME_TEXT])
{
    int64_t seconds = t / NS_PER_SEC;
    int64_t rest = t % NS_PER_SEC;
    if (rest < 0) { /* C rounds towards zero; a moment before 1970 must round down */
        rest += NS_PER_SEC;
        seconds--;
    }
    int64_t days = seconds / SECONDS_A_DAY;
    int64_t of_day = seconds % SECONDS_A_DAY;
    if (of_day < 0) {
        of_day += SECONDS_A_DAY;
        days--;
    }

    struct date date = date_of(days);
    snprintf(out, NSTIME_TEXT, "%04d-%02u-%02uT%02u:%02u:%02u.%06u+0000", (int)date.year,
             date.month, date.day, (unsigned)(of_day / 3600), (unsigned)(of_day / 60 % 60),
             (unsigned)(of_day % 60), (unsigned)(rest / NS_PER_US));
    return out;
}
