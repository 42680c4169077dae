#include "l2tp/l2tp_endpoint.h"

struct l2tp_config l2tp_config_rfc(void)
{
    return (struct l2tp_config){
        .lac = true,
        .lns = true,
        .framing_capabilities = L2TP_FRAMING_SYNCHRONOUS | L2TP_FRAMING_ASYNCHRONOUS,
        .bearer_capabilities = L2TP_BEARER_DIGITAL | L2TP_BEARER_ANALOG,
        .receive_window = L2TP_DEFAULT_WINDOW,
        .tie_breaker = true,
        .accepted_flags = UINT16_MAX, /* section 3.1: reserved bits are ignored */
        .framing_policy = L2TP_FRAMING_REJECT_CALL,
        .follow_port = true,
        .require_known_bearer = true,
        .error_messages = true,
        .hello_ms = 60000,
        .linger_ms = 31000,
        .establish_ms = 60000,
        .channel = l2tp_channel_config_rfc(),
        .data = {.reorder_limit = 16, .reorder_ms = 100, .acknowledge_ms = 100, .reset_ms = 1000},
    };
}

struct l2tp_config l2tp_config_windows(enum l2tp_windows version)
{
    struct l2tp_config config = l2tp_config_rfc();
    config.vendor_name = "Microsoft";
    config.firmware_in_request = true;
    config.framing_capabilities = L2TP_FRAMING_SYNCHRONOUS;
    config.bearer_capabilities = 0;
    config.receive_window = 8;
    config.tie_breaker = false;                                                     /* note 12 */
    config.accepted_flags = L2TP_FLAG_TYPE | L2TP_FLAG_LENGTH | L2TP_FLAG_SEQUENCE; /* 3.1.5.1 */
    config.judgment.ignore_hidden = true;       /* section 3.1.5.2 */
    config.judgment.fatal_reserved_bits = true; /* the same */
    config.judgment.miss_little = true;
    config.framing_policy = L2TP_FRAMING_IGNORE; /* note 19 */
    config.follow_port = false;                  /* section 3.1.3.1 */
    config.ignore_own_tunnel_id = true;          /* note 12 */
    config.require_known_bearer = false;
    config.ignore_link_info = true;      /* section 3.1.5.9 */
    config.ignore_wan_errors = true;     /* neither sent nor of any use; note 17 */
    config.zero_session_id_stops = true; /* note 21 */
    config.error_messages = false;       /* notes 9 and 11 */
    config.hello_ms = 40000;             /* note 10 */
    config.stop_unused = true;           /* section 3.1.4 */
    config.channel.acknowledge_ms = 500;
    config.channel.out_of_order_limit = 100; /* note 5 */
    config.data.length = true;
    config.data.reorder_limit = 0;
    switch (version) {
    case L2TP_WINDOWS_2000: /* as Windows XP sends them */
        config.firmware_revision = 0x0500;
        config.wording.flip_mandatory = L2TP_HAS(L2TP_FIRMWARE_REVISION);
        config.unused_result = L2TP_STOP_SHUTTING_DOWN;
        break;
    case L2TP_WINDOWS_VISTA: /* section 4 */
        config.firmware_revision = 0x0600;
        config.wording.flip_mandatory =
            L2TP_HAS(L2TP_BEARER_CAPABILITIES) | L2TP_HAS(L2TP_BEARER_TYPE);
        config.wording.session_before_result = true;
        config.unused_result = L2TP_STOP_GENERAL;
        break;
    }
    return config;
}
