#ifndef VPNSIM_IKE_IKE_INTERNAL_H
#define VPNSIM_IKE_IKE_INTERNAL_H

#include "ike/ike_state.h"

/* What the files of the engine do for each other; not for others. */

/* ike.c */

/** Queues a packet, whose ownership moves, or a copy of it that goes out in fragments. */
void ike_queue_packet(struct ike_state *state, struct packet *packet,
                      const struct ike_endpoint *local, const struct ike_endpoint *remote);

/** Queues an event. */
void ike_queue_event(struct ike_state *state, const struct ike_output *output, uint32_t child);

/** Drops a message with a fixed reason. */
void ike_drop(struct ike_state *state, const struct ike_incoming *incoming, const char *reason);

/** Puts a message into a packet of its own for @p phase1 and queues it; marker where it belongs. */
void ike_transmit(struct ike_state *state, struct ike_phase1 *phase1, const struct packet *message,
                  bool in_fragments);

/** now + milliseconds; INSTANT_NEVER for 0. */
static inline instant ike_due(const struct ike_state *state, uint64_t milliseconds)
{
    return milliseconds ? instant_after(state->now, milliseconds * INSTANT_MILLISECOND)
                        : INSTANT_NEVER;
}

/** What the indices by remote address go by. */
static inline uint32_t ike_peer_key(const struct ip_address *address)
{
    return ike_index_key(address->octets, sizeof address->octets);
}

/** Lets @p timer run until the earliest of @p count deadlines. */
void ike_arm(struct ike_state *state, struct ike_timer *timer, const instant *deadlines,
             unsigned count);

/* ike_phase1.c: ISAKMP SAs as objects */

/** A new negotiation, its cookie of this end drawn; NULL when storage is exhausted. */
struct ike_phase1 *ike_phase1_begin(struct ike_state *state, const struct ike_peer *peer,
                                    bool initiator, enum ike_phase1_mode mode,
                                    const struct ike_endpoint *local,
                                    const struct ike_endpoint *remote,
                                    const uint8_t *initiator_cookie);
/** The one that the cookies of a header belong to. */
struct ike_phase1 *ike_phase1_by_cookies(struct ike_state *state,
                                         const struct isakmp_header *header,
                                         const struct ike_endpoint *remote);
/** All with a peer, in whatever state but FREE, one after the other; NULL: no more. */
struct ike_phase1 *ike_phase1_first(const struct ike_state *state, const struct ip_address *remote);
struct ike_phase1 *ike_phase1_next(const struct ike_state *state, const struct ike_phase1 *after);
/** The newest established one with a peer; NULL. */
struct ike_phase1 *ike_phase1_with(struct ike_state *state, const struct ip_address *remote);
/** The one that protects what a child SA needs: its own, or the newest with the same peer; NULL. */
struct ike_phase1 *ike_phase1_of_child(struct ike_state *state, const struct ike_child_sa *sa);
/** The negotiation begun here with a peer, at that port where it is not 0; NULL. */
struct ike_phase1 *ike_phase1_negotiating(struct ike_state *state, const struct ip_address *remote,
                                          uint16_t port);
/**
 * Whether both are with the same peer. Of several behind one NAT, which have its address, the
 * identities tell, and the ports as long as one has not proven its own.
 */
bool ike_phase1_same_peer(const struct ike_phase1 *a, const struct ike_phase1 *b);
/** Its number as ike_phase1_find() takes it. */
struct ike_phase1 *ike_phase1_get(const struct ike_state *state, uint32_t id);
/** It counts as half open no longer. */
void ike_phase1_answered(struct ike_state *state, struct ike_phase1 *phase1);
/** The peer has been heard at these addresses by an authentic message. */
void ike_phase1_heard(struct ike_state *state, struct ike_phase1 *phase1,
                      const struct ike_incoming *incoming);
/** The negotiation has succeeded: event, lifetimes, what waits for it. */
void ike_phase1_establish(struct ike_state *state, struct ike_exchange *exchange);
/** The negotiation has failed: what waits for it fails too; storage is free. */
void ike_phase1_fail(struct ike_state *state, struct ike_phase1 *phase1, enum ike_cause cause,
                     bool told_by_peer);
/** Marks an established one for deletion, now. */
void ike_phase1_doom(struct ike_state *state, struct ike_phase1 *phase1, enum ike_cause cause,
                     bool tells);
