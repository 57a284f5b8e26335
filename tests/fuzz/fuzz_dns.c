/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS messages: the first byte says how much the snap length cut off. Everything that a reader may
 * look at is looked at. */
#include <stdlib.h>
#include <string.h>

#include "decoders/module.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const struct dns_name *name)
{
    if (name->length >= DNS_NAME_TEXT || strlen(name->text) != name->length)
        abort();
    for (size_t i = 0; i < name->length; i++) {
        if (name->text[i] <= ' ' || name->text[i] > '~')
            abort();
    }
}

static void check_record(struct dns_record *record)
{
    const uint8_t *text;
    uint8_t length;
    unsigned sum = 0;
    check_name(&record->owner);
    check_name(&record->target);
    while (dns_txt_next(&record->rdata, &text, &length)) {
        for (size_t i = 0; i < length; i++)
            sum += text[i];
    }
    if (sum > 65535u * 255)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dns_message message;
    static struct dns_record record;
    if (size < 1 || !dns_decode(cursor_make(data + 1, size - 1), size - 1 + data[0], &message))
        return 0;

    check_name(&message.name);
    const uint8_t *at = message.first_answer;
    uint16_t left = message.answers;
    while (dns_next_answer(&message, &at, &left, &record))
        check_record(&record);
    if (message.complete && (message.malformed || data[0] > 0))
        abort();
    if (module_judge(&message) > MODULE_ERROR)
        abort();
    return 0;
}
