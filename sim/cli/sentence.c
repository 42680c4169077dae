#include "cli/sentence.h"

#include "core/trace_value.h"
#include "expect/describe.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Longer keys and octet strings are not for sentences. */
#define KEY_SIZE   40
#define VALUE_SIZE 68

const struct cli_sentence cli_sentences[] = {
    {"dial.started", "dials {connection}[ at {server}][, number {number},][ by {protocol}]"},
    {"dial.demanded", "a packet makes {connection} dial"},
    {"modem.dialled", "{modem} goes off the hook and dials {number}"},
    {"modem.ringing", "{modem} rings[, called from {from}]"},
    {"modem.connected", "{modem} has a carrier at {rate} bit/s"},
    {"modem.failed", "{modem} gets no connection to {number}: {reason}"},
    {"modem.disconnected", "{modem} has lost its carrier: {reason}"},
    {"dial.connected", "is connected through {connection}[, address {address}][, encryption "
                       "{encryption}][ {strength}]"},
    {"dial.failed", "cannot connect {connection}: error {error}[, {reason}]"},
    {"router.logged", "logs event {id}: {interface} failed with error {error}"},
    {"dial.disconnected", "is disconnected from {connection}[: {reason}]"},
    {"dial.callback-awaited", "hangs up {connection} and waits to be called back[ at {number}]"},
    {"server.callback.started", "calls {user} back at {number}"},
    {"vpn.verdict", "{connection} is a {verdict}"},
    {"pptp.control.established", "PPTP control connection established"},
    {"pptp.control.closed", "PPTP control connection closed[: {reason}]"},
    {"pptp.call.established", "PPTP call established[, Call ID {call-id}][, the peer's "
                              "{peer-call-id}]"},
    {"pptp.call.refused", "PPTP call refused[: result {result}][, error {error}]"},
    {"pptp.call.cleared", "PPTP call cleared"},
    {"pptp.echo.timeout", "the PPTP peer no longer answers"},
    {"pptp.wan-error", "the PPTP peer tells of errors: {buffer-overruns} packets lost, {framing} "
                       "malformed"},
    {"dial.type-failed", "gives up {protocol} for {connection}: error {error}[, {reason}]"},
    {"l2tp.tunnel.established", "L2TP tunnel {tunnel} established[, the peer's {peer-tunnel}]"},
    {"l2tp.tunnel.closed", "L2TP tunnel {tunnel} closed: {reason}[, result {result}]"},
    {"l2tp.session.established", "L2TP call established, Session ID {session}[, the peer's "
                                 "{peer-session}]"},
    {"l2tp.session.ended", "L2TP call {session} ended: {reason}[, result {result}]"},
    {"l2tp.avp.rejected", "an {type} cannot be used: attribute {attribute}, {reason}"},
    {"tcp-script.connected", "script {name} is connected[ to {remote}][ port {remote-port}]"},
    {"tcp-script.ended", "script {name} has lost its connection: {reason}"},
    {"ppp.lcp.opened", "LCP is open"},
    {"ppp.lcp.timeout", "LCP gets no answer"},
    {"ppp.lcp.loopback", "the line sends everything back"},
    {"ppp.auth.succeeded", "authenticated by {method}[ as {user}] ({role})"},
    {"ppp.auth.failed", "authentication of {user} failed: error {error} ({role})"},
    {"ppp.auth.password-expired", "the password of {user} has expired ({role})"},
    {"ppp.auth.password-changing", "changes the password of {user} ({role})"},
    {"ppp.auth.eap-method", "EAP comes to {method} ({role})"},
    {"ppp.auth.eap-nak", "EAP: {method} is declined, {wanted} is wanted ({role})"},
    {"ppp.auth.eap-tls-finished", "{version} is agreed with {subject}: {cipher} ({role})"},
    {"ppp.auth.eap-tls-failed",
     "TLS failed: {failure}[, alert {alert}][, certificate of {subject}] ({role})"},
    {"ppp.auth.eap-notification", "the authenticator says: {text}"},
    {"ppp.ccp.opened",
     "CCP is open: {strength}-bit keys, stateless {stateless}, compression {compression}"},
    {"ppp.ccp.reset-request.sent", "asks the peer to start its encryption and compression anew"},
    {"ppp.ipcp.opened", "IPCP is open[: address {local}][, the peer's {peer}]"},
    {"ppp.ipxcp.opened", "IPXCP is open[: network {network}][, node {node}]"},
    {"ppp.nbfcp.opened", "NBFCP is open[: {names} of our names][, {peer-names} of the peer's]"},
    {"ppp.ipv6cp.opened", "IPV6CP is open[: identifier {local}]"},
    {"ppp.ncp.failed", "goes on without {protocol}: error {error}"},
    {"ppp.ipcp.no-address", "has no address left to give"},
    {"server.call.refused", "refuses a call[ from {from}]: {reason}"},
    {"server.password.changed", "has changed the password of {user}"},
    {"server.pool.exhausted", "has no address left for a caller"},
    {"server.caller.connected", "caller {user} is connected[ from {from}][, address {address}]"},
    {"server.caller.disconnected", "caller {user} is disconnected"},
    {"server.failed", "cannot serve port {port}: {reason}"},
    {"ping.finished", "ping {name}[ to {destination}]: {received} of {sent} answered"},
    {"network-ping.finished", "ping {name} by {protocol}: {received} of {sent} answered"},
    {"transfer.started", "transfer {name} of {octets} octets to {destination} port {port} starts"},
    {"transfer.finished", "transfer {name} finished: {octets} octets, intact {intact}"},
    {"transfer.failed", "transfer {name} failed[ after {octets} octets]: {reason}"},
    {"udp-stream.finished", "UDP stream {name}: {sent} datagrams sent[, {replies} answers]"},
    {"tcp.refused", "TCP connection[ to {remote}][ port {remote-port}] refused[: {reason}]"},
    {"tcp.reset", "TCP connection[ to {remote}][ port {remote-port}] reset[: {reason}]"},
    {"tcp.timed-out", "TCP connection[ to {remote}][ port {remote-port}] timed out[: {reason}]"},
    {"tcp.unreachable", "TCP connection[ to {remote}][ port {remote-port}]: {reason}"},
    {"icmp.error.received", "gets an ICMP error[ type {type}][ code {code}][ from {reporter}]"},
    {"arp.failed", "nobody answers for {address}"},
    {"arp.conflict", "another machine claims {address}"},
    {"link.down", "goes down"},
    {"link.up", "comes up"},
    {NULL, NULL},
};