void ike_phase1_handle_timeout(struct ike_state *state, struct ike_phase1 *phase1);
/** Sets the deadlines that the lifetime gives. */
void ike_phase1_set_life(struct ike_state *state, struct ike_phase1 *phase1, uint32_t life_s);
void ike_phase1_arm(struct ike_state *state, struct ike_phase1 *phase1);
/** Begins the exchange; false when storage is exhausted. */
bool ike_phase1_start(struct ike_state *state, struct ike_phase1 *phase1);
/** Frees it and its exchanges without a word. */
void ike_phase1_free(struct ike_state *state, struct ike_phase1 *phase1);
/** It is gone: event, a Delete for the peer, and it answers Deletes for a while. */
void ike_phase1_remove(struct ike_state *state, struct ike_phase1 *phase1, enum ike_cause cause,
                       bool tells);
/** How long before the end of a lifetime rekeying begins. */
instant ike_rekey_margin(const struct ike_state *state, instant life, bool initiator);
const struct ike_peer *ike_peer_of(const struct ike_state *state, const struct ip_address *remote);

/* ike_exchange.c */

/** A new exchange under @p phase1; NULL when storage is exhausted. */
struct ike_exchange *ike_exchange_begin(struct ike_state *state, struct ike_phase1 *phase1,
                                        const struct ike_script *script, bool initiator,
                                        uint32_t message_id);
/** A message ID that no exchange under @p phase1 has. */
uint32_t ike_exchange_draw_message_id(struct ike_state *state, const struct ike_phase1 *phase1);
/** The exchange with that message ID and type; NULL. */
struct ike_exchange *ike_exchange_find(struct ike_state *state, const struct ike_phase1 *phase1,
                                       uint32_t message_id);
/** Sends the message whose turn it is, when it is this end's. */
void ike_exchange_advance(struct ike_state *state, struct ike_exchange *exchange);
/** Takes a message for an exchange that exists. */
void ike_exchange_input(struct ike_state *state, struct ike_exchange *exchange,
                        struct ike_incoming *incoming);
/** Ends an exchange that has failed, telling everybody; @p exchange is free then. */
void ike_exchange_fail(struct ike_state *state, struct ike_exchange *exchange,
                       struct ike_verdict verdict, bool told_by_peer);
/** Gives back its packets, and wipes what keys were made from. */
void ike_exchange_release(struct ike_exchange *exchange);
/** Frees an exchange without a word. */
void ike_exchange_end(struct ike_state *state, struct ike_exchange *exchange);
void ike_exchange_handle_timeout(struct ike_state *state, struct ike_exchange *exchange);
/** Lets its timer run out now: it starts, or fails with what is suspected. */
void ike_exchange_wake(struct ike_state *state, struct ike_exchange *exchange);
/** Nothing more comes. */
void ike_exchange_complete(struct ike_state *state, struct ike_exchange *exchange);
/** The payloads behind the first one, padding excluded. */
struct crypto_piece ike_rest(const struct ike_incoming *incoming);
static inline struct ike_exchange *ike_exchange_at(struct ike_state *state, uint32_t index)
{
    return index == IKE_INDEX_END ? NULL : &state->exchanges[index];
}

extern const struct ike_script ike_main_mode;
extern const struct ike_script ike_aggressive_mode;
extern const struct ike_script ike_quick_mode;
extern const struct ike_script ike_delete_exchange;

/* ike_negotiation.c: what main mode and aggressive mode share, and the keys of quick mode */

/** Whether this host shows a vendor ID, and so does what it stands for. */
bool ike_shows(const struct ike_behaviour *behaviour, enum ike_vendor vendor);
/** What both ends have said, for keys and hashes. */
struct ike_phase1_material ike_material(const struct ike_exchange *exchange);
void ike_build_vendor_ids(struct ike_state *state, const struct ike_exchange *exchange,
                          struct isakmp_builder *builder);
void ike_accept_vendor_ids(struct ike_state *state, struct ike_exchange *exchange,
                           const struct ike_incoming *incoming);
/** The initiator's SA payload, and how the responder chooses from it. */
struct ike_verdict ike_build_offer(struct ike_state *state, struct ike_exchange *exchange,
                                   struct isakmp_builder *builder);
struct ike_verdict ike_accept_offer(struct ike_state *state, struct ike_exchange *exchange,
                                    const struct ike_incoming *incoming);
/** The responder's SA payload, and how the initiator checks it. */
void ike_build_choice(struct ike_exchange *exchange, struct isakmp_builder *builder);
struct ike_verdict ike_accept_choice(struct ike_state *state, struct ike_exchange *exchange,
                                     const struct ike_incoming *incoming);
