#include "ppp/ppp_control.h"

#include <assert.h>
#include <string.h>

/* Windows writes this constant between its magic number and its error code in the data of a
   Terminate-Request. */
#define WINDOWS_TERMINATION_MARK UINT32_C(0x003ccd74)
#define WINDOWS_TERMINATION_SIZE 12

/* Room for the options of one Configure-Nak; what does not fit waits for the next round. */
#define NAK_SIZE 256

/*
 * Every packet (RFC 1661 section 5):
 *
 *    0                   1                   2                   3
 *   +---------------+---------------+-------------------------------+
 *   |     Code      |  Identifier   |            Length             |
 *   +---------------+---------------+-------------------------------+
 *   |  Data ...
 */

static bool is_negotiating(unsigned state)
{
    return state == PPP_REQ_SENT || state == PPP_ACK_RCVD || state == PPP_ACK_SENT;
}

static void notify(struct ppp_control *control, instant now, enum ppp_control_notice notice,
                   uint32_t value)
{
    control->link->notify(control->link->context, now, control, notice, value);
}

void ppp_control_drop(const struct ppp_control *control, instant now, const char *reason,
                      uint64_t serial)
{
    trace_drop(control->link->trace, now, control->operations->name, reason, serial);
}

static void trace_packet(const struct ppp_control *control, instant now, const char *event,
                         uint8_t code, uint8_t identifier)
{
    if (!control->link->trace->emit)
        return;
    TRACE(control->link->trace, now, event, trace_text("session", control->link->session),
          trace_text("protocol", control->operations->name),
          trace_text("code", ppp_code_name(control->operations->protocol, code)),
          trace_number("identifier", identifier));
}

uint8_t ppp_control_identifier(struct ppp_control *control)
{
    if (control->link->shared_identifier)
        return control->link->next_identifier++;
    return ++control->own_identifier;
}

/* Completes @p packet, which has its data, and sends it. */
static void send_packet(struct ppp_control *control, instant now, uint8_t code, uint8_t identifier,
                        struct packet *packet)
{
    uint8_t *header = packet_push(packet, PPP_CONTROL_HEADER_SIZE);
    header[0] = code;
    header[1] = identifier;
    wire_store_u16(header + 2, (uint16_t)packet->length);
    trace_packet(control, now, "ppp.packet.sent", code, identifier);
    control->link->send(control->link->context, now, control->operations->protocol, packet);
}

/* Sections 5.6 and 5.7: what is sent back is cut to the peer's MRU, and to a packet's room. */
static size_t room_for_data(const struct ppp_control *control)
{
    size_t mru = control->link->peer_mru;
    size_t room = mru > PPP_CONTROL_HEADER_SIZE ? mru - PPP_CONTROL_HEADER_SIZE : 0;
    return room < PACKET_ROOM ? room : PACKET_ROOM;
}

void ppp_control_send(struct ppp_control *control, instant now, uint8_t code, uint8_t identifier,
                      const void *head, size_t head_length, const void *data, size_t length)
{
    size_t room = room_for_data(control);
    if (head_length > room)
        head_length = room;
    if (length > room - head_length)
        length = room - head_length;
    struct packet *packet = packet_from(control->link->pool, head, head_length);
    if (!packet) {
        ppp_control_drop(control, now, "no-packet", 0);
        return;
    }
    if (length > 0)
        memcpy(packet_append(packet, length), data, length);
    send_packet(control, now, code, identifier, packet);
}

void ppp_control_prepare_reply(struct ppp_control *control, uint8_t code, const void *data,
                               size_t length)
{
    packet_free(control->reply);
    size_t room = room_for_data(control);
    control->reply = packet_from(control->link->pool, data, length < room ? length : room);
    control->reply_code = code;
}

static void send_reply(struct ppp_control *control, instant now)
{
    if (!control->reply)
        return;
    struct packet *reply = control->reply;
    control->reply = NULL;
    send_packet(control, now, control->reply_code, control->reply_identifier, reply);
}

