#include "support/ppp_pair.h"

#include "support/unit.h"

#include <stdio.h>
#include <string.h>

static bool lookup(void *context, const char *domain, const char *user,
                   struct ppp_auth_account *account)
{
    (void)context;
    (void)domain;
    if (strcmp(user, "User") != 0)
        return false;
    *account = (struct ppp_auth_account){.password = "clientPass"};
    return true;
}

static void print_field(const struct trace_field *field, char *text, size_t size)
{
    char address[IPV4_TEXT_SIZE];
    switch (field->kind) {
    case TRACE_UNSIGNED:
        snprintf(text, size, "%s=%llu", field->key, (unsigned long long)field->number);
        break;
    case TRACE_TEXT:
        snprintf(text, size, "%s=%s", field->key, field->text);
        break;
    case TRACE_ADDRESS:
        snprintf(text, size, "%s=%s", field->key,
                 ipv4_format((ipv4_address)field->number, address));
        break;
    case TRACE_OCTETS:
        snprintf(text, size, "%s=(%llu octets)", field->key, (unsigned long long)field->number);
        break;
    }
}

static void record(void *context, const struct trace_event *event)
{
    struct ppp_pair_end *end = context;
    char detail[sizeof end->seen[0].detail] = "";
    for (size_t i = 0; i < event->field_count; i++) {
        char text[64];
        size_t used = strlen(detail);
        if (strcmp(event->fields[i].key, "session") == 0 ||
            strcmp(event->fields[i].key, "serial") == 0)
            continue;
        print_field(&event->fields[i], text, sizeof text);
        snprintf(detail + used, sizeof detail - used, "%s%s", used ? " " : "", text);
    }
    struct ppp_pair_event *seen = end->seen;
    while (seen < end->seen + end->seen_count &&
           (strcmp(seen->name, event->name) != 0 || strcmp(seen->detail, detail) != 0))
        seen++;
    if (seen == end->seen + PPP_PAIR_EVENTS)
        return;
    if (seen == end->seen + end->seen_count) {
        *seen = (struct ppp_pair_event){0};
        snprintf(seen->name, sizeof seen->name, "%s", event->name);
        memcpy(seen->detail, detail, sizeof seen->detail);
        end->seen_count++;
    }
    seen->count++;
    seen->last = event->at;
}

void ppp_pair_init(struct ppp_pair *pair)
{
    static const char *const names[2] = {"client", "server"};
    memset(pair, 0, sizeof *pair);
    packet_pool_init(&pair->pool);
    pair->crypto = crypto_create(NULL, NULL);
    assert_non_null(pair->crypto);
    pair->delay = 10 * INSTANT_MILLISECOND;
    for (unsigned i = 0; i < 2; i++) {
        struct ppp_pair_end *end = &pair->end[i];
        end->pair = pair;
        end->error = -1;
        end->config = ppp_session_defaults();
        end->config.pool = &pair->pool;
        end->config.crypto = pair->crypto;
        end->config.entropy = entropy_make(1, names[i]);
        end->config.label = names[i];
        end->config.trace = (struct trace){.emit = record, .context = end, .node = names[i]};
    }
    struct ppp_session_config *client = &pair->end[PPP_CLIENT].config;
    client->caller = true;
    client->auth.user = "User";
    client->auth.password = "clientPass";
    client->auth.methods.allow[0] = PPP_AUTH_MS_CHAP_V2;
    client->auth.methods.allow_count = 1;
    client->auth.eap_allow = (struct ppp_auth_eap_methods){{PPP_AUTH_EAP_MS_CHAP_V2}, 1};
    for (unsigned i = 0; i < IPCP_SERVERS; i++)
        client->ipcp.ask_servers[i] = true;
    struct ppp_session_config *server = &pair->end[PPP_SERVER].config;
    server->auth.local_name = "SERVER";
    server->auth.lookup = lookup;
    server->auth.methods.require[0] = PPP_AUTH_MS_CHAP_V2;
    server->auth.methods.require_count = 1;
    server->auth.eap_require = (struct ppp_auth_eap_methods){{PPP_AUTH_EAP_MS_CHAP_V2}, 1};
    server->ipcp.local_address = 0x0a010001;
    server->ipcp.peer_address = 0x0a010002;
    server->ipcp.servers[IPCP_DNS1] = 0x0a010035;
}

void ppp_pair_destroy(struct ppp_pair *pair)
{
    for (unsigned i = 0; i < 2; i++)
        ppp_session_destroy(&pair->end[i].session);
    packet_queue_clear(&pair->line);
    /* Whoever kept a packet has leaked it. */
    assert_int_equal(pair->pool.in_use, 0);
    packet_pool_destroy(&pair->pool);
    crypto_destroy(pair->crypto);
}