struct ike_verdict ike_build_key(struct ike_state *state, struct ike_exchange *exchange,
                                 struct isakmp_builder *builder, unsigned group);
struct ike_verdict ike_accept_key(struct ike_exchange *exchange,
                                  const struct ike_incoming *incoming, unsigned group);
void ike_build_nonce(struct ike_state *state, struct ike_exchange *exchange,
                     struct isakmp_builder *builder);
struct ike_verdict ike_accept_nonce(struct ike_exchange *exchange,
                                    const struct ike_incoming *incoming);
/** g^xy from this end's private value and the other's public one. */
struct ike_verdict ike_share(struct ike_state *state, struct ike_exchange *exchange,
                             unsigned group);
/** Both public values and nonces are there: SKEYID and the rest, and the first IV. */
struct ike_verdict ike_derive(struct ike_state *state, struct ike_exchange *exchange);
struct ike_identity ike_own_identity(const struct ike_state *state,
                                     const struct ike_phase1 *phase1);
/** ID payloads; their bodies are kept for the hashes. */
struct ike_verdict ike_build_identity(struct ike_state *state, struct ike_exchange *exchange,
                                      struct isakmp_builder *builder);
struct ike_verdict ike_accept_identity(struct ike_state *state, struct ike_exchange *exchange,
                                       const struct ike_incoming *incoming);
/** HASH, or CERT and SIG, over the identity of its side. */
struct ike_verdict ike_build_proof(struct ike_state *state, struct ike_exchange *exchange,
                                   struct isakmp_builder *builder);
struct ike_verdict ike_accept_proof(struct ike_state *state, struct ike_exchange *exchange,
                                    const struct ike_incoming *incoming);

/* ike_certificates.c */

void ike_build_certificate_requests(const struct ike_exchange *exchange,
                                    struct isakmp_builder *builder);
/** CERT payloads of this end, its own first, and SIG over @p hash. */
struct ike_verdict ike_sign(struct ike_state *state, struct ike_exchange *exchange,
                            struct isakmp_builder *builder, const uint8_t *hash);
/** Checks the peer's chain, that it speaks for @p identity, and the signature over @p hash. */
struct ike_verdict ike_accept_signature(struct ike_state *state, struct ike_exchange *exchange,
                                        const struct ike_incoming *incoming,
                                        const struct ike_identity *identity, const uint8_t *hash);

/* ike_nat.c */

void ike_build_nat_d(struct ike_state *state, const struct ike_exchange *exchange,
                     struct isakmp_builder *builder);
void ike_accept_nat_d(struct ike_state *state, struct ike_exchange *exchange,
                      const struct ike_incoming *incoming);
/** From now on this end talks on port 4500 when there is a NAT. */
void ike_float(struct ike_state *state, struct ike_phase1 *phase1);
/** A keep-alive, unless something else was sent lately. */
void ike_keepalive(struct ike_state *state, struct ike_phase1 *phase1);
static inline bool ike_has_nat(const struct ike_phase1 *phase1)
{
    return phase1->nat.self || phase1->nat.peer;
}

/* ike_traffic.c */

bool ike_traffic_equal(const struct ike_traffic *a, const struct ike_traffic *b);
struct ike_identity ike_selector_identity(const struct ike_selector *selector);
/** False when the identity is a name or a range that no prefix has. */
bool ike_selector_from(const struct ike_identity *identity, struct ike_selector *selector);
/** Whether all that @p selector means belongs to @p bounds. */
bool ike_selector_within(const struct ike_selector *bounds, const struct ike_selector *selector);
const struct ike_rule *ike_rule_of(const struct ike_state *state, uint32_t id);

/* ike_quick_mode.c and ike_quick_select.c */

/** Begins a quick mode, or lets it wait for phase 1; false when storage is exhausted. */
bool ike_quick_start(struct ike_state *state, struct ike_phase1 *phase1,
                     const struct ike_quick *quick);
/** The same, with a new phase 1 to that peer when @p phase1 is NULL. */
bool ike_quick_begin(struct ike_state *state, struct ike_phase1 *phase1,
                     const struct ike_endpoint *local, const struct ike_endpoint *remote,
                     const struct ike_quick *quick);
/** Phase 1 is there: what has waited begins. */
void ike_quick_release(struct ike_state *state, struct ike_exchange *exchange);
/** Takes the first message of a quick mode that the peer begins. */
void ike_quick_input(struct ike_state *state, struct ike_phase1 *phase1,
                     struct ike_incoming *incoming);