/* Section 5.1: the Identifier changes with the options and after a valid reply; a retransmission
   may keep it. */
static void send_configure_request(struct ppp_control *control, instant now)
{
    if (!control->outstanding || control->link->renumber_retransmits)
        control->request_identifier = ppp_control_identifier(control);
    struct wire_writer writer = wire_writer_make(control->request, control->request_size);
    control->operations->write_request(control, &writer);
    assert(!writer.failed);
    control->request_length = (uint16_t)wire_written(&writer);
    control->outstanding = true;
    ppp_control_send(control, now, PPP_CONFIGURE_REQUEST, control->request_identifier,
                     control->request, control->request_length, NULL, 0);
}

static void accept_request(struct ppp_control *control)
{
    control->naks_sent = 0;
    control->operations->accept_none(control);
    if (!control->reply)
        return;
    struct wire_reader reader = wire_reader_make(control->reply->data, control->reply->length);
    struct ppp_option option;
    while (ppp_option_read(&reader, &option))
        control->operations->accept(control, &option);
}

static void send_terminate_request(struct ppp_control *control, instant now)
{
    const struct ppp_automaton *automaton = &control->automaton;
    bool first = automaton->counter + 1 == automaton->config->max_terminate;
    if (first || control->link->renumber_retransmits)
        control->terminate_identifier = ppp_control_identifier(control);
    uint8_t data[WINDOWS_TERMINATION_SIZE];
    wire_store_u32(data, control->link->terminate_magic);
    wire_store_u32(data + 4, WINDOWS_TERMINATION_MARK);
    wire_store_u32(data + 8, control->link->termination_error);
    ppp_control_send(control, now, PPP_TERMINATE_REQUEST, control->terminate_identifier, data,
                     control->link->windows_termination ? sizeof data : 0, NULL, 0);
}

static void act(void *context, instant now, enum ppp_action action)
{
    struct ppp_control *control = context;
    switch (action) {
    case PPP_TLD:
        notify(control, now, PPP_NOTICE_DOWN, 0);
        break;
    case PPP_SCR:
        send_configure_request(control, now);
        break;
    case PPP_SCA:
        accept_request(control);
        send_reply(control, now);
        break;
    case PPP_SCN:
        if (control->reply_code == PPP_CONFIGURE_NAK && control->naks_sent < UINT8_MAX)
            control->naks_sent++;
        send_reply(control, now);
        break;
    case PPP_STR:
        send_terminate_request(control, now);
        break;
    case PPP_STA:
        if (control->reply_code != PPP_TERMINATE_ACK)
            ppp_control_prepare_reply(control, PPP_TERMINATE_ACK, NULL, 0);
        send_reply(control, now);
        break;
    case PPP_SCJ:
    case PPP_SER:
        send_reply(control, now);
        break;
    case PPP_TLS:
        notify(control, now, PPP_NOTICE_STARTED, 0);
        break;
    case PPP_TLF:
        notify(control, now, PPP_NOTICE_FINISHED, 0);
        break;
    case PPP_TLU:
        notify(control, now, PPP_NOTICE_UP, 0);
        break;
    case PPP_IRC:
    case PPP_ZRC:
        break;
    }
}

/* A Configure-Request that does not continue a negotiation starts from the configuration. */
static void begin_negotiation(struct ppp_control *control, enum ppp_automaton_event event)
{
    unsigned state = control->automaton.state;
    const struct ppp_transition *cell = ppp_automaton_transition(event, state);
    if (!(cell->actions & PPP_SCR) || is_negotiating(state))
        return;
    control->outstanding = false;
    control->naks_sent = 0;
    control->naks_received = 0;
    control->operations->reset(control);
}

void ppp_control_event(struct ppp_control *control, instant now, enum ppp_automaton_event event)
{
    /* A Configure-Request was judged by what begin_negotiation() had already set up. */
    if (event != PPP_RCR_PLUS && event != PPP_RCR_MINUS)
        begin_negotiation(control, event);
    ppp_automaton_event(&control->automaton, now, event);
    packet_free(control->reply);
    control->reply = NULL;
    control->reply_code = 0;
}