size_t cli_sentence_find(const char *name)
{
    for (size_t i = 0; cli_sentences[i].event; i++)
        if (strcmp(cli_sentences[i].event, name) == 0)
            return i;
    return SIZE_MAX;
}

/* The field that "{key}" at @p text names; @p after is set behind the brace. */
static const struct trace_field *named_field(const char *text, const struct trace_event *event,
                                             const char **after)
{
    char key[KEY_SIZE];
    size_t length = strcspn(text + 1, "}");
    snprintf(key, sizeof key, "%.*s", (int)length, text + 1);
    *after = text + 1 + length + (text[1 + length] != '\0');
    return trace_find(event, key);
}

/* Whether every field named between @p text and the closing bracket is there. */
static bool has_fields(const char *text, const struct trace_event *event)
{
    while (*text && *text != ']') {
        const char *after = text + 1;
        if (*text == '{' && !named_field(text, event, &after))
            return false;
        text = after;
    }
    return true;
}

void cli_sentence_write(FILE *stream, const char *text, const struct trace_event *event)
{
    while (*text) {
        const char *after = text + 1;
        if (*text == '[') {
            if (!has_fields(text, event))
                after = strchr(text, ']') + 1;
        } else if (*text == '{') {
            const struct trace_field *field = named_field(text, event, &after);
            char value[VALUE_SIZE];
            describe_text(stream, field ? trace_value(field, value, sizeof value) : "?");
        } else if (*text != ']') {
            putc(*text, stream);
        }
        text = after;
    }
}