/** CONNECTED has come by an informational exchange. */
void ike_quick_connected(struct ike_state *state, struct ike_exchange *exchange);
/** The Encapsulation Mode under that phase 1 (enum ike_encapsulation). */
uint16_t ike_quick_encapsulation(const struct ike_phase1 *phase1, bool tunnel);
struct ike_verdict ike_quick_accept_offer(struct ike_state *state, struct ike_exchange *exchange,
                                          const struct ike_incoming *incoming);
/** Notes the proposal chosen in the child SA's storage. */
void ike_quick_agree(struct ike_state *state, struct ike_exchange *exchange,
                     const struct ike_phase2_offer *offer, const struct ike_phase2_chosen *chosen);
void ike_quick_accept_originals(struct ike_state *state, struct ike_exchange *exchange,
                                const struct ike_incoming *incoming);
void ike_build_responder_lifetime(struct ike_state *state, const struct ike_exchange *exchange,
                                  struct isakmp_builder *builder);
/** Fills in keys and all else of the child SA. */
struct ike_verdict ike_quick_key(struct ike_state *state, struct ike_exchange *exchange);

/* ike_child.c */

/** Storage with an SPI; IKE_INDEX_END when there is none. */
uint32_t ike_child_reserve(struct ike_state *state);
uint32_t ike_child_spi(const struct ike_state *state, uint32_t index);
/** A living child SA; NULL. */
struct ike_child *ike_child_get(const struct ike_state *state, uint32_t id);
static inline uint32_t ike_child_index(const struct ike_state *state, const struct ike_child *child)
{
    return (uint32_t)(child - state->children);
}
/** The child SA that protects the same traffic with the same peer and sends; NULL. */
struct ike_child *ike_child_like(struct ike_state *state, const struct ike_rule *rule,
                                 const struct ike_traffic *traffic,
                                 const struct ike_endpoint *remote);
/** The child SA that a quick mode of the peer replaces: @p current, or what that has replaced when
 * both ends rekey at a time. */
uint32_t ike_child_before(struct ike_state *state, struct ike_child *current,
                          const struct ike_exchange *exchange);
/** The inbound half exists (responder). */
void ike_child_install_inbound(struct ike_state *state, struct ike_child *child);
/** The initiator of a renewal: @p child only receives until the peer sends by it, for at most
 * ike_behaviour.overlap_ms. False: there is nothing to wait for. */
bool ike_child_stand_by(struct ike_state *state, struct ike_child *child);
/** Both halves exist; an older one is replaced. */
void ike_child_establish(struct ike_state *state, struct ike_child *child);
/** It is gone: event; the storage is free once that is polled. */
void ike_child_remove(struct ike_state *state, struct ike_child *child, enum ike_cause cause);
/** Marks it for deletion, now. */
void ike_child_doom(struct ike_state *state, struct ike_child *child, enum ike_cause cause,
                    bool tells);
/** Whether a child SA may still carry something. */
bool ike_child_is_alive(const struct ike_child *child);
/** Whether a child SA is with the peer of @p phase1, be it under that ISAKMP SA or another. */
bool ike_child_is_with(const struct ike_state *state, const struct ike_child *child,
                       const struct ike_phase1 *phase1);
/** All with the peer of @p phase1 are marked for deletion. */
void ike_child_doom_all(struct ike_state *state, const struct ike_phase1 *phase1,
                        enum ike_cause cause, bool tells);
/** The peer deletes what it receives with @p spi; unknown ones are ignored. */
void ike_child_deleted_by_peer(struct ike_state *state, const struct ike_phase1 *phase1,
                               uint8_t protocol, uint32_t spi);
/** The child SAs of one ISAKMP SA are another's from now on. */
void ike_child_move(struct ike_state *state, const struct ike_phase1 *from,
                    const struct ike_phase1 *to);
bool ike_child_exists_with(const struct ike_state *state, const struct ike_phase1 *phase1);
void ike_child_handle_timeout(struct ike_state *state, struct ike_child *child);
/** Begins the exchange that is to replace it. */
void ike_child_rekey(struct ike_state *state, struct ike_child *child);
/** That exchange has failed: another attempt while there is time. */
void ike_child_rekey_failed(struct ike_state *state, uint32_t id);
/** Counts traffic; soft and hard limits in kilobytes act. */
void ike_child_count(struct ike_state *state, struct ike_child *child, uint64_t octets,
                     bool inbound);

/* ike_informational.c */

void ike_informational_input(struct ike_state *state, struct ike_phase1 *phase1,
                             struct ike_incoming *incoming);