static void note_frame(struct ppp_pair *pair, unsigned from, const struct packet *frame)
{
    if (pair->frame_count < PPP_PAIR_FRAMES) {
        struct ppp_pair_frame *noted = &pair->frames[pair->frame_count];
        noted->at = pair->now;
        noted->from = (uint8_t)from;
        noted->length =
            (uint8_t)(frame->length < sizeof noted->octets ? frame->length : sizeof noted->octets);
        memcpy(noted->octets, frame->data, noted->length);
    }
    pair->frame_count++;
}

static void transmit(struct ppp_pair *pair, unsigned from, struct packet *frame)
{
    unsigned index = pair->frame_count;
    note_frame(pair, from, frame);
    if (pair->lose && pair->lose(pair, from, index, frame)) {
        packet_free(frame);
        return;
    }
    frame->due = pair->now + pair->delay;
    frame->mark = 1 - from;
    packet_queue_push(&pair->line, frame);
}

void ppp_pair_poll(struct ppp_pair *pair, unsigned which)
{
    struct ppp_pair_end *end = &pair->end[which];
    struct output output;
    while (ppp_session_poll(&end->session, &output)) {
        if (output.kind == OUTPUT_SEND) {
            transmit(pair, which, output.packet);
        } else if (output.kind == OUTPUT_DELIVER) {
            end->delivered++;
            end->last_length = output.packet->length;
            end->last_protocol = (uint16_t)output.value;
            size_t kept = output.packet->length < sizeof end->last_delivered
                              ? output.packet->length
                              : sizeof end->last_delivered;
            memcpy(end->last_delivered, output.packet->data, kept);
            packet_free(output.packet);
        } else {
            end->events[output.event]++;
            end->event_at[output.event] = pair->now;
            if (output.event == PPP_EVENT_FINISHED)
                end->error = (int)output.value;
        }
    }
}

void ppp_pair_start(struct ppp_pair *pair)
{
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(ppp_session_init(&pair->end[i].session, &pair->end[i].config), STATUS_OK);
    for (unsigned i = 0; i < 2; i++) {
        ppp_session_open(&pair->end[i].session, pair->now);
        ppp_session_lower_up(&pair->end[i].session, pair->now);
        ppp_pair_poll(pair, i);
    }
}

static instant next_instant(const struct ppp_pair *pair)
{
    instant next = pair->line.head ? pair->line.head->due : INSTANT_NEVER;
    for (unsigned i = 0; i < 2; i++)
        next = instant_earlier(next, ppp_session_next_timeout(&pair->end[i].session));
    return next;
}

void ppp_pair_run(struct ppp_pair *pair, instant until)
{
    unsigned steps = 0;
    for (instant next; (next = next_instant(pair)) <= until;) {
        if (++steps > 100000)
            fail_msg("time stands still at %llu", (unsigned long long)pair->now);
        if (next > pair->now)
            pair->now = next;
        struct packet *frame = pair->line.head;
        if (frame && frame->due <= pair->now) {
            packet_queue_pop(&pair->line);
            unsigned to = frame->mark;
            ppp_session_input(&pair->end[to].session, pair->now, frame);
            ppp_pair_poll(pair, to);
            continue;
        }
        for (unsigned i = 0; i < 2; i++) {
            if (ppp_session_next_timeout(&pair->end[i].session) <= pair->now) {
                ppp_session_handle_timeout(&pair->end[i].session, pair->now);
                ppp_pair_poll(pair, i);
            }
        }
    }
    pair->now = until;
}

void ppp_pair_send(struct ppp_pair *pair, unsigned end, uint8_t filler, size_t length)
{
    struct packet *packet = packet_alloc(&pair->pool, length);
    assert_non_null(packet);
    memset(packet_append(packet, length), filler, length);
    ppp_session_send_ip(&pair->end[end].session, pair->now, packet);
    ppp_pair_poll(pair, end);
}

void ppp_pair_inject(struct ppp_pair *pair, unsigned end, const char *octets)
{
    uint8_t frame[512];
    size_t length = unit_hex(octets, frame, sizeof frame);
    ppp_session_input(&pair->end[end].session, pair->now, packet_from(&pair->pool, frame, length));
    ppp_pair_poll(pair, end);
}

unsigned ppp_pair_count(const struct ppp_pair *pair, unsigned end, const char *name,
                        const char *detail)
{
    unsigned count = 0;
    for (unsigned i = 0; i < pair->end[end].seen_count; i++) {
        const struct ppp_pair_event *seen = &pair->end[end].seen[i];
        if (strcmp(seen->name, name) == 0 && strstr(seen->detail, detail))
            count += seen->count;
    }
    return count;
}

void ppp_pair_print(const struct ppp_pair *pair)
{
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned j = 0; j < pair->end[i].seen_count; j++) {
            const struct ppp_pair_event *seen = &pair->end[i].seen[j];
            printf("%s %12.6f x%u %s %s\n", i == PPP_CLIENT ? "client" : "server",
                   (double)seen->last / 1e9, seen->count, seen->name, seen->detail);
        }
    }
}