void ppp_control_init(struct ppp_control *control, const struct ppp_control_operations *operations,
                      struct ppp_control_link *link, uint8_t *request, size_t request_size)
{
    *control = (struct ppp_control){.operations = operations,
                                    .link = link,
                                    .request = request,
                                    .request_size = (uint16_t)request_size};
    ppp_automaton_init(&control->automaton, link->automaton, act, control);
    operations->reset(control);
    operations->accept_none(control);
}

void ppp_control_destroy(struct ppp_control *control)
{
    packet_free(control->reply);
    control->reply = NULL;
}

void ppp_control_open(struct ppp_control *control, instant now)
{
    ppp_control_event(control, now, PPP_OPEN);
}

void ppp_control_close(struct ppp_control *control, instant now)
{
    ppp_control_event(control, now, PPP_CLOSE);
}

void ppp_control_up(struct ppp_control *control, instant now)
{
    ppp_control_event(control, now, PPP_UP);
}

void ppp_control_down(struct ppp_control *control, instant now)
{
    if (control->automaton.state != PPP_INITIAL && control->automaton.state != PPP_STARTING)
        ppp_control_event(control, now, PPP_DOWN);
}

void ppp_control_handle_timeout(struct ppp_control *control, instant now)
{
    ppp_automaton_handle_timeout(&control->automaton, now);
}

void ppp_control_protocol_rejected(struct ppp_control *control, instant now, bool fatal)
{
    if (fatal) {
        ppp_control_event(control, now, PPP_RXJ_MINUS);
        return;
    }
    control->rejected = true;
    ppp_control_down(control, now);
}

static void trace_refusal(const struct ppp_control *control, instant now,
                          const struct ppp_option *option, const char *answer)
{
    if (!control->link->trace->emit)
        return;
    TRACE(control->link->trace, now, "ppp.option.refused",
          trace_text("session", control->link->session),
          trace_text("protocol", control->operations->name),
          trace_text("option", control->operations->option_name(option->type)),
          trace_number("type", option->type), trace_text("answer", answer));
}

/* Sections 5.2 to 5.4: rejects what is not negotiable; otherwise names acceptable values;
   otherwise acknowledges by copying. */
static enum ppp_automaton_event judge_request(struct ppp_control *control, instant now,
                                              const uint8_t *options, size_t length)
{
    const struct ppp_control_operations *operations = control->operations;
    bool converging = control->naks_sent < control->link->automaton->max_failure;
    uint8_t seen[32] = {0};
    uint8_t nak_octets[NAK_SIZE];
    struct wire_writer nak = wire_writer_make(nak_octets, sizeof nak_octets);
    ppp_control_prepare_reply(control, PPP_CONFIGURE_REJECT, NULL, 0);
    struct packet *reply = control->reply;
    struct wire_reader reader = wire_reader_make(options, length);
    struct ppp_option option;
    while (ppp_option_read(&reader, &option)) {
        bool again = seen[option.type / 8] & 1u << option.type % 8 &&
                     !(operations->may_repeat && operations->may_repeat(option.type));
        seen[option.type / 8] |= (uint8_t)(1u << option.type % 8);
        enum ppp_verdict verdict = operations->judge(control, &option, &nak);
        /* Section 5.1: options are listed once, unless they say otherwise themselves. Section 4.6:
           after Max-Failure Naks the peer's options are rejected instead. */
        if (again || (verdict == PPP_OPTION_NAK && !converging))
            verdict = PPP_OPTION_REJECT;
        if (verdict == PPP_OPTION_REJECT)
            trace_refusal(control, now, &option, "reject");
        if (verdict == PPP_OPTION_REJECT && reply && packet_tailroom(reply) >= option.length)
            memcpy(packet_append(reply, option.length), option.data - 2, option.length);
    }
    if (!reply || reply->length > 0)
        return PPP_RCR_MINUS;
    if (operations->append_wanted && converging)
        operations->append_wanted(control, seen, &nak);
    if (wire_written(&nak) > 0) {
        ppp_control_prepare_reply(control, PPP_CONFIGURE_NAK, nak_octets, wire_written(&nak));
        reader = wire_reader_make(nak_octets, wire_written(&nak));
        while (ppp_option_read(&reader, &option))
            trace_refusal(control, now, &option, "nak");
        return PPP_RCR_MINUS;
    }
    ppp_control_prepare_reply(control, PPP_CONFIGURE_ACK, options, length);
    return PPP_RCR_PLUS;
}