/** Sends a message with the payloads that @p build writes, protected when phase 1 has keys. */
typedef void ike_informational_build(const void *context, struct isakmp_builder *builder);
void ike_informational_send(struct ike_state *state, struct ike_phase1 *phase1,
                            ike_informational_build *build, const void *context);
/** Where phase 1 has come to: what the IV of another exchange is made from. */
const struct ike_iv *ike_current_iv(struct ike_state *state, const struct ike_phase1 *phase1);

/* ike_notify.c */

/** Acts on a Notify of an authentic message; @p exchange may be NULL. */
void ike_notify_input(struct ike_state *state, struct ike_phase1 *phase1,
                      struct ike_exchange *exchange, const struct isakmp_notify *notify,
                      uint32_t message_id);
/** Acts on the statuses beside other payloads in an authentic message. */
void ike_notify_all(struct ike_state *state, struct ike_exchange *exchange,
                    const struct ike_incoming *incoming);
void ike_notify_send(struct ike_state *state, struct ike_phase1 *phase1,
                     const struct isakmp_notify *notify);
/** Tells of a failed exchange: an error of RFC 2408 and, from Windows, its own. */
void ike_notify_failure(struct ike_state *state, struct ike_exchange *exchange,
                        struct ike_verdict verdict);
void ike_build_initial_contact(struct ike_state *state, const struct ike_exchange *exchange,
                               struct isakmp_builder *builder);
/** Both cookies, the SPI of an ISAKMP SA. */
void ike_cookies(const struct ike_phase1 *phase1, uint8_t spi[2 * ISAKMP_COOKIE_SIZE]);

/* ike_delete.c */

void ike_delete_send_child(struct ike_state *state, const struct ike_child *child);
void ike_delete_send_phase1(struct ike_state *state, struct ike_phase1 *phase1);
void ike_delete_input(struct ike_state *state, struct ike_phase1 *phase1,
                      const struct isakmp_delete *deletion);
/** Takes a Delete with a nonce and answers it. */
void ike_delete_acknowledge(struct ike_state *state, struct ike_phase1 *phase1,
                            struct ike_incoming *incoming);

/* ike_dpd.c */

/** Sets when the peer must next be asked. */
void ike_dpd_schedule(struct ike_state *state, struct ike_phase1 *phase1);
void ike_dpd_handle_timeout(struct ike_state *state, struct ike_phase1 *phase1);
void ike_dpd_input(struct ike_state *state, struct ike_phase1 *phase1,
                   const struct isakmp_notify *notify);

/* ike_responder.c */

/** Takes a message that belongs to no phase 1: a new negotiation, or nothing. */
void ike_responder_input(struct ike_state *state, struct ike_incoming *incoming);
/** Decides about protection against floods after the number of half-open ones has changed. */
void ike_responder_watch(struct ike_state *state);
/** The responder wants message 1 again, with its cookie. */
void ike_demanded_cookie(struct ike_state *state, struct ike_exchange *negotiation,
                         const struct ike_incoming *incoming, const struct isakmp_notify *notify);

/* ike_trace.c */

struct ike_trace_text {
    char remote[IP_TEXT_SIZE];
};
/** "peer", "port", "role", "initiator-cookie", "phase1" into @p fields; returns how many. */
size_t ike_trace_about(const struct ike_phase1 *phase1, struct ike_trace_text *text,
                       struct trace_field fields[IKE_TRACE_ABOUT]);
void ike_trace_peer(struct ike_state *state, const struct ike_phase1 *phase1, const char *event);
void ike_trace_message(struct ike_state *state, const struct ike_exchange *exchange,
                       const char *event, const char *step, size_t length);
void ike_trace_started(struct ike_state *state, const struct ike_exchange *exchange);
void ike_trace_refused(struct ike_state *state, const struct ike_incoming *incoming,
                       enum ike_cause cause);
void ike_trace_failed(struct ike_state *state, const struct ike_exchange *exchange,
                      enum ike_cause cause, bool told_by_peer);
void ike_trace_phase1_established(struct ike_state *state, const struct ike_phase1 *phase1);
void ike_trace_child_established(struct ike_state *state, const struct ike_child *child);
void ike_trace_child_deleted(struct ike_state *state, const struct ike_child *child,
                             enum ike_cause cause);
void ike_trace_notify(struct ike_state *state, const struct ike_phase1 *phase1, const char *event,
                      const struct isakmp_notify *notify);
void ike_trace_delete(struct ike_state *state, const struct ike_phase1 *phase1, const char *event,
                      const struct isakmp_delete *deletion);

#endif
