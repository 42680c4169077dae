#include "support/auth_bench.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Every field of an event must have been declared with it. */
static void check_declared(const struct trace_event *event)
{
    const struct trace_declaration *declaration = ppp_auth_trace_declarations;
    while (declaration->name && strcmp(declaration->name, event->name) != 0)
        declaration++;
    if (!declaration->name)
        fail_msg("%s is not declared", event->name);
    char keys[200] = "";
    for (size_t i = 0; i < event->field_count; i++) {
        strcat(keys, i ? " " : "");
        strcat(keys, event->fields[i].key);
    }
    assert_string_equal(keys, declaration->fields);
}

static void log_event(void *context, const struct trace_event *event)
{
    struct auth_bench *bench = context;
    assert_true(bench->log_count < AUTH_BENCH_MAX);
    char *line = bench->log[bench->log_count++];
    size_t size = sizeof bench->log[0];
    if (strcmp(event->name, "packet.dropped") == 0) {
        snprintf(line, size, "drop %s %s", event->fields[0].text, event->fields[1].text);
        return;
    }
    check_declared(event);
    size_t used = (size_t)snprintf(line, size, "%s", event->name);
    for (size_t i = 0; i < event->field_count && used < size; i++) {
        const struct trace_field *field = &event->fields[i];
        if (field->kind == TRACE_TEXT)
            used += (size_t)snprintf(line + used, size - used, " %s=%s", field->key, field->text);
        else
            used += (size_t)snprintf(line + used, size - used, " %s=%u", field->key,
                                     (unsigned)field->number);
    }
}

static bool find_account(void *context, const char *domain, const char *user,
                         struct ppp_auth_account *account)
{
    static const struct {
        const char *user;
        const char *password;
        uint32_t error;
    } accounts[] = {
        {"User", "clientPass", 0},       {"vpnuser", "vpnuser123", 0},
        {"disabled", "clientPass", 647}, {"expired", "clientPass", 648},
        {"barred", "clientPass", 649},
    };
    struct auth_bench *bench = context;
    bench->lookups++;
    snprintf(bench->domain, sizeof bench->domain, "%s", domain);
    snprintf(bench->user, sizeof bench->user, "%s", user);
    for (size_t i = 0; i < sizeof accounts / sizeof accounts[0]; i++) {
        if (strcmp(accounts[i].user, user) == 0) {
            account->password = accounts[i].password;
            account->error = accounts[i].error;
            return true;
        }
    }
    return false;
}

static void configure(struct auth_bench *bench, struct auth_end *end, enum ppp_auth_role role)
{
    bool is_server = role == PPP_AUTHENTICATOR;
    end->entropy = entropy_make(1, is_server ? "server" : "client");
    end->config = (struct ppp_auth_config){
        .role = role,
        .method = PPP_AUTH_MS_CHAP_V2,
        .name = is_server ? "RAS" : "User",
        .secret = is_server ? NULL : "clientPass",
        .lookup = is_server ? find_account : NULL,
        .lookup_context = bench,
        .crypto = bench->crypto,
        .entropy = &end->entropy,
        .pool = &bench->pool,
        .trace = &bench->trace,
        .label = "s1",
    };
}

int auth_bench_set_up(void **state)
{
    struct auth_bench *bench = calloc(1, sizeof *bench);
    if (!bench)
        return -1;
    bench->crypto = crypto_create(NULL, NULL);
    packet_pool_init(&bench->pool);
    bench->trace = (struct trace){.emit = log_event, .context = bench, .node = "bench"};
    configure(bench, &bench->client, PPP_AUTHENTICATEE);
    configure(bench, &bench->server, PPP_AUTHENTICATOR);
    *state = bench;
    return bench->crypto ? 0 : -1;
}

static void free_end(struct auth_end *end)
{
    for (size_t i = 0; i < end->sent_count; i++)
        packet_free(end->sent[i]);
    ppp_auth_clear(&end->auth);
}

int auth_bench_tear_down(void **state)
{
    struct auth_bench *bench = *state;
    free_end(&bench->client);
    free_end(&bench->server);
    int leaked = bench->pool.in_use != 0;
    packet_pool_destroy(&bench->pool);
    crypto_destroy(bench->crypto);
    free(bench);
    return leaked;
}

void auth_bench_start(struct auth_bench *bench, instant now)
{
    assert_int_equal(ppp_auth_init(&bench->server.auth, &bench->server.config), STATUS_OK);
    assert_int_equal(ppp_auth_init(&bench->client.auth, &bench->client.config), STATUS_OK);
    ppp_auth_start(&bench->server.auth, now);
    ppp_auth_start(&bench->client.auth, now);
    auth_bench_collect(&bench->server);
    auth_bench_collect(&bench->client);
}