static bool options_are_well_formed(const uint8_t *options, size_t length)
{
    struct wire_reader reader = wire_reader_make(options, length);
    struct ppp_option option;
    while (ppp_option_read(&reader, &option)) {
    }
    return !reader.failed;
}

static void receive_configure_request(struct ppp_control *control, instant now,
                                      const uint8_t *options, size_t length, uint64_t serial)
{
    unsigned state = control->automaton.state;
    if (!options_are_well_formed(options, length)) {
        ppp_control_drop(control, now, "malformed-options", serial);
        return;
    }
    if (state == PPP_CLOSED || state == PPP_CLOSING || state == PPP_STOPPING) {
        ppp_control_event(control, now, PPP_RCR_PLUS);
        return;
    }
    begin_negotiation(control, PPP_RCR_PLUS);
    ppp_control_event(control, now, judge_request(control, now, options, length));
}

/* Section 5.4: a Reject holds options of our request, unchanged and in its order. */
static bool is_part_of_request(const struct ppp_control *control, const uint8_t *options,
                               size_t length)
{
    struct wire_reader request = wire_reader_make(control->request, control->request_length);
    struct wire_reader reader = wire_reader_make(options, length);
    struct ppp_option rejected;
    struct ppp_option asked;
    while (ppp_option_read(&reader, &rejected)) {
        do {
            if (!ppp_option_read(&request, &asked))
                return false;
        } while (asked.length != rejected.length ||
                 memcmp(asked.data - 2, rejected.data - 2, asked.length) != 0);
    }
    return true;
}

/* NULL when the reply answers our newest request as section 5.2 to 5.4 demand. */
static const char *reply_fault(const struct ppp_control *control, uint8_t code, uint8_t identifier,
                               const uint8_t *options, size_t length)
{
    if (identifier != control->request_identifier)
        return "stale-identifier";
    if (!control->outstanding)
        return "duplicate-reply";
    if (!options_are_well_formed(options, length))
        return "malformed-options";
    if (code == PPP_CONFIGURE_ACK &&
        (length != control->request_length ||
         (length > 0 && memcmp(options, control->request, length) != 0)))
        return "ack-differs-from-request";
    if (code != PPP_CONFIGURE_ACK && length == 0)
        return "no-options";
    if (code == PPP_CONFIGURE_REJECT && !is_part_of_request(control, options, length))
        return "reject-differs-from-request";
    return NULL;
}

static void receive_configure_reply(struct ppp_control *control, instant now, uint8_t code,
                                    uint8_t identifier, const uint8_t *options, size_t length,
                                    uint64_t serial)
{
    const char *fault = reply_fault(control, code, identifier, options, length);
    if (fault) {
        ppp_control_drop(control, now, fault, serial);
        return;
    }
    unsigned state = control->automaton.state;
    if (is_negotiating(state)) {
        control->outstanding = false;
        struct wire_reader reader = wire_reader_make(options, length);
        struct ppp_option option;
        while (ppp_option_read(&reader, &option)) {
            if (code == PPP_CONFIGURE_ACK)
                control->operations->acked(control, now, &option);
            else if (code == PPP_CONFIGURE_NAK)
                control->operations->naked(control, now, &option);
            else
                control->operations->rejected(control, now, &option);
        }
        if (code == PPP_CONFIGURE_ACK)
            control->naks_received = 0;
        else if (++control->naks_received > control->link->automaton->max_configure)
            notify(control, now, PPP_NOTICE_NOT_CONVERGING, 0);
    }
    ppp_control_event(control, now, code == PPP_CONFIGURE_ACK ? PPP_RCA : PPP_RCN);
}

