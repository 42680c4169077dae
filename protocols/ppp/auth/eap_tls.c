/*
 * EAP-TLS (RFC 5216 section 3.1), behind the Type:
 *
 *   Flags  [TLS Message Length(4), if L]  TLS Data
 *
 * with Flags = L M S 0 0 0 0 0: length included, more fragments, start.
 */
#include "ppp/auth/eap_tls.h"

#include <assert.h>
#include <stdlib.h>

const char *eap_tls_decode(const uint8_t *octets, size_t length, struct eap_tls_message *message)
{
    struct wire_reader reader = wire_reader_make(octets, length);
    *message = (struct eap_tls_message){.flags = wire_get_u8(&reader)};
    if (message->flags & EAP_TLS_LENGTH_INCLUDED)
        message->tls_length = wire_get_u32(&reader);
    if (reader.failed)
        return "too-short";
    message->length = wire_remaining(&reader);
    message->data = wire_get_octets(&reader, message->length);
    return NULL;
}

void eap_tls_encode(struct wire_writer *writer, const struct eap_tls_message *message)
{
    wire_put_u8(writer, message->flags);
    if (message->flags & EAP_TLS_LENGTH_INCLUDED)
        wire_put_u32(writer, message->tls_length);
    wire_put_octets(writer, message->data, message->length);
}

struct eap_tls *eap_tls_create(const struct eap_tls_config *config, struct crypto *crypto,
                               struct entropy *entropy, bool server, instant now, size_t room,
                               enum status *status)
{
    const struct tls_config tls = {
        .crypto = crypto,
        .entropy = entropy,
        .server = server,
        .own = config->own,
        .trusted = config->trusted,
        .trusted_count = config->trusted_count,
        .minimum = config->minimum,
        .maximum = config->maximum,
        .time = config->start + (int64_t)(now / INSTANT_SECOND),
        .key_log = config->key_log,
        .key_log_context = config->key_log_context,
    };
    assert(room >= EAP_TLS_ROOM_MIN);
    struct eap_tls *self = calloc(1, sizeof *self);
    *status = STATUS_NO_MEMORY;
    if (!self)
        return NULL;
    self->server = server;
    self->room = room;
    self->tls = tls_create(&tls, status);
    if (self->tls)
        return self;
    free(self);
    return NULL;
}

void eap_tls_destroy(struct eap_tls *self)
{
    if (!self)
        return;
    tls_destroy(self->tls);
    free(self);
}

void eap_tls_start(struct wire_writer *writer)
{
    const struct eap_tls_message start = {.flags = EAP_TLS_START};
    eap_tls_encode(writer, &start);
}

static enum eap_tls_step discard(struct eap_tls *self, const char *reason)
{
    self->reason = reason;
    return EAP_TLS_DISCARD;
}

/** What acknowledges a fragment, and what a client has to say when TLS has nothing to. */
static enum eap_tls_step send_empty(struct wire_writer *writer)
{
    const struct eap_tls_message empty = {.flags = 0};
    eap_tls_encode(writer, &empty);
    return EAP_TLS_SEND;
}

/* Section 2.1.5: the first fragment tells the length of all, and every one but the last that there
   are more. A flight in one piece may tell its length too. */
static enum eap_tls_step send_fragment(struct eap_tls *self, struct wire_writer *writer)
{
    uint8_t octets[2048];
    bool is_first = self->unsent == self->out.octets;
    size_t most = self->room - (is_first ? EAP_TLS_HEADER_MAX : 1);
    if (most > sizeof octets)
        most = sizeof octets;
    struct eap_tls_message message = {.data = octets, .length = self->unsent};
    if (self->unsent > most) {
        message.length = most;
        message.flags = EAP_TLS_MORE_FRAGMENTS;
    }
    if (is_first) {
        message.flags |= EAP_TLS_LENGTH_INCLUDED;
        message.tls_length = (uint32_t)self->out.octets;
    }
    tls_take(self->tls, octets, message.length);
    self->unsent -= message.length;
    eap_tls_encode(writer, &message);
    return EAP_TLS_SEND;
}

static void measure_flight(struct eap_tls *self)
{
    size_t first = self->room - EAP_TLS_HEADER_MAX;
    size_t next = self->room - 1;
    self->out.octets = self->unsent;
    self->out.fragments = 1;
    if (self->unsent > first)
        self->out.fragments += (unsigned)((self->unsent - first + next - 1) / next);
    self->made_flight = true;
}

