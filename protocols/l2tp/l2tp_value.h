#ifndef VPNSIM_L2TP_L2TP_VALUE_H
#define VPNSIM_L2TP_L2TP_VALUE_H

#include "base/wire.h"
#include "l2tp/l2tp_message.h"

/* The values of the IETF's AVPs in a message; for the files of this folder. */

/** Reads the value of a known @p attribute, whose length has been judged, up to its end. */
void l2tp_value_get(struct wire_reader *reader, unsigned attribute, struct l2tp_message *message);

/** Writes the value of a known @p attribute. */
void l2tp_value_put(struct wire_writer *writer, unsigned attribute,
                    const struct l2tp_message *message);

#endif