static void receive_terminate_request(struct ppp_control *control, instant now, const uint8_t *data,
                                      size_t length)
{
    uint32_t error = 0;
    if (length == WINDOWS_TERMINATION_SIZE && wire_load_u32(data + 4) == WINDOWS_TERMINATION_MARK)
        error = wire_load_u32(data + 8);
    notify(control, now, PPP_NOTICE_TERMINATED, error);
    /* Windows returns the data of the request in its Terminate-Ack. */
    ppp_control_prepare_reply(control, PPP_TERMINATE_ACK, data,
                              control->link->windows_termination ? length : 0);
    ppp_control_event(control, now, PPP_RTR);
}

static void receive_code_reject(struct ppp_control *control, instant now, const uint8_t *data,
                                size_t length, uint64_t serial)
{
    if (length == 0) {
        ppp_control_drop(control, now, "truncated", serial);
        return;
    }
    /* Section 4.3: without the codes up to Code-Reject no negotiation is possible. */
    bool fatal = data[0] >= PPP_CONFIGURE_REQUEST && data[0] <= PPP_CODE_REJECT;
    if (fatal)
        notify(control, now, PPP_NOTICE_REFUSED, 0);
    ppp_control_event(control, now, fatal ? PPP_RXJ_MINUS : PPP_RXJ_PLUS);
}

void ppp_control_input(struct ppp_control *control, instant now, const uint8_t *octets,
                       size_t length, uint64_t serial)
{
    size_t claimed = length >= PPP_CONTROL_HEADER_SIZE ? wire_load_u16(octets + 2) : SIZE_MAX;
    if (claimed > length || claimed < PPP_CONTROL_HEADER_SIZE) {
        ppp_control_drop(control, now, claimed > length ? "truncated" : "bad-length", serial);
        return;
    }
    if (control->automaton.state == PPP_INITIAL || control->automaton.state == PPP_STARTING) {
        ppp_control_drop(control, now, "lower-layer-down", serial);
        return;
    }
    uint8_t code = octets[0];
    uint8_t identifier = octets[1];
    const uint8_t *data = octets + PPP_CONTROL_HEADER_SIZE;
    size_t data_length = claimed - PPP_CONTROL_HEADER_SIZE;
    control->reply_identifier = identifier;
    trace_packet(control, now, "ppp.packet.received", code, identifier);
    switch (code) {
    case PPP_CONFIGURE_REQUEST:
        receive_configure_request(control, now, data, data_length, serial);
        return;
    case PPP_CONFIGURE_ACK:
    case PPP_CONFIGURE_NAK:
    case PPP_CONFIGURE_REJECT:
        receive_configure_reply(control, now, code, identifier, data, data_length, serial);
        return;
    case PPP_TERMINATE_REQUEST:
        receive_terminate_request(control, now, data, data_length);
        return;
    case PPP_TERMINATE_ACK:
        ppp_control_event(control, now, PPP_RTA);
        return;
    case PPP_CODE_REJECT:
        receive_code_reject(control, now, data, data_length, serial);
        return;
    default:
        break;
    }
    if (control->operations->receive &&
        control->operations->receive(control, now, code, identifier, data, data_length, serial))
        return;
    /* Section 5.6: the Rejected-Packet begins with its Code; a Code-Reject has a new Identifier. */
    ppp_control_prepare_reply(control, PPP_CODE_REJECT, octets, claimed);
    control->reply_identifier = ppp_control_identifier(control);
    ppp_control_event(control, now, PPP_RUC);
}
