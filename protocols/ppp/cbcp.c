#include "ppp/cbcp.h"

#include "base/wire.h"

#include <string.h>

/* Windows' timer on lines faster than 9,600 bit/s, and how often it tries (MS-CBCP notes 3, 4). */
#define RESTART_MS    2000
#define TRANSMISSIONS 10

#define HEADER_SIZE 4
/* A telephone number is the only kind of address there is (MS-CBCP section 2.2.2). */
#define ADDRESS_PSTN 1

enum cbcp_state {
    IDLE,
    WAIT_FOR_REQUEST,  /* caller */
    WAIT_FOR_ACK,      /* caller */
    WAIT_FOR_RESPONSE, /* answerer */
    DONE,
};

/*
 * Every packet (MS-CBCP section 2.2.4): Code, Identifier, Length (2), then options:
 *
 *   1  No callback             length 2
 *   2  User-specified number   length 5 and more: delay, address type 1, number, NUL
 *   3  Pre-specified number    length 3: delay
 */
struct option {
    uint8_t type;
    uint8_t delay_s;
    char number[CBCP_NUMBER_MAX + 1];
};

const char *cbcp_code_name(uint8_t code)
{
    static const char *const names[] = {"unknown", "Callback-Request", "Callback-Response",
                                        "Callback-Ack"};
    return code < sizeof names / sizeof *names ? names[code] : names[0];
}

static bool read_number(struct wire_reader *reader, struct option *option)
{
    size_t length = wire_remaining(reader);
    const uint8_t *text = wire_get_octets(reader, length);
    if (length == 0 || length > sizeof option->number || text[length - 1] != '\0')
        return false;
    for (size_t i = 0; i + 1 < length; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
        option->number[i] = (char)text[i];
    }
    return true;
}

/* False at the end of the list and when it is malformed, then reader->failed. */
static bool read_option(struct wire_reader *reader, struct option *option)
{
    if (wire_remaining(reader) == 0)
        return false;
    *option = (struct option){.type = wire_get_u8(reader)};
    uint8_t length = wire_get_u8(reader);
    struct wire_reader data = wire_reader_make(NULL, 0);
    if (length >= 2) {
        const uint8_t *octets = wire_get_octets(reader, length - 2u);
        data = wire_reader_make(octets, octets ? length - 2u : 0);
    }
    bool good = length >= 2 && !reader->failed;
    if (option->type == CBCP_NO_CALLBACK) {
        good = good && length == 2;
    } else if (option->type == CBCP_USER_SPECIFIED) {
        option->delay_s = wire_get_u8(&data);
        good = good && wire_get_u8(&data) == ADDRESS_PSTN && read_number(&data, option);
    } else if (option->type == CBCP_PRE_SPECIFIED) {
        option->delay_s = wire_get_u8(&data);
        good = good && length == 3;
    } else {
        good = false;
    }
    if (!good || data.failed)
        reader->failed = true;
    return !reader->failed;
}

static void put_option(struct packet *packet, enum cbcp_type type, uint8_t delay_s,
                       const char *number)
{
    size_t size = strlen(number) + 1;
    size_t length = type == CBCP_NO_CALLBACK ? 2 : type == CBCP_PRE_SPECIFIED ? 3 : 4 + size;
    uint8_t *p = packet_append(packet, length);
    p[0] = (uint8_t)type;
    p[1] = (uint8_t)length;
    if (type != CBCP_NO_CALLBACK)
        p[2] = delay_s;
    if (type == CBCP_USER_SPECIFIED) {
        p[3] = ADDRESS_PSTN;
        memcpy(p + 4, number, size);
    }
}

static void trace_packet(const struct cbcp *cbcp, instant now, const char *event, uint8_t code,
                         uint8_t identifier)
{
    if (!cbcp->config.trace || !cbcp->config.trace->emit)
        return;
    TRACE(cbcp->config.trace, now, event, trace_text("session", cbcp->config.label),
          trace_text("protocol", "cbcp"), trace_text("code", cbcp_code_name(code)),
          trace_number("identifier", identifier));
}

static void drop(const struct cbcp *cbcp, instant now, const char *reason, uint64_t serial)
{
    if (cbcp->config.trace)
        trace_drop(cbcp->config.trace, now, "cbcp", reason, serial);
}

/* The options are in @packet already. */
static void send(struct cbcp *cbcp, instant now, uint8_t code, struct packet *packet)
{
    uint8_t *header = packet_push(packet, HEADER_SIZE);
    header[0] = code;
    header[1] = cbcp->identifier;
    wire_store_u16(header + 2, (uint16_t)packet->length);
    trace_packet(cbcp, now, "ppp.packet.sent", code, cbcp->identifier);
    packet_queue_push(&cbcp->send, packet);
}

