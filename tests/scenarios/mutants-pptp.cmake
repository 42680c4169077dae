# Mutants of the PPTP control connection; see mutants.cmake.
mutant(pptp_call_before_start protocols/pptp/pptp_control.c
  "[PPTP_OUTGOING_CALL_REQUEST] = {RUNNING, call_message" "[PPTP_OUTGOING_CALL_REQUEST] = {RUNNING | IN(PPTP_CONTROL_WAIT_REQUEST), call_message"
  pptp/pptp-sccrq-must-be-first.xml "no octet answers the call that came first\n[^\n]*\n *seen: +3 of")
mutant(pptp_own_call_id_in_gre sim/nodes/profile.c
  "config.peer_call_id = call->peer_call_id;" "config.peer_call_id = call->local_call_id;"
  pptp/pptp-callid-exchange.xml "GRE from the client carries the server's id\n[^\n]*\n *seen: +0 of")
mutant(pptp_link_info_not_repeated sim/nodes/pptp/link_info.c
  "self->repeated = self->caller && self->profile->link_info_repeated;" "self->repeated = false;"
  pptp/pptp-windows-golden-trace.xml "the caller's third\n[^\n]*\n *seen: +0 of")
mutant(pptp_echo_reply_not_awaited protocols/pptp/pptp_control.c
  "self->echo_due = pptp_due(now, self->config.echo_reply_ms);" "self->echo_due = INSTANT_NEVER;"
  pptp/pptp-echo-no-reply-teardown.xml "given up after 60 s more\n")
mutant(pptp_calls_outlive_tcp protocols/pptp/pptp_control.c
  "    pptp_call_end_all(self, now);\n" ""
  pptp/pptp-tcp-close-drops-calls.xml "the client learns it one way later\n")
mutant(pptp_windows_reads_wan_errors protocols/pptp/pptp_control.c
  "    config.ignore_wan_errors = true;\n" ""
  pptp/pptp-wan-error-notify.xml "and does not want to know\n")
mutant(pptp_rfc_time_for_windows protocols/pptp/pptp_control.c
  "config.start_ms = 30000;" ";"
  pptp/pptp-control-idle-30s.xml "Windows closes after 30 s of nothing\n")
mutant(pptp_list_admits_everybody sim/nodes/pptp/rras_pptp.c
  "allowed = allowed || config->allowed[i] == caller;" "allowed = true;"
  pptp/pptp-peer-allow-list.xml "the stranger is not authorized\n")
mutant(pptp_gre_from_called_address sim/nodes/pptp/rras_pptp.c
  "config->gre_from_route" "false"
  pptp/pptp-wrong-server-address.xml "and never from the one that was called\n")
mutant(pptp_controls_not_used_again sim/nodes/pptp/rras_pptp.c
  "    pptp->idle_controls = control;\n" ""
  pptp/pptp-malformed-stream-leak.xml "there was never a place for more than one connection beside them\n[^\n]*\n *seen: +it is \"60[0-9]\"")
mutant(pptp_call_ids_collide sim/nodes/pptp/rras_pptp.c
  "    server->dialer.pptp.first_call_id = RRAS_PLACED_CALL_IDS;\n" ""
  pptp/pptp-simultaneous-sccrq.xml "dial.connected at (left|right)")
mutant(pptp_asks_every_two_minutes protocols/pptp/pptp_control.c
  ".echo_idle_ms = 60000," ".echo_idle_ms = 120000,"
  pptp/pptp-keepalive-holds-isdn-up.xml "the line of the first two never hangs up\n")
