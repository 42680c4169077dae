#include "inet/tcp.h"
#include "support/unit.h"

#define LOCAL  UINT32_C(0x0a000001)
#define REMOTE UINT32_C(0x0a000002)
#define MOST   300

struct attempt {
    struct tcp_connection *connection;
    instant due;
};

static void discard(struct tcp_endpoint *endpoint, instant now)
{
    struct tcp_output output;
    while (tcp_poll(endpoint, now, &output))
        packet_free(output.packet);
}

/* Connection attempts with random timers come, go and time out; the next timeout is always the
 * earliest of those that live. */
static void the_next_timeout_is_the_earliest_of_all_connections(void **state)
{
    (void)state;
    struct packet_pool pool;
    packet_pool_init(&pool);
    struct entropy entropy = entropy_make(1, "choices");
    struct tcp_config config = {
        .pool = &pool, .entropy = entropy_make(1, "tcp"), .options = tcp_options_rfc()};
    struct tcp_endpoint endpoint;
    tcp_endpoint_init(&endpoint, &config);
    static struct attempt attempts[MOST];
    instant now = 0;
    for (int step = 0; step < 20000; step++) {
        struct attempt *attempt = &attempts[entropy_below(&entropy, MOST)];
        if (attempt->connection) {
            tcp_abort(attempt->connection, now);
            tcp_release(attempt->connection, now);
            attempt->connection = NULL;
        } else {
            struct tcp_options options = config.options;
            options.initial_rto_ms = 1 + (uint32_t)entropy_below(&entropy, 1000);
            options.syn_retransmissions = 0;
            attempt->connection = tcp_connect(&endpoint, now, LOCAL, 0, REMOTE, 80, &options, NULL);
            attempt->due = now + options.initial_rto_ms * INSTANT_MILLISECOND;
        }
        discard(&endpoint, now);
        instant earliest = INSTANT_NEVER;
        for (size_t i = 0; i < MOST; i++)
            if (attempts[i].connection)
                earliest = instant_earlier(earliest, attempts[i].due);
        assert_int_equal(tcp_next_timeout(&endpoint), earliest);
        if (step % 4 != 0 || earliest == INSTANT_NEVER)
            continue;
        now = earliest;
        tcp_handle_timeout(&endpoint, now);
        for (size_t i = 0; i < MOST; i++) {
            if (!attempts[i].connection)
                continue;
            enum tcp_state expected =
                attempts[i].due == now ? TCP_STATE_CLOSED : TCP_STATE_SYN_SENT;
            assert_int_equal(tcp_state(attempts[i].connection), expected);
            if (expected == TCP_STATE_CLOSED) {
                tcp_release(attempts[i].connection, now);
                attempts[i].connection = NULL;
            }
        }
    }
    tcp_endpoint_destroy(&endpoint);
    packet_pool_destroy(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_timeout_is_the_earliest_of_all_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
