#ifndef VPNSIM_IKE_IKE_FRAGMENT_H
#define VPNSIM_IKE_IKE_FRAGMENT_H

#include "base/instant.h"
#include "base/ip_address.h"
#include "base/packet.h"
#include "base/trace.h"
#include "ike/isakmp_payload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Fragments of IKE messages as Windows sends them ([MS-IKEE] section 2.2.3): an ISAKMP header with
 * the Encryption flag clear and one payload of type 132:
 *
 *  0  Fragment ID      2  Fragment number, from 1      3  Flags, 1: the last      4  data
 */

#define IKE_FRAGMENT_HEADER_LENGTH 4
/** Most fragments of a message that is put together again. */
#define IKE_FRAGMENTS_MAX 64
/** Messages of one host that may be incomplete at a time. */
#define IKE_REASSEMBLIES_MAX 8
/** Longest message put together; more than certificates ever need. */
#define IKE_REASSEMBLED_MAX 32768
/** How long fragments wait for the others. */
#define IKE_REASSEMBLY_S 70
/** Octets of the IP datagrams that Windows sends fragments in. */
#define IKE_FRAGMENT_DATAGRAM 576

struct ike_fragment {
    uint16_t id;
    uint8_t number; /**< from 1 */
    bool last;
    const uint8_t *data; /**< borrowed */
    size_t length;
};

enum isakmp_error ike_fragment_decode(const struct isakmp_payload *payload,
                                      struct ike_fragment *fragment);

/** How many fragments with at most @p data_max octets of data a message takes; 0: too many. */
size_t ike_fragment_count(size_t message_length, size_t data_max);

/**
 * Writes fragment @p number (from 1) of a whole message, encrypted or not.
 *
 * @return the length of what is to be sent; 0 when it does not fit into @p size
 */
size_t ike_fragment_encode(const uint8_t *message, size_t message_length, size_t data_max,
                           uint16_t id, unsigned number, uint8_t *octets, size_t size);

/** One message of which some fragments are there. */
struct ike_reassembly_slot {
    bool used;
    struct ip_address peer;
    uint16_t port;
    uint8_t initiator_cookie[ISAKMP_COOKIE_SIZE];
    uint16_t id;
    uint8_t last; /**< number of the last fragment; 0: not known yet */
    uint8_t count;
    size_t length;
    instant deadline;
    struct packet *fragments[IKE_FRAGMENTS_MAX]; /**< data of fragment n at n - 1 */
};

/** Puts the messages of one host together. */
struct ike_reassembly {
    struct packet_pool *pool;
    struct trace trace;
    struct ike_reassembly_slot slots[IKE_REASSEMBLIES_MAX];
};

/** Both are borrowed. */
void ike_reassembly_init(struct ike_reassembly *self, struct packet_pool *pool,
                         const struct trace *trace);

/** Frees what waits. */
void ike_reassembly_clear(struct ike_reassembly *self);

/**
 * Takes one fragment. What cannot be used is a traced drop of protocol "ike": a number out of
 * range or beyond the last, another last one, one that is there already ("duplicate-fragment"), no
 * room.
 *
 * @return the whole message when this completes one, whose owner is the caller then; else NULL
 */
struct packet *ike_reassembly_input(struct ike_reassembly *self, instant now,
                                    const struct ip_address *peer, uint16_t port,
                                    const struct isakmp_header *header,
                                    const struct ike_fragment *fragment);

/** Gives up what has waited too long: dropped with the reason "reassembly-timeout". */
void ike_reassembly_handle_timeout(struct ike_reassembly *self, instant now);

/** When to call that; INSTANT_NEVER when nothing waits. */
instant ike_reassembly_next_timeout(const struct ike_reassembly *self);

#endif
