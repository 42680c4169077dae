#ifndef VPNSIM_TESTS_PPTP_HEX_ZEROS_H
#define VPNSIM_TESTS_PPTP_HEX_ZEROS_H

/* Hexadecimal runs of zero octets, for the padded fields of PPTP messages. */
#define Z1   "00"
#define Z2   Z1 Z1
#define Z4   Z2 Z2
#define Z8   Z4 Z4
#define Z16  Z8 Z8
#define Z32  Z16 Z16
#define Z64  Z32 Z32
#define Z128 Z64 Z64

#endif
