/* SPDX-License-Identifier: GPL-2.0-or-later */
/* undecoded: see undecoded.h. */
#include "sensor/undecoded.h"

void undecoded_add(struct undecoded *undecoded, struct unsupported what, uint64_t frames)
{
    for (size_t i = 0; i < undecoded->kinds; i++) {
        if (undecoded->kind[i].what.kind == what.kind &&
            undecoded->kind[i].what.number == what.number) {
            undecoded->kind[i].frames += frames;
            return;
        }
    }
    if (undecoded->kinds == UNDECODED_KINDS) {
        undecoded->others += frames;
        return;
    }
    undecoded->kind[undecoded->kinds].what = what;
    undecoded->kind[undecoded->kinds++].frames = frames;
}

void undecoded_note(struct undecoded *undecoded, struct unsupported what)
{
    undecoded_add(undecoded, what, 1);
}