static struct packet *make_packet(const struct cbcp *cbcp, instant now)
{
    struct packet *packet = packet_alloc(cbcp->config.pool, 2 * (4 + CBCP_NUMBER_MAX + 1));
    if (!packet)
        drop(cbcp, now, "no-packet", 0);
    return packet;
}

static void start_timer(struct cbcp *cbcp, instant now)
{
    uint32_t restart_ms = cbcp->config.restart_ms ? cbcp->config.restart_ms : RESTART_MS;
    cbcp->deadline = instant_after(now, restart_ms * INSTANT_MILLISECOND);
}

static unsigned allowed_types(const struct cbcp *cbcp)
{
    return cbcp->config.allowed ? cbcp->config.allowed : CBCP_ALLOW(CBCP_NO_CALLBACK);
}

/* Section 2.2.4.1: one option for each type that the caller may choose. */
static void send_request(struct cbcp *cbcp, instant now)
{
    struct packet *packet = make_packet(cbcp, now);
    cbcp->state = WAIT_FOR_RESPONSE;
    cbcp->identifier++;
    start_timer(cbcp, now);
    if (!packet)
        return;
    for (unsigned type = CBCP_NO_CALLBACK; type <= CBCP_PRE_SPECIFIED; type++) {
        if (allowed_types(cbcp) & CBCP_ALLOW(type))
            put_option(packet, (enum cbcp_type)type, 0, "");
    }
    send(cbcp, now, CBCP_CALLBACK_REQUEST, packet);
}

static void send_choice(struct cbcp *cbcp, instant now, uint8_t code)
{
    struct packet *packet = make_packet(cbcp, now);
    if (!packet)
        return;
    put_option(packet, cbcp->type, cbcp->delay_s, cbcp->number);
    send(cbcp, now, code, packet);
}

static void finish(struct cbcp *cbcp, enum cbcp_event event)
{
    cbcp->state = DONE;
    cbcp->deadline = INSTANT_NEVER;
    cbcp->event = (uint8_t)event;
}

/* Windows' order (MS-CBCP note 5): a number of ours, the administrator's, none. */
static bool choose(struct cbcp *cbcp, unsigned offered)
{
    cbcp->number[0] = '\0';
    cbcp->delay_s = cbcp->config.delay_s;
    if (offered & CBCP_ALLOW(CBCP_USER_SPECIFIED) && cbcp->config.number) {
        cbcp->type = CBCP_USER_SPECIFIED;
        strcpy(cbcp->number, cbcp->config.number);
    } else if (offered & CBCP_ALLOW(CBCP_PRE_SPECIFIED)) {
        cbcp->type = CBCP_PRE_SPECIFIED;
    } else if (offered & CBCP_ALLOW(CBCP_NO_CALLBACK)) {
        cbcp->type = CBCP_NO_CALLBACK;
        cbcp->delay_s = 0;
    } else {
        return false;
    }
    return true;
}

/* Section 3.1.5.3. */
static const char *receive_request(struct cbcp *cbcp, instant now, uint8_t identifier,
                                   struct wire_reader *reader)
{
    unsigned offered = 0;
    struct option option;
    while (read_option(reader, &option))
        offered |= CBCP_ALLOW(option.type);
    if (reader->failed || offered == 0)
        return "malformed-options";
    if (cbcp->state != WAIT_FOR_REQUEST && cbcp->state != WAIT_FOR_ACK)
        return "unexpected";
    if (!choose(cbcp, offered))
        return "no-choice";
    cbcp->identifier = identifier;
    cbcp->state = WAIT_FOR_ACK;
    start_timer(cbcp, now);
    send_choice(cbcp, now, CBCP_CALLBACK_RESPONSE);
    return NULL;
}

/* Section 3.2.5.3: a choice that was not offered, or none, makes the answerer ask again. */
static const char *receive_response(struct cbcp *cbcp, instant now, uint8_t identifier,
                                    struct wire_reader *reader)
{
    struct option option = {0};
    struct option second;
    bool good = read_option(reader, &option) && !read_option(reader, &second) && !reader->failed;
    if (cbcp->state != WAIT_FOR_RESPONSE && cbcp->state != DONE)
        return "unexpected";
    if (identifier != cbcp->identifier)
        return "stale-identifier";
    if (!good || !(allowed_types(cbcp) & CBCP_ALLOW(option.type))) {
        if (cbcp->state == WAIT_FOR_RESPONSE)
            send_request(cbcp, now);
        return good ? "not-offered" : "malformed-options";
    }
    bool first = cbcp->state == WAIT_FOR_RESPONSE;
    cbcp->type = (enum cbcp_type)option.type;
    cbcp->delay_s = option.delay_s;
    memcpy(cbcp->number, option.number, sizeof cbcp->number);
    send_choice(cbcp, now, CBCP_CALLBACK_ACK);
    if (first)
        finish(cbcp, CBCP_DONE);
    return NULL;
}

