# Mutants of the PPTP control connection; see mutants.cmake.
mutant(pptp_call_before_start protocols/pptp/pptp_control.c
  "[PPTP_OUTGOING_CALL_REQUEST] = {RUNNING, call_message" "[PPTP_OUTGOING_CALL_REQUEST] = {RUNNING | IN(PPTP_CONTROL_WAIT_REQUEST), call_message"
  pptp/pptp-sccrq-must-be-first.xml "no octet answers the call that came first\n[^\n]*\n *seen: +3 of")
mutant(pptp_own_call_id_in_gre sim/nodes/vpn_connection.c
  "gre.peer_call_id = call->peer_call_id;" "gre.peer_call_id = call->local_call_id;"
  pptp/pptp-callid-exchange.xml "GRE from the client carries the server's id\n[^\n]*\n *seen: +0 of")
mutant(pptp_link_info_not_repeated sim/nodes/link_info.c
  "self->repeated = self->caller && self->profile->link_info_repeated;" "self->repeated = false;"
  pptp/pptp-windows-golden-trace.xml "the caller's third\n[^\n]*\n *seen: +0 of")
mutant(pptp_echo_reply_not_awaited protocols/pptp/pptp_control.c
  "self->echo_due = pptp_due(now, self->config.echo_reply_ms);" "self->echo_due = INSTANT_NEVER;"
  pptp/pptp-echo-no-reply-teardown.xml "given up after 60 s more\n")
mutant(pptp_calls_outlive_tcp protocols/pptp/pptp_control.c
  "    pptp_call_end_all(self, now);\n" ""
  pptp/pptp-tcp-close-drops-calls.xml "the client learns it one way later\n")
