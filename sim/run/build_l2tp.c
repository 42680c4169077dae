/* L2TP of the machines that dial or answer. */
#include "nodes/vpn_connection.h"
#include "run/build_internal.h"

static bool is_by_l2tp(const struct scenario_connection *connection)
{
    for (size_t i = 0; i < connection->type_count; i++)
        if (connection->types[i] == SCENARIO_TUNNEL_L2TP)
            return true;
    return false;
}

static bool dials_l2tp(const struct scenario_node *node)
{
    for (size_t i = 0; i < node->connection_count; i++)
        if (is_by_l2tp(&node->connections[i]))
            return true;
    return false;
}

/* Whether L2TP goes under IPsec, as Windows has it unless told otherwise. */
static bool is_protected(const struct scenario_node *node, enum scenario_choice choice)
{
    return build_choice(choice, node->profile != SCENARIO_PROFILE_RFC);
}

uint32_t build_l2tp_rule(const struct scenario_node *node,
                         const struct scenario_connection *connection)
{
    size_t policies = node->ipsec ? node->ipsec->policy_count : 0;
    return is_by_l2tp(connection) && is_protected(node, connection->ipsec)
               ? (uint32_t)(policies + 1 + (size_t)(connection - node->connections))
               : 0;
}

struct l2tp_protection_rules build_l2tp_server_rules(const struct scenario_node *node)
{
    size_t policies = node->ipsec ? node->ipsec->policy_count : 0;
    uint32_t first = (uint32_t)(policies + node->connection_count + 1);
    if (node->l2tp.ports == 0 || !is_protected(node, node->l2tp.ipsec))
        return (struct l2tp_protection_rules){0};
    return (struct l2tp_protection_rules){.to_port = first, .from_port = first + 1};
}

static void set_ms(uint32_t *ms, instant wanted)
{
    if (wanted != INSTANT_NEVER)
        *ms = (uint32_t)(wanted / INSTANT_MILLISECOND);
}

static void set_number(uint16_t *number, uint32_t wanted)
{
    if (wanted != SCENARIO_L2TP_UNSET)
        *number = (uint16_t)wanted;
}

static void set_framing_policy(enum l2tp_framing_policy *policy,
                               enum scenario_l2tp_framing_mismatch wanted)
{
    switch (wanted) {
    case SCENARIO_L2TP_MISMATCH_UNSET:
        return;
    case SCENARIO_L2TP_MISMATCH_REJECT_CALL:
        *policy = L2TP_FRAMING_REJECT_CALL;
        return;
    case SCENARIO_L2TP_MISMATCH_IGNORE:
        *policy = L2TP_FRAMING_IGNORE;
        return;
    case SCENARIO_L2TP_MISMATCH_CLOSE_TUNNEL:
        *policy = L2TP_FRAMING_CLOSE_TUNNEL;
        return;
    }
}

static void apply(const struct scenario_l2tp *wanted, struct l2tp_config *config)
{
    if (wanted->host_name)
        config->host_name = wanted->host_name;
    config->first_tunnel_id = wanted->first_tunnel_id;
    config->first_session_id = wanted->first_session_id;
    config->secret = wanted->secret;
    config->challenge = wanted->secret && build_choice(wanted->challenge, config->challenge);
    config->tie_breaker = build_choice(wanted->tie_breaker, config->tie_breaker);
    config->data_sequencing = build_choice(wanted->data_sequencing, config->data_sequencing);
    if (wanted->hide_avps != SCENARIO_L2TP_HIDES_NOTHING)
        config->wording.hidden =
            wanted->hide_avps == SCENARIO_L2TP_HIDES_CALLS ? L2TP_ATTRIBUTES_OF_CALLS : UINT64_MAX;
    set_ms(&config->hello_ms, wanted->hello_interval);
    set_ms(&config->channel.acknowledge_ms, wanted->acknowledge_delay);
    set_ms(&config->channel.retransmit_ms, wanted->retransmit_interval);
    set_ms(&config->channel.retransmit_cap_ms, wanted->retransmit_cap);
    if (wanted->retransmissions)
        config->channel.retransmissions = (uint8_t)wanted->retransmissions;
    set_number(&config->receive_window, wanted->receive_window);
    set_number(&config->channel.out_of_order_limit, wanted->out_of_order_limit);
    set_number(&config->data.reorder_limit, wanted->reorder_limit);
    set_number(&config->payload_receive_window, wanted->payload_receive_window);
    set_framing_policy(&config->framing_policy, wanted->framing_mismatch);
}

uint16_t build_l2tp_own_port(const struct scenario_node *node)
{
    return node->l2tp.at.file ? node->l2tp.port : L2TP_UDP_PORT;
}

enum status build_l2tp(const struct scenario_node *node, struct dialer *dialer)
{
    const struct scenario_l2tp *wanted = &node->l2tp;
    if (wanted->ports == 0 && !dials_l2tp(node))
        return STATUS_OK;
    struct l2tp_config config = profile_l2tp(dialer->profile);
    config.host_name = node->name;
    if (wanted->at.file)
        apply(wanted, &config);
    return dialer_use_l2tp(dialer, &config, build_l2tp_own_port(node));
}

struct l2tp_client_config build_l2tp_call(const struct scenario_l2tp_call *wanted)
{
    return (struct l2tp_client_config){
        .port = wanted->at.file ? wanted->port : L2TP_UDP_PORT,
        .secret = wanted->secret,
        .outgoing_call = wanted->outgoing,
        .own_tunnel = wanted->own_tunnel,
        .sequencing_required = wanted->sequencing,
        .framing = wanted->asynchronous ? L2TP_FRAMING_ASYNCHRONOUS : L2TP_FRAMING_SYNCHRONOUS,
    };
}