/** The peer's flight is complete: lets TLS work on it. */
static enum eap_tls_step run(struct eap_tls *self, struct wire_writer *writer)
{
    self->state = tls_advance(self->tls);
    self->unsent = tls_pending(self->tls);
    if (self->state == TLS_FAILED)
        self->failure = *tls_failure(self->tls);
    if (self->unsent > 0) {
        measure_flight(self);
        return send_fragment(self, writer);
    }
    if (self->state == TLS_HANDSHAKING) {
        /* The flight was complete for EAP but not for TLS, and who is to go on? */
        self->state = TLS_FAILED;
        self->failure = (struct tls_failure){.reason = "incomplete-flight", .alert = ""};
    }
    return self->server ? EAP_TLS_END : send_empty(writer);
}

/** NULL, or why a piece of the peer's flight is not what it must be. */
static const char *check_fragment(const struct eap_tls *self, const struct eap_tls_message *message)
{
    bool is_first = self->announced == 0;
    bool has_more = message->flags & EAP_TLS_MORE_FRAGMENTS;
    bool has_length = message->flags & EAP_TLS_LENGTH_INCLUDED;
    uint32_t announced = is_first ? message->tls_length : self->announced;
    size_t octets = (is_first ? 0 : self->in.octets) + message->length;
    if (message->length == 0)
        return "empty-fragment";
    if (has_length && message->tls_length > EAP_TLS_MESSAGE_MAX)
        return "tls-message-too-long";
    if (is_first && !has_length)
        return has_more ? "no-tls-length" : NULL;
    if (has_length && message->tls_length != announced)
        return "tls-length-differs";
    if (has_more ? octets >= announced : octets != announced)
        return "wrong-tls-length";
    return NULL;
}

static enum eap_tls_step take_fragment(struct eap_tls *self, const struct eap_tls_message *message,
                                       struct wire_writer *writer)
{
    bool has_more = message->flags & EAP_TLS_MORE_FRAGMENTS;
    const char *reason = check_fragment(self, message);
    if (!reason && !tls_input(self->tls, message->data, message->length))
        reason = "no-memory";
    if (reason)
        return discard(self, reason);
    if (self->announced == 0)
        self->in = (struct eap_tls_flight){.octets = 0};
    self->in.octets += message->length;
    self->in.fragments++;
    self->announced = has_more && self->announced == 0 ? message->tls_length : self->announced;
    if (has_more)
        return send_empty(writer);
    self->announced = 0;
    self->took_flight = true;
    return run(self, writer);
}

static enum eap_tls_step take_start(struct eap_tls *self, const struct eap_tls_message *message,
                                    struct wire_writer *writer)
{
    if (self->server || self->started)
        return discard(self, "unexpected-start");
    if (message->length > 0)
        return discard(self, "start-with-data");
    self->started = true;
    return run(self, writer);
}

/* An empty message asks for the next fragment or, at its end, lets the server conclude. */
static enum eap_tls_step take_empty(struct eap_tls *self, struct wire_writer *writer)
{
    if (self->unsent > 0)
        return send_fragment(self, writer);
    return self->server && self->state != TLS_HANDSHAKING
               ? EAP_TLS_END
               : discard(self, "unexpected-acknowledgment");
}

enum eap_tls_step eap_tls_input(struct eap_tls *self, const uint8_t *data, size_t length,
                                struct wire_writer *writer)
{
    struct eap_tls_message message;
    const char *reason = eap_tls_decode(data, length, &message);
    self->took_flight = self->made_flight = false;
    if (reason)
        return discard(self, reason);
    if (message.flags & EAP_TLS_START)
        return take_start(self, &message, writer);
    if (!self->server && !self->started)
        return discard(self, "not-started");
    if (message.flags == 0 && message.length == 0)
        return take_empty(self, writer);
    if (self->unsent > 0)
        return discard(self, "expected-acknowledgment");
    /* A server's alert may cross the client's; what comes after the end of TLS ends it too. */
    if (self->state != TLS_HANDSHAKING)
        return self->server && self->state == TLS_FAILED ? EAP_TLS_END
                                                         : discard(self, "unexpected-data");
    return take_fragment(self, &message, writer);
}

bool eap_tls_msk(struct eap_tls *self, uint8_t msk[EAP_TLS_MSK_SIZE])
{
    return tls_export(self->tls, "client EAP encryption", msk, EAP_TLS_MSK_SIZE);
}