void auth_bench_collect(struct auth_end *end)
{
    struct output output;
    while (ppp_auth_poll(&end->auth, &output)) {
        if (output.kind == OUTPUT_SEND) {
            assert_true(end->sent_count < AUTH_BENCH_MAX);
            assert_true(packet_headroom(output.packet) >= PACKET_HEADROOM);
            end->sent[end->sent_count++] = output.packet;
        } else {
            assert_int_equal(output.kind, OUTPUT_EVENT);
            assert_true(end->event_count < AUTH_BENCH_MAX);
            end->events[end->event_count] = output.event;
            end->values[end->event_count++] = output.value;
        }
    }
    assert_int_equal(output.kind, OUTPUT_NONE);
}

struct packet *auth_bench_take(struct auth_end *end)
{
    assert_true(end->sent_count > 0);
    struct packet *packet = end->sent[0];
    end->sent_count--;
    memmove(end->sent, end->sent + 1, end->sent_count * sizeof end->sent[0]);
    return packet;
}

void auth_bench_give(struct auth_end *to, instant now, const struct packet *packet)
{
    ppp_auth_input(&to->auth, now, ppp_auth_protocol(&to->auth), packet);
    auth_bench_collect(to);
}

void auth_bench_give_hex(struct auth_bench *bench, struct auth_end *to, instant now,
                         const char *text)
{
    uint8_t octets[1024];
    size_t length = unit_hex(text, octets, sizeof octets);
    struct packet *packet = packet_from(&bench->pool, octets, length);
    auth_bench_give(to, now, packet);
    packet_free(packet);
}

static void carry(struct auth_end *from, struct auth_end *to, instant now)
{
    while (from->sent_count > 0) {
        struct packet *packet = auth_bench_take(from);
        auth_bench_give(to, now, packet);
        packet_free(packet);
    }
}

void auth_bench_run(struct auth_bench *bench, instant now)
{
    while (bench->client.sent_count > 0 || bench->server.sent_count > 0) {
        carry(&bench->client, &bench->server, now);
        carry(&bench->server, &bench->client, now);
    }
}

instant auth_bench_expire(struct auth_end *end)
{
    instant due = ppp_auth_next_timeout(&end->auth);
    assert_true(due != INSTANT_NEVER);
    ppp_auth_handle_timeout(&end->auth, due - 1);
    auth_bench_collect(end);
    assert_true(ppp_auth_next_timeout(&end->auth) == due);
    ppp_auth_handle_timeout(&end->auth, due);
    auth_bench_collect(end);
    return due;
}

void auth_bench_expect_event(struct auth_end *end, int event, uint32_t value)
{
    assert_int_equal(end->event_count, 1);
    assert_int_equal(end->events[0], event);
    assert_int_equal(end->values[0], value);
    end->event_count = 0;
}

void auth_bench_expect_silence(const struct auth_end *end)
{
    assert_int_equal(end->event_count, 0);
    assert_int_equal(end->sent_count, 0);
}

void auth_bench_expect_log(const struct auth_bench *bench, const char *start)
{
    assert_true(bench->log_count > 0);
    const char *line = bench->log[bench->log_count - 1];
    if (strncmp(line, start, strlen(start)) != 0)
        fail_msg("the log's last line is \"%s\", not \"%s\"", line, start);
}

void auth_bench_carry_one(struct auth_end *from, struct auth_end *to, instant now)
{
    struct packet *packet = auth_bench_take(from);
    auth_bench_give(to, now, packet);
    packet_free(packet);
}

void auth_bench_expect_success(struct auth_bench *bench)
{
    auth_bench_expect_event(&bench->client, PPP_AUTH_SUCCEEDED, 0);
    auth_bench_expect_event(&bench->server, PPP_AUTH_SUCCEEDED, 0);
}

void auth_bench_expect_matching_keys(const struct auth_bench *bench)
{
    const struct mppe_start_keys *client = ppp_auth_keys(&bench->client.auth);
    const struct mppe_start_keys *server = ppp_auth_keys(&bench->server.auth);
    assert_non_null(client);
    assert_non_null(server);
    assert_memory_equal(client->send, server->receive, MPPE_KEY_SIZE);
    assert_memory_equal(client->receive, server->send, MPPE_KEY_SIZE);
    assert_memory_not_equal(client->send, client->receive, MPPE_KEY_SIZE);
}