/* Section 3.1.5.4: it repeats our choice. */
static const char *receive_ack(struct cbcp *cbcp, instant now, uint8_t identifier,
                               struct wire_reader *reader)
{
    struct option option = {0};
    if (cbcp->state != WAIT_FOR_ACK)
        return "unexpected";
    if (identifier != cbcp->identifier)
        return "stale-identifier";
    if (!read_option(reader, &option) || option.type != (uint8_t)cbcp->type ||
        strcmp(option.number, cbcp->number) != 0) {
        start_timer(cbcp, now);
        send_choice(cbcp, now, CBCP_CALLBACK_RESPONSE);
        return "ack-differs-from-response";
    }
    finish(cbcp, CBCP_DONE);
    return NULL;
}

void cbcp_input(struct cbcp *cbcp, instant now, const struct packet *packet)
{
    struct wire_reader reader = wire_reader_make(packet->data, packet->length);
    uint8_t code = wire_get_u8(&reader);
    uint8_t identifier = wire_get_u8(&reader);
    uint16_t length = wire_get_u16(&reader);
    const char *fault = NULL;
    if (reader.failed || length < HEADER_SIZE || length > packet->length) {
        drop(cbcp, now, "bad-length", packet->serial);
        return;
    }
    reader = wire_reader_make(packet->data + HEADER_SIZE, length - HEADER_SIZE);
    trace_packet(cbcp, now, "ppp.packet.received", code, identifier);
    if (code == CBCP_CALLBACK_REQUEST && !cbcp->config.answerer)
        fault = receive_request(cbcp, now, identifier, &reader);
    else if (code == CBCP_CALLBACK_RESPONSE && cbcp->config.answerer)
        fault = receive_response(cbcp, now, identifier, &reader);
    else if (code == CBCP_CALLBACK_ACK && !cbcp->config.answerer)
        fault = receive_ack(cbcp, now, identifier, &reader);
    else
        fault = "unexpected-code";
    if (fault)
        drop(cbcp, now, fault, packet->serial);
}

void cbcp_init(struct cbcp *cbcp, const struct cbcp_config *config)
{
    assert(!config->number || strlen(config->number) <= CBCP_NUMBER_MAX);
    *cbcp = (struct cbcp){.config = *config, .deadline = INSTANT_NEVER};
    cbcp->transmissions_left = config->transmissions ? config->transmissions : TRANSMISSIONS;
}

void cbcp_clear(struct cbcp *cbcp)
{
    packet_queue_clear(&cbcp->send);
    cbcp->state = IDLE;
    cbcp->event = 0;
    cbcp->deadline = INSTANT_NEVER;
}

void cbcp_start(struct cbcp *cbcp, instant now)
{
    if (cbcp->config.answerer)
        send_request(cbcp, now);
    else
        cbcp->state = WAIT_FOR_REQUEST;
}

void cbcp_handle_timeout(struct cbcp *cbcp, instant now)
{
    if (cbcp->deadline > now)
        return;
    if (--cbcp->transmissions_left == 0) {
        finish(cbcp, CBCP_FAILED);
        return;
    }
    if (cbcp->state == WAIT_FOR_RESPONSE) {
        send_request(cbcp, now);
    } else {
        start_timer(cbcp, now);
        send_choice(cbcp, now, CBCP_CALLBACK_RESPONSE);
    }
}

instant cbcp_next_timeout(const struct cbcp *cbcp)
{
    return cbcp->deadline;
}

bool cbcp_poll(struct cbcp *cbcp, struct output *output)
{
    struct packet *packet = packet_queue_pop(&cbcp->send);
    *output = (struct output){.kind = OUTPUT_NONE};
    if (packet) {
        output->kind = OUTPUT_SEND;
        output->packet = packet;
    } else if (cbcp->event) {
        output->kind = OUTPUT_EVENT;
        output->event = cbcp->event;
        cbcp->event = 0;
    }
    return output->kind != OUTPUT_NONE;
}
