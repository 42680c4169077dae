# The control connection of L2TP, broken on purpose.
mutant(l2tp_no_back_off protocols/l2tp/l2tp_channel.c
  "        interval_ms *= 2;" "        interval_ms *= 1;"
  l2tp/l2tp-control-loss-retransmit.xml "31 seconds after the first\n[^\n]*\n *seen: +not at all; nearest: at 7 s")
mutant(l2tp_nothing_kept_ahead protocols/l2tp/l2tp_channel.c
  "    if (distance < 32768 && distance < self->config->out_of_order_limit &&" "    if (false &&"
  l2tp/l2tp-control-out-of-sequence.xml "Windows: both calls are heard of at once[^\n]*\n[^\n]*\n *seen: +step")
mutant(l2tp_window_not_minded protocols/l2tp/l2tp_channel.c
  "    return self->peer_window;\n}" "    return 64;\n}"
  l2tp/l2tp-receive-window.xml "seen: +(9|1[0-2]) of")
mutant(l2tp_any_response_will_do protocols/l2tp/l2tp_tunnel.c
  "memcmp(expected, message->challenge_response, sizeof expected) == 0" "true"
  l2tp/l2tp-tunnel-authentication.xml "l2tp.tunnel.closed at client with reason = not-authorized, once\n[^\n]*not at all")
mutant(l2tp_unknown_avp_overlooked protocols/l2tp/l2tp_message.c
  "    return !fault->mandatory;\n}\n\n/* Writing. */" "    return true;\n}\n\n/* Writing. */"
  l2tp/l2tp-mandatory-unknown-avp.xml "in SCCRQ: StopCCN, unknown mandatory AVP\n[^\n]*\n *seen: +not at all")
mutant(l2tp_ties_not_broken protocols/l2tp/l2tp_endpoint.c
  "    own = self->config.tie_breaker ? find_requested(self, address) : NULL;" "    own = NULL;"
  l2tp/l2tp-simultaneous-sccrq.xml "l2tp.tunnels of east is .1.\n *seen: +it is .2.")
mutant(l2tp_no_r_bit protocols/l2tp/l2tp_data.c
  "            header.flags |= L2TP_FLAG_RESET;" "            header.flags |= 0;"
  l2tp/l2tp-payload-receive-window.xml "a second later the R bit\n")
