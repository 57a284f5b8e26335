/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress: see progress.h. */
#include "progress.h"

#include "words.h"

#define FIRST_AFTER NS_PER_SEC
#define EVERY       (NS_PER_SEC / 5)
#define BAR         30

void progress_begin(struct progress *p, FILE *out, uint64_t total, progress_clock *clock,
                    void *context)
{
    *p = (struct progress){.out = out, .clock = clock, .context = context, .total = total};
    if (out) {
        p->begun = clock(context);
        p->next = p->begun + FIRST_AFTER;
    }
}

/* Per thousand, so that the bar and the percentage agree. The file may grow while it is read. */
static unsigned done_of(uint64_t bytes, uint64_t total)
{
    if (bytes >= total)
        return 1000;
    return (unsigned)((double)bytes / (double)total * 1000.0);
}

static void draw_bar(const struct progress *p, unsigned done, nstime spent)
{
    char bar[BAR + 1], left[WORDS_TEXT];
    const unsigned filled = done * BAR / 1000;
    for (unsigned i = 0; i < BAR; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR] = '\0';
    fprintf(p->out, "\r[%s] %3u %%", bar, done / 10);
    if (done >= 50 && done < 1000) /* before that it would be a guess */
        fprintf(p->out, ", about %s left", words_span(spent / done * (1000 - done), left));
}

void progress_look(struct progress *p, uint64_t bytes, uint64_t packets)
{
    if (!p->out)
        return;
    const nstime now = p->clock(p->context);
    if (now < p->next)
        return;
    p->next = now + EVERY;

    char count[WORDS_TEXT];
    if (p->total > 0)
        draw_bar(p, done_of(bytes, p->total), now - p->begun);
    else
        putc('\r', p->out);
    /* The end of the longer line before it is wiped (ECMA-48 EL). */
    fprintf(p->out, "%s%s\033[K", p->total > 0 ? ", " : "",
            words_amount(packets, "packet", "packets", count));
    fflush(p->out);
    p->drawn = true;
}

void progress_wipe(struct progress *p)
{
    if (!p->out || !p->drawn)
        return;
    fputs("\r\033[K", p->out);
    fflush(p->out);
    p->drawn = false;
}
